"""Comparisons with the limit and the range, against fractions, at the very edge."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.limits import in_range, within
from tests.analytics.byhand import HOUR

# Rows that doubles settle stand beside rows that they cannot, so that each is seen for itself.
NEAR = st.tuples(st.integers(1, 2**54), st.integers(1, 2**44), st.integers(-2, 2))


def columns(rows: list[tuple]) -> list[np.ndarray]:
    return [np.array(column, np.int64) for column in zip(*rows, strict=True)]


@given(st.lists(NEAR, min_size=1, max_size=5))
@example([(2**54, HOUR, 0), (2**54, HOUR, 1), (1, HOUR - 1, 0), (1, HOUR - 1, 1)])
@example([(2**54, 1, 0), (2**54, 1, 1), (HOUR, HOUR + 1, 0), (HOUR, HOUR + 1, 1)])
@example([(1, 2**44, 0), (1, 2**44, 1)])
def test_a_use_fits_up_to_the_last_quantum_that_the_connection_carries(rows):
    rows = [
        (min(most * time // HOUR + over, 2**54), most, time)
        for most, time, over in rows
        if most * time // HOUR + over >= 0
    ]
    if rows:
        found = within(*columns(rows)).tolist()
        assert found == [Fraction(used) <= Fraction(most * t, HOUR) for used, most, t in rows]


def test_a_use_fits_where_nobody_stated_a_limit_and_not_where_its_neighbour_does():
    used, most, time = columns([(2**53, 0, 1), (2, 1, HOUR), (1, 1, HOUR), (0, 5, 1)])

    assert within(used, most, time).tolist() == [True, False, True, True]


@given(st.lists(st.tuples(st.integers(1, 2**31), st.integers(1, 2**20), st.integers(-1, 1))))
@example([(1, 1, 0), (1, 1, 1), (2**31, 1, 0), (2**31, 1, 1)])
@example([(1, 1, 0)])
@example([(1, 1, 1)])
@example([(3, 7, 0), (3, 7, 1)])
def test_carrier_quanta_are_in_range_up_to_2_to_the_53_and_no_further(rows):
    for sign in (1, -1):
        values = [
            (sign * min(2**53 * under // factor + over, 2**62), factor, under)
            for factor, under, over in rows
        ]
        columns_of = columns(values) if values else [np.zeros(0, np.int64)] * 3
        wanted = [abs(used) * factor <= 2**53 * under for used, factor, under in values]
        assert in_range(*columns_of).tolist() == wanted
