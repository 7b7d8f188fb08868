"""No reading, institution or task stops another: what fails is set aside, and the rest goes on."""

import threading
import time

import psycopg
import pytest

from metering.units import MOST_QUANTA
from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, make_channels
from tests.worker.test_usage import HOUR_MS, MINUTE_MS, quiet, rows
from worker.loop import Worker, WorkSettings
from worker.usage import Limits

INTERVAL = 1
LARGEST = float(2**53)


def ask(database, query: str, *values: object) -> list:
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        cursor = c.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def moved(database, channel: int) -> int:
    """Let a channel be of an institution of its own; return that institution."""
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute("SET session_replication_role = replica")
        [other] = c.execute("INSERT INTO institution DEFAULT VALUES RETURNING id").fetchone()
        c.execute(
            """UPDATE meter SET institution_id = %s
                WHERE id = (SELECT meter_id FROM channel WHERE id = %s)""",
            [other, channel],
        )
        c.execute(
            "UPDATE account_term SET institution_id = %s WHERE channel_id = %s", [other, channel]
        )
        return int(other)


def write(database, readings: list[SentReading]) -> None:
    store = Store(database.url("collector"), "test")
    for first in range(0, len(readings), 1000):
        store.write(*batch_of(readings[first : first + 1000]), [])
    store.close()


def accounts(database) -> dict[int, int | None]:
    return dict(ask(database, "SELECT institution_id, sum(quanta) FROM account GROUP BY 1"))


@pytest.fixture
def world(database):
    """Channel k0 of an honest institution, k1 and k2 of another; each reading is an hour's use."""
    ids = make_channels(database.admin_url, [INTERVAL] * 3, max_per_hour=None)
    return ids, moved(database, ids[0])


def test_absurd_readings_leave_every_other_account_as_it_is(database, world):
    ids, honest = world
    at = [START_MS + hour * HOUR_MS for hour in range(1, 50)]
    write(database, [SentReading("k0", ms, 7.0, 1) for ms in at])
    write(database, [SentReading(key, ms, LARGEST, 1) for key in ("k1", "k2") for ms in at])

    Worker(database.url("worker"), WorkSettings(), quiet).drain()

    [(absurd,)] = ask(
        database, "SELECT institution_id FROM account_term WHERE channel_id = %s", ids[1]
    )
    assert accounts(database) == {honest: 7 * 49, absurd: None}
    found = ask(
        database, "SELECT stage, institution_id, carrier, month::text, reason, error FROM set_aside"
    )
    total = str(2 * 49 * 2**53)
    reason = "account.out_of_range"
    assert found == [("figure", absurd, "electricity", "2016-03-01", reason, total)]
    assert ask(database, "SELECT count(*) FROM account_figure WHERE co2_g IS NULL") == [(1,)]


def test_an_account_below_its_maximum_again_is_no_longer_set_aside(database, world):
    _, honest = world
    write(database, [SentReading("k0", START_MS + HOUR_MS, float(MOST_QUANTA + 1), 1)])
    worker = Worker(database.url("worker"), WorkSettings(), quiet)
    worker.drain()
    assert accounts(database) == {honest: None}

    write(database, [SentReading("k0", START_MS + HOUR_MS, float(MOST_QUANTA), 2)])
    worker.drain()

    assert accounts(database) == {honest: MOST_QUANTA}
    assert ask(database, "SELECT count(*) FROM set_aside") == [(0,)]


def test_a_channel_whose_day_overflows_is_set_aside_with_its_reason(database, world):
    ids, honest = world
    ask(database, "UPDATE channel_setting SET known_until = now() WHERE channel_id = %s", ids[1])
    ask(
        database,
        """INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
           VALUES (%s, 1, 60, '-infinity', 'test', 'user:1')""",
        ids[1],
    )
    minutes = range(1, 1440)
    write(database, [SentReading("k1", START_MS + m * MINUTE_MS, LARGEST, 1) for m in minutes])
    write(database, [SentReading("k0", START_MS + HOUR_MS, 7.0, 1)])

    Worker(database.url("worker"), WorkSettings(), quiet).drain()

    assert accounts(database) == {honest: 7}
    found = ask(database, "SELECT stage, channel_id, reason, attempts FROM set_aside")
    assert found == [("usage", ids[1], "computed.out_of_range", 1)]
    assert {row[0] for row in rows(database, "usage_day")} == {ids[0]}
    assert ask(database, "SELECT count(*) > 0 FROM stale_usage") == [(True,)]  # kept, for later


def test_an_hour_that_overflows_is_told_by_its_own_channel(database, world):
    ids, honest = world
    ask(database, "UPDATE channel_setting SET known_until = now() WHERE channel_id = %s", ids[1])
    ask(
        database,
        """INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
           VALUES (%s, 1, 1, '-infinity', 'test', 'user:1')""",
        ids[1],
    )
    seconds = range(1, 1101)
    write(database, [SentReading("k1", START_MS + 1000 * s, LARGEST, 1) for s in seconds])
    write(database, [SentReading(key, START_MS + HOUR_MS, 7.0, 1) for key in ("k0", "k2")])

    Worker(database.url("worker"), WorkSettings(), quiet).drain()

    found = ask(database, "SELECT channel_id, reason, error FROM set_aside")
    assert [row[:2] for row in found] == [(ids[1], "usage.hour_out_of_range")]
    assert f"Channel {ids[1]} used {1100 * 2**53} " in found[0][2]
    assert {row[0] for row in rows(database, "usage_day")} == {ids[0], ids[2]}
    assert accounts(database)[honest] == 7


def test_an_institution_whose_accounts_fail_is_set_aside_and_tried_again(database, world):
    _, honest = world
    ask(
        database,
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = 'data_exception'; END $$""",
    )
    ask(
        database,
        f"""CREATE TRIGGER refuse BEFORE INSERT ON account FOR EACH ROW
            WHEN (NEW.institution_id <> {honest}) EXECUTE FUNCTION refuse()""",
    )
    write(database, [SentReading(key, START_MS + HOUR_MS, 7.0, 1) for key in ("k0", "k1")])
    worker = Worker(database.url("worker"), WorkSettings(), quiet)

    worker.drain()

    assert accounts(database) == {honest: 7}
    found = ask(
        database, "SELECT stage, institution_id <> %s, reason, error FROM set_aside", honest
    )
    assert found == [("account", True, "computed.failed", "DataException: poison")]

    ask(database, "DROP TRIGGER refuse ON account")
    ask(database, "UPDATE set_aside SET retry_at = now()")
    worker.drain()
    assert sorted(accounts(database).values()) == [7, 7]
    assert ask(database, "SELECT count(*) FROM set_aside") == [(0,)]


def test_one_poison_channel_among_many_costs_few_attempts(database):
    ids = make_channels(database.admin_url, [INTERVAL] * 40, max_per_hour=None)
    write(database, [SentReading(f"k{k}", START_MS + HOUR_MS, 7.0, 1) for k in range(40)])
    ask(database, "UPDATE channel SET zone = 'Nowhere/At_all' WHERE id = %s", ids[23])
    messages: list[str] = []
    worker = Worker(
        database.url("worker"), WorkSettings(), lambda event, **_: messages.append(event)
    )

    worker.drain()

    assert {row[0] for row in rows(database, "usage_hour")} == set(ids) - {ids[23]}
    assert messages == ["usage.failed"]
    assert worker.tally.failures == 1


def test_accounts_and_tasks_go_on_while_usage_never_ends(database, world, monkeypatch):
    _, honest = world
    ask(database, "INSERT INTO task (kind, key, at) VALUES ('progress.record', 'nonsense', now())")
    write(database, [SentReading("k0", START_MS + HOUR_MS, 7.0, 1)])
    worker = Worker(database.url("worker"), WorkSettings(limits=Limits(), wait_s=0.05), quiet)
    usage_done, real = threading.Event(), worker._usage

    def endless(connection) -> bool:
        if not usage_done.is_set():
            while real(connection):
                pass
            usage_done.set()
        time.sleep(0.01)
        return True

    monkeypatch.setattr(worker, "_usage", endless)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=[stop])
    thread.start()
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (
            accounts(database) and ask(database, "SELECT attempts FROM task") == [(1,)]
        ):
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join()
    assert accounts(database) == {honest: 7}
    assert ask(database, "SELECT attempts FROM task") == [(1,)]


def test_a_task_that_takes_too_long_is_put_off_like_any_that_fails(database):
    ask(database, "INSERT INTO task (kind, key, at) VALUES ('progress.record', '1', '2020-01-01Z')")
    ask(database, "INSERT INTO task (kind, key, at) VALUES ('progress.record', '2', now())")
    ask(
        database,
        """CREATE OR REPLACE FUNCTION access.record_progress(
               asked integer, wanted text, at_day date)
           RETURNS bigint LANGUAGE plpgsql AS $$
           BEGIN
               IF asked = 1 THEN
                   RAISE EXCEPTION 'too slow' USING ERRCODE = 'query_canceled';
               END IF;
               RETURN 0;
           END $$""",
    )

    Worker(database.url("worker"), WorkSettings(), quiet).drain()

    assert ask(database, "SELECT key, attempts, at > now() FROM task ORDER BY key") == [
        ("1", 1, True),
        ("2", 0, True),
    ]
