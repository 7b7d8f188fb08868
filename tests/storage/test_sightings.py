"""What the collector notes of gateways, against what was sent in other words."""

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from collector.codecs import native
from collector.intake import take_in
from metering.errors import UnavailableError
from metering.gateways import Clock, Habits
from metering.messages import Message
from storage.readings import gateway_state, gateways, sightings, watched
from storage.readings.store import Store

START = datetime(2026, 3, 1, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)


@pytest.fixture
def admin(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("INSERT INTO gateway (name) VALUES ('a/g1'), ('a/g2')")
        yield connection


@pytest.fixture
def store(database):
    made = Store(database.url("collector"), "test")
    yield made
    made.close()


def sent(seq: int | None, at_s: int, *, gateway: str = "a/g1", ahead_s: int = 0) -> Message:
    at_ms = START_MS + at_s * 1000
    payload = native.encode_one(seq, "no such key", at_ms + ahead_s * 1000, 1.0)
    return Message(f"cw/v1/{gateway}/data", gateway, payload, at_ms)


def habits_of(admin, gateway: str = "a/g1"):
    (row,) = admin.execute("SELECT id FROM gateway WHERE name = %s", [gateway]).fetchall()
    found = gateways.one(admin, row[0])
    return replace(found.habits, seqs=gateway_state.seqs(admin, row[0]))


def test_numbers_and_counts_are_what_was_sent_in_whatever_order(
    admin, store, database, monkeypatch
):
    """Duplicates count as messages and no number twice; what comes late closes its gap."""
    seqs = [seq for seq in range(1, 60) if seq not in {7, 8, 20}]
    shuffled = seqs + seqs[:9]
    random.Random(5).shuffle(shuffled)
    for at in range(0, len(shuffled), 10):
        clock = at / 10 * 4  # of every third batch something is due
        monkeypatch.setattr(sightings.time, "monotonic", lambda now=clock: now)
        take_in([sent(seq, at) for seq in shuffled[at : at + 10]], native.decode, store)
    monkeypatch.setattr(sightings.time, "monotonic", lambda: 1e6)
    take_in([sent(60, 100)], native.decode, store)

    seen = habits_of(admin)
    assert seen.gaps == [(7, 8), (20, 20)]
    days = admin.execute("SELECT day, messages, refused FROM gateway_day").fetchall()
    assert days == [(START.date(), len(shuffled) + 1, len(shuffled) + 1)]  # the key is unknown
    with closing(Store(database.url("collector"), "other")) as other:
        take_in([sent(7, 120), sent(8, 121)], native.decode, other)
    assert habits_of(admin).gaps == [(20, 20)]


def test_a_gateway_is_judged_by_its_own_interval_and_clock(admin, store, monkeypatch):
    for turn in range(12):
        monkeypatch.setattr(sightings.time, "monotonic", lambda now=1e3 * turn: now)
        batch = [sent(None, 900 * turn, ahead_s=-840)]
        if turn % 2 == 0:
            batch.append(sent(None, 900 * turn, gateway="a/g2", ahead_s=3_600))
        take_in(batch, native.decode, store)

    one, other = habits_of(admin), habits_of(admin, "a/g2")
    last = START + timedelta(seconds=900 * 11)
    assert (one.usual_s, other.usual_s) == (900, 1_800)
    assert one.seen_at == last
    assert not one.offline(last + timedelta(seconds=3 * 900 + 59))
    assert one.offline(last + timedelta(seconds=3 * 900 + 61))
    assert not other.offline(last + timedelta(seconds=3 * 900 + 61))
    assert (one.clock, one.offset_ms) == (Clock.FINE, -840_000)
    assert (other.clock, other.offset_ms) == (Clock.AHEAD, 3_600_000)
    assert (one.seqs, one.gaps) == ([], [])


def test_what_is_not_committed_is_not_counted(admin, store, database, monkeypatch):
    def fails(*_: object) -> None:
        raise psycopg.OperationalError("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(sightings, "_write", fails)
        for _ in range(3):
            with pytest.raises(UnavailableError):
                take_in([sent(1, 0)], native.decode, store)
    take_in([sent(1, 0)], native.decode, store)
    assert admin.execute("SELECT messages FROM gateway_day").fetchall() == [(1,)]


def test_messages_are_kept_of_who_is_watched_and_only_the_last(admin, store):
    g1 = admin.execute("SELECT id FROM gateway WHERE name = 'a/g1'").fetchone()[0]
    watched.watch(admin, g1, 1)
    batch = [sent(seq, seq, gateway=of) for seq in range(1, 70) for of in ("a/g1", "a/g2")]
    take_in(batch, native.decode, store)
    take_in([Message("cw/v1/a/g1/data", "a/g1", b"\xff" * 3_000, START_MS)], native.decode, store)

    kept = watched.heard(admin, g1)
    assert len(kept) == watched.LAST
    assert [one.seq for one in kept] == [None, *range(69, 20, -1)]
    assert (kept[0].bytes, len(kept[0].payload), kept[0].readings) == (3_000, 2_000, 0)
    assert kept[0].reason == "payload.malformed"
    assert (kept[1].said, kept[1].readings, kept[1].taken) == ("no such key = 1", 1, 0)
    assert kept[1].reason == "reading.unknown_key"
    assert kept[1].message_zh
    assert kept[1].message_en
    count = "SELECT count(*) FROM gateway_message"
    assert admin.execute(count).fetchone() == (watched.LAST,)
    admin.execute("UPDATE gateway_message SET received_at = now() - interval '3 days'")
    assert watched.forget(admin, 30) == 30
    assert watched.forget(admin, 30) == 20


def test_habits_by_hand():
    now = START + timedelta(days=1)
    daily = [10] * 20 + [86_000] + [10] * 20 + [86_000] + [10] * 5
    assert Habits(None, [], [], []).offline(now)
    assert not Habits(now, [], [], [], period_s=900).offline(now + timedelta(seconds=6_299))
    assert Habits(now, [], [], [], period_s=900).offline(now + timedelta(seconds=6_301))
    assert Habits(now, daily, [], []).late_after_s == 103_260  # a day's silence is its habit
    burst = Habits(now, [0] * 40, [], [], period_s=86_400, soonest_s=900)
    assert burst.late_after_s == 1_860  # what was buffered came within seconds: the next is due
    once = [900] * 30 + [500_000] + [900] * 5
    assert Habits(now, once, [], []).late_after_s == 2_760  # and one outage is none
    assert Habits(now, [900] * 9, [-9_000_000] * 9, []).clock is Clock.BEHIND
    assert Habits(now, [900] * 9, [-9_000_000] * 4 + [-1_000] * 5, []).clock is Clock.FINE
    hour = 3_600_000  # what was buffered for weeks says nothing of a clock, however it comes
    assert Habits(now, [], [-722 * 24 * hour], []).clock is Clock.OLD
    sent_on = [-700 * n * hour for n in range(9, 0, -1)]
    assert Habits(now, [10] * 9, sent_on, []).clock is Clock.OLD
    assert Habits(now, [900] * 9, [-900 * hour] * 8 + [-1_000], []).clock is Clock.FINE
    assert Habits(now, [], [], [(1, 5), (9, 20_000), (20_002, 20_009)]).gaps == [(20_001, 20_001)]


def test_sql_and_python_call_a_gateway_late_alike(admin):
    random.seed(3)
    for _ in range(60):
        every_s = [
            random.choice([1, 60, 899, 900, 901, 86_399]) for _ in range(random.randint(0, 9))
        ]
        period_s, soonest_s = random.choice([(None, None), (60, 60), (900, 60), (900, 900)])
        told = [every_s, period_s, soonest_s]
        row = admin.execute("SELECT storage.late_after_s(%s, %s, %s)", told).fetchone()
        assert row == (Habits(None, every_s, [], [], period_s, soonest_s).late_after_s,), told
    row = admin.execute("SELECT storage.late_after_s(NULL, NULL, NULL)").fetchone()
    assert row == (3_600,)
