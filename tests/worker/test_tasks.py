"""Tasks: taken once each, put off where they fail, seen by whoever had them started."""

import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from metering.errors import InputError
from storage import tasks
from storage.tasks import Done
from tests.worker import toys
from worker import registered
from worker.loop import LANES, Worker, WorkSettings

NOW = datetime(2020, 1, 1, tzinfo=UTC)  # an hour that has come
NIGHT = datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture
def admin(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute(toys.MADE)
        yield connection


@pytest.fixture
def api(database):
    with psycopg.connect(database.url("api"), autocommit=True) as connection:
        become(connection, "user:1")
        yield connection


@pytest.fixture
def worker(database):
    with psycopg.connect(database.url("worker"), autocommit=True) as connection, toys.known():
        yield connection


def become(connection, actor: str) -> None:
    connection.execute("SELECT set_config('commonwatt.actor', %s, false)", [actor])


def drained(connection) -> int:
    count = 0
    while registered.do_one(connection) is not None:
        count += 1
    return count


def done(admin) -> list[str]:
    return [row[0] for row in admin.execute("SELECT key FROM toy_done ORDER BY key").fetchall()]


def test_what_waits_moves_to_the_earlier_instant_and_takes_the_newer_payload(admin, api):
    later = NIGHT + timedelta(days=1)
    first = tasks.add(api, "toy.nightly", "a", NIGHT, {"year": 2091})
    second = tasks.add(api, "toy.nightly", "a", later, {"year": 2092})
    third = tasks.add(api, "toy.nightly", "b", later)

    found = admin.execute("SELECT id, at, payload FROM task ORDER BY id").fetchall()
    assert first == second
    assert found == [(first, NIGHT, {"year": 2092}), (third, later, {})]


def test_a_task_is_written_with_its_cause_or_not_at_all(admin, api):
    def cause() -> None:
        with api.transaction():
            tasks.add(api, "toy.nightly", "a", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert admin.execute("SELECT count(*) FROM task").fetchone() == (0,)


def test_a_repeated_task_writes_its_successor_under_another_id(admin, api, worker):
    first = tasks.add(api, "toy.nightly", "a", NOW, {"year": 2090})

    assert drained(worker) == 1

    [(second, at, payload)] = admin.execute("SELECT id, at, payload FROM task").fetchall()
    assert (at, payload) == (NIGHT, {"year": 2090})
    assert second != first


def test_who_asks_while_it_is_done_has_it_done_once_more(admin, api, worker, monkeypatch):
    def asked_meanwhile(connection, task):
        if not done(admin):
            tasks.add(api, "toy.nightly", "a", NOW, {"year": 2099})  # waits for nobody
        return toys.nightly(connection, task)

    monkeypatch.setitem(registered.found(), "toy.nightly", asked_meanwhile)
    tasks.add(api, "toy.nightly", "a", NOW, {"year": 2090})

    assert drained(worker) == 2
    assert done(admin) == ["a", "a"]
    rows = admin.execute("SELECT at, payload FROM task WHERE done_at IS NULL").fetchall()
    assert rows == [(datetime(2099, 1, 1, tzinfo=UTC), {"year": 2099})]


def test_two_who_ask_for_the_same_at_once_are_answered_by_one_run(
    admin, api, worker, database, tmp_path
):
    payload = {"outside": str(tmp_path / "outside")}
    with psycopg.connect(database.url("api"), autocommit=True) as other:
        become(other, "user:2")
        with other.transaction():
            second = tasks.add(other, "toy.note", "a", NOW, payload)
            with api.transaction():  # neither sees, nor waits for, the other
                first = tasks.add(api, "toy.note", "a", NOW, payload)
    assert first != second

    drained(worker)

    assert done(admin) == ["a"]
    merged, made = tasks.one(admin, first), tasks.one(admin, second)
    assert (merged.state, made.state) == ("done", "done")
    results = [one.result for one in (made, merged)]
    assert {"key": "a"} in results
    assert {"task": second} in results or {"task": first} in results


def test_the_same_task_is_never_done_by_two_at_once(admin, api, worker, database, monkeypatch):
    """While one is at it, another worker leaves the same alone, and does what else there is."""
    seen: list[str] = []

    def looked(connection, task):
        if task.key == "a" and not seen:
            seen.append("a")
            tasks.add(api, "toy.nightly", "a", NOW, {"year": 2090})
            with psycopg.connect(database.url("worker"), autocommit=True) as second:
                seen.append(registered.do_one(second).key)
                assert registered.do_one(second) is None
        return Done()

    monkeypatch.setitem(registered.found(), "toy.nightly", looked)
    tasks.add(api, "toy.nightly", "a", NOW)
    tasks.add(api, "toy.nightly", "b", NOW + timedelta(days=1))

    assert registered.do_one(worker).key == "a"
    assert seen == ["a", "b"]


def test_what_fails_leaves_nothing_but_its_reason_and_the_rest_goes_on(
    admin, api, worker, tmp_path
):
    bad = tasks.add(api, "toy.poison", "bad", NOW)
    strange = tasks.add(api, "toy.unheard_of", "strange", NOW)
    good = tasks.add(api, "toy.note", "good", NOW, {"outside": str(tmp_path / "outside")})

    drained(worker)

    assert done(admin) == ["good"]
    states = [tasks.one(api, number) for number in (bad, strange, good)]
    assert [(one.state, one.attempts) for one in states] == [
        ("set_aside", 1),
        ("set_aside", 1),
        ("done", 0),
    ]
    assert [one.reason for one in states] == ["computed.failed", "task.unknown_kind", None]
    assert states[0].error == "ZeroDivisionError: poison"
    assert states[2].result == {"key": "good"}
    found = admin.execute("SELECT rows, set_aside FROM access.queues() WHERE queue = 'tasks'")
    assert found.fetchone() == (0, 2)


def test_each_failure_waits_longer_up_to_a_day(admin, api, worker):
    number = tasks.add(api, "toy.poison", "bad", NOW)
    waits = []
    for _ in range(14):
        drained(worker)
        [(wait,)] = admin.execute("SELECT at - now() FROM task").fetchall()
        waits.append(wait)
        admin.execute("UPDATE task SET at = now()")

    for place, wait in enumerate(waits):
        longest = min(timedelta(minutes=2**place), timedelta(days=1))
        assert longest / 2 < wait <= longest
    assert tasks.one(api, number).attempts == 14


def test_a_task_in_portions_keeps_its_row_and_says_what_is_left(admin, api, worker):
    number = tasks.add(api, "toy.portions", "a", NOW)

    left = []
    while registered.do_one(worker) is not None:
        left.append(tasks.one(api, number).rows_left)

    assert left == [4, 3, 2, 1, 0]
    assert done(admin) == [f"a/{part}" for part in range(toys.PARTS)]
    assert tasks.one(api, number).result == {"parts": toys.PARTS}


def test_a_task_is_seen_and_retried_by_whoever_had_it_started(admin, api, worker):
    number = tasks.add(api, "toy.poison", "bad", NOW)
    drained(worker)
    assert [one.id for one in tasks.set_aside(api)] == [number]

    become(api, "user:2")
    assert tasks.one(api, number) is None
    assert (tasks.set_aside(api), tasks.retry(api, number), tasks.retry(api)) == ([], 0, 0)
    become(api, "user:1")
    assert tasks.retry(api, number) == 1
    drained(worker)
    assert tasks.one(api, number).attempts == 2


def test_nobody_who_reads_or_acts_writes_into_the_table_itself(api):
    for statement in (
        "INSERT INTO task (kind, key, at) VALUES ('a', 'b', now())",
        "UPDATE task SET payload = '{}'",
        "DELETE FROM task",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api.execute(statement)


def test_done_tasks_are_forgotten_after_a_month(admin, api, worker, tmp_path):
    payload = {"outside": str(tmp_path / "outside")}
    old, new = (tasks.add(api, "toy.note", key, NOW, payload) for key in "ab")
    drained(worker)
    admin.execute("UPDATE task SET done_at = now() - interval '31 days' WHERE id = %s", [old])

    assert tasks.forget(worker, 100) == 1
    assert tasks.one(api, old) is None
    assert tasks.one(api, new) is not None


def test_two_functions_of_one_kind_are_refused():
    with pytest.raises(ValueError, match=r"kept\.forget"):
        registered.kind("kept.forget")(toys.note)


def test_the_kinds_are_those_of_the_files():
    assert {"kept.forget", "progress.record"} <= set(registered.found())


def test_a_process_has_the_lanes_it_is_told(database, admin, api, tmp_path):
    """One that only does tasks leaves queues alone, and the other way round."""
    tasks.add(api, "toy.note", "a", NOW, {"outside": str(tmp_path / "outside")})

    def looked(lanes: set[str]) -> set[str]:
        stop = threading.Event()
        settings = WorkSettings(lanes=frozenset(lanes), wait_s=0.02)
        worker = Worker(database.url("worker"), settings, lambda *_, **__: None)
        thread = threading.Thread(target=worker.run, args=[stop])
        thread.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = {row[0] for row in admin.execute("SELECT queue FROM worker_lane").fetchall()}
            if found >= lanes:
                break
            time.sleep(0.05)
        stop.set()
        thread.join()
        return found

    with toys.known():
        assert looked({"usage", "accounts"}) == {"usage", "accounts"}
        assert done(admin) == []
        assert looked({"tasks"}) == {"usage", "accounts", "tasks"}
        assert done(admin) == ["a"]
        assert looked({"upkeep", "columnstore"}) == set(LANES)


def test_a_lane_that_does_not_exist_is_named():
    from cli import settings, wiring_services

    with pytest.raises(InputError) as caught:
        wiring_services.worker(settings.load({}), "postgresql://", lambda *_, **__: None, ["mails"])
    assert "mails" in str(caught.value)
    assert caught.value.where == {"field": "--only", "value": "mails"}
