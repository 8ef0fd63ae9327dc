"""`python -m tests.taskfile_page`: the page and the JSON Schema of task files, from their models."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from wzp_tui.tasks.taskfile.models import FileModel

ROOT = Path(__file__).parent.parent
PAGE, SCHEMA = "docs/task-files.md", "docs/taskfile.schema.json"

HEAD = """\
# Task files

A task file says in TOML what is to be done. It is checked whole before anything starts: each mistake is told with its line.

```toml
[lanes.build]
slots = 4

[[task]]
name = "compile"
run = "make -j2"

[[task]]
name = "test"
run = "make test"
after = ["compile"]
lane = "build"
retries = 2
timeout = "10m"
```

`wzp-tui run FILE.toml` runs its tasks to their end in a store of their own, without a screen; it exits with 0 only if every task is done.
A task with a table `[task.service]` serves instead of coming to an end: it is stopped when all the others have ended.
`wzp-tui task import FILE.toml` puts them into your queue, `wzp-tui task export` prints tasks of your queue as such a file. A file whose
name ends with `.json` holds the same as JSON: `{"task": [{"name": "compile", "run": "make -j2"}]}`.
[examples](examples) has files to begin with.

[taskfile.schema.json](taskfile.schema.json) lets an editor complete and check a file; most read its path from a first line
`#:schema PATH`. This page and the schema are made from the models that read the files: `python -m tests.taskfile_page`.
"""

PARAMETERS = """\
```toml
[params.TARGET]
help = "where to"
choices = ["staging", "live"]

[params.NOTE]
default = ""

[[task]]
name = "deploy"
title = "deploy to ${TARGET}"
argv = ["./deploy", "--to", "${TARGET}"]
lane = "deploy-${TARGET}"

[[task]]
name = "tell"
run = 'echo "$TARGET: $NOTE" | ./tell'
after = ["deploy"]
```

`wzp-tui run FILE.toml --param TARGET=live` gives the values; where one is missing, that is told before anything starts.
In the tower, `I` asks for all of them in one form. `${NAME}` is replaced in every text of a task but `name`, `after` and shell lines, and a
value never becomes more than one argument. A shell line (`run`, and the `command:` of a probe) stays as it is: it finds the values in its
environment, so that the shell expands them as `"$NAME"`, and no value can become a command. `$${` stands for a plain `${`; without
`[params]`, nothing is replaced.
"""


def page() -> str:
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    models = FileModel.model_json_schema(schema_generator=_Schema)["$defs"]
    yield from _table("[[task]]", models["TaskEntry"])
    yield from _table("[task.service]", models["ServiceEntry"])
    yield from _table("[lanes.NAME]", models["LaneEntry"])
    yield from _table("[params.NAME]", models["ParameterEntry"])
    yield PARAMETERS


def _table(name: str, model: Mapping[str, Any]) -> Iterator[str]:
    yield f"## `{name}`\n\n{model['description']}\n"
    yield "| key | | default | |\n|---|---|---|---|"
    required = model.get("required", ())
    for key, known in model["properties"].items():
        default = f"`{json.dumps(known['default'])}`" if "default" in known else ""
        yield f"| `{key}` | {_kind(known)} | {'required' if key in required else default} | {' '.join(known['description'].split())} |"
    yield ""


def _kind(known: Mapping[str, Any]) -> str:
    """What may stand there."""
    if "$ref" in known:
        return "table"
    if "enum" in known:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in known["enum"])
    if "minimum" in known:
        return f"{known['minimum']:g} to {known['maximum']:g}"
    kinds = known["type"] if isinstance(known["type"], list) else [known["type"]]
    return " or ".join(_KINDS[kind] for kind in kinds)


_KINDS = {"boolean": "`true`, `false`", "string": "text", "array": "list", "object": "table", "number": "number", "integer": "number"}


class _Schema(GenerateJsonSchema):
    def generate(self, schema: Any, mode: Any = "validation") -> Any:
        made = {"$schema": self.schema_dialect, **super().generate(schema, mode)}
        made = _without_null(made)
        made["title"] = "A task file of wzp-tui"
        task = made["$defs"]["TaskEntry"]
        task["oneOf"] = [{"required": ["run"]}, {"required": ["argv"]}]
        task["not"] = {"required": ["lane", "pane"]}
        made["properties"]["params"]["propertyNames"] = {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$"}
        made["properties"]["lanes"]["propertyNames"] = {"pattern": "^[a-z0-9][a-z0-9_-]{0,31}$"}
        return made


def _without_null(schema: Any) -> Any:
    """TOML has no `null`: what is not given is left out. The titles that are made of keys say nothing."""
    if isinstance(schema, list):
        return [_without_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    ways = [way for way in schema.get("anyOf", ()) if way != {"type": "null"}]
    if len(ways) == 1:
        schema = {**ways[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
    kept = {
        key: value for key, value in schema.items() if (key, value) != ("default", None) and not (key == "title" and isinstance(value, str))
    }
    return {key: _without_null(value) for key, value in kept.items()}


def schema() -> str:
    return json.dumps(FileModel.model_json_schema(schema_generator=_Schema), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page())
    (ROOT / SCHEMA).write_text(schema())
