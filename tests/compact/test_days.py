"""Daily quotas add to their month to the gram, and have the shape of the institution's own use."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from compact.days import DayUsed, RestsOn, Shape, Weight, calendar, cut

FIRST = date(2015, 1, 1)
KINDS = ("workday", "weekend", "holiday")


def days_of(year: int) -> list[tuple[date, str]]:
    """Return the days of a year; its first three are a holiday."""
    first = date(year, 1, 1)
    every = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return [(one, _kind(one)) for one in every]


def _kind(day: date) -> str:
    if day.month == 1 and day.day <= 3:
        return "holiday"
    return "weekend" if day.weekday() >= 5 else "workday"


USED = st.lists(
    st.builds(
        DayUsed,
        st.integers(0, 364).map(lambda n: FIRST + timedelta(days=n)),
        st.sampled_from(KINDS),
        st.integers(-5, 10**9),
    ),
    max_size=40,
)
MONTHS = st.lists(st.none() | st.integers(0, 10**12), min_size=12, max_size=12)


@given(MONTHS, USED)
def test_the_days_of_a_month_add_to_it_to_the_gram(months, used):
    found = calendar(months, days_of(2016), Shape(used))

    assert len(found) == 366
    for month, amount in enumerate(months, 1):
        own = [part for day, (part, _) in found.items() if day.month == month]
        assert sum(own) == amount if amount is not None else own == [None] * len(own)
        assert all(part >= 0 for part in own if part is not None)


def test_a_day_weighs_what_a_day_of_its_kind_used_in_that_month():
    # January: workdays of 100 g, weekends of 40; nothing else is known of it.
    used = [DayUsed(date(2015, 1, n), "workday", 100) for n in (5, 6)]
    used += [DayUsed(date(2015, 1, 10), "weekend", 40)]
    # In July all is twice as much, holidays were known there alone: 30 g beside workdays of 200.
    used += [DayUsed(date(2015, 7, 1), "workday", 200), DayUsed(date(2015, 7, 2), "holiday", 30)]
    shape = Shape(used)

    assert shape.weight(1, "workday") == Weight(Fraction(100), 2, RestsOn.MONTH)
    assert shape.weight(1, "weekend") == Weight(Fraction(40), 1, RestsOn.MONTH)
    # The year's workday is 400/3 and its weekend 40; January's three days used 240 where the year's
    # would have used 2 × 400/3 + 40 = 920/3: so a holiday of 30 counts for 30 × 240 / (920/3).
    assert shape.weight(1, "holiday") == Weight(Fraction(30 * 240 * 3, 920), 1, RestsOn.YEAR)
    # Of August nothing is known: the year's mean as it is.
    assert shape.weight(8, "weekend") == Weight(Fraction(40), 1, RestsOn.YEAR)


def test_without_a_known_day_all_days_are_the_same():
    assert Shape([]).weight(5, "workday") == Weight(Fraction(1), 0, RestsOn.EVEN)
    assert cut(10, [Shape([]).weight(2, "workday")] * 4) == [3, 2, 3, 2]
    assert cut(7, [Weight(Fraction(0), 1, RestsOn.MONTH)] * 3) == [2, 3, 2]
