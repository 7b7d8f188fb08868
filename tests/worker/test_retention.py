"""Refused messages go when they were kept long enough, and not before."""

import psycopg
import pytest

from storage.readings.rejects import Retention
from worker.kinds import forgetting
from worker.loop import Worker, WorkSettings
from worker.registered import do_one

KEPT = "SELECT gateway FROM rejected_message ORDER BY gateway"
PLANNED = "SELECT payload, at > now() FROM task WHERE kind = 'kept.forget'"


def keep(connection, name: str, received_days: float, resolved_days: float | None = None) -> None:
    connection.execute(
        """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason, message_zh,
               message_en, i, readings, identity, resolved_at)
           VALUES (now() - %s * interval '1 day', 't', %s, 'x', 'reading.unknown_key', 'a', 'b',
                   '{}', 0, %s, now() - %s * interval '1 day')""",
        [received_days, name, name.encode(), resolved_days],
    )


def days(resolved: int, waiting: int) -> dict[str, int]:
    return {"resolved_days": resolved, "waiting_days": waiting}


@pytest.fixture
def connection(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        yield connection


def test_what_was_kept_long_enough_goes_and_nothing_within_the_window(database, connection):
    forgetting.plan(database.url("worker"), Retention(10, 100))
    keep(connection, "settled long ago", 50, 10.1)
    keep(connection, "settled lately", 50, 9.9)
    keep(connection, "waits long", 100.1)
    keep(connection, "waits", 99.9)

    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    assert connection.execute(KEPT).fetchall() == [("settled lately",), ("waits",)]
    assert connection.execute(PLANNED).fetchall() == [(days(10, 100), True)]


def test_it_is_planned_once_and_as_the_settings_say_now(database, connection):
    for kept in (Retention(90, 730), Retention(7, 30), Retention(7, 30)):
        forgetting.plan(database.url("worker"), kept)
    assert connection.execute(PLANNED).fetchall() == [(days(7, 30), False)]


def test_many_go_in_several_transactions(database, connection, monkeypatch):
    monkeypatch.setattr(forgetting, "_MOST", 2)
    forgetting.plan(database.url("worker"), Retention(90, 730))
    for place in range(5):
        keep(connection, f"old {place}", 800)
    left = []
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        while do_one(worker) is not None:
            left.append(len(connection.execute(KEPT).fetchall()))

    assert left == [3, 1, 0]
