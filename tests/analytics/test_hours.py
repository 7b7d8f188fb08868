"""From steps to hours: the sum of hours is the sum of known steps, whatever comes."""

import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics import hours
from analytics.hours import Hours, spread
from analytics.judging import steps
from analytics.steps import Reason, Steps
from metering.errors import InputError
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, POWER, Facts, Row, Step
from tests.analytics.drawn import CHANNELS, START

_TOLD = ("channel", "hour_ms", "used", "known", "measured_s", "known_s")


def told(made: Hours) -> list[tuple]:
    return [
        (channel, hour, used if known else None, measured_s, known_s)
        for channel, hour, used, known, measured_s, known_s in zip(
            *(getattr(made, name).tolist() for name in _TOLD), strict=True
        )
    ]


def on_paper(found: dict[int, list[Step]]) -> list[tuple]:
    return [
        (channel, hour, *figures)
        for channel, uses in sorted(found.items())
        for hour, figures in sorted(byhand.hours(uses).items())
    ]


@st.composite
def one_step(draw: st.DrawFn) -> Step:
    """A step of any length and any use that a step may have."""
    start = draw(st.integers(-(10**12), 10**13))
    wait = draw(st.one_of(st.integers(1, 3 * HOUR), st.integers(1, 2000 * HOUR)))
    edge = 2**60 // wait  # about here 64 bits stop being enough on the way
    great = st.one_of(st.integers(edge - 9, edge + 9), st.integers(edge, min(9 * edge, 2**62)))
    any_size = st.one_of(st.integers(-50, 50), great, st.integers(0, 2**62))
    used = draw(st.one_of(st.none(), any_size, any_size.map(operator.neg)))
    period_s = draw(st.integers(1, 86_400))
    return Step(start, start + wait, used, "FALL" if used is None else "KNOWN", period_s)


@given(CHANNELS)
def test_hours_are_what_the_formula_says_on_paper(channels):
    found = {one: byhand.steps(kind, rows) for one, (kind, rows) in channels.items()}

    assert told(spread(byhand.columns(found))) == on_paper(found)


def test_steps_of_one_factor_are_rounded_together_though_an_unknown_one_lies_between():
    """1.5 s and -0.001 s at 115007/3000 a millisecond: 57465.16, not 57503.5 and -38.3 apart."""
    factor = Fraction(115_007, 3000)
    found = {
        3: [
            Step(START, START + 1500, 1500 * factor, "KNOWN", 1, factor),
            Step(START + 1500, START + 60_000, None, "HELD_TOO_LONG", 1),
            Step(START + 60_000, START + 60_001, -factor, "KNOWN", 1, factor),
        ]
    }
    assert told(spread(byhand.columns(found))) == on_paper(found) == [(3, START, 57_465, 1, 1)]


@given(CHANNELS)
def test_the_sum_of_hours_is_the_sum_of_known_steps(channels):
    made = steps(byhand.effective(channels))
    hourly = spread(made)

    for channel, (kind, rows) in channels.items():
        own = hourly.channel == channel
        whole = sum(step.used or 0 for step in byhand.steps(kind, rows))
        # A register's to the quantum; what is rounded once an hour and factor, within a half each.
        roundings = 0 if kind == byhand.REGISTER else own.sum() + len(rows)
        assert abs(sum(hourly.used[own].tolist()) - whole) <= Fraction(int(roundings), 2)
    assert (hourly.used[~hourly.known] == 0).all()
    assert ((hourly.measured_s >= 0) & (hourly.measured_s <= 3600)).all()
    assert ((hourly.known_s >= hourly.measured_s) & (hourly.known_s <= 3600)).all()


@given(one_step())
@example(Step(START, START + 2 * HOUR, 2**62 - 1, "KNOWN", 3600))  # a half on the hour
@example(Step(START, START + 2 * HOUR, 1 - 2**62, "KNOWN", 3600))
def test_one_step_of_any_size_is_shared_out_to_the_last_quantum(step):
    hourly = spread(byhand.columns({1: [step]}))

    assert told(hourly) == on_paper({1: [step]})
    assert sum(hourly.used.tolist()) == (step.used or 0)


@given(CHANNELS, st.integers(1, 40))
def test_hours_do_not_depend_on_the_blocks_they_are_made_in(channels, block):
    made = steps(byhand.effective(channels))
    whole = told(spread(made))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hours, "_BLOCK", block)
        assert told(spread(made)) == whole


@given(CHANNELS, st.integers(1, 5))
def test_hours_do_not_depend_on_what_is_spread_together(channels, split):
    """A worker may take any channels together, and an hour's edge may cut the work."""
    made = steps(byhand.effective(channels))
    alone = made.channel <= split
    parts = [
        Steps(*(getattr(made, name)[some] for name in Steps.__slots__)) for some in (alone, ~alone)
    ]

    assert [*told(spread(parts[0])), *told(spread(parts[1]))] == told(spread(made))


def test_a_gap_of_sixteen_months_keeps_its_total_and_is_not_measured():
    hourly = spread(
        byhand.columns({7: [Step(START, START + 11_520 * HOUR, 1_000_003, "KNOWN", 3600)]})
    )

    assert len(hourly.used) == 11_520
    assert hourly.used.sum() == 1_000_003
    assert set(hourly.used.tolist()) == {86, 87}
    assert hourly.known.all()
    assert not hourly.measured_s.any()


def test_an_hour_is_unknown_only_where_no_part_is_known():
    found = [
        Step(START, START + HOUR // 2, 30, "KNOWN", 1800),
        Step(START + HOUR // 2, START + 2 * HOUR, None, "FALL", 1800),
        Step(START + 3 * HOUR, START + 4 * HOUR, 0, "KNOWN", 3600),
    ]

    assert told(spread(byhand.columns({1: found}))) == [
        (1, START, 30, 1800, 1800),
        (1, START + HOUR, None, 0, 0),
        (1, START + 3 * HOUR, 0, 3600, 3600),  # null is never zero, and zero never null
    ]


def test_measured_milliseconds_are_added_before_they_become_seconds():
    found = [Step(START + i * 1500, START + (i + 1) * 1500, 1, "KNOWN", 2) for i in range(3)]

    made = spread(byhand.columns({1: found}))
    assert told(made) == [(1, START, 3, 4, 4)]  # 4.5 s, not 3 × 1 s


def test_an_hour_that_64_bits_cannot_hold_is_refused_by_name():
    found = [Step(START + i, START + i + 1, 2**62, "KNOWN", 3600) for i in range(2)]

    with pytest.raises(InputError) as refused:
        spread(byhand.columns({5: found}))

    assert refused.value.code == "usage.hour_out_of_range"
    assert refused.value.where == {"channel": 5, "hour": "2016-01-01T00:00", "used": 2**63}


def test_great_hours_that_just_fit_are_exact():
    found = [
        Step(START, START + 1, 2**62, "KNOWN", 3600),
        Step(START + 1, START + 2, 2**62 - 1, "KNOWN", 3600),
        Step(START + 2, START + 3, -(2**62), "KNOWN", 3600),
    ]

    assert told(spread(byhand.columns({5: found}))) == [(5, START, 2**62 - 1, 0, 0)]


@pytest.mark.parametrize("factor", [1, 2**31 - 1])
def test_power_of_any_resolution_is_rounded_once_an_hour(factor):
    """Where factor × 3,600,000 × under outgrows 64 bits, the hour is exact all the same."""
    facts = Facts(factor=factor, under=10**6, period_s=1200)
    rows = [
        Row(START + n * HOUR // 3, value, value, facts, facts)
        for n, value in enumerate([700_001, 899_998, -3, 1_000_001, 1_999_999, 4, 0])
    ]
    found = byhand.steps(POWER, rows)

    assert told(spread(byhand.columns({1: found}))) == on_paper({1: found})


def test_factors_that_change_within_an_hour_are_rounded_apart():
    half = Step(START, START + HOUR // 2, Fraction(1, 2), "KNOWN", 1800, Fraction(1, 2))
    other = Step(START + HOUR // 2, START + HOUR, Fraction(1, 3), "KNOWN", 1800, Fraction(1, 3))

    assert told(spread(byhand.columns({1: [half, other]}))) == [(1, START, 1, 3600, 3600)]


def test_nothing_gives_nothing():
    nothing = np.zeros(0, np.int64)

    made = spread(Steps(*[nothing] * 6, nothing.astype(np.int8), nothing))

    assert told(made) == []
    assert Reason.KNOWN == 0
