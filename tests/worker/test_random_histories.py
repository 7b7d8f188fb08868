"""Whatever becomes of registers, in whatever order it is seen: usage is that of all readings anew.

Calm stretches are long, so that most readings only go on; between them all that people and
gateways can do happens, also while a worker is in the middle of it, and workers end before their
commit.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

import worker.usage as taking
from storage.accounts import ends, rebuilding, usage
from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, forget_readings, make_channels
from tests.worker.test_going_on import TABLES
from worker.usage import Limits, Months, TooManyError, recompute

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
RANGE = 10_000_000
GAPS = [300_000] * 60 + [300_777] * 16 + [2_000_000] * 40 + [5 * HOUR_MS] * 4 + [DAY_MS, 9 * DAY_MS]
SETTINGS = "factor, under, period_s, max_per_hour, wraps_at"
QUEUE = "INSERT INTO stale_usage (channel_id, first, last) VALUES (%s, {first}, {last})"
INSTANT = "to_timestamp(%s / 1000.0)"


class World:
    """Three registers, a store to send by, and two workers that have a step at a time."""

    def __init__(self, database, stack: ExitStack) -> None:
        self.admin = stack.enter_context(psycopg.connect(database.admin_url, autocommit=True))
        self.admin.execute("SET session_replication_role = replica")  # histories are begun anew
        self.channels = make_channels(
            database.admin_url, [0] * 3, wraps_at=RANGE, max_per_hour=6_000, period_s=300
        )
        self.store = Store(database.url("collector"), "test")
        stack.callback(self.store.close)
        self.workers = []
        for _ in range(2):
            connection, other = (
                stack.enter_context(usage.connect(database.url("worker"))) for _ in range(2)
            )
            rebuilding.prepare(connection)
            ends.prepare(connection)
            self.workers.append((connection, Months(other)))
        self.seen: Counter[str] = Counter()

    def ask(self, query: str, *values: object) -> list:
        cursor = self.admin.execute(query, values)
        return cursor.fetchall() if cursor.description else []

    def begin(self, url: str) -> None:
        forget_readings(url)
        for table in ("exchange", "verdict"):
            self.ask(f"DELETE FROM {table}")
        self.ask("DELETE FROM channel_setting WHERE valid_from > '-infinity'")
        self.ask("UPDATE channel_setting SET valid_to = NULL")

    def work(self, which: int = 0, limits: Limits | None = None, *, killed: bool = False) -> bool:
        """Take one transaction; return whether there was any."""
        connection, months = self.workers[which]
        limits = limits or Limits()
        with connection.transaction(force_rollback=killed):
            try:
                return bool(recompute(connection, months, limits).channels)
            except TooManyError:
                return bool(recompute(connection, months, Limits(1, limits.readings)).channels)

    def usage(self) -> list:
        return [sorted(self.ask(f"SELECT t::text FROM {table} t")) for table in TABLES]

    def anew(self) -> list:
        for table in (*TABLES, "usage_end", "stale_usage"):
            self.ask(f"DELETE FROM {table}")
        self.ask(
            """INSERT INTO stale_usage (channel_id, first, last)
               SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id"""
        )
        while self.work():
            pass
        return self.usage()


class History:
    """What happens to one world, as a seed draws it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.draw = world, random.Random(seed)
        self.now = [START_MS + 20 * DAY_MS] * 3
        self.value = [RANGE - 3_000, 50_000, 7]
        self.deeds: list[Callable[[int], None]] = [
            *[self.late] * 8,
            self.revised,
            self.voided,
            self.taken_back,
            self.exchanged,
            self.set_anew,
            self.judged,
        ]

    def send(self, of: int, readings: list[tuple[int, int]], seq: int = 1) -> None:
        sent = [SentReading(f"k{of}", at, float(value), seq) for at, value in readings]
        self.world.store.write(*batch_of(sent), [])

    def on(self, of: int, count: int) -> None:
        """Go on, now and then after a gap, with a misread digit, or standing still."""
        readings = []
        for _ in range(count):
            gap = self.draw.choice(
                [300_000] * 80 + [300_777] * 16 + [5 * HOUR_MS] * 6 + [DAY_MS, 9 * DAY_MS]
            )
            self.now[of] += gap
            self.value[of] = (self.value[of] + self.draw.choice([0, 1, 7, 30])) % RANGE
            odd = self.draw.random() < 0.001
            readings.append((self.now[of], self.draw.randrange(RANGE) if odd else self.value[of]))
        self.send(of, readings)

    def one(self, of: int) -> tuple[int, int]:
        """Return instant and value of a reading, mostly of one of the last."""
        rows = self.world.ask(
            """SELECT storage.ms(at), coalesce(value, 0) FROM reading
                WHERE channel_id = %s ORDER BY at DESC LIMIT %s""",
            self.world.channels[of],
            self.draw.choice([3, 3, 50, 400]),
        )
        at, value = self.draw.choice(rows)
        return int(at), int(value)

    def instant(self, of: int) -> int:
        return self.one(of)[0]

    def told(self, of: int, statement: str, at: int, *values: object) -> None:
        """Do what a person does, and queue its instant in the same transaction."""
        channel = self.world.channels[of]
        with self.world.admin.transaction():
            self.world.ask(statement, *values)
            self.world.ask(QUEUE.format(first=INSTANT, last=INSTANT), channel, at, at)

    def late(self, of: int) -> None:
        """Send one that fits, into one of the gaps, or one that fits nowhere."""
        at, value = self.one(of)
        before = self.draw.choice([1, 77_000, 900_000, 900_000, 2 * HOUR_MS, 40 * HOUR_MS])
        self.send(of, [(at - before, max(0, value - self.draw.choice([0] * 9 + [900])))])

    def revised(self, of: int) -> None:
        at = self.instant(of)
        self.send(of, [(at, max(0, self.value[of] - self.draw.randrange(60)))], seq=9)

    def voided(self, of: int) -> None:
        at = self.instant(of)
        change = (
            f"UPDATE reading SET value = NULL, rank = 1 WHERE channel_id = %s AND at = {INSTANT}"
        )
        self.told(of, change, at, self.world.channels[of], at)

    def taken_back(self, of: int) -> None:
        at = self.instant(of)
        gone = f"DELETE FROM reading WHERE channel_id = %s AND at = {INSTANT}"
        self.told(of, gone, at, self.world.channels[of], at)

    def exchanged(self, of: int) -> None:
        at = self.instant(of) + self.draw.choice([0, 60_000, 400_000])
        final, initial = self.draw.choice([None, self.value[of]]), self.draw.randrange(400)
        if at > self.now[of]:
            self.value[of] = initial
        self.told(
            of,
            f"""INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
                VALUES (%s, {INSTANT}, %s, %s, 'test', 'user:1') ON CONFLICT DO NOTHING""",
            at,
            *(self.world.channels[of], at, final, initial),
        )

    def judged(self, of: int) -> None:
        at = self.instant(of)
        self.told(
            of,
            f"""INSERT INTO verdict (channel_id, at, wrap, source, known_by)
                VALUES (%s, {INSTANT}, %s, 'test', 'user:1') ON CONFLICT DO NOTHING""",
            at,
            *(self.world.channels[of], at, self.draw.random() < 0.5),
        )

    def set_anew(self, of: int) -> None:
        """Another factor, period or limit from an instant on, before or after the last reading."""
        channel, at = self.world.channels[of], self.instant(of) + self.draw.choice([0, 1, HOUR_MS])
        new = (self.draw.choice([1, 7]), self.draw.choice([1, 3]), self.draw.choice([60, 300, 900]))
        most = self.draw.choice([None, 1_000, 6_000, 6_000])
        with self.world.admin.transaction():
            [last] = self.world.ask(
                f"""UPDATE channel_setting SET valid_to = {INSTANT}
                     WHERE channel_id = %s AND valid_to IS NULL AND valid_from < {INSTANT}
                    RETURNING 1""",
                *(at, channel, at),
            ) or [None]
            if last is None:
                return
            self.world.ask(
                f"""INSERT INTO channel_setting (channel_id, {SETTINGS}, valid_from, source,
                        known_by) VALUES (%s, %s, %s, %s, %s, %s, {INSTANT}, 'test', 'user:1')""",
                *(channel, *new, most, RANGE, at),
            )
            self.world.ask(  # as storage.registry.table does
                f"""INSERT INTO stale_usage (channel_id, first, last)
                    SELECT %s, greatest({INSTANT}, first), last
                      FROM (SELECT min(at) AS first, max(at) AS last FROM reading
                             WHERE channel_id = %s) r WHERE last >= {INSTANT}""",
                *(channel, at, channel, at),
            )

    def happen(self) -> None:
        """Let one thing happen."""
        of = self.draw.randrange(3)
        if self.draw.random() < 0.9:
            self.on(of, self.draw.choice([1, 2, 90, 90]))
        else:
            deed = self.draw.choice(self.deeds)
            self.world.seen[deed.__name__] += 1
            deed(of)

    def worked(self) -> None:
        """Let a worker have a transaction, whole, cut to pieces, killed, or disturbed."""
        limits = self.draw.choice([Limits(), Limits(beside=60), Limits(1), Limits(2, 40)])
        which, killed = self.draw.randrange(2), self.draw.random() < 0.1
        with self.disturbed() if self.draw.random() < 0.2 else ExitStack():
            self.world.work(which, limits, killed=killed)

    @contextmanager
    def disturbed(self):
        """Let something happen between what is read of the queue, of channels, and of readings."""
        known, early = taking._known, self.draw.random() < 0.5

        def late(*given):
            found = None if early else known(*given)
            self.happen()
            return known(*given) if early else found

        taking._known = late
        try:
            yield
        finally:
            taking._known = known


@pytest.fixture(scope="module")
def world(database_of_module):
    with ExitStack() as stack:
        yield World(database_of_module, stack)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_usage_is_that_of_all_readings_anew(
    world, database_of_module, seed, monkeypatch
):
    world.begin(database_of_module.admin_url)
    gone: Counter[bool] = Counter()
    go_on = taking.go_on

    def counted(*given):
        found = go_on(*given)
        gone[len(found[0]) > 0] += 1
        return found

    monkeypatch.setattr(taking, "go_on", counted)
    history = History(world, seed)
    for of in range(3):
        history.on(of, 120)
    for _ in range(3):
        for _ in range(25):
            history.happen()
            history.worked()
        while world.work():
            pass
        assert world.usage() == world.anew()

    assert gone[True] > 15, gone  # else nothing of it is about what only goes on
