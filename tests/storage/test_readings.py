"""Laws of the merge: order, batches and repetition change nothing, and nothing is lost."""

import threading
import warnings

import psycopg
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from collector.codecs import native
from collector.intake import take_in
from metering.errors import UnavailableError
from metering.messages import Message
from storage.connections import Bounds
from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, forget_readings, make_channels

HOUR_MS = 3_600_000

SENT = st.builds(
    SentReading,
    key=st.sampled_from(["k0", "k1"]),
    at_ms=st.integers(0, 5).map(lambda hour: START_MS + hour * HOUR_MS),
    value=st.integers(0, 3).map(float),
    seq=st.integers(1, 4),
)


def state(url: str) -> tuple[set, set]:
    with psycopg.connect(url) as c:
        effective = c.execute(
            "SELECT channel_id, storage.ms(at), rank, seq, value FROM reading"
        ).fetchall()
        outdone = c.execute(
            "SELECT channel_id, storage.ms(at), rank, seq, value FROM reading_revision"
        ).fetchall()
    assert len(set(effective)) == len(effective)
    return set(effective), set(outdone)


def expected(batch: list[SentReading], channels: list[int]) -> tuple[set, set]:
    distinct = {(channels[int(s.key[1])], s.at_ms, 0, s.seq, int(s.value)) for s in batch}
    effective = {}
    for row in sorted(distinct):
        effective[row[:2]] = row
    return set(effective.values()), distinct - set(effective.values())


def test_any_order_batches_and_repetition_give_the_same_rows(database):
    channels = make_channels(database.admin_url, [0, 1])
    met_revision = []

    @settings(max_examples=60)
    @given(st.lists(SENT, min_size=1, max_size=30), st.data())
    def holds(batch, data):
        forget_readings(database.admin_url)
        order = data.draw(st.permutations(batch + batch[: len(batch) // 2]))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
        store = Store(database.url("collector"), "test")
        counted = 0
        for first, last in zip([0, *cuts], [*cuts, len(order)], strict=True):
            stored = store.write(*batch_of(order[first:last]), [])
            counted += stored.inserted + stored.revised + stored.duplicates
        store.close()
        wanted = expected(batch, channels)
        note(f"{wanted=}")
        assert state(database.admin_url) == wanted
        assert counted == len(order)
        met_revision.append(bool(wanted[1]))

    holds()
    assert any(met_revision)


def test_what_was_said_before_is_found_among_what_is_new_after_batches_without_any(database):
    channels = make_channels(database.admin_url, [0, 0])
    first, second, third = (
        [SentReading("k0", START_MS + hour * HOUR_MS, float(hour), 1) for hour in hours]
        for hours in (range(10), range(10, 20), (5, *range(20, 30)))
    )
    other = SentReading("k0", START_MS + 7 * HOUR_MS, 9.0, 2)
    store = Store(database.url("collector"), "test")
    counted = []
    for batch in (first, second, [*third, other], first):
        stored = store.write(*batch_of(batch), [])
        counted.append((stored.inserted, stored.revised, stored.duplicates))
    store.close()

    assert counted == [(10, 0, 0), (10, 0, 0), (10, 1, 1), (0, 0, 10)]
    said = [*first, *second, *third, other]
    assert state(database.admin_url) == expected(said, channels)


def test_two_collectors_at_once_leave_the_greatest_and_keep_the_rest(database):
    channels = make_channels(database.admin_url, [0, 0])
    batch = [
        SentReading(f"k{key}", START_MS + hour * HOUR_MS, float(10 * hour + seq % 3), seq)
        for hour in range(40)
        for key in (0, 1)
        for seq in range(1, 7)
    ]

    def send(part: list[SentReading]) -> None:
        store = Store(database.url("collector"), "test")
        for first in range(0, len(part), 17):
            store.write(*batch_of(part[first : first + 17]), [])
        store.close()

    threads = [
        threading.Thread(target=send, args=(part,))
        for part in (batch[::2] + batch[1::4], batch[::-1], sorted(batch, key=lambda s: s.seq))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert state(database.admin_url) == expected(batch, channels)


def test_the_queue_row_is_written_with_the_readings_and_not_for_a_repetition(database):
    make_channels(database.admin_url, [0])
    store = Store(database.url("collector"), "test")
    batch = [SentReading("k0", START_MS + hour * HOUR_MS, hour, 1) for hour in (0, 1, 5)]

    store.write(*batch_of(batch), [])
    store.write(*batch_of(batch), [])

    with psycopg.connect(database.admin_url) as c:
        rows = c.execute("SELECT storage.ms(first), storage.ms(last) FROM stale_usage").fetchall()
    assert rows == [(START_MS, START_MS + 5 * HOUR_MS)]


def test_what_is_sent_again_waits_for_nobody_who_holds_its_channel(database):
    """As somebody does whose file of a year corrects the channel, until it is committed."""
    held, _ = make_channels(database.admin_url, [0, 0])
    store = Store(database.url("collector"), "test", bounds=Bounds(0.5, 60))
    first = [SentReading("k0", START_MS + hour * HOUR_MS, hour, 1) for hour in range(5)]
    other = [SentReading("k1", START_MS + hour * HOUR_MS, hour, 1) for hour in range(5)]
    store.write(*batch_of([*first, *other]), [])
    before = state(database.admin_url)

    with psycopg.connect(database.url("collector")) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(2, %s)", [held])
        again = store.write(*batch_of([*first, *other]), [])
        assert (again.duplicates, again.revised) == (10, 0)
        assert state(database.admin_url) == before
        # What differs waits for its own channel alone.
        later = [SentReading("k1", START_MS, 7, 2), SentReading("k0", START_MS, 0, 1)]
        assert store.write(*batch_of(later), []).revised == 1
        with pytest.raises(UnavailableError):
            store.write(*batch_of([SentReading("k0", START_MS, 7, 2)]), [])

    assert store.write(*batch_of([SentReading("k0", START_MS, 7, 2)]), []).revised == 1
    store.close()


def test_readings_far_apart_queue_the_days_they_touch_and_nothing_between(database):
    first, second = make_channels(database.admin_url, [0, 0])
    store = Store(database.url("collector"), "test")
    day, far = 24 * HOUR_MS, START_MS + 730 * 24 * HOUR_MS
    batch = [
        *(SentReading("k0", START_MS + 6 * HOUR_MS * n, n, n + 1) for n in range(7)),
        SentReading("k0", START_MS + 4 * day, 9, 50),
        SentReading("k0", far, 10, 51),
        SentReading("k1", far, 10, 52),
    ]

    store.write(*batch_of(batch), [])

    with psycopg.connect(database.admin_url) as c:
        rows = c.execute(
            "SELECT channel_id, storage.ms(first), storage.ms(last) FROM stale_usage ORDER BY id"
        ).fetchall()
    assert rows == [
        (first, START_MS, START_MS + 36 * HOUR_MS),
        (first, START_MS + 4 * day, START_MS + 4 * day),
        (first, far, far),
        (second, far, far),
    ]


def test_a_number_beyond_all_range_is_refused_without_a_warning(database):
    make_channels(database.admin_url, [0, 1, 2], per_unit=1000)
    store = Store(database.url("collector"), "test")
    batch = [
        SentReading(f"k{kind}", START_MS, value, 1 + 3 * kind + n)
        for kind in range(3)
        for n, value in enumerate((1e308, -1e308, 1.7e305))
    ]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stored = store.write(*batch_of(batch), [])

    assert {one.reason.code for one in stored.rejected} == {"reading.impossible_value"}
    assert len(stored.rejected) == 9


def test_what_cannot_be_taken_is_kept_with_its_bytes_and_reason(database):
    make_channels(database.admin_url, [0])
    store = Store(database.url("collector"), "test")
    received = START_MS + 10**11
    batch = [
        SentReading("unknown", START_MS, 1, 1),
        SentReading("k0", START_MS - 400 * 24 * HOUR_MS, 1, 2),
        SentReading("k0", received + 25 * HOUR_MS, 1, 3),
        SentReading("k0", START_MS, -1, 4),
        SentReading("k0", START_MS, 100_000, 5),
        SentReading("k0", START_MS, float("nan"), 6),
        SentReading("k0", START_MS, 99_999, 7),
    ]

    stored = store.write(*batch_of(batch), [])
    again = store.write(*batch_of(batch), [])

    assert stored.inserted == 1
    assert again.duplicates == 1
    assert list(stored.seqs) == [1, 2, 3, 4, 5, 6, 7]
    with psycopg.connect(database.admin_url) as c:
        rows = c.execute(
            "SELECT seq, reason, payload, readings FROM rejected_message ORDER BY seq"
        ).fetchall()
    assert [row[:2] for row in rows] == [
        (1, "reading.unknown_key"),
        (2, "reading.before_since"),
        (3, "clock.ahead"),
        (4, "reading.impossible_value"),
        (5, "reading.impossible_value"),
        (6, "reading.impossible_value"),
    ]
    assert rows[0][2] == batch_of(batch)[0][0].payload
    assert all(row[3] == 1 for row in rows)


def test_a_thousand_refusals_of_one_message_and_a_name_of_any_length_are_kept_once(database):
    store = Store(database.url("collector"), "test")
    gateway = "demo-a/" + "".join(chr(0x4E00 + 7 * n % 20_000) for n in range(5_000))
    values = [float(n) for n in range(1_000)]
    payload = native.encode_columns(1, [f"k{n}" for n in range(1_000)], [START_MS] * 1_000, values)
    message = Message("t", gateway, payload, START_MS)

    for _ in range(2):
        stored = take_in([message], native.decode, store)
        assert list(stored.seqs) == [1]

    with psycopg.connect(database.admin_url) as c:
        rows = c.execute("SELECT gateway, reason, readings FROM rejected_message").fetchall()
    assert rows == [(gateway, "reading.unknown_key", 1_000)]


def test_a_clock_gone_wild_makes_no_months_to_come(database):
    make_channels(database.admin_url, [0])
    store = Store(database.url("collector"), "test")
    year_ms = 366 * 24 * HOUR_MS
    store.write(
        *batch_of([SentReading("k0", START_MS + n * year_ms, 1, n + 1) for n in range(60)]), []
    )

    with psycopg.connect(database.admin_url) as c:
        last = c.execute(
            """SELECT max(substring(relname FROM 'reading_y([0-9]{4})m'))::integer FROM pg_class
                WHERE relname ~ '^reading_y[0-9]{4}m[0-9]{2}$'"""
        ).fetchone()
        refused = c.execute("SELECT DISTINCT reason FROM rejected_message").fetchall()
    assert last is not None
    assert (last[0] or 0) < 2030
    assert refused == [("clock.ahead",)]


def test_a_key_may_move_to_another_channel_on_a_day(database):
    first, second = make_channels(database.admin_url, [0, 0])
    moved_ms = START_MS + 3 * HOUR_MS
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute("UPDATE binding SET known_until = now() WHERE key = 'k0'")
        for channel, since, until in (
            (first, "-infinity", moved_ms / 1000),
            (second, moved_ms / 1000, "infinity"),
        ):
            c.execute(
                """INSERT INTO binding (gateway_id, key, channel_id, valid_from, valid_to, source,
                       known_by)
                   SELECT id, 'k0', %s,
                          CASE WHEN %s = '-infinity' THEN '-infinity'::timestamptz
                               ELSE to_timestamp(%s::double precision) END,
                          to_timestamp(%s::double precision), 'test', 'user:1' FROM gateway""",
                [channel, str(since), str(since), str(until)],
            )
    store = Store(database.url("collector"), "test")

    store.write(*batch_of([SentReading("k0", START_MS + h * HOUR_MS, h, 1) for h in range(6)]), [])

    effective, _ = state(database.admin_url)
    by_hour = sorted((at, channel) for channel, at, *_ in effective)
    assert [channel for _, channel in by_hour] == [first] * 3 + [second] * 3
