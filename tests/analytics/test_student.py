"""Quantiles of t against printed tables, and against what they are quantiles of."""

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import student


@pytest.mark.parametrize(
    ("confidence", "degrees", "t"),
    [  # NIST/SEMATECH e-Handbook 1.3.6.7.2, two-sided
        (0.80, 1, 3.078),
        (0.95, 1, 12.706),
        (0.98, 5, 3.365),
        (0.80, 10, 1.372),
        (0.95, 10, 2.228),
        (0.99, 30, 2.750),
        (0.998, 100, 3.174),
    ],
)
def test_printed_values(confidence, degrees, t):
    assert student.two_sided(confidence, degrees) == pytest.approx(t, abs=6e-4)


@given(st.floats(0.01, 0.999), st.floats(0.5, 1e4))
def test_a_quantile_holds_as_much_as_was_asked(confidence, degrees):
    t = student.two_sided(confidence, degrees)

    assert student.within(t, degrees) == pytest.approx(confidence, abs=1e-9)


@given(st.floats(0.05, 0.99))
def test_very_many_degrees_are_the_normal_distribution(confidence):
    normal = NormalDist().inv_cdf((1 + confidence) / 2)

    assert student.two_sided(confidence, 1e7) == pytest.approx(normal, rel=1e-5)


@pytest.mark.parametrize(("confidence", "degrees"), [(0, 5), (1, 5), (0.9, 0), (0.9, -1)])
def test_there_is_not_always_one(confidence, degrees):
    with pytest.raises(ValueError, match="no t"):
        student.two_sided(confidence, degrees)
