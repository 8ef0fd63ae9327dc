"""A service in the store: when it serves, who may start then, and what becomes of them when it serves no more."""

from tests.stores import FIRST, ME, SECOND, a_task, begin, begun, end, record
from wzp_tui.store import Store
from wzp_tui.store.events import now_ms
from wzp_tui.tasks.backoff import Backoff
from wzp_tui.tasks.policy import Restart, Service
from wzp_tui.tasks.task import After, Condition, NewTask, State


def a_service(restart: Restart = Restart.ALWAYS, first: float = 60.0) -> NewTask:
    return a_task(service=Service(restart), backoff=Backoff(first, 1, first, 0))


def client(service: int) -> NewTask:
    return a_task(after=(After(service, Condition.READY),))


def test_who_waits_for_a_service_starts_when_it_serves(store: Store) -> None:
    service = store.add(a_service())
    waits = store.add(client(service))
    claim = begun(store)
    assert begin(store, SECOND) is None
    store.serving(claim.run.id, 1234)
    assert store.task(service).state is State.SERVING
    assert store.runs(service)[0].ready_ms == 1234
    assert begun(store, SECOND).task.id == waits


def test_that_it_serves_is_taken_in_once_and_not_after_its_end(store: Store) -> None:
    service = store.add(a_service())
    claim = begun(store)
    store.serving(claim.run.id, 1234)
    store.serving(claim.run.id, 5678)
    assert store.runs(service)[0].ready_ms == 1234
    end(store, claim, 1)
    store.serving(claim.run.id, 9999)
    store.serving(12345, 9999)
    assert (store.task(service).state, store.runs(service)[0].ready_ms) == (State.QUEUED, 1234)


def test_a_service_that_is_restarted_skips_nobody_and_nobody_starts_until_it_serves_again(store: Store) -> None:
    service = store.add(a_service(first=0.001))
    waits, later = store.add(client(service)), store.add(client(service))
    claim = begun(store)
    store.serving(claim.run.id, 1)
    client_run = begun(store, SECOND)
    store.claim(FIRST, ME, "", record(claim, 0)._replace(ended_ms=now_ms() - 1000))
    assert (store.task(service).state, store.task(service).reason) == (State.QUEUED, "exit 0, restart 1")
    assert (store.task(waits).state, store.task(later).state) == (State.RUNNING, State.QUEUED)
    end(store, client_run)
    again = begun(store)
    assert again.task.id == service
    assert begin(store, SECOND) is None, "it does not serve yet"
    store.serving(again.run.id, 2)
    assert begun(store, SECOND).task.id == later


def test_a_service_that_was_given_up_skips_who_waits_for_it(store: Store) -> None:
    service = store.add(a_service(Restart.NEVER))
    waits = store.add(client(service))
    claim = begun(store)
    end(store, claim, 1)
    assert store.task(service).state is State.FAILED
    assert (store.task(waits).state, store.task(waits).reason) == (State.SKIPPED, f"#{service} failed, not ready")


def test_a_service_that_the_user_stopped_is_not_restarted(store: Store) -> None:
    service = store.add(a_service())
    claim = begun(store)
    store.serving(claim.run.id, 1)
    assert store.cancel(service) == "asked"
    end(store, claim, 0, cancelled=True, reason="stopped by you")
    assert store.task(service).state is State.CANCELLED


def test_after_a_long_good_time_a_service_is_restarted_as_if_for_the_first_time(store: Store) -> None:
    service = store.add(a_task(service=Service(Restart.ALWAYS), backoff=Backoff(1, 10, 100, 0)))
    ago = now_ms() - 10_000_000
    for restart in ("exit 1, restart 1", "exit 1, restart 2"):
        claim = begun(store)
        store.claim(FIRST, ME, "", record(claim, 1)._replace(ended_ms=ago))
        assert store.task(service).reason == restart
    claim = begun(store)
    long = record(claim, 1)._replace(ended_ms=claim.run.started_ms + 200_000)
    store.claim(FIRST, ME, "", long)
    assert (store.task(service).reason, store.task(service).not_before_ms) == ("exit 1, restart 1", long.ended_ms + 1000)
