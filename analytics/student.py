"""Quantiles of Student's t, for bands and tests of few values.

Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.5.8 (the continued fraction
of the incomplete beta function) and 26.7.1.
"""

from math import exp, lgamma, log, log1p
from typing import Final

_TINY: Final = 1e-300
_NEAR: Final = 1e-15
_MOST_TERMS: Final = 10_000


def within(t: float, degrees: float) -> float:
    """Return the probability that a t of so many degrees of freedom lies between −t and t."""
    if t == 0:
        return 0.0
    return 1.0 - _beta(degrees / (degrees + t * t), degrees / 2, 0.5)


def two_sided(confidence: float, degrees: float) -> float:
    """Return the t within which a value lies with a confidence from 0 to 1, both excluded.

    Raises ValueError where there is none: no degree of freedom, or a confidence that is none.
    """
    if not (0 < confidence < 1 and degrees > 0):
        raise ValueError(f"no t for a confidence of {confidence} and {degrees} degrees")
    low, high = 0.0, 1.0
    while within(high, degrees) < confidence:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        if within(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return high


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function of x."""
    if x in (0.0, 1.0):
        return x
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of it, from its head (Lentz's method)."""
    above, below = 1.0, 1.0 / _far(1 - (a + b) * x / (a + 1))
    value = below
    for m in range(1, _MOST_TERMS):
        before = value
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1.0 / _far(1 + part * below)
            above = _far(1 + part / above)
            value *= above * below
        if abs(value - before) <= _NEAR * abs(value):
            break
    return value


def _far(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
