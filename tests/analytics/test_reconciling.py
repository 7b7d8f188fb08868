"""A fault put into calm bills is found, with both sides named; calm bills tell nothing."""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analytics.reconciling import Billed, Doubt, Found, reconciled

SEASONS = st.lists(st.integers(80, 120), min_size=12, max_size=12)


def year(account: int, daily: int, seasons: list[int]) -> list[Billed]:
    """Return twelve bills of a number that uses so much a day, in percent of it by month."""
    found = []
    for month, percent in enumerate(seasons, 1):
        days = monthrange(2015, month)[1]
        quanta = daily * days * percent // 100
        span = date(2015, month, 1), date(2015, month, days)
        found.append(Billed(account * 100 + month, account, *span, quanta))
    return found


@given(SEASONS, SEASONS, st.integers(1, 12), st.sampled_from([5, 8, 30]))
def test_what_was_put_in_is_found_and_nothing_else(one, other, month, times):
    small, great = year(1, 10_000, one), year(2, 10_000 * times, other)
    assert reconciled(small + great) == []
    place = month - 1

    a, b = small[place], great[place]
    swapped = [*small, *great]
    swapped[place], swapped[12 + place] = replace(a, quanta=b.quanta), replace(b, quanta=a.quanta)
    assert reconciled(swapped) == [Found(Doubt.SWAPPED, a.bill, b.bill, a.quanta)]

    twice = [*small, *great]
    twice[12 + place] = replace(b, quanta=a.quanta)
    (found,) = reconciled(twice)
    assert (found.doubt, {found.bill, found.other}) == (Doubt.DOUBLE, {a.bill, b.bill})

    wrong = [*small]
    wrong[place] = replace(a, quanta=a.quanta * 100)
    (found,) = reconciled(wrong)
    assert (found.doubt, found.bill, found.factor) == (Doubt.MULTIPLIER, a.bill, Fraction(100))


@given(st.integers(1000, 10**9), st.integers(2, 200))
def test_a_transformer_ratio_left_out_is_told_from_a_meter_that_is_just_unlike(meter, ratio):
    bill = Billed(1, 1, date(2015, 1, 1), date(2015, 1, 31), meter, meter * ratio)
    assert reconciled([bill])[0].factor == Fraction(1, ratio)
    assert reconciled([replace(bill, meter=meter)]) == []
    odd = reconciled([replace(bill, quanta=meter * 3 // 2, meter=meter)])
    assert [one.doubt for one in odd] == [Doubt.UNLIKE_METER]
