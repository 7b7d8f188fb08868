"""A register that only goes on costs what came, and its hours are those of all its readings."""

import random
from contextlib import ExitStack

import psycopg
import pytest

from storage.accounts import usage
from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, forget_readings, make_channels
from worker.loop import Worker, WorkSettings
from worker.usage import Limits, recompute

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
KEPT = "SELECT channel_id, storage.ms(at), value FROM usage_end ORDER BY 1"
TABLES = ("usage_hour", "usage_day", "usage_month")


def quiet(*_: object, **__: object) -> None:
    pass


class Register:
    """A register of a database of its own, a store to send by and a worker."""

    def __init__(self, database) -> None:
        self.admin_url = database.admin_url
        (self.channel,) = make_channels(
            database.admin_url, [0], wraps_at=100_000, max_per_hour=6_000, period_s=300
        )
        self.store = Store(database.url("collector"), "test")
        self.worker = Worker(database.url("worker"), WorkSettings(), quiet)

    def send(self, *readings: tuple[int, int]) -> None:
        sent = [SentReading("k0", at, float(value), 1) for at, value in readings]
        self.store.write(*batch_of(sent), [])

    def read(self) -> int:
        """Drain the queue; return how many readings that took."""
        before = self.worker.tally.readings
        self.worker.drain()
        return self.worker.tally.readings - before

    def ask(self, query: str) -> list:
        with psycopg.connect(self.admin_url, autocommit=True) as c:
            cursor = c.execute(query)
            return cursor.fetchall() if cursor.description else []

    def usage(self) -> list:
        return [sorted(self.ask(f"SELECT t::text FROM {table} t")) for table in TABLES]

    def anew(self) -> list:
        """Return what all readings together come to, nothing being known of before."""
        for table in (*TABLES, "usage_end", "stale_usage"):
            self.ask(f"DELETE FROM {table}")
        self.ask(
            """INSERT INTO stale_usage (channel_id, first, last)
               SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id"""
        )
        self.worker.drain()
        return self.usage()


@pytest.fixture(scope="module")
def made(database_of_module) -> Register:
    return Register(database_of_module)


@pytest.fixture
def register(made) -> Register:
    forget_readings(made.admin_url)
    return made


def calm(count: int, first: int = 0) -> list[tuple[int, int]]:
    """Return readings every 5 min and some ms, which rise by 0 to 9."""
    return [
        (START_MS + n * 5 * MINUTE_MS + n * 37 % 1000, 5_000 + n * 9 + n % 3)
        for n in range(first, first + count)
    ]


def test_what_only_goes_on_is_all_that_is_read(register):
    register.send(*calm(300))
    assert register.read() == 300

    for n in range(300, 315):
        register.send(*calm(1, n))
        assert register.read() == 2  # it, and where the hours ended

    assert register.usage() == register.anew()


def test_what_looks_odd_is_judged_by_its_past(register):
    register.send(*calm(300))
    register.read()
    at, value = calm(1, 300)[0]

    register.send((at, value - 500))  # a misread digit

    assert register.read() > 100
    assert register.ask(KEPT) == []
    register.send(*calm(1, 301))
    assert register.read() > 100
    assert register.usage() == register.anew()


def test_what_comes_while_a_channel_is_read_twice_counts_once(register, monkeypatch):
    """Of two spans the later is settled at once, the first by a second read that sees more."""
    stood_still = [(at, 5_000) for at, _ in calm(900)]
    register.send(*stood_still[:700])
    register.ask("DELETE FROM stale_usage")
    for first, last, added in ((300, 305, False), (690, 699, True)):
        register.ask(
            f"""INSERT INTO stale_usage (channel_id, first, last, added)
                VALUES ({register.channel}, to_timestamp({stood_still[first][0]} / 1000.0),
                        to_timestamp({stood_still[last][0]} / 1000.0), {added})"""
        )
    read, reads = usage.around, []

    def around(connection, spans, **how):
        found = read(connection, spans, **how)
        reads.append(len(spans.channel_id))
        if len(reads) == 1:
            register.send(*stood_still[700:800])
        return found

    monkeypatch.setattr(usage, "around", around)
    register.read()
    assert reads[:2] == [2, 1]
    register.send(*stood_still[800:])
    register.read()
    monkeypatch.undo()
    assert register.usage() == register.anew()


def test_where_hours_end_is_found_again_once_all_around_is_calm(register):
    register.send(*calm(50), (calm(1, 50)[0][0], 7), *calm(100, 51))
    register.read()
    assert register.ask(KEPT) == [(register.channel, *calm(1, 150)[0])]

    register.send(*calm(30, 151))

    assert register.read() == 31
    assert register.usage() == register.anew()


def test_a_reading_that_is_seen_before_its_place_in_the_queue_counts_once(register):
    register.send(*calm(100))
    register.read()
    early, late = calm(2, 100)
    at = f"to_timestamp({early[0]} / 1000.0)"
    register.ask(
        f"INSERT INTO reading (channel_id, at, rank, seq, value) "
        f"VALUES ({register.channel}, {at}, 0, 1, {early[1]})"
    )

    register.send(late)
    register.read()
    register.ask(
        f"INSERT INTO stale_usage (channel_id, first, last, added) "
        f"VALUES ({register.channel}, {at}, {at}, true)"
    )
    register.read()
    register.send(*calm(1, 102))
    register.read()

    assert register.usage() == register.anew()


def test_a_late_reading_that_waits_with_newer_ones_counts(register):
    register.send(*calm(300))
    register.read()
    at, value = calm(1, 310)[0]
    register.send((at + HOUR_MS, value))
    register.read()
    assert register.ask(KEPT) == [(register.channel, at + HOUR_MS, value)]

    register.send((at, value - 3))
    register.send((at + HOUR_MS + MINUTE_MS, value + 3))
    register.read()

    assert register.usage() == register.anew()


def test_a_month_that_comes_late_is_taken_piece_by_piece_beside_what_only_goes_on(database):
    make_channels(database.admin_url, [0] * 3, wraps_at=100_000, max_per_hour=6_000, period_s=300)
    store = Store(database.url("collector"), "test")
    limits = Limits(beside=100)
    work = Worker(database.url("worker"), WorkSettings(limits=limits), quiet)

    def send(key: int, rows: list[tuple[int, int]]) -> None:
        sent = [SentReading(f"k{key}", at, float(value), 1) for at, value in rows]
        store.write(*batch_of(sent), [])

    def taken_once() -> tuple[int, int]:
        """Take one transaction; return how many channels and readings it took."""
        with ExitStack() as stack:
            connection = work._open(stack, "usage")
            assert work._months is not None
            done = recompute(connection, work._months, limits)
            return len(done.channels), done.readings

    send(0, calm(300))
    work.drain()
    send(1, calm(400))
    send(2, calm(400))
    send(0, calm(1, 300))

    channels, readings = taken_once()

    assert channels == 2  # the one that goes on though it came last, and one of the others
    assert readings < 300
    send(0, calm(1, 301))
    work.drain()
    store.close()
    found = psycopg.connect(database.admin_url).execute(
        "SELECT channel_id, sum(used)::int FROM usage_hour GROUP BY 1 ORDER BY 1"
    )
    first, last = calm(1)[0][1], [calm(1, n)[0][1] for n in (301, 399, 399)]
    assert [used for _, used in found] == [value - first for value in last]


@pytest.mark.parametrize("seed", range(2))
def test_however_it_comes_the_hours_are_those_of_all_readings(register, seed):
    draw = random.Random(seed)
    readings, value, at = [], 50_000, START_MS
    for _ in range(250):
        at += draw.choice([300_000, 300_000, 300_000, 61_234, 5_400_000])
        value = (value + draw.randrange(40)) % 100_000
        odd = draw.random() < 0.01
        readings.append((at, draw.randrange(100_000) if odd else value))
    late = [one for one in readings if draw.random() < 0.02]
    waiting = [one for one in readings if one not in late]
    while waiting:
        size = draw.choice([1, 3, 40, 120])
        some, waiting = waiting[:size], waiting[size:]
        if late and draw.random() < 0.4:
            some = [late.pop(), *some]
        register.send(*some)
        register.read()
    register.send(*late, readings[-1])
    register.read()

    assert register.usage() == register.anew()


def test_accounts_of_any_terms_are_the_sums_of_their_days(register):
    days = [
        f"2016-{day}" for day in ("02-01", "02-10", "03-01", "03-02", "03-31", "04-01", "05-17")
    ]
    terms = [
        (first, until, share)
        for place, first in enumerate(["-infinity", *days])
        for until in [*days[place:], None]
        for share in (1_000_000, 400_000, -1_000_000)
    ]
    value, readings = 0, []
    for n in range(80):
        value += n * 7 % 50
        readings.append((START_MS + n * 41 * 60 * MINUTE_MS, value))
    register.send(*readings)
    register.read()
    for n, (first, until, share) in enumerate(terms):
        register.ask(
            f"""WITH made AS (INSERT INTO institution DEFAULT VALUES RETURNING id), term AS (
                    INSERT INTO account_term (institution_id, carrier, channel_id, share,
                                              valid_from, valid_to, source, known_by)
                    SELECT id, 'electricity', {register.channel}, {share}, '{first}',
                           nullif('{until}', 'None')::date, 'test', 'user:1' FROM made)
                INSERT INTO stale_account (institution_id, first, last)
                SELECT id, '2016-01-01', '2016-{9 + n % 4:02}-01' FROM made"""
        )
    register.read()

    wanted = register.ask(
        """SELECT institution_id, date_trunc('month', day::timestamp)::date, sum(quanta)::bigint,
                  sum(measured_s), sum(known_s)
             FROM storage.account_day GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert len({row[0] for row in wanted}) > 60
    assert wanted == register.ask(
        "SELECT institution_id, month, quanta, measured_s, known_s FROM account ORDER BY 1, 2"
    )


def test_an_exchange_after_the_end_is_seen(register):  # the last one, for an exchange stays
    register.send(*calm(100))
    register.read()
    at = calm(1, 100)[0][0]
    register.ask(
        f"INSERT INTO exchange (channel_id, at, final, initial, source, known_by) VALUES "
        f"({register.channel}, to_timestamp({at} / 1000.0), 6000, 0, 'test', 'test')"
    )

    register.send((at + MINUTE_MS, 5), (at + 6 * MINUTE_MS, 9))
    register.read()

    assert register.usage() == register.anew()
