"""Series: what they send is what was used; after the data set they go on."""

from itertools import pairwise

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from metering.channels import Kind
from simulators import series
from simulators.datasets import HOUR_MS, Building, MeterRows

BUILDING = Building("b1", "s1", "office", "", "Europe/London", None, None)
START_MS = 1_456_790_400_000


def meter(used: list[int], skipped: frozenset[int] = frozenset(), name: str = "m") -> MeterRows:
    kept = [hour for hour in range(len(used)) if hour not in skipped] or [0]
    start = START_MS + np.array(kept, np.int64) * HOUR_MS
    return MeterRows(name, BUILDING, "gas", start, np.array(used, np.int64)[kept])


@given(
    used=st.lists(st.integers(0, 10**6), min_size=1, max_size=80),
    skipped=st.frozensets(st.integers(0, 79)),
    seed=st.integers(0, 50),
)
def test_readings_give_back_what_the_source_knows(used, skipped, seed):
    rows = meter(used, skipped)
    (one,) = series.made([rows], seed=seed, shift_weeks={})
    register = series.register(rows, seed=seed)
    ends = (rows.start_ms + HOUR_MS).tolist()

    event(f"{one.kind.name}")
    sent = [round(kwh * series.PER_KWH) for kwh in one.shown(0, len(one))]
    counted = [round(kwh * series.PER_KWH) for kwh in register.shown(0, len(register))]
    np.testing.assert_array_equal(np.diff(counted), rows.used)
    assert counted[-1] + rows.used.sum() < register.wraps_at
    assert one.quanta == rows.used.sum()
    assert series.LIMIT * rows.used.max() <= one.max_per_hour
    if series.whole(rows):
        assert (one.kind, sent) == (Kind.REGISTER, counted)
        assert one.instants(0, len(one)) == [int(rows.start_ms[0]), *ends]
    else:
        assert (one.kind, one.wraps_at, sent) == (Kind.INTERVAL, None, rows.used.tolist())
        assert one.instants(0, len(one)) == ends


def test_after_a_data_set_with_holes_each_hour_goes_on():
    rows = meter(list(range(200)), frozenset({7}))
    (one,) = series.made([rows], seed=1, shift_weeks={})

    beyond = one.shown(len(one), len(one) + 8736 + 2)

    assert beyond[-2:] == beyond[:2]
    assert beyond[8735] == 0.199


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=400), st.integers(0, 30_000))
def test_after_the_data_set_it_counts_on_hour_by_hour(used, far):
    (one,) = series.made([meter(used)], seed=1, shift_weeks={})

    at = one.instants(len(one) + far, len(one) + far + 2)
    shown = one.shown(len(one) + far - 1, len(one) + far + 2)

    assert at[0] == one.at_ms[-1] + (far + 1) * HOUR_MS
    assert at[1] - at[0] == HOUR_MS
    for before, after in pairwise(shown):
        step = round(after * 1000) - round(before * 1000)
        assert 0 <= step % one.wraps_at <= max(used)


def test_the_week_before_fills_what_the_year_does_not_know():
    used = list(range(168)) * 2
    (one,) = series.made([meter(used)], seed=1, shift_weeks={})

    shown = one.shown(len(one) - 1, len(one) + 168)

    steps = [round((b - a) * 1000) % one.wraps_at for a, b in pairwise(shown)]
    assert steps == list(range(168))


def test_a_site_moves_by_whole_weeks_to_end_within_the_last_seven_days():
    rows = meter([1] * 50)
    end_ms = int(rows.start_ms[-1]) + HOUR_MS
    now_ms = end_ms + 1000 * series.WEEK_MS + 12345

    weeks = series.shift_to([rows], now_ms)
    (moved,) = series.made([rows], seed=0, shift_weeks=weeks)
    (stayed,) = series.made([rows], seed=0, shift_weeks={"elsewhere": 3})

    assert weeks == {"s1": 1000}
    assert now_ms - series.WEEK_MS < moved.at_ms[-1] <= now_ms
    assert stayed.at_ms[-1] == end_ms
