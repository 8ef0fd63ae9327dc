"""All of a new task, or of one that is edited."""

from collections.abc import Mapping, Sequence
from typing import Any

from wzp_tui.errors import UsageError
from wzp_tui.tui.draft import FIELDS, Draft, Field, Known, conflict
from wzp_tui.tui.screens.form import FieldRow, Form


class TaskForm(Form[Draft]):
    """Answers with a draft that has no problem."""

    def __init__(self, draft: Draft, known: Known, *, title: str = "New task", is_new: bool = True) -> None:
        rows = [_row(field, draft, known) for field in FIELDS if is_new or not field.when_new]
        super().__init__(title, rows, "Queue" if is_new else "Change")
        self._draft = draft

    def answer(self, found: Sequence[Mapping[str, Any]]) -> Draft:
        draft = self._draft
        for each in found:
            draft = draft._replace(**each)
        if why := conflict(draft):
            raise UsageError(why)
        return draft


def _row(field: Field, draft: Draft, known: Known) -> FieldRow:
    is_line = field.name == "line"

    def read(text: str) -> dict[str, Any]:
        return field.read(text if is_line else text.strip(), known)

    return FieldRow(field.label, field.help, field.write(draft), read, field.choices(known), breaks=is_line)
