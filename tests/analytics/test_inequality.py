"""Gini and Theil: against their definitions over all pairs and parts."""

from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.fairness import Spread, fairness
from analytics.inequality import gini, theil
from metering.errors import InputError

VALUE = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
ROWS = st.lists(st.tuples(VALUE, st.integers(1, 9), st.integers(0, 2)), min_size=1, max_size=9)


@given(ROWS)
def test_gini_is_half_the_mean_difference_of_all_pairs_over_the_mean(rows):
    x, w, _ = map(list, zip(*rows, strict=True))
    assume(any(x))
    mean = sum(a * b for a, b in zip(x, w, strict=True)) / sum(w)
    pairs = sum(u * v * abs(a - b) for a, u, _ in rows for b, v, _ in rows)

    assert gini(x, w) == pytest.approx(pairs / (2 * sum(w) ** 2 * mean), abs=1e-9)


@given(ROWS)
def test_weights_count_how_often_a_value_stands(rows):
    x, w, _ = map(list, zip(*rows, strict=True))
    repeated = np.repeat(x, w)

    assert gini(x, w) == pytest.approx(gini(repeated), abs=1e-9)
    assert theil(x, w).value == pytest.approx(theil(repeated).value, abs=1e-9)


@given(ROWS)
def test_theil_is_what_lies_within_groups_and_between_them(rows):
    x, w, group = map(list, zip(*rows, strict=True))
    assume(any(x))
    total = sum(a * b for a, b in zip(x, w, strict=True))

    found = theil(x, w, group)

    within = 0.0
    for one in set(group):
        own = [(a, b) for a, b, g in rows if g == one]
        part = sum(a * b for a, b in own) / total
        if part:
            within += part * theil(*zip(*own, strict=True)).value
    assert found.within == pytest.approx(within, abs=1e-9)
    assert found.value == pytest.approx(found.within + found.between, abs=1e-9)
    assert found.between >= -1e-9


@given(st.floats(1e-3, 1e6), st.integers(1, 9))
def test_equal_values_have_no_inequality(value, count):
    assert gini([value] * count) == pytest.approx(0, abs=1e-9)
    assert theil([value] * count).value == pytest.approx(0, abs=1e-9)


def test_one_who_has_everything():
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert theil([0, 0, 0, 8]).value == pytest.approx(log(4))
    assert (gini([0, 0]), theil([0, 0]).value) == (0, 0)


@pytest.mark.parametrize(
    ("x", "weights"),
    [([1, -1], None), ([1, 2], [1]), ([1], [0]), ([], None), ([float("nan")], None)],
)
def test_what_has_no_inequality_is_refused(x, weights):
    for measure in (gini, theil):
        with pytest.raises(InputError, match="Values"):
            measure(x, weights)


def test_the_fairness_measures_of_four_institutions():
    base = np.array([1000, 2000, 500, 0])
    quota = np.array([900, 1900, 500, 0])

    measures = fairness(
        quota,
        base,
        floor=np.array([900, 0, 0, 1]),
        ceiling=base,
        benchmark=np.array([800, 0, 1000, 0]),
        feasible=np.array([100, 400, 0, 0]),
        cost=(np.array([1.0, 2.0, 3.0, 0.0]), np.array([0.1, 0.2, 0.3, 0.0])),
    )

    assert measures.to_base == Spread(0.9, 1.0)
    assert measures.to_benchmark == Spread(0.5, 1.125)
    assert measures.effort == Spread(0.25, 1.0)
    assert measures.gini_of_rates == pytest.approx(gini([0.1, 0.05, 0]))
    assert measures.cost == pytest.approx(100 + 500 + 200 + 1000)
    assert measures.at_bound == 3


def test_measures_without_their_figures_are_missing_not_zero():
    measures = fairness(np.array([7, 5]), np.array([5, 5]))

    assert (measures.to_benchmark, measures.effort, measures.cost, measures.gini_of_rates) == (
        None,
    ) * 4
    assert measures.to_base == Spread(1.0, 1.4)


def test_rates_are_of_all_who_have_a_base_however_small():
    measures = fairness(np.array([0, 8]), np.array([1, 10]))

    assert measures.gini_of_rates == pytest.approx(gini([1, 0.2]))
    assert measures.to_base == Spread(0.0, 0.8)
    assert measures.at_bound == 0
