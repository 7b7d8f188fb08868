"""Formulas of standards: exact, and arithmetic alone."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.expressions import expression
from metering.errors import InputError

NUMBERS = st.fractions(-1000, 1000, max_denominator=1000)


@pytest.mark.parametrize(
    ("text", "given", "value"),
    [
        ("0.3 + 0.7 * 2500 / open_hours", {"open_hours": 2500}, Fraction(1)),
        ("0.3 + 0.7 * 2500 / open_hours", {"open_hours": 3500}, Fraction(4, 5)),
        ("0.7 + 0.3 * (area / persons) / 10", {"area": 200, "persons": 10}, Fraction(13, 10)),
        ("-a - b", {"a": 1, "b": Fraction(1, 3)}, Fraction(-4, 3)),
        ("min(max(a, 1.05), 2.0)", {"a": Fraction(3, 2)}, Fraction(3, 2)),
        ("1_000 * .1", {}, Fraction(100)),
    ],
)
def test_a_formula_comes_to_what_it_does_on_paper(text, given, value):
    found = expression(text)
    assert found.value({name: Fraction(one) for name, one in given.items()}) == value
    assert found.names == given.keys()


@given(NUMBERS, NUMBERS, NUMBERS)
def test_nothing_is_rounded(a, b, c):
    found = expression("a + b * c - (a - b) * 0.1").value({"a": a, "b": b, "c": c})
    assert found == a + b * c - (a - b) / 10


@pytest.mark.parametrize(
    "text",
    ["", "a +", "a ** 2", "a // 2", "f(1, 2)", "min(1)", "__import__('os')", "a.b",
     "a if b else c", "True", "'a'", "1j", "[1]", "min", "+a", "a" * 401, "(" * 200 + "a",
     "a\x00", "max(1, 2, k=3)"],
)  # fmt: skip
def test_more_than_arithmetic_is_refused(text):
    with pytest.raises(InputError, match="no arithmetic"):
        expression(text)


def test_what_is_missing_and_what_is_divided_by_nought_is_named():
    with pytest.raises(InputError, match="hours is not given"):
        expression("a / hours").value({"a": Fraction(1)})
    with pytest.raises(InputError, match="nought"):
        expression("a / hours").value({"a": Fraction(1), "hours": Fraction(0)})
