"""Laws of wrong clocks: what is ahead or fell back is set aside, what fits is stored."""

import itertools
from fractions import Fraction

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.codecs import native
from collector.intake import portions
from metering.clocks import Pace, fits, plausible
from metering.messages import Message, Stored
from storage.readings.store import Store
from tests.storage.world import GATEWAY, START_MS, forget_readings, make_channels
from worker.loop import Worker, WorkSettings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = START_MS + 100 * DAY_MS

Sent = tuple[int, int, float]  # sequence number, instant, value


@pytest.fixture
def store(database):
    made = Store(database.url("collector"), "test")
    yield made
    made.close()


def send(store, *sent: Sent, key: str = "k0", cuts: list[int] | None = None) -> list[Stored]:
    """Send messages of one reading, in batches that begin at the cuts."""
    messages = [
        Message("t", GATEWAY, native.encode_one(seq, key, at_ms, value), NOW_MS)
        for seq, at_ms, value in sent
    ]
    done = []
    for first, last in itertools.pairwise([0, *(cuts or []), len(messages)]):
        (portion,) = portions(messages[first:last], native.decode)
        done.append(store.write(portion.batch, portion.readings, portion.rejected))
    return done


def set_aside(database, reason: str = "clock.behind") -> list[int]:
    with psycopg.connect(database.admin_url) as c:
        rows = c.execute(
            "SELECT seq FROM rejected_message WHERE reason = %s AND resolved_at IS NULL ORDER BY 1",
            [reason],
        )
        return [row[0] for row in rows]


def stored(database) -> list[tuple[int, int]]:
    with psycopg.connect(database.admin_url) as c:
        return c.execute("SELECT storage.ms(at), value FROM reading ORDER BY at").fetchall()


def clock(database) -> tuple:
    with psycopg.connect(database.admin_url) as c:
        return c.execute(
            """SELECT storage.ms(newest_at), newest_seq, ahead_ms, set_aside_at IS NOT NULL
                 FROM gateway_clock JOIN gateway g ON g.id = gateway_id WHERE name = %s""",
            [GATEWAY],
        ).fetchone()


def hourly(first_seq: int, first_ms: int, count: int, value: float = 5000.0) -> list[Sent]:
    return [(first_seq + n, first_ms + n * HOUR_MS, value + 10 * n) for n in range(count)]


def years_back() -> list[Sent]:
    """Three of fourteen messages bear a date of some months before."""
    sent = hourly(1, START_MS + 90 * DAY_MS, 14)
    return [
        (seq, START_MS + (seq - 7) * HOUR_MS if 7 <= seq <= 9 else at, value)
        for seq, at, value in sent
    ]


def days_back() -> list[Sent]:
    """Three of seventy-two are two days late."""
    sent = hourly(1, START_MS + 90 * DAY_MS, 72)
    late = 2 * DAY_MS - 600_000
    return [(seq, at - late if 60 <= seq <= 62 else at, value) for seq, at, value in sent]


@pytest.mark.parametrize("limits", [(50, 1_000_000), (50, None), (None, None)])
@pytest.mark.parametrize(
    ("sent", "behind"), [(years_back(), [7, 8, 9]), (days_back(), [60, 61, 62])]
)
@pytest.mark.parametrize("cuts", [[], [3, 7, 8, 61], "each"])
def test_a_clock_that_fell_back_is_set_aside_however_it_is_batched(
    database, store, limits, sent, behind, cuts
):
    most, wraps_at = limits
    make_channels(database.admin_url, [0], max_per_hour=most, wraps_at=wraps_at)
    cuts = list(range(1, len(sent))) if cuts == "each" else [c for c in cuts if c < len(sent)]

    done = send(store, *sent, cuts=cuts)

    assert set_aside(database) == behind
    assert sorted(seq for one in done for seq in one.seqs) == [seq for seq, _, _ in sent]
    assert stored(database) == [(at, value) for seq, at, value in sent if seq not in behind]
    assert clock(database)[3]


@pytest.mark.parametrize(("sent", "total"), [(years_back(), 130), (days_back(), 710)])
def test_what_is_left_adds_up_to_what_the_register_rose(database, store, sent, total):
    make_channels(database.admin_url, [0], max_per_hour=50, wraps_at=1_000_000)
    send(store, *sent)
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    with psycopg.connect(database.admin_url) as c:
        months = c.execute("SELECT month, quanta FROM account ORDER BY month").fetchall()
    assert sum(quanta for _, quanta in months) == total
    assert len(months) <= 2


@given(
    rise=st.integers(-10, 2**53),
    time_ms=st.integers(1, 2**42),
    most=st.integers(0, 2**53),
    near=st.integers(-1, 1),
)
def test_a_rise_is_plausible_up_to_the_limit_exactly(rise, time_ms, most, near):
    pace = Pace(most, 0, HOUR_MS)
    at_limit = most * time_ms // HOUR_MS + near
    for one in (rise, at_limit):
        allowed = one >= 0 and (most == 0 or Fraction(one) <= Fraction(most * time_ms, HOUR_MS))
        assert plausible(one, time_ms, pace) == allowed


def test_what_is_sent_months_later_fits_over_a_wrap_as_far_as_the_limit_goes():
    pace = Pace(50, 10_000, HOUR_MS)
    before, after = [(0, 9_000)], [(100 * HOUR_MS, 1_000)]

    def taken(value: int, hour: int, of: Pace = pace) -> bool:
        return fits(hour * HOUR_MS, value, before, after, of)

    assert taken(9_500, 50)
    assert taken(500, 50)
    assert not taken(4_000, 50)  # 5,000 were used in 50 hours, of 2,500 that can be
    assert not taken(9_500, 98)  # and then 1,500 in two
    assert not taken(9_500, 50, Pace(0, 10_000, HOUR_MS))


def test_what_was_set_aside_and_is_sent_again_stays_so(database, store):
    make_channels(database.admin_url, [0], max_per_hour=50)
    send(store, *years_back())
    before = stored(database)

    send(store, *years_back()[6:9], cuts=[1])
    send(store, *years_back())

    assert set_aside(database) == [7, 8, 9]
    assert stored(database) == before


@settings(max_examples=25)
@given(data=st.data())
def test_a_register_that_fits_is_stored_in_any_order_under_any_numbers(database_of_module, data):
    """Backfill, shuffled spools and months-old messages: what fits its neighbours is no clock."""
    forget_readings(database_of_module.admin_url)
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as c:
        c.execute("TRUNCATE gateway_clock, intake_mark")
        if not c.execute("SELECT FROM channel").fetchall():
            make_channels(database_of_module.admin_url, [0, 0], max_per_hour=50)
    rises = data.draw(st.lists(st.integers(0, 50), min_size=2, max_size=12))
    gaps_h = data.draw(st.lists(st.integers(1, 200), min_size=len(rises), max_size=len(rises)))
    at_ms, values = np.cumsum(gaps_h) * HOUR_MS + START_MS, np.cumsum(rises) + 1000
    order = data.draw(st.permutations(range(len(rises))))
    sent = [(1 + n, int(at_ms[row]), float(values[row])) for n, row in enumerate(order)]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1), max_size=4)))
    store = Store(database_of_module.url("collector"), "test")

    done = send(store, *sent, cuts=cuts)
    store.close()

    assert [one.rejected for one in done] == [[] for _ in done]
    assert len(stored(database_of_module)) == len(sent)


@settings(max_examples=25)
@given(data=st.data())
def test_batches_change_no_verdict(database_of_module, data):
    """Messages in the order of their numbers are judged alike, one by one or together."""
    admin = database_of_module.admin_url
    with psycopg.connect(admin, autocommit=True) as c:
        if not c.execute("SELECT FROM channel").fetchall():
            make_channels(admin, [0, 0], max_per_hour=50)
    count = data.draw(st.integers(2, 14))
    sent = [
        (
            seq,
            START_MS + data.draw(st.integers(0, 400)) * HOUR_MS,
            float(data.draw(st.integers(1000, 2000))),
        )
        for seq in range(1, count + 1)
    ]
    cuts = sorted(data.draw(st.sets(st.integers(1, count - 1), max_size=5)))
    verdicts = []
    for these in ([], cuts):
        forget_readings(admin)
        with psycopg.connect(admin, autocommit=True) as c:
            c.execute("TRUNCATE gateway_clock, intake_mark")
        store = Store(database_of_module.url("collector"), "test")
        send(store, *sent, cuts=these)
        store.close()
        verdicts.append((set_aside(database_of_module), stored(database_of_module)))

    assert verdicts[0] == verdicts[1]


def test_what_was_kept_for_days_and_comes_in_disorder_is_no_clock(database, store):
    """Two meters of a gateway send fifty hours a message; one register comes round meanwhile."""
    make_channels(database.admin_url, [0, 0], max_per_hour=50, wraps_at=10_000)
    messages = []
    for seq in range(1, 13):
        first = (seq - 1) // 2 * 50
        hours = range(first, first + 50)
        at_ms = [START_MS + hour * HOUR_MS for hour in hours]
        shown = [float((8_000 + 10 * hour) % 10_000) for hour in hours]
        payload = native.encode_columns(seq, f"k{(seq - 1) % 2}", at_ms, shown)
        messages.append(Message("t", GATEWAY, payload, NOW_MS))

    for some in (messages[:2], messages[10:], messages[2:10][::-1]):
        (portion,) = portions(some, native.decode)
        store.write(portion.batch, portion.readings, portion.rejected)

    assert set_aside(database) == []
    assert len(stored(database)) == 600


def test_intervals_of_a_clock_that_fell_back_are_stored_and_marked(database, store):
    make_channels(database.admin_url, [1], max_per_hour=None)
    sent = years_back()
    for _ in range(2):  # what is there already is not counted again
        send(store, *sent)

    assert set_aside(database) == []
    assert len(stored(database)) == 14
    with psycopg.connect(database.admin_url) as c:
        marks = c.execute("SELECT mark, readings, storage.ms(first) FROM intake_mark").fetchall()
    assert marks == [("clock.behind", 3, START_MS)]


def test_an_outlier_beside_it_does_not_refuse_a_reading_that_fits(database, store):
    make_channels(database.admin_url, [0], max_per_hour=50)
    series = hourly(1, START_MS, 10)
    series[5] = (6, series[5][1], 0.0)
    send(store, *series, *hourly(11, START_MS + 50 * DAY_MS, 2, 5200.0))

    send(store, (20, START_MS + 4 * HOUR_MS + 600_000, 5042.0))

    assert set_aside(database) == []


def test_nothing_is_judged_across_an_exchange(database, store):
    (channel,) = make_channels(database.admin_url, [0], max_per_hour=50)
    send(store, *hourly(1, START_MS, 3), *hourly(4, START_MS + 50 * DAY_MS, 3, 900.0))
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute(
            """INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
               VALUES (%s, to_timestamp(%s / 1000.0), 5030, 3, 'test', 'user:1')""",
            [channel, START_MS + 10 * HOUR_MS],
        )

    send(store, (10, START_MS + 12 * HOUR_MS, 7.0), (11, START_MS + 13 * HOUR_MS, 4800.0))

    assert set_aside(database) == [11]


@pytest.mark.parametrize(
    ("ahead_ms", "zone", "shift"),
    [
        (8 * HOUR_MS - 4_000, "UTC+8h", "--shift -8h."),
        (8 * HOUR_MS - 20 * 60_000, "UTC+8h", "--shift -8h."),
        (11 * HOUR_MS // 2, "UTC+5h30m", "--shift -5h30m."),
        (23 * HOUR_MS // 4 - 1, "UTC+5h45m", "--shift -5h45m."),
        (3652 * DAY_MS, None, "--shift -3652d."),
        (600_001, "UTC+1h", "--shift -1h."),
    ],
)
def test_a_clock_ahead_is_set_aside_with_its_offset_guessed(database, store, ahead_ms, zone, shift):
    make_channels(database.admin_url, [0])
    (done,) = send(store, (1, NOW_MS + 600_000, 1.0), (2, NOW_MS + ahead_ms, 2.0))

    assert (done.inserted, list(done.seqs)) == (1, [1, 2])
    (refusal,) = done.rejected
    assert refusal.reason.code == "clock.ahead"
    assert (zone or "sent as UTC") in str(refusal.reason) or zone is None
    assert ("sent as UTC" in str(refusal.reason)) == (zone is not None)
    assert str(refusal.reason).endswith(shift)
    assert clock(database)[1:] == (1, ahead_ms, True)


def test_how_far_ahead_is_a_setting(database):
    make_channels(database.admin_url, [0])
    lenient = Store(database.url("collector"), "test", ahead_ms=HOUR_MS)
    send(lenient, (1, NOW_MS + HOUR_MS, 1.0), (2, NOW_MS + HOUR_MS + 1, 2.0))
    lenient.close()

    assert set_aside(database, "clock.ahead") == [2]


def test_no_single_stamp_makes_hours_of_years(database, store):
    """A stamp of 1970, 2023, 2031 or 2036 between right ones leaves nothing but itself behind."""
    make_channels(database.admin_url, [0], max_per_hour=50)
    right = hourly(1, START_MS + 90 * DAY_MS, 8)
    wrong = [2000, START_MS + 5 * DAY_MS, 1_924_992_000_000, 2_085_956_896_000]
    mixed = [
        one
        for n, (seq, at, value) in enumerate(right)
        for one in ((2 * seq, at, value), *((2 * seq + 1, w, value + 1) for w in wrong[n : n + 1]))
    ]
    send(store, *mixed)
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    with psycopg.connect(database.admin_url) as c:
        hours = c.execute("SELECT count(*), sum(used), min(hour) FROM usage_hour").fetchone()
        months = c.execute("SELECT count(*) FROM account").fetchone()
    assert hours[:2] == (7, 70)
    assert months == (1,)
