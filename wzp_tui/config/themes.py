"""Theme files: colours by role, bundled in `themes/` and in the folder `themes` beside the user's config file."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from wzp_tui.errors import ConfigError
from wzp_tui.paths import config_dir
from wzp_tui.toml_file import Path, TomlProblem, read_toml, told, unknown_key

ROLES = {
    "ground": "the ground of list and detail",
    "bar": "the ground of sidebar, header and footer",
    "selection": "the ground of the selected row where the keys go",
    "selection-elsewhere": "the ground of selected rows in other panels",
    "hairline": "the line between list and detail",
    "text": "text",
    "bright": "titles that matter, the selected row",
    "muted": "what is read second",
    "faint": "ids, times",
    "focus": "the focus bar, and keys",
    "needs-ink": "text on the badge",
    "needs": "what needs you: badge and text",
    "needs-wash": "the ground of the answer bar",
    "failed": "failed",
    "running": "running",
    "done": "done",
    "limited": "limited, or unknown",
}
"""What a theme gives a colour to."""
DARK = "harbour"

_COLOR = re.compile(r"#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}|ansi_(?:bright_)?(?:black|red|green|yellow|blue|magenta|cyan|white)|ansi_default")


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise ValueError("is no colour; write #rrggbb, or ansi_red, ansi_bright_red …, ansi_default for one of the terminal's own")
    return text


class ThemeFile(BaseModel):
    """A theme as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    dark: bool = True
    ansi: bool = False
    """It uses the terminal's own colours, which nobody but the user knows."""
    roles: dict[str, Annotated[str, AfterValidator(_color)]]


class Found(NamedTuple):
    """All themes, and what is wrong with others."""

    themes: Mapping[str, ThemeFile]
    problems: Sequence[str]
    """`FILE:LINE: text`, one each."""


def load_theme(path: str) -> ThemeFile:
    """Read a theme. Raises `ConfigError` with all that is wrong, a line each."""
    try:
        file = read_toml(path)
    except TomlProblem as error:
        raise ConfigError(str(error)) from error
    try:
        theme = ThemeFile.model_validate(file.data)
    except ValidationError as error:
        raise ConfigError("\n".join(told(file, error.errors(include_url=False), _known))) from error
    wrong = [file.problem(("roles", role), unknown_key(role, ROLES)) for role in theme.roles if role not in ROLES]
    if missing := [role for role in ROLES if role not in theme.roles]:
        wrong.append(file.problem(("roles",), f"[roles] lacks {', '.join(missing)}; give each a colour"))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return theme


def all_themes() -> Found:
    """Every theme by name; one of the user replaces a bundled one of the same name."""
    found: dict[str, ThemeFile] = {}
    problems: list[str] = []
    for path in files():
        try:
            theme = load_theme(path)
        except ConfigError as error:
            problems += str(error).split("\n")
        else:
            found[theme.name] = theme
    return Found(found, problems)


def names() -> Sequence[str]:
    """The names of all themes that can be used."""
    return sorted(all_themes().themes)


def files() -> Iterator[str]:
    """The theme files, those of the user last."""
    for folder in (bundled(), own_folder()):
        if os.path.isdir(folder):
            yield from sorted(entry.path for entry in os.scandir(folder) if entry.name.endswith(".toml"))


def own_folder() -> str:
    """The folder of the user's own themes."""
    return os.path.join(config_dir(), "themes")


def bundled() -> str:
    """The folder of the themes that come with wzp-tui: in the package, or beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "themes")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "themes")


def _known(path: Path) -> Sequence[str]:
    return list(ROLES if path else ThemeFile.model_fields)
