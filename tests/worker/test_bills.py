"""Bills in any order, batch and repetition give one result, and count each hour once."""

from collections import Counter
from dataclasses import replace

import numpy as np
import psycopg
from hypothesis import given, note, settings
from hypothesis import strategies as st

from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, forget_readings, make_channels
from tests.worker import model
from tests.worker.test_usage import (
    HOUR_MS,
    MINUTE_MS,
    assert_accounts_are_sums,
    assert_as_modelled,
    modelled,
    rows,
    worker,
)

STARTS = """
    SELECT DISTINCT ON (channel_id, at) channel_id, storage.ms(at), storage.ms(from_at)
      FROM reading_start ORDER BY channel_id, at, rank DESC, seq DESC, from_at DESC
"""
KINDS = [1, 1, 0]  # bills of two channels, and a register beside them
PERIOD_S = 1800

# Lengths of bills and of what lies between; minutes, days, and about a month.
LENGTH_MS = st.one_of(
    st.integers(1, 90).map(lambda n: n * MINUTE_MS),
    st.integers(1, 40).map(lambda n: n * 24 * HOUR_MS),
    st.integers(1, 40 * 24 * HOUR_MS),
)
GAP_MS = st.one_of(st.just(0), st.just(0), st.integers(1, 3 * HOUR_MS), LENGTH_MS)


@st.composite
def bills(draw: st.DrawFn) -> list[tuple[SentReading, int]]:
    """Bills of two channels that do not overlap, each with its beginning; and some readings."""
    found = []
    for key in ("k0", "k1"):
        end = START_MS
        for seq in range(draw(st.integers(0, 6))):
            begin = end + draw(GAP_MS)
            end = begin + draw(LENGTH_MS)
            found.append((SentReading(key, end, float(draw(st.integers(0, 9999))), seq), begin))
    at = st.integers(0, 60).map(lambda n: START_MS + n * 20 * MINUTE_MS)
    read = draw(st.dictionaries(at, st.integers(0, 999), max_size=8))
    return found + [(SentReading("k2", at_ms, float(v), 1), -1) for at_ms, v in read.items()]


def write(store: Store, sent: list[tuple[SentReading, int]]) -> None:
    """Write what a file says."""
    batch, readings = batch_of([one for one, _ in sent])
    begun = np.array([begin for _, begin in sent], np.int64)
    store.write_whole(batch, replace(readings, from_ms=begun))


def with_begun(database, channels: dict) -> dict:
    with psycopg.connect(database.admin_url) as connection:
        for channel_id, at_ms, from_ms in connection.execute(STARTS).fetchall():
            channels[channel_id].begun[at_ms] = from_ms
    return channels


def test_bills_in_any_order_batch_and_repetition_give_their_sum_to_the_quantum(database):
    ids = make_channels(
        database.admin_url, KINDS, wraps_at=1000, max_per_hour=None, period_s=PERIOD_S
    )
    seen: Counter[str] = Counter()

    @settings(max_examples=25)
    @given(bills(), st.data())
    def holds(sent, data):
        forget_readings(database.admin_url)
        again = data.draw(st.lists(st.sampled_from(sent), max_size=3)) if sent else []
        order = data.draw(st.permutations([*sent, *again]))
        store = Store(database.url("collector"), "test")
        while order:
            size = data.draw(st.integers(1, len(order)))
            write(store, order[:size])
            order = order[size:]
            if data.draw(st.booleans()):
                worker(database, channels=data.draw(st.integers(1, 3))).drain()
        store.close()
        worker(database, readings=data.draw(st.sampled_from([8, 300_000]))).drain()
        channels = with_begun(
            database, modelled(database, ids, KINDS, wraps_at=1000, zone="Europe/London")
        )
        note(str(channels))
        assert_as_modelled(database, channels)
        assert_accounts_are_sums(database)
        hours = rows(database, "usage_hour")
        for key, channel_id in zip(("k0", "k1"), ids, strict=False):
            mine = [(one, begin) for one, begin in sent if one.key == key]
            used = sum(row[2] for row in hours if row[0] == channel_id)
            assert used == sum(int(one.value) for one, _ in mine)
            assert all(row[4] <= 3600 for row in hours)
            seen["kept"] += len(channels[channel_id].begun)
            seen["plain"] += len(mine) - len(channels[channel_id].begun)

    holds()
    assert seen["kept"] > 0, seen


def test_what_ends_within_a_bill_cuts_it_so_that_no_hour_counts_twice(database):
    ids = make_channels(database.admin_url, [1], max_per_hour=None, period_s=PERIOD_S)
    bill = (SentReading("k0", START_MS + 240 * HOUR_MS, 1000.0, 0), START_MS)
    within = SentReading("k0", START_MS + 24 * HOUR_MS, 10.0, 1)
    found = []
    for order in ((bill, (within, -1)), ((within, -1), bill)):
        forget_readings(database.admin_url)
        store = Store(database.url("collector"), "test")
        for one in order:
            write(store, [one])
            worker(database).drain()
        store.close()
        found.append(rows(database, "usage_hour"))
        channels = with_begun(
            database, modelled(database, ids, [1], wraps_at=0, zone="Europe/London")
        )
        steps = sorted((step.start, step.end) for step in model.steps(channels[ids[0]]))
        assert steps[1] == (within.at_ms, bill[0].at_ms)

    assert found[0] == found[1]
    assert sum(row[2] for row in found[0]) == 1010
    assert max(row[4] for row in found[0]) == 3600
