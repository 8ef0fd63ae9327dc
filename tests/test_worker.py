"""A worker in a pane: it runs what its lane or task asks for, and records how that ended."""

import signal
from pathlib import Path

import pytest

from tests.support import wait_until
from tests.workers import Workers, becomes, last_run, lines, log_of, shell
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import State


def test_a_lane_runs_task_after_task_in_one_pane(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    first = store.add(shell(f"echo one $WZP_TASK >> {ran}"))
    pane = workers.lane()
    becomes(store, first, State.DONE)
    second = store.add(shell(f"echo two $WZP_TASK >> {ran}"))
    becomes(store, second, State.DONE)
    assert lines(ran) == [f"one {first}", f"two {second}"]
    assert {run.worker for task in (first, second) for run in store.runs(task)} == {pane.pid}
    assert last_run(store, first).tty == pane.tty
    pane.shows("#2 done")


@pytest.mark.parametrize(
    ("line", "exit", "number", "reason"),
    [
        ("exit 3", 3, None, "exit 3"),
        ("kill -TERM $$", None, signal.SIGTERM, "killed by SIGTERM"),
        ("kill -KILL $$", None, signal.SIGKILL, "killed by SIGKILL"),
        ("exit 255", 255, None, "exit 255"),
    ],
)
def test_a_bad_end_is_recorded_as_it_was(
    store: Store, workers: Workers, line: str, exit: int | None, number: int | None, reason: str
) -> None:
    task = store.add(shell(line))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == reason
    run = last_run(store, task)
    assert (run.exit, run.signal) == (exit, number)


def test_what_went_wrong_is_told_by_the_output(store: Store, workers: Workers) -> None:
    """The end of the log, in one line; a command that says nothing leaves nothing."""
    says = store.add(shell("echo 'main.c:7:3: error: expected expression'; exit 1"))
    silent = store.add(shell("exit 1"))
    done = store.add(shell("echo 'error: never mind'"))
    workers.lane()
    becomes(store, done, State.DONE)
    assert "expected expression" in last_run(store, says).detail
    assert (last_run(store, silent).detail, last_run(store, done).detail) == ("", "")


def test_what_the_command_printed_is_on_the_pane_and_in_the_log(store: Store, workers: Workers, folder: StoreFolder) -> None:
    task = store.add(shell(r"printf 'a\tb\n\303\274\033[31mred\033[0m\377\000.\n'"))
    pane = workers.lane()
    becomes(store, task, State.DONE)
    wanted = b"a\tb\r\n\xc3\xbc\x1b[31mred\x1b[0m\xff\x00.\r\n"
    assert log_of(folder, last_run(store, task)) == wanted
    assert wanted in pane.output


def test_a_program_that_is_not_there_is_named(store: Store, workers: Workers) -> None:
    task = store.add(NewTask(argv=("no-such-program", "x"), cwd="/"))
    pane = workers.lane()
    assert becomes(store, task, State.FAILED).reason == "cannot start: no-such-program: No such file or directory"
    assert last_run(store, task).exit == 127
    pane.shows("no-such-program")


def test_a_folder_that_is_gone_is_named(store: Store, workers: Workers, tmp_path: Path) -> None:
    task = store.add(shell("true", cwd=tmp_path / "gone"))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == f"cannot start: {tmp_path}/gone: No such file or directory"


def test_keys_go_to_the_command(store: Store, workers: Workers, folder: StoreFolder) -> None:
    task = store.add(shell("read answer; echo got $answer"))
    pane = workers.lane()
    becomes(store, task, State.RUNNING)
    pane.type("yes\r")
    becomes(store, task, State.DONE)
    assert b"got yes" in log_of(folder, last_run(store, task))


def test_ctrl_c_reaches_the_command_and_not_the_worker(store: Store, workers: Workers) -> None:
    task = store.add(shell("trap 'exit 9' INT; echo ready; while :; do sleep 0.1; done"))
    pane = workers.lane()
    pane.shows("ready")
    pane.type("\x03")
    assert becomes(store, task, State.FAILED).reason == "exit 9"
    assert not pane.ended


def test_ctrl_c_ends_an_idle_worker_and_gives_the_terminal_back(store: Store, workers: Workers) -> None:
    task = store.add(shell("true"))
    pane = workers.lane()
    before = pane.attributes()
    becomes(store, task, State.DONE)
    pane.shows("done")
    assert pane.attributes() != before
    pane.type("\x03")
    assert pane.wait() == 0
    assert pane.attributes() == before


def test_a_slot_has_one_worker(store: Store, workers: Workers, folder: StoreFolder) -> None:
    first = workers.lane()
    wait_until(lambda: is_held(folder.slot_lock("default", 1)))
    second = workers.lane()
    assert second.wait() == 0
    second.shows("slot 1 of lane default has a worker already")
    assert not first.ended
