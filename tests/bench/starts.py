"""How long it takes until a command runs."""

import statistics
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench.rows import Row, at_most, percentile, told
from tests.bench.site import LANE, Marks, bench, kinds

_ROUNDS = 60


def rows() -> Iterable[Row]:
    """A lane of one slot on each kind of panes."""
    for kind in kinds():
        with bench(kind, 1) as it:
            marks = Marks(Path(it.folder).parent)
            it.start_tower()
            begun = time.perf_counter()
            it.add(marks.say("first"))
            marks.next()
            yield told(f"{kind}: no tower, no pane → the first command runs", (time.perf_counter() - begun) * 1000, "ms")
            started = []
            for _ in range(_ROUNDS):
                it.wait_for_ends()
                it.add(marks.say("begun"))
                acknowledged = time.perf_counter()
                marks.next()
                started.append((time.perf_counter() - acknowledged) * 1000)
            yield at_most(f"{kind}: queued → running, a worker waiting, median", statistics.median(started), "ms", 30)
            yield told(f"{kind}: the same, p95", percentile(started, 95), "ms")
            it.store.pause_lane(LANE)
            it.add(*[f"{marks.say('begun')}; {marks.say('ended')}"] * _ROUNDS)
            it.store.resume_lane(LANE)
            at = []
            for _ in range(2 * _ROUNDS):
                marks.next()
                at.append(time.perf_counter())
            between = [(begun - ended) * 1000 for ended, begun in zip(at[1::2], at[2::2], strict=False)]
            yield at_most(f"{kind}: exit → the next task of the lane runs, median", statistics.median(between), "ms", 30)
            yield told(f"{kind}: the same, p95", percentile(between, 95), "ms")
            marks.close()
