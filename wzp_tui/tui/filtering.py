"""The filter of the list: plain words, and `state:failed lane:build` before or after them. Pure."""

from collections.abc import Callable

from wzp_tui.controller import PaneRow, TaskRow

Row = TaskRow | PaneRow
_FIELDS: dict[str, Callable[[TaskRow], str]] = {
    "state": lambda row: f"{row.task.state} {row.word} {row.section.name.replace('_', ' ')}",
    "lane": lambda row: row.task.lane or "",
    "workspace": lambda row: row.task.workspace,
    "where": lambda row: row.where,
    "priority": lambda row: row.task.priority.word,
}
FIELDS = tuple(_FIELDS)


def matcher(text: str) -> Callable[[Row], bool] | None:
    """Whether a row has every word of `text`; `None` when all rows have. A `-` before a word asks for its absence."""
    wanted = [_wish(word) for word in text.lower().split()]
    if not wanted:
        return None
    return lambda row: all(_has(row, field, word) is not absent for field, word, absent in wanted)


def _wish(word: str) -> tuple[str, str, bool]:
    absent = word.startswith("-") and len(word) > 1
    field, colon, value = word[absent:].partition(":")
    return (field, value, absent) if colon and field in _FIELDS else ("", word[absent:], absent)


def _has(row: Row, field: str, word: str) -> bool:
    if isinstance(row, PaneRow):
        pane = row.pane
        if field:
            return field == "workspace" and word in pane.workspace.lower()
        return word in f"{pane.name} {pane.title} {pane.cwd} {pane.workspace} {row.seat}".lower()
    if field:
        return word in _FIELDS[field](row).lower()
    return word in f"{row.task.name} {row.task.title} {row.where} {row.word} {row.reason}".lower()
