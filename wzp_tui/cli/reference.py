"""`docs/command-line.md`, made from the verbs themselves: `python -m wzp_tui.cli.reference > docs/command-line.md`."""

import inspect
from collections.abc import Iterator

import click

from wzp_tui.cli.root import tree

_HEAD = """\
# The command line

`wzp-tui`, or `wzp` for short. This page is made from the verbs themselves: `python -m wzp_tui.cli.reference`.

**For people, and for programs.** What is printed is for people: tables, colours on a terminal (not with `NO_COLOR`). With `--json` a
verb prints one document, `{"version": 1, "tasks": […]}`, with the field names of the models, times in ISO 8601 UTC and durations in
seconds; a task holds its last run, `{"task": {…, "run": {"exit": 3, "signal": null, …}}}`. Lists hold all that is not archived. An
error is `{"version": 1, "error": {"kind": "NotFound", "message": "…"}}`. Values of variables are masked wherever a task is shown.

**Errors** are one line on stderr: what was wrong, and what to do. Those of files begin with `FILE:LINE:`.

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | it failed |
| 2 | wrong usage, or a wrong file |
| 3 | WezTerm is unreachable |
| 130 | ended by Ctrl-C |

**Ids** are written `12` or `'#12'`, panes `14` or `%14`, times `90s`, `10m`, `1h30m`, `2d`.

| variable | meaning |
|---|---|
| `WZP_STORE` | the folder of the store |
| `WZP_CONFIG` | the config file |
| `WZP_WORKSPACE` | the workspace of tasks that are added |
| `WZP_THEME`, `WZP_GLYPHS` | instead of `theme` and `glyphs` in the config file |
| `NO_COLOR` | no colours |

A task finds `WZP_TASK`, `WZP_RUN` and `WZP_STORE` in its environment, so `wzp-tui` called by it works on the store that it belongs to.

## Task files

`wzp-tui run FILE.toml` runs the tasks of a file in a store of its own, below `runs/` in the folder of the store; the last 20 are kept.

```toml
[lanes.build]
slots = 4                      # how many of its tasks run at once

[[task]]
name = "compile"
run  = "make -j2"              # a shell line; or argv = ["make", "-j2"]

[[task]]
name     = "test"
run      = "make test"
after    = ["compile"]         # when these are done
lane     = "build"             # or pane = "tab" or "split": a pane of its own
cwd      = "."                 # relative to this file
env      = { CI = "1" }        # also env_names = ["TOKEN"], env_file = "FILE"
retries  = 2                   # also retry_on, retry_lost, backoff, start_limit
timeout  = "10m"               # or seconds; also quiet, success, stop_signal, stop_grace
priority = "high"              # also title = "TEXT", workspace = "NAME"

[[task]]
name = "server"
run  = "make serve"

[task.service]                 # it serves instead of coming to an end; others wait with after = ["server:ready"]
ready   = "http://localhost:8080/ok"             # or port:8080, line:REGEX, command:LINE
alive   = "every=10s,within=5s,failures=3,port:8080"
restart = "always"             # or on-failure, never
```

When all tasks of a file have ended that are no services, its services are stopped.

## Verbs
"""


def reference() -> str:
    """The whole page."""
    seen: dict[int, str] = {}
    lines = [_HEAD]
    for path, command in _verbs(tree, ("wzp-tui",)):
        words = " ".join(path)
        first = seen.setdefault(id(command), words)
        lines += [f"### {words}\n", *(_section(words, command) if first == words else [f"Another word for `{first}`.\n"])]
    return "\n".join(lines)


def _verbs(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, in the order of the help."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _verbs(below, (*path, name))


def _section(words: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=words)
    yield f"`{' '.join([words, *command.collect_usage_pieces(context)])}`\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    records = [option.get_help_record(context) for option in command.params if isinstance(option, click.Option)]
    if records:
        yield "| option | |\n|---|---|"
        yield from (f"| `{_cell(record[0])}` | {_cell(record[1])} |" for record in records if record)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
