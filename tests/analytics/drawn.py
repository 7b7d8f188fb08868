"""Histories of channels as hypothesis draws them: wraps, gaps, exchanges, great values."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from analytics.lines import Bounds
from tests.analytics.byhand import HOUR, INTERVAL, POWER, REGISTER, Facts, Row

START = 1_451_606_400_000  # 2016-01-01, UTC

FACTORS = st.one_of(st.just(1), st.integers(1, 400), st.integers(1, 2**31))
UNDER = st.one_of(st.just(1), st.just(1), st.integers(1, 1000), st.integers(1, 10**6))
PERIODS_S = st.sampled_from([1, 7, 60, 900, 1800, 3600, 86_400])
WAITS_MS = st.one_of(
    st.sampled_from([1, 999, 60_000, 900_000, HOUR, 2 * HOUR]),
    st.integers(1, 5 * HOUR),
    st.integers(1, 90 * 24 * HOUR),
)
WRAPS = st.one_of(st.none(), st.integers(2, 2000), st.just(2**53), st.integers(2, 2**53))
MOST = st.one_of(st.none(), st.integers(1, 1000), st.integers(1, 2**53))
_ENOUGH = 50


def many(times: float) -> int:
    """Return so many times the examples that the profile asks of a property, or times fifty.

    `make mutation` asks less than fifty, and so notices nine in ten of all faults.
    """
    return round(times * min(settings().max_examples, _ENOUGH))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Settings of a channel."""
    return Facts(draw(FACTORS), draw(PERIODS_S), draw(MOST), draw(WRAPS), draw(UNDER))


def values(kind: int, set_now: Facts) -> st.SearchStrategy[int]:
    """Values near each other, near the wrap, and as great as a channel may hold."""
    top = set_now.wraps - 1 if kind == REGISTER and set_now.wraps else 2**53
    if kind == REGISTER:
        return st.one_of(st.integers(0, min(top, 2000)), st.integers(0, top), st.just(top))
    return st.one_of(st.integers(-2000, 2000), st.integers(-(2**53), 2**53))


@st.composite
def histories(draw: st.DrawFn, most_rows: int = 8) -> tuple[int, list[Row]]:
    """One channel: its kind and rows. Factors change only at an exchange, periods anywhere."""
    kind = draw(st.sampled_from([REGISTER, INTERVAL, POWER]))
    before = draw(facts())
    at = START + draw(st.integers(0, 3 * HOUR))
    rows = []
    for _ in range(draw(st.integers(0, most_rows))):
        now, value = before, draw(values(kind, before))
        ends = starts = value
        what = draw(st.sampled_from(["reading", "reading", "reading", "period", "exchange"]))
        if what == "period":
            now = replace(before, period_s=draw(PERIODS_S))
        if what == "exchange":
            now = draw(facts())
            starts = draw(values(kind, now))
            ends = draw(st.one_of(st.none(), st.just(value)))
        told = kind == INTERVAL and draw(st.sampled_from([False, False, True]))
        begun = at - draw(WAITS_MS) if told else -1
        rows.append(Row(at, ends, starts, now, before, begun=begun))
        before = now
        at += draw(WAITS_MS)
    return kind, rows


CHANNELS = st.dictionaries(st.integers(1, 9), histories(), max_size=4)

# Small bounds, so that short histories meet every border of a judgement.
SMALL = Bounds(
    run=3,
    run_ms=6 * HOUR,
    run_periods=5,
    rounds=(1, 2, 3),
    both=1,
    beside=1,
    rate_steps=2,
    far_ms=12 * HOUR,
)
_WRONG = st.one_of(st.integers(0, 60), st.sampled_from([0, 0, 30, 31, 95, 99, 400]))
_RISE = st.one_of(st.integers(0, 4), st.just(0), st.just(3))


@st.composite
def registers(draw: st.DrawFn, most_rows: int = 60) -> list[Row]:
    """A register that climbs, wraps at 100, freezes and is misread; at most two exchanges."""
    now = Facts(
        factor=draw(st.sampled_from([1, 7])),
        under=draw(st.sampled_from([1, 3])),
        most=draw(st.sampled_from([None, 5])),
        wraps=draw(st.sampled_from([None, 100])),
    )
    walls = draw(st.dictionaries(st.integers(0, 40), st.booleans(), max_size=2))
    at, value, rows = START, 80, []
    for place in range(draw(st.integers(2, most_rows))):
        at += draw(st.sampled_from([1, 1, 1, 2, 4, 30])) * HOUR // 2
        value = (value + draw(_RISE)) % 100
        wrong = draw(st.one_of(st.none(), st.none(), st.none(), _WRONG))
        shown = value if wrong is None else wrong
        confirmed = draw(st.sampled_from([None] * 12 + ["reinstated", "wrap_confirmed"]))
        row = Row(
            at, shown, shown, now, now, confirmed == "reinstated", confirmed == "wrap_confirmed"
        )
        if place in walls:
            value = draw(st.integers(0, 20))
            row = replace(row, ends=shown if walls[place] else None, starts=value)
        rows.append(row)
    return rows
