"""Whole shares: they add up, lie next to the real ones, and columns say what single sums say."""

from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.exact import half_up
from analytics.rounding import cascade, cascade_rows, largest_remainder
from metering.errors import InputError

WEIGHT = st.one_of(st.integers(0, 5), st.integers(0, 10**6), st.integers(0, 2**57))
WEIGHTS = st.lists(WEIGHT, min_size=1, max_size=8).filter(any)
TOTAL = st.one_of(st.integers(0, 20), st.integers(0, 2**50))


@given(TOTAL, WEIGHTS)
def test_largest_remainder_adds_up_within_one_unit_of_each_share(total, weights):
    shares = largest_remainder(total, weights)

    assert sum(shares) == total
    assert all(
        abs(x - Fraction(total * w, sum(weights))) < 1 for x, w in zip(shares, weights, strict=True)
    )


@given(TOTAL, WEIGHTS, st.data())
def test_ties_go_to_the_lower_key_and_order_does_not_matter(total, weights, data):
    keys = data.draw(st.permutations(range(len(weights))))
    shares = dict(zip(keys, largest_remainder(total, weights, keys), strict=True))

    by_key = [weights[keys.index(key)] for key in range(len(keys))]
    assert [shares[key] for key in range(len(keys))] == largest_remainder(total, by_key)


@given(TOTAL, WEIGHTS)
def test_equal_weights_differ_by_one_unit_at_most(total, weights):
    shares = largest_remainder(total, weights)

    for x, w in zip(shares, weights, strict=True):
        for y, v in zip(shares, weights, strict=True):
            assert w != v or abs(x - y) <= 1


@given(st.integers(0, 10**6), WEIGHTS)
def test_one_more_unit_takes_at_most_one_from_anybody(total, weights):
    before, after = (largest_remainder(one, weights) for one in (total, total + 1))

    assert all(b >= a - 1 for a, b in zip(before, after, strict=True))


VALUES = st.lists(st.fractions(-50, 50, max_denominator=40), max_size=14)


@given(VALUES)
def test_cascade_rounding_keeps_every_running_sum_within_a_half(values):
    shares = cascade(values)

    assert sum(shares) == half_up(sum(values))
    for whole, real in zip(accumulate(shares), accumulate(values), strict=True):
        assert abs(whole - real) <= Fraction(1, 2)
    assert all(abs(x - v) <= 1 for x, v in zip(shares, values, strict=True))


@given(
    st.lists(
        st.tuples(TOTAL, st.lists(st.integers(0, 10**6), min_size=12, max_size=12).filter(any)),
        min_size=1,
        max_size=5,
    )
)
def test_months_of_many_quotas_are_those_of_each(quotas):
    totals = np.array([total for total, _ in quotas])
    weights = np.array([months for _, months in quotas])

    rows = cascade_rows(totals, weights)

    for row, (total, months) in zip(rows.tolist(), quotas, strict=True):
        assert row == cascade([Fraction(total * month, sum(months)) for month in months])
        assert sum(row) == total


def test_months_of_a_long_column_are_worked_out_block_by_block():
    totals = np.arange(70_000)

    rows = cascade_rows(totals, np.ones((70_000, 12), np.int64))

    np.testing.assert_array_equal(rows.sum(axis=1), totals)
    assert np.ptp(rows, axis=1).max() <= 1


def test_a_single_unit_of_weight_takes_all():
    weights = np.array([[0, 1, 0], [1, 0, 0]])

    assert cascade_rows(np.array([5, 6]), weights).tolist() == [[0, 5, 0], [6, 0, 0]]


@pytest.mark.parametrize("weights", [[0, 0], [3, -1]])
def test_nothing_to_share_by_is_an_error(weights):
    with pytest.raises(InputError, match="Weights"):
        largest_remainder(5, weights)
    with pytest.raises(InputError, match="Weights"):
        cascade_rows(np.array([5]), np.array([weights]))


def test_nothing_is_shared_by_nothing():
    assert largest_remainder(0, [0, 0]) == [0, 0]
