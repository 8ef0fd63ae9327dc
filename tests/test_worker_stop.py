"""Stopping what runs, from asking to KILL; timeouts; and trying again."""

import os
import signal
from pathlib import Path

import pytest

from tests.support import wait_until
from tests.workers import Workers, alive, appears, becomes, kill, last_run, lines, shell, started
from wzp_tui.store import Store
from wzp_tui.tasks.policy import Stop
from wzp_tui.tasks.task import State


def test_a_stopped_command_is_asked_first(store: Store, workers: Workers, tmp_path: Path) -> None:
    said = tmp_path / "said"
    task = store.add(shell(f"trap 'echo asked > {said}; exit 4' TERM; echo ready; while :; do sleep 0.05; done"))
    workers.lane().shows("ready")
    assert store.cancel(task) == "asked"
    assert becomes(store, task, State.CANCELLED).reason == "stopped by you"
    assert lines(said) == ["asked"]
    assert last_run(store, task).exit == 4


def test_what_does_not_listen_is_killed_with_all_it_started(store: Store, workers: Workers, tmp_path: Path) -> None:
    """In both slots at once: one that ignores TERM, and one whose child went into a session of its own."""
    child = tmp_path / "child"
    deaf = store.add(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"))
    apart = store.add(shell(f"setsid sh -c 'trap \"\" TERM HUP; echo $$ > {child}; while :; do sleep 0.05; done' & wait"))
    panes = [workers.lane(slot=1), workers.lane(slot=2)]
    wait_until(lambda: any("ready" in pane.text for pane in panes))
    pid = int(appears(child))
    store.stop(deaf, "stop")
    store.stop(apart, "stop")
    becomes(store, apart, State.CANCELLED)
    assert not alive(pid)
    becomes(store, deaf, State.CANCELLED)
    assert last_run(store, deaf).signal == signal.SIGKILL


def test_kill_does_not_ask(store: Store, workers: Workers) -> None:
    task = store.add(shell("trap 'echo asked; exit 4' TERM; echo ready; while :; do sleep 0.05; done", title="deaf"))
    pane = workers.lane()
    pane.shows("ready")
    store.stop(task, "kill")
    becomes(store, task, State.CANCELLED)
    assert last_run(store, task).signal == signal.SIGKILL
    assert "asked" not in pane.text


def test_who_lost_patience_may_kill_what_was_asked_to_stop(store: Store, workers: Workers) -> None:
    task = store.add(shell("trap 'echo never' TERM; echo ready; while :; do sleep 0.05; done", stop=Stop(grace=600.0)))
    pane = workers.lane()
    pane.shows("ready")
    store.stop(task, "stop")
    pane.shows("never")
    store.stop(task, "kill")
    becomes(store, task, State.CANCELLED)


def test_an_interrupt_is_ctrl_c_and_no_cancel(store: Store, workers: Workers) -> None:
    task = store.add(shell("trap 'echo heard; exit 9' INT; echo ready; while :; do sleep 0.05; done"))
    pane = workers.lane()
    pane.shows("ready")
    store.stop(task, "interrupt")
    assert becomes(store, task, State.FAILED).reason == "exit 9"


def test_a_command_that_stopped_itself_is_seen_and_can_be_ended(store: Store, workers: Workers) -> None:
    task = store.add(shell("kill -STOP $$; echo on"))
    workers.lane()
    wait_until(lambda: any(event.kind == "run.stopped" for event in store.view().events))
    assert store.task(task).state is State.RUNNING
    store.stop(task, "stop")
    becomes(store, task, State.CANCELLED)


def test_what_an_earlier_task_left_running_is_left_alone(store: Store, workers: Workers, tmp_path: Path) -> None:
    """A server that a task started lives on, and so do the processes that it starts later."""
    server = tmp_path / "server"
    grandchild = tmp_path / "grandchild"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    serve = f"setsid sh -c 'echo $$ > {server}; read go < {fifo}; sleep 1000 & echo $! > {grandchild}; wait'"
    first = store.add(shell(f"{serve} & while ! test -s {server}; do sleep 0.01; done"))
    workers.lane()
    becomes(store, first, State.DONE)
    pid = int(appears(server))
    second = store.add(shell("echo; while :; do sleep 0.05; done"))
    started(store, second)
    fifo.write_text("go\n")
    below = int(appears(grandchild))
    try:
        store.stop(second, "stop")
        becomes(store, second, State.CANCELLED)
        assert alive(pid)
        assert alive(below)
    finally:
        kill(below)
        kill(pid)


def test_a_worker_that_is_ended_ends_its_run_and_takes_no_other(store: Store, workers: Workers) -> None:
    first = store.add(shell("echo ready; while :; do sleep 0.05; done"))
    second = store.add(shell("true"))
    pane = workers.lane()
    pane.shows("ready")
    pane.signal(signal.SIGTERM)
    assert pane.wait() == 0
    assert (store.task(first).state, store.task(first).reason) == (State.CANCELLED, "its worker was ended")
    assert store.task(second).state is State.QUEUED


@pytest.mark.parametrize(("timeout", "words"), [(0.3, "timeout after 0.3s")])
def test_a_timeout_fails_a_task_whatever_it_answers(store: Store, workers: Workers, timeout: float, words: str) -> None:
    task = store.add(shell("trap 'exit 0' TERM; while :; do sleep 0.05; done", timeout=timeout))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == words
    assert last_run(store, task).exit == 0


def test_a_failure_is_tried_again_when_it_is_due(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    task = store.add(shell(f"echo $WZP_RUN >> {ran}; test $(wc -l < {ran}) = 2", retries=3))
    workers.lane()
    becomes(store, task, State.DONE)
    first, second = store.runs(task)
    assert lines(ran) == [str(first.id), str(second.id)]
    assert second.started_ms - (first.ended_ms or 0) >= 900
