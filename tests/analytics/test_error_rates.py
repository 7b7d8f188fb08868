"""Intervals of error rates: published values, exact bounds by counting, and how often they hold."""

from fractions import Fraction
from math import comb
from random import Random

import pytest

from analytics.error_rates import (
    Judged,
    Rate,
    of_strata,
    of_stratum,
    wrong_between,
)

_FIVE = Fraction(1, 20)


def _chance(many: int, bad: int, checked: int, x: int) -> Fraction:
    ways = comb(bad, x) * comb(many - bad, checked - x) if checked - x <= many - bad else 0
    return Fraction(ways, comb(many, checked))


@pytest.mark.parametrize(
    ("wrong", "size", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(wrong, size, low, high):
    # two strata of one weight are one plain sample; of so many that none is the whole
    one, rest = divmod(wrong, 2)
    parts = [Judged(10**7 * (size // 2), size // 2, one),
             Judged(10**7 * (size - size // 2), size - size // 2, one + rest)]  # fmt: skip
    found = of_strata(parts)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_bounds_of_a_stratum_hold_in_at_least_95_of_100_samples_whatever_is_wrong():
    for many in (1, 2, 5, 9, 14):
        for checked in range(1, many + 1):
            bounds = [wrong_between(Judged(many, checked, x)) for x in range(checked + 1)]
            for bad in range(many + 1):
                missed = sum(
                    _chance(many, bad, checked, x)
                    for x in range(max(0, checked - many + bad), min(checked, bad) + 1)
                    if not bounds[x][0] <= bad <= bounds[x][1]
                )
                assert missed <= _FIVE


def test_a_stratum_that_was_checked_whole_leaves_no_doubt():
    assert of_stratum(Judged(8, 8, 3)) == Rate(0.375, 0.375, 0.375)
    assert of_strata([Judged(8, 8, 3), Judged(2, 2, 2)]) == Rate(0.5, 0.5, 0.5)


def test_of_five_of_which_one_was_checked_and_right_up_to_four_may_be_wrong():
    assert wrong_between(Judged(5, 1, 0)) == (0, 4)


def test_a_stratum_alone_keeps_its_exact_bounds():
    assert of_strata([Judged(400, 20, 2), Judged(9, 0, 0)]) == of_stratum(Judged(400, 20, 2))


def test_nobody_checked_gives_no_rate():
    assert of_stratum(Judged(5, 0, 0)) is None
    assert of_strata([Judged(5, 0, 0)]) is None


def test_more_wrong_than_checked_is_no_stratum():
    with pytest.raises(ValueError, match="3 wrong of 2"):
        Judged(5, 2, 3)


def test_bounds_of_strata_hold_about_as_often_as_they_say():
    random, held, drawn = Random(7), 0, 400
    shape = ((400, 20, 60), (900, 45, 90), (90, 5, 9), (12, 1, 2))  # many, checked, wrong in all
    truth = sum(bad for _, _, bad in shape) / sum(many for many, _, _ in shape)
    for _ in range(drawn):
        found = of_strata([
            Judged(many, checked, sum(one < bad for one in random.sample(range(many), checked)))
            for many, checked, bad in shape
        ])  # fmt: skip
        held += found.low <= truth <= found.high
    assert 0.92 * drawn <= held <= drawn
