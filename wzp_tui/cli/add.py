"""`add`, also called `task add`: queue a command."""

import os
import sys
from collections.abc import Sequence

from wzp_tui.cli import policy
from wzp_tui.cli.options import FastVerb, Given, Option
from wzp_tui.cli.output import note, print_json, say
from wzp_tui.errors import UsageError
from wzp_tui.paths import StoreFolder, store_dir
from wzp_tui.store import NewTask, open_store
from wzp_tui.tasks import lane as lanes
from wzp_tui.tasks import parse
from wzp_tui.tasks.check import check_tag
from wzp_tui.tasks.series import Overlap
from wzp_tui.tasks.task import command_line

VERB = FastVerb(
    "add",
    (
        Option("--title", "What lists show; without it, the command.", "TEXT"),
        Option("--workspace", "The workspace it belongs to (default: $WZP_WORKSPACE, else `default`).", "NAME"),
        Option("--lane", "The lane whose slots run it (default: that of its workspace, else `default`).", "NAME"),
        Option("--pane", "A pane of its own instead of a lane: tab or split.", "PLACE", choices=parse.OWN_PANES),
        Option("--priority", "high, normal or low.", "PRIORITY", choices=("high", "normal", "low")),
        Option(
            "--after",
            "Start when this task is done: 12; or 12:failed, 12:ended, 12:ready for a service. Repeatable.",
            "ID[:WHEN]",
            repeat=True,
        ),
        Option("--lock", "A name that only one task under way may have. Repeatable.", "NAME", repeat=True),
        Option(
            "--touches", "A path glob, as 'db/**': tasks that may touch the same paths never run together. Repeatable.", "GLOB", repeat=True
        ),
        Option("--tag", "A word to find it by. Repeatable.", "TAG", repeat=True),
        Option("--at", "Start it not before this time: 14:30, 'friday 9:00', 'in 2h'.", "WHEN"),
        Option("--every", "Add it again and again: 10m, or a cron line, '30 9 * * mon-fri'. Makes a series, and prints its id.", "RULE"),
        Option("--overlap", "While one of a series is not over, skip the next or queue it (default: skip).", "HOW", choices=tuple(Overlap)),
        Option("--catch-up", "What a series does that was missed while nobody was there: skip (default), one, all, all(20).", "HOW"),
        Option("--keep", "How many done tasks of a series stay in the lists; those before them are archived (default: 10).", "N"),
        Option("--due", "When it should be done: 14:30, 'friday 9:00', 'in 2h'; it rises as that comes near.", "WHEN"),
        Option("--cwd", "Its working directory (default: this one).", "DIR"),
        Option(
            "--env", "K=V sets a variable; K alone must be set where the task starts, and is not stored. Repeatable.", "K[=V]", repeat=True
        ),
        Option("--env-file", "A file of K=V lines, read when the task starts.", "FILE"),
        *policy.OPTIONS,
        Option("--hold", "Wait for `task release` or `task assign`."),
        Option("--wait", "Wait until it has ended; exit 0 only if it is done."),
        Option("--json", "Print one JSON document."),
    ),
    takes_command=True,
)


def main(args: Sequence[str]) -> int:
    """Parse and add."""
    return add(*VERB.parse(args))


def add(given: Given, command: list[str]) -> int:
    """Add a task, print its id, and say so when nobody is there to take it."""
    new = new_task(given, command)
    if given.text("--every") is not None:
        from wzp_tui.cli.again import add_series

        return add_series(given, new)
    if any(given.text(flag) is not None for flag in ("--overlap", "--catch-up", "--keep")):
        raise UsageError("--overlap, --catch-up and --keep are for a series; give --every, too")
    as_json = given.is_on("--json")
    folder = StoreFolder(store_dir())
    store = open_store(folder, f"cli:{os.getpid()}")
    try:
        id = store.add(new)
        if not as_json:
            say(str(id))
            sys.stdout.flush()
        elif not given.is_on("--wait"):
            from wzp_tui.cli.documents import task_document

            print_json({"task": task_document(folder, store.task(id), None)})
        warn(folder, f"#{id}", new if new.lane != "" else new._replace(lane=store.task(id).lane))
        if given.is_on("--wait"):
            from wzp_tui.cli.waiting import wait

            return wait(folder, store, [id], as_json=as_json, quiet=True)
    finally:
        store.close()
    return 0


def new_task(given: Given, command: list[str]) -> NewTask:
    """The task that was described. Raises `UsageError`."""
    argv = parse.check_command(command)
    pane, lane, cwd, env_file = given.text("--pane"), given.text("--lane"), given.text("--cwd"), given.text("--env-file")
    if pane and lane is not None:
        raise UsageError("--lane and --pane exclude each other: a task runs in a lane, or in a pane of its own")
    env, env_names = parse.parse_variables(given.texts("--env"))
    folder = here() if cwd is None else parse.check_folder(cwd)
    return NewTask(
        argv=argv,
        cwd=folder,
        title=parse.short_title(given.text("--title") or command_line(argv)),
        workspace=parse.check_name(given.text("--workspace") or os.environ.get("WZP_WORKSPACE") or "default", "workspace"),
        lane=None if pane else "" if lane is None else lanes.check_lane_name(lane),
        place=pane or "tab",
        priority=parse.parse_priority(given.text("--priority") or "normal"),
        after=tuple(dict.fromkeys(map(parse.parse_after, given.texts("--after")))),
        env=env,
        env_names=env_names,
        env_file="" if env_file is None else parse.check_file(env_file, "env file"),
        hold=given.is_on("--hold"),
        not_before_ms=_moment(given.text("--at")) or 0,
        due_ms=_moment(given.text("--due")),
        locks=tuple(dict.fromkeys(parse.check_name(name, "lock") for name in given.texts("--lock"))),
        touches=_touches(given.texts("--touches"), folder),
        tags=tuple(dict.fromkeys(map(check_tag, given.texts("--tag")))),
        policy=policy.policy_from({option.name: given.text(option.flag) for option in policy.OPTIONS}),
    )


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    from wzp_tui.tasks.schedule import parse_moment

    return parse_moment(text)


def _touches(patterns: Sequence[str], folder: str) -> tuple[str, ...]:
    if not patterns:
        return ()
    from wzp_tui.tasks.touches import anchored, check_touches

    return tuple(dict.fromkeys(anchored(pattern, folder) for pattern in check_touches(patterns)))


def here() -> str:
    """The folder that we are in. Raises `UsageError` where it was removed."""
    try:
        return parse.check_utf8(os.getcwd(), "folder")
    except FileNotFoundError:
        raise UsageError("the folder you are in was removed; go to another one, or give --cwd DIR") from None


def warn(folder: StoreFolder, name: str, new: NewTask) -> None:
    """What the user would not expect: a program that is not there yet, a lane that nobody works in."""
    program = new.argv[0]
    if not new.after and _is_missing(program, new.cwd):
        shell = f"; for a shell line: wzp-tui add -- sh -c {parse.shown(program)}" if " " in program else ""
        note(f"{name} is queued, but there is no program {parse.shown(program)} now{shell}")
    from wzp_tui.store.liveness import has_taker

    if not new.hold and not has_taker(folder, new.lane):
        note(f"{name} waits: no tower and no worker is there to take it; start `wzp-tui`, or `wzp-tui tower --headless`")


def _is_missing(program: str, cwd: str) -> bool:
    if "/" in program:
        return not os.path.exists(os.path.join(cwd, program))
    return not any(os.access(os.path.join(folder, program), os.X_OK) for folder in os.get_exec_path())
