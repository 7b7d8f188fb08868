"""Columns of products and quotients, against integers that have no end."""

from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.exact import added, half_up, millionths, multiply_divide, occurring

FACTOR = st.one_of(st.integers(-9, 9), st.integers(-(2**53), 2**53), st.integers(-(2**62), 2**62))
DIVISOR = st.one_of(st.integers(1, 9), st.integers(1, 2**53), st.integers(1, 2**62))


@given(st.lists(st.tuples(FACTOR, FACTOR, DIVISOR), max_size=20))
@example([(669051458263584386, 1, 787), (1542939655483821686, 1, 1534)])  # floats one above, below
@example([(2**62, 1, 2**12), (2**62, 1, 2**11), (7, 1, 2**60), (-7, 1, 2**60)])
def test_quotients_and_remainders_are_exact_wherever_they_fit(rows):
    fitting = [row for row in rows if -(2**63) <= row[0] * row[1] // row[2] < 2**63]
    amount, times, by = np.array(fitting, np.int64).reshape(-1, 3).T

    quotient, rest = multiply_divide(amount, times, by)

    wanted = [divmod(a * b, c) for a, b, c in fitting]
    assert list(zip(quotient.tolist(), rest.tolist(), strict=True)) == wanted


@given(st.fractions())
def test_halves_go_up_also_below_zero(value):
    assert half_up(value) == floor(value + Fraction(1, 2))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**59), 2**59)), max_size=8))
def test_sums_by_group_lose_nothing(rows):
    group, values = np.array(rows, np.int64).reshape(-1, 2).T

    sums = added(values, group, 4).tolist()

    assert sums == [sum(v for g, v in rows if g == one) for one in range(4)]


WIDE = st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**61))


@given(st.lists(WIDE, max_size=9))
def test_values_that_occur_stand_in_order(values):
    found, place = occurring(np.array(values, np.int64))

    assert found.tolist() == sorted(set(values))
    assert found[place].tolist() == values


@given(st.lists(st.integers(-(2**40), 2**40), max_size=9), st.integers(0, 2**30))
def test_a_share_in_millionths_is_floored_once(amounts, share):
    found = millionths(np.array(amounts, np.int64), share)

    assert found.tolist() == [floor(Fraction(one * share, 10**6)) for one in amounts]


def test_blocks_make_no_difference(monkeypatch):
    random = np.random.default_rng(5)
    columns = random.integers(1, 2**40, (3, 1000))
    whole = multiply_divide(*columns)
    monkeypatch.setattr("analytics.exact._BLOCK", 7)
    np.testing.assert_array_equal(multiply_divide(*columns), whole)
