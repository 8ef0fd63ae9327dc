"""`python -m tests.config_page`: the page and the JSON Schema of the settings, from their models."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from wzp_tui.commands import BY_ID
from wzp_tui.config import ArchiveSettings, LaneSettings, LogSettings, MuxSettings, Settings, UiSettings
from wzp_tui.config.themes import ROLES

ROOT = Path(__file__).parent.parent
PAGE, SCHEMA = "docs/configuration.md", "docs/config.schema.json"

HEAD = """\
# Configuration

One file, `~/.config/wzp-tui/config.toml` (`wzp-tui config path` says where it is). Every setting has a default, so the file may be
missing. An open tower shows a change at once. While the file is wrong, what was before stays in use, and a row under the header
names line, value and cure; `wzp-tui config check` does so, too.

![A mistake in the config file, named in the tower.](pictures/wrong-config.svg)

```toml
[ui]
theme = "chart"
columns = ["id", "state", "reason", "time"]

[lanes.build]
slots = 4
pause_on_failure = true

[keys]
"task.retry" = "R"
"view.log" = "o, f3"
```

`wzp-tui config set ui.theme ember` writes a setting: comments stay, and what would be wrong is not written. `config get` tells one,
`config unset` takes one out, `config show` tells all and where each comes from. [config.schema.json](config.schema.json) lets an
editor complete and check the file. This page and the schema are made from the settings themselves: `python -m tests.config_page`.
"""

KEYS = """\
A key is written `r`, `R`, `ctrl+r` or `^r`, `alt+r`, `f5`, `enter`, `?`, `comma`. A command that gets keys here loses those it had;
[keys.md](keys.md) has the ids. What WezTerm keeps to itself (`alt+enter`, `ctrl+tab`, `ctrl` with `+ - 0`, `shift+pageup`, `ctrl+shift`
and a letter) is refused, and so is a key that two commands would have on one screen.
"""

THEMES = """\
## Themes

![The key T shows each theme while you choose.](pictures/themes.svg)

`harbour` and `ember` are dark, `chart` and `linen` light, `contrast` has a contrast of at least 7 everywhere, and `terminal` uses the
terminal's own sixteen colours. A theme of your own is a file `themes/NAME.toml` beside the config file; one of the same name replaces a
bundled one. It is read again when it changes; while it is wrong, it stays as it was. Copy one of `themes/` to begin with.

A theme has a `name`, says whether it is `dark` (`true` if it is left out), and gives each of these roles a colour, as `#rrggbb`. With
`ansi = true` it may name the terminal's own: `ansi_red`, `ansi_bright_red` …, `ansi_default`. Where it has no tones, panels get a line
between them: what is selected is shown in reverse if `selection` is the colour of `ground`, and what is `muted` or `faint` is dimmed if
it has the colour of `text`.
"""

ENVIRONMENT = """\
## Environment

| variable | |
|---|---|
| `WZP_CONFIG` | another config file |
| `WZP_THEME`, `WZP_GLYPHS` | instead of `ui.theme` and `ui.glyphs` |
| `NO_COLOR` | no colours, whatever the theme; tasks get it as it is |
| `TEXTUAL_ANIMATIONS=none` | as `ui.motion = false` |
"""


def page() -> str:
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    yield from _table("[ui]", UiSettings)
    yield from _table("[mux]", MuxSettings)
    yield from _table("[log]", LogSettings)
    yield from _table("[archive]", ArchiveSettings)
    yield from _table("[lanes.NAME]", LaneSettings)
    yield Settings.model_fields["lanes"].description + "\n"  # type: ignore[operator]
    yield f"## `limit`\n\n{Settings.model_fields['limit'].description} It stands above all tables of the file: `limit = 6`.\n"
    yield f"## `[keys]`\n\n{Settings.model_fields['keys'].description}\n"
    yield KEYS
    yield THEMES
    yield "| role | |\n|---|---|\n" + "\n".join(f"| `{role}` | {what} |" for role, what in ROLES.items()) + "\n"
    yield ENVIRONMENT


def _table(name: str, model: type[BaseModel]) -> Iterator[str]:
    known = model.model_json_schema()["properties"]
    yield f"## `{name}`\n\n{model.__doc__}\n"
    yield "| setting | default | | |\n|---|---|---|---|"
    for key, field in model.model_fields.items():
        default = "" if field.is_required() or field.default is None else f"`{_toml(field.default)}`"
        yield f"| `{key}` | {default} | {_kind(known[key])} | {field.description} |"
    yield ""


def _kind(known: Mapping[str, Any]) -> str:
    """What may stand there."""
    known = next((each for each in known.get("anyOf", ()) if each["type"] != "null"), known)
    if "enum" in known:
        return " or ".join(f"`{_toml(choice)}`" for choice in known["enum"])
    if "items" in known:
        return f"any of {', '.join(f'`{choice}`' for choice in known['items']['enum'])}"
    if "minimum" in known:
        return f"{known['minimum']:g} to {known['maximum']:g}"
    return {"boolean": "`true` or `false`", "string": "text"}[known["type"]]


def _toml(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


class _Schema(GenerateJsonSchema):
    def generate(self, schema: Any, mode: Any = "validation") -> Any:
        made = {"$schema": self.schema_dialect, **super().generate(schema, mode)}
        made["title"] = "The settings of wzp-tui"
        made["properties"]["keys"]["propertyNames"] = {"enum": list(BY_ID)}
        made["properties"]["lanes"]["propertyNames"] = {"pattern": "^[a-z0-9][a-z0-9_-]{0,31}$"}
        return made


def schema() -> str:
    return json.dumps(Settings.model_json_schema(schema_generator=_Schema), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page())
    (ROOT / SCHEMA).write_text(schema())
