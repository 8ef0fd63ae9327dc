"""What waits for what: order, the longest way, and the lines of a text graph. Pure; costs about as much as there are edges.

A graph is a mapping of each node to those that it waits for; nodes that are not in it are left out. A *rail* is a vertical line: those that
flow into it come first, and what hangs on it further down waits for all of them. Nodes with the same dependents share a rail, so a thousand
tasks that a thousand others wait for are drawn with one.

::

    ╭── #1 fetch
    ●─▸ #2 build          waits for the rail above, and begins the one below
    ├┬▸ #3 test, quick    waits for the left rail, and begins the right one
    ╰●▸ #4 test, slow     waits for the left rail, which ends, and flows into the right one, too
     ╰▸ #5 package        waits for the right rail
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from wzp_tui.errors import UsageError
from wzp_tui.tasks.cycle import cycle_words, find_cycle

Waits = Mapping[int, Iterable[int]]
WIDEST = 16
"""Rails beside each other; what finds no room is told in `Row.unseen`."""


class Row(NamedTuple):
    """One node, after all that it waits for."""

    node: int
    rails: str
    """What is drawn before its title; as wide in every row."""
    layer: int
    """0: it waits for nothing; else one more than the highest of those that it waits for."""
    unseen: tuple[int, ...]
    """Those that it waits for and whose rail found no room."""


class Path(NamedTuple):
    """Nodes of which each waits for the one before it, and how much they cost together."""

    nodes: tuple[int, ...]
    cost: float


class Glyphs(NamedTuple):
    """The characters of the rails."""

    pass_by: str
    across: str
    arrow: str
    flow_in: str
    begin_left: str
    begin: str
    leave_left: str
    leave: str
    end_left: str
    end: str


BOX = Glyphs(*"│─▸●╭┬├┼╰┴")
ASCII = Glyphs(*"|->*..++`'")


def layout(waits: Waits, glyphs: Glyphs = BOX, widest: int = WIDEST) -> list[Row]:
    """The lines of a graph: chains together, else in the order given. Raises `UsageError` on a cycle."""
    joins = _Joins(waits)
    order = _all(joins)
    rails = _Rails(joins, glyphs, widest)
    drawn = [rails.draw(node) for node in order]
    width = max((len(cells) for cells, _, _ in drawn), default=0)
    return [
        Row(node, _filled(cells, width, glyphs) + tail, joins.layers[node], unseen)
        for node, (cells, tail, unseen) in zip(order, drawn, strict=True)
    ]


def critical_path(waits: Waits, costs: Mapping[int, float]) -> Path:
    """The way through the graph that costs most, of several the one with most nodes: it decides when all is done.

    A node without a cost costs nothing. Raises `UsageError` on a cycle.
    """
    joins = _Joins(waits)
    totals: dict[int, float] = {}

    def dearest(nodes: Iterable[int]) -> int | None:
        return max(nodes, key=lambda node: (totals[node], joins.layers[node]), default=None)

    previous: dict[int, int | None] = {}  # of the nodes of each join
    for node in _all(joins):
        number = joins.of[node]
        if number not in previous:
            previous[number] = dearest(joins.before[number])
        before = previous[number]
        totals[node] = costs.get(node, 0) + (0 if before is None else totals[before])
    last = dearest(totals)
    cost, nodes = (0 if last is None else totals[last]), list[int]()
    while last is not None:
        nodes.append(last)
        last = previous[joins.of[last]]
    return Path(tuple(reversed(nodes)), cost)


class _Joins:
    """A graph by its joins. A join are the nodes that wait for the same ones; so a million edges may be one join."""

    def __init__(self, waits: Waits) -> None:
        self.before: list[frozenset[int]] = []
        """What the nodes of each join wait for."""
        self.nodes: list[list[int]] = []
        self.of: dict[int, int] = {}
        """The join of each node."""
        self.feeds: dict[int, list[int]] = {node: [] for node in waits}
        """The joins that wait for each node."""
        self.layers: dict[int, int] = {}
        """Of the nodes that are in order until now."""
        numbers: dict[frozenset[int], int] = {}
        for node, those in waits.items():
            given = frozenset(those)
            number = numbers.get(given)
            if number is None:
                known = frozenset(before for before in given if before in self.feeds)
                number = numbers[given] = numbers.setdefault(known, len(self.nodes))
                if number == len(self.nodes):
                    self.before.append(known)
                    self.nodes.append([])
            self.nodes[number].append(node)
            self.of[node] = number
        for number, known in enumerate(self.before):
            for before in known:
                self.feeds[before].append(number)

    def in_order(self) -> Iterator[int]:
        """Each node after those that it waits for, without those that wait for a cycle."""
        missing = [len(before) for before in self.before]
        layer_of = [0] * len(missing)
        ready = [node for number, count in enumerate(missing) if not count for node in reversed(self.nodes[number])]
        while ready:
            node = ready.pop()
            layer = self.layers[node] = layer_of[self.of[node]]
            yield node
            for number in reversed(self.feeds[node]):
                missing[number] -= 1
                layer_of[number] = max(layer_of[number], layer + 1)
                if not missing[number]:
                    ready += reversed(self.nodes[number])


def _all(joins: _Joins) -> list[int]:
    order = list(joins.in_order())
    if cycle := find_cycle({node: joins.before[number] for node, number in joins.of.items() if node not in joins.layers}):
        raise UsageError(cycle_words(cycle))
    return order


class _Rails:
    """Draws one row after the other. A rail belongs to the nodes that feed the same joins, and has a number."""

    def __init__(self, joins: _Joins, glyphs: Glyphs, widest: int) -> None:
        self._joins = joins
        self._glyphs = glyphs
        self._widest = widest
        rails: dict[tuple[int, ...], int] = {}
        self._rail_of = {node: rails.setdefault(tuple(feeds), len(rails)) for node, feeds in joins.feeds.items() if feeds}
        self._rails_into = [sorted({self._rail_of[before] for before in those}) for those in joins.before]
        self._column: dict[int, int | None] = {}
        """Of the rails that began; `None`: there was no room."""
        self._left: dict[int, int] = {}
        """How many nodes hang on it further down."""
        self._open: list[bool] = []
        self._unseen: dict[int, tuple[int, ...]] = {}

    def draw(self, node: int) -> tuple[list[str], str, tuple[int, ...]]:
        """The cells of the columns, the one after them, and the nodes it waits for that no rail shows."""
        g, number, out = self._glyphs, self._joins.of[node], self._rail_of.get(node)
        marks: dict[int, tuple[str, str]] = {}  # by column: at the left end of the line, and elsewhere
        unseen = False
        for rail in self._rails_into[number]:
            self._left[rail] -= 1
            column = self._column[rail]
            if column is None:
                unseen = True
            elif self._left[rail]:
                marks[column] = g.leave_left, g.leave
            else:
                marks[column] = g.end_left, g.end
        waits = bool(marks)
        ended = [column for column, (_, mark) in marks.items() if mark == g.end]
        if out is not None and out not in self._column:
            self._left[out] = sum(len(self._joins.nodes[join]) for join in self._joins.feeds[node])
            if len(marks) == 1 and ended:
                column = ended.pop()
                marks[column] = g.flow_in, g.flow_in
            else:
                column = self._free()
                if column is not None:
                    marks[column] = g.begin_left, g.begin
            self._column[out] = column
        elif out is not None and (column := self._column[out]) is not None:
            marks[column] = g.flow_in, g.flow_in
        cells = self._cells(marks)
        for column in ended:
            self._open[column] = False
        if unseen and number not in self._unseen:
            before = self._joins.before[number]
            self._unseen[number] = tuple(sorted(one for one in before if self._column[self._rail_of[one]] is None))
        return cells, g.arrow if waits else g.across if marks else " ", self._unseen.get(number, ())

    def _free(self) -> int | None:
        column = self._open.index(False) if False in self._open else len(self._open)
        if column >= self._widest:
            return None
        if column == len(self._open):
            self._open.append(True)
        self._open[column] = True
        return column

    def _cells(self, marks: Mapping[int, tuple[str, str]]) -> list[str]:
        g, left = self._glyphs, min(marks, default=len(self._open))
        cells = [g.pass_by if is_open else g.across if column > left else " " for column, is_open in enumerate(self._open)]
        for column, (at_left, elsewhere) in marks.items():
            cells[column] = at_left if column == left else elsewhere
        return cells


def _filled(cells: list[str], width: int, glyphs: Glyphs) -> str:
    touched = any(cell not in (" ", glyphs.pass_by) for cell in cells)
    return "".join(cells) + (glyphs.across if touched else " ") * (width - len(cells))
