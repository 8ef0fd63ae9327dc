"""`task graph`: what waits for what, as lines."""

from statistics import median

from wzp_tui.clean import clean
from wzp_tui.cli.documents import task_document
from wzp_tui.cli.listing import ROLES
from wzp_tui.cli.matching import matching
from wzp_tui.cli.output import paint, print_json, say
from wzp_tui.cli.session import opened
from wzp_tui.controller.graph import graph_rows, longest_way
from wzp_tui.tasks.parse import duration_words
from wzp_tui.tasks.task import OPEN


def print_graph(as_json: bool) -> int:
    """The tasks that wait for each other, each below those that it waits for, and the way that decides when all is done."""
    with opened() as (folder, store):
        rows = graph_rows(matching(folder, store, "").rows)
        waiting = [each.row.task.id for each in rows if each.row.task.state in OPEN]
        seconds = {id: median(found) for id in waiting if (found := store.durations(id))}
    way = longest_way(rows, seconds)
    if as_json:
        tasks = [{**task_document(folder, each.row.task, each.row.run), "layer": each.layer} for each in rows]
        print_json({"tasks": tasks, "longest_way": {"tasks": list(way.nodes), "seconds": way.cost}})
        return 0
    if not rows:
        say("no task waits for another one; `wzp-tui add --after 12 -- make test` adds one that does")
        return 0
    width = max(len(each.row.task.name) for each in rows)
    for each in rows:
        task, words = each.row.task, " ".join(part for part in (each.row.word, clean(each.row.reason, 200)) if part)
        more = f"  also after {', '.join(f'#{id}' for id in each.unseen)}" if each.unseen else ""
        say(f"{each.rails} {task.name:>{width}} {clean(task.title, 60)}  {paint(words, ROLES[each.row.section])}{more}")
    if len(way.nodes) > 1:
        about = f", about {duration_words(way.cost)} by earlier runs" if way.cost else ""
        say(f"the longest way{about}: {' → '.join(f'#{id}' for id in way.nodes)}")
    return 0
