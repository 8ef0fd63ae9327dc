"""The options of the verbs that start quickly: programs call them in loops, and argparse alone would double what they cost.

`cli.root` builds help, completion and docs from the same table.
"""

from collections.abc import Sequence
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.parse import shown


class Option(NamedTuple):
    """One option."""

    flag: str
    help: str
    metavar: str = ""
    """Empty: a switch, without a value."""
    repeat: bool = False
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`--env-file` is `env_file`."""
        return self.flag[2:].replace("-", "_")


class Given:
    """What was given for each option: `text` is `None` where it was not."""

    def __init__(self, verb: "FastVerb") -> None:
        self._verb = verb.name
        self._options = {option.flag: option for option in verb.options}
        self._found: dict[str, list[str]] = {flag: [] for flag in self._options}

    def text(self, flag: str) -> str | None:
        """The value, the last one where several were given."""
        return self._found[flag][-1] if self._found[flag] else None

    def texts(self, flag: str) -> list[str]:
        """The values of an option that can be repeated."""
        return self._found[flag]

    def is_on(self, flag: str) -> bool:
        """The switch was given."""
        return bool(self._found[flag])

    def set(self, flag: str, value: str | None, rest: list[str]) -> None:
        """Take in one option; its value may be the first of `rest`."""
        option = self._options.get(flag)
        if option is None:
            raise self._wrong(f"there is no option {shown(flag)}")
        if not option.metavar:
            if value is not None:
                raise self._wrong(f"{flag} takes no value")
            value = ""
        elif value is None:
            if not rest:
                raise self._wrong(f"{flag} needs a value, {option.metavar}")
            value = rest.pop(0)
        if option.choices and value not in option.choices:
            raise self._wrong(f"{flag} {shown(value)}: there are {', '.join(option.choices)}")
        self._found[flag].append(value)

    def _wrong(self, message: str) -> UsageError:
        return UsageError(f"{message}; `wzp-tui {self._verb} --help` shows what there is")


class FastVerb(NamedTuple):
    """A verb that starts quickly."""

    name: str
    options: tuple[Option, ...]
    takes_command: bool = False

    def parse(self, args: Sequence[str]) -> tuple[Given, list[str]]:
        """The options, and the words that are none: the command, if one was given. Raises `UsageError`."""
        given, words, rest = Given(self), list[str](), list(args)
        while rest:
            word = rest.pop(0)
            if word == "--":
                words += rest
                break
            if word.startswith("-") and word != "-":
                flag, equals, value = word.partition("=")
                given.set(flag, value if equals else None, rest)
            else:
                words.append(word)
        if words and not self.takes_command:
            raise UsageError(f"{shown(words[0])} is too much; `wzp-tui {self.name} --help` shows what there is")
        return given, words
