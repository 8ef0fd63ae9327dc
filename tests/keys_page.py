"""`python -m tests.keys_page > docs/keys.md`: the page of keys, from the command table."""

from collections.abc import Iterator

from wzp_tui.commands import COMMANDS, GROUPS, key_name, keys_of


def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Keys"
    yield ""
    yield "All of them, from the command table (`wzp_tui/commands.py`). `?` shows them in the tower, those of the selected row first; `^p`"
    yield 'finds a command by its name. Other keys are given in the config file, by the id: `"task.retry" = "R"` in `[keys]`'
    yield "([configuration.md](configuration.md)); `?`, footer and palette then show those."
    yield ""
    yield "![The help: the keys of the selected row come first.](pictures/help.svg)"
    for group, title in GROUPS.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield "| key | command | does | id |"
        yield "|---|---|---|---|"
        for command in COMMANDS:
            if command.group == group:
                keys = " ".join(f"`{key_name(key)}`" for key in keys_of(command, {}))
                yield f"| {keys} | {command.title} | {command.help} | `{command.id}` |"


if __name__ == "__main__":
    print(page(), end="")
