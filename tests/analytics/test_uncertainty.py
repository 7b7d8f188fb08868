"""Uncertainty of savings: how it moves with what is known. Printed values are known answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import uncertainty

SHARES = st.floats(0.01, 1)
BASE = {"cvrmse": 0.2, "saving": 0.1, "confidence": 0.9, "n": 365, "m": 365, "parameters": 3}


@given(SHARES, SHARES)
def test_it_scales_with_the_error_and_against_the_saving(cvrmse, saving):
    found = uncertainty.relative(**BASE | {"cvrmse": cvrmse, "saving": saving})

    assert found == pytest.approx(uncertainty.relative(**BASE) * cvrmse / 0.2 * 0.1 / saving)


@given(st.floats(-0.99, 0.9))
def test_correlated_values_are_never_worth_more_than_their_number(rho):
    plain = uncertainty.relative(**BASE)

    assert 0 < uncertainty.effective_n(365, rho) <= 365
    assert uncertainty.relative(**BASE, rho=rho) >= plain
    if rho <= 0:
        assert uncertainty.relative(**BASE, rho=rho) == plain


@given(st.lists(st.floats(1, 100), min_size=4, max_size=30))
def test_a_model_that_says_what_was_fits(y):
    found = uncertainty.statistics(y, y, 2)

    assert (found.cvrmse, found.nmbe, found.r2) == (0, 0, 1)


@given(st.lists(st.floats(1, 100), min_size=4, max_size=30), st.floats(-5, 5))
def test_a_model_that_says_too_little_everywhere_is_biased(y, by):
    found = uncertainty.statistics(y, [one - by for one in y], 2)

    assert found.nmbe == pytest.approx(by * len(y) / (len(y) - 2) / (sum(y) / len(y)), abs=1e-9)


@pytest.mark.parametrize("change", [{"n": 3}, {"saving": 0}, {"m": 0}, {"confidence": 1}])
def test_nothing_is_said_where_nothing_can_be(change):
    with pytest.raises(ValueError, match=r"without a saving|no t"):
        uncertainty.relative(**BASE | change)


@pytest.mark.parametrize("y", [[], [1, 2], [1, -1, 1, -1]])
def test_a_fit_needs_values_and_a_mean(y):
    with pytest.raises(ValueError, match="tell nothing"):
        uncertainty.statistics(y, y, 2)
