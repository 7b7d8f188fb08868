"""Bases made of columns are those that each institution's own history gives."""

from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compact.base_columns import HOWS, Known, Months, Terms, bases_of, reviewed_all
from compact.bases import Frozen, How, Size
from compact.findings import reviewed
from compact.holders import NULL
from compact.targets import Indicator, Target

CARRIERS = ("electricity", "natural_gas")
JANUARY = 2015 * 12
MOST = 36
USUAL = st.sampled_from([How.METER] * 12 + list(How))
GRAMS = st.one_of(
    st.integers(90, 110), st.integers(90, 110), st.sampled_from([NULL, 0, -5, 301, 2**62])
)
TARGETS = st.sampled_from(
    [
        Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000),
        *(Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, year, 2030)
          for year in (2010, 2015, 2016, 2017)),
    ]
)  # fmt: skip


@st.composite
def month_rows(draw: st.DrawFn, who: int) -> list[tuple]:
    """Return an institution's months: mostly whole years alike, with a few that are not."""
    rows = {}
    for carrier in draw(st.sets(st.sampled_from(range(len(CARRIERS))), min_size=0)):
        first = draw(st.sampled_from([0, 12, 5]))
        for month in range(first, draw(st.sampled_from([12, 24, MOST, 17]))):
            rows[carrier, month] = (100, 100, 1, False)
        for month in draw(st.sets(st.integers(0, MOST - 1), max_size=2)):
            how, by_act = draw(USUAL), draw(st.booleans())
            rows[carrier, month] = (draw(GRAMS), draw(GRAMS), HOWS.index(how) + 1, by_act)
    return [(who, carrier, JANUARY + month, *row) for (carrier, month), row in rows.items()]


@st.composite
def known(draw: st.DrawFn) -> Known:
    """Return what is known of a few institutions."""
    ids = [3, 5, 8, 13][: draw(st.integers(0, 4))]
    rows = [row for who in range(len(ids)) for row in draw(month_rows(who))]
    spans = [
        (who, carrier, JANUARY + first, JANUARY + first + length)
        for who in range(len(ids))
        for carrier, first, length in draw(
            st.lists(st.tuples(st.integers(0, 1), st.integers(-9, 30), st.integers(0, 50)),
                     max_size=2)
        )
    ]  # fmt: skip
    still = Frozen("electricity", date(2015, 7, 1), date(2015, 7, 20))
    sizes = [
        Size("area_m2", Decimal(1000), date(2014, 1, 1), date(2015, 9, 1)),
        Size("area_m2", Decimal(1200), date(2015, 9, 1), None),
        Size("persons", Decimal(9), date(2014, 1, 1), None),
    ]
    some = st.lists(st.sampled_from(ids), unique=True, max_size=1) if ids else st.just([])
    months = np.array(rows, dtype=object).reshape(-1, 7).T
    return Known(
        ids, CARRIERS, JANUARY, JANUARY + draw(st.sampled_from([MOST - 1, 30])),
        Months(*(column.astype(np.int64) for column in months[:6]), months[6].astype(np.bool_)),
        Terms(*np.array(spans, np.int64).reshape(-1, 4).T),
        frozen={who: [still] for who in draw(some)},
        sizes={who: sizes[draw(st.integers(0, 2)):] for who in draw(some)},
        roster=dict.fromkeys(draw(some), "closed"),
    )  # fmt: skip


@given(TARGETS, known())
def test_columns_give_the_bases_that_histories_give(target, known):
    each = [reviewed(target, known.history(place)) for place in range(len(known.institutions))]

    assert reviewed_all(target, known) == each
    bases, has = bases_of(target, known)
    assert [base if has[row] else None for row, base in enumerate(bases)] == [
        one.base for one in each
    ]


def test_a_base_about_which_nothing_is_odd_is_made_without_a_history(monkeypatch):
    rows = np.array([(0, carrier, JANUARY + month, 7, 100, 1, 0)
                     for carrier in (0, 1) for month in range(24)]).T  # fmt: skip
    months = Months(*rows[:6], rows[6].astype(np.bool_))
    terms = Terms(*np.array([(0, 0, JANUARY, JANUARY + 99)]).T)
    monkeypatch.setattr(Known, "history", None)

    (found,) = reviewed_all(
        Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000),
        Known([3], CARRIERS, JANUARY, JANUARY + 23, months, terms),
    )
    assert found.base.months_g == (200,) * 12
    assert found.findings == ()
