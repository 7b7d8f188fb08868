"""Histories of channels as hypothesis draws them: wraps, gaps, exchanges, great values."""

from hypothesis import strategies as st

from tests.analytics.byhand import HOUR, INTERVAL, POWER, REGISTER, Facts, Row

START = 1_451_606_400_000  # 2016-01-01, UTC

FACTORS = st.one_of(st.just(1), st.integers(1, 400), st.integers(1, 2**31))
PERIODS_S = st.sampled_from([1, 7, 60, 900, 1800, 3600, 86_400])
WAITS_MS = st.one_of(
    st.sampled_from([1, 999, 60_000, 900_000, HOUR, 2 * HOUR]),
    st.integers(1, 5 * HOUR),
    st.integers(1, 90 * 24 * HOUR),
)
WRAPS = st.one_of(st.none(), st.integers(2, 2000), st.just(2**53), st.integers(2, 2**53))
MOST = st.one_of(st.none(), st.integers(1, 1000), st.integers(1, 2**53))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Settings of a channel."""
    return Facts(draw(FACTORS), draw(PERIODS_S), draw(MOST), draw(WRAPS))


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
            now = Facts(before.factor, draw(PERIODS_S), before.most, before.wraps)
        if what == "exchange":
            now = draw(facts())
            starts = draw(values(kind, now))
            ends = draw(st.one_of(st.none(), st.just(value)))
        rows.append(Row(at, ends, starts, now, before))
        before = now
        at += draw(WAITS_MS)
    return kind, rows


CHANNELS = st.dictionaries(st.integers(1, 9), histories(), max_size=4)
