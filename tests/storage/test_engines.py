"""Promise 2 across engines: the same readings leave the same bytes in either."""

import hashlib
import json
import random
import threading
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
import psycopg
import pytest

from storage import columnstore, connections
from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, make_channels
from tests.worker import model
from tests.worker.test_bills import with_begun
from tests.worker.test_usage import (
    HOUR_MS,
    assert_accounts_are_sums,
    assert_as_modelled,
    modelled,
    rows,
    worker,
)

CASE = tomllib.loads((Path(__file__).parent.parent / "cases/engines.toml").read_text("utf-8"))
KINDS = [0, 0, 1, 2]  # two registers, one of interval values, one of power
STEP_MS = 5 * HOUR_MS
DAYS = 80  # from 1 March 2016: three months and as many chunks, one change of clocks
END = datetime(2016, 9, 1, tzinfo=UTC)

# What is compared, in the order of its key; a channel or institution by its place, not its number.
TABLES = {
    "reading": "SELECT channel_id, storage.ms(at), rank, seq, value FROM reading",
    "reading_revision": "SELECT channel_id, storage.ms(at), rank, seq, value FROM reading_revision",
    "usage_hour": "SELECT channel_id, storage.ms(hour), used, measured_s, known_s FROM usage_hour",
    "usage_day": "SELECT channel_id, day::text, used, measured_s, known_s FROM usage_day",
    "usage_month": "SELECT channel_id, month::text, used, measured_s, known_s FROM usage_month",
    "account": """SELECT institution_id, carrier, month::text, source, quanta, measured_s,
                         known_s
                    FROM account""",
}


def readings() -> list[list[SentReading]]:
    """Return three deliveries: a season with a gap and wraps, what comes late, what comes later."""
    first, late, later = [], [], []
    for channel in range(len(KINDS)):
        register = 17 * channel
        for n in range(DAYS * 24 * HOUR_MS // STEP_MS):
            at_ms = START_MS + n * STEP_MS + channel * 7 * 60_000
            register += (n * 37 + channel * 11) % 90
            one = SentReading(f"k{channel}", at_ms, float(register % 1000), n + 1)
            if channel in (1, 3) and 100 <= n < 130:
                continue  # never said
            (late if 20 <= n % 97 < 29 else first).append(one)
            if n % 17 == 0:  # said again, and otherwise
                first.append(SentReading(one.key, at_ms, (register + 3) % 1000, n))
                late.append(SentReading(one.key, at_ms, (register + 1) % 1000, n + 2))
            if n % 41 == 0:
                later += [one, SentReading(one.key, at_ms, (register + 2) % 1000, n + 3)]
    return [first, late, later]


def make(of_engine, engine: str) -> tuple:
    database = of_engine(engine)
    return database, make_channels(
        database.admin_url, KINDS, wraps_at=1000, max_per_hour=16, factor=3, period_s=18_000
    )


def write(database, batch: list[SentReading]) -> None:
    store = Store(database.url("collector"), "test")
    for start in range(0, len(batch), 100):
        store.write(*batch_of(batch[start : start + 100]), [])
    store.close()


def write_bills(database, first_day: int) -> None:
    """Write two bills over any days of the channel of interval values, after all its readings."""
    store = Store(database.url("collector"), "test")
    begin = START_MS + (DAYS + first_day) * 24 * HOUR_MS
    ends = (begin + 17 * 24 * HOUR_MS, begin + 47 * 24 * HOUR_MS + 7)
    sent = [SentReading("k2", end, 100.0 + n, n) for n, end in enumerate(ends)]
    batch, values = batch_of(sent)
    begun = np.array([begin, ends[0] + HOUR_MS], np.int64)
    store.write_whole(batch, replace(values, from_ms=begun))
    store.close()


def convert(database) -> int:
    """Put into columnstore what can be; return how many chunks that were."""
    url = database.url("worker")
    with connections.writer(url, "test") as connection:
        found = iter(lambda: columnstore.convert_one(connection, END, url), False)
        return sum(found)


def digests(database) -> dict[str, str]:
    """Return a digest of each table's rows."""
    found = {}
    with psycopg.connect(database.admin_url) as connection:
        for table, query in TABLES.items():
            owners = connection.execute(f"SELECT DISTINCT o FROM ({query}) AS t (o) ORDER BY o")
            places = {row[0]: place for place, row in enumerate(owners)}
            rows = [[places[row[0]], *row[1:]] for row in connection.execute(query)]
            rows.sort(key=lambda row: json.dumps(row))
            assert rows, table
            found[table] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    return found


def has_timescaledb(server) -> bool:
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute(
            "SELECT FROM pg_available_extensions WHERE name = 'timescaledb'"
        ).fetchone()
    return row is not None


@pytest.fixture(params=["plain", "timescaledb"])
def engine(request, server) -> str:
    if request.param == "timescaledb" and not has_timescaledb(server):
        pytest.skip("this server has no TimescaleDB; plain PostgreSQL is held to the same digests")
    return request.param


def test_either_engine_leaves_the_bytes_on_record(of_engine, engine):
    database, ids = make(of_engine, engine)
    conversions = []
    for batch in readings():
        write(database, batch)
        worker(database).drain()
        conversions.append(convert(database))

    # What came late lay beside chunks of columnstore already, and was taken into them.
    assert [chunks > 1 for chunks in conversions] == [engine == "timescaledb"] * 3
    channels = modelled(database, ids, KINDS, wraps_at=1000, zone="Europe/London")
    assert_as_modelled(database, channels)
    assert_accounts_are_sums(database)
    known = [step.used is not None for c in channels.values() for step in model.steps(c)]
    assert any(known)
    assert not all(known)
    assert digests(database) == CASE["sha256"]


def test_bills_over_any_days_come_to_the_same_in_either_engine(of_engine, engine):
    database, ids = make(of_engine, engine)
    write(database, readings()[0])
    for first_day in (60, 1):  # the later ones first, and what came late beside columnstore
        write_bills(database, first_day)
        worker(database).drain()
        convert(database)

    channels = modelled(database, ids, KINDS, wraps_at=1000, zone="Europe/London")
    assert_as_modelled(database, with_begun(database, channels))
    assert_accounts_are_sums(database)
    assert len(channels[ids[2]].begun) == 4
    months = [row for row in rows(database, "usage_month") if row[0] == ids[2]]
    assert {month for _, month, *_ in months} >= {"2016-05-01", "2016-06-01", "2016-07-01"}


def test_a_late_reading_leaves_the_other_months_in_columnstore(of_engine, engine):
    database, _ = make(of_engine, engine)
    write(database, readings()[0])
    worker(database).drain()
    chunks = convert(database)

    for seq in (1, 2):  # a reading between two others, then one in its place
        write(database, [SentReading("k0", START_MS + 4 * 24 * HOUR_MS + 60_000, 915.0 + seq, seq)])
        worker(database).drain()

    assert (chunks, convert(database)) == ((6, 2) if engine == "timescaledb" else (0, 0))


def test_writing_recomputing_and_converting_at_once_leave_the_same(of_engine, engine):
    database, _ = make(of_engine, engine)
    batch = list(chain(*readings()))
    random.Random(7).shuffle(batch)
    stop = threading.Event()

    def keep_converting() -> None:
        while not stop.wait(0.1):
            convert(database)

    others = [
        threading.Thread(target=keep_converting),
        threading.Thread(target=worker(database).run, args=(stop,)),
    ]
    senders = [threading.Thread(target=write, args=(database, batch[n::2])) for n in range(2)]
    for thread in others + senders:
        thread.start()
    for thread in senders:
        thread.join()
    stop.set()
    for thread in others:
        thread.join()
    worker(database).drain()

    assert digests(database) == CASE["sha256"]
