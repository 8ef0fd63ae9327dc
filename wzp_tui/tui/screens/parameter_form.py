"""The parameters of a task file, all at once."""

from collections.abc import Mapping, Sequence
from functools import partial

from wzp_tui.errors import UsageError
from wzp_tui.tasks.taskfile import Parameter
from wzp_tui.tui.screens.form import FieldRow, Form


class ParameterForm(Form[dict[str, str]]):
    """Answers with the value of each parameter."""

    def __init__(self, file: str, wanted: Sequence[Parameter], values: Mapping[str, str] | None = None, wrong: str = "") -> None:
        """`values` are those that were given before, when the file was `wrong` with them."""
        given = values or {}
        rows = [
            FieldRow(each.name, _help(each), given.get(each.name, each.default or ""), partial(_read, each), each.choices)
            for each in wanted
        ]
        super().__init__(f"Parameters of {file}", rows, "Import", wrong)
        self._names = [each.name for each in wanted]

    def answer(self, found: Sequence[str]) -> dict[str, str]:
        return dict(zip(self._names, found, strict=True))


def _read(wanted: Parameter, text: str) -> str:
    if not text and wanted.default is None:
        raise UsageError(f"{wanted.name} needs a value" + (f": {', '.join(wanted.choices)}" if wanted.choices else ""))
    return wanted.check(text)


def _help(wanted: Parameter) -> str:
    """`where to (staging, live)`."""
    told = wanted.help or ("a value must be given" if wanted.default is None else "may be left as it is")
    return told + (f" ({', '.join(wanted.choices)})" if wanted.choices else "")
