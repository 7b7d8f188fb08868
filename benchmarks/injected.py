"""Faults put into real hours: where, of which kind, so that it can be counted what is found."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

KINDS: Final = ("spike", "stuck", "zero", "overuse")
EACH: Final = (12, 6, 6, 6)  # of each kind in two years of a meter

_LONGEST_H: Final = (3, 36, 48, 72)
_SHORTEST_H: Final = (1, 6, 3, 12)
_SPIKE: Final = (0.5, 3.0)  # times what the meter seldom exceeds, on top of the hour
_OVERUSE: Final = (1.4, 2.0)  # times the hour
_APART_H: Final = 6
_EDGE_H: Final = 168
_TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Injected:
    """kwh: (m, n) with the faults. kind: (m, n) a place in KINDS, −1 where nothing was put in."""

    kwh: NDArray[np.float64]
    kind: NDArray[np.int8]


def injected(kwh: NDArray[np.float64], seed: int) -> Injected:
    """Return hours with faults at random places, none of them over an unknown hour.

    A spike adds half to three times the meter's 95th percentile for 1 to 3 hours; a stuck run
    repeats a value for 6 to 36; an outage is 0 for 3 to 48; overuse is 1.4 to 2 times the use of
    12 to 72 hours, nights and weekends too. What changes nothing is no fault.
    """
    rng, made = np.random.default_rng(seed), kwh.copy()
    kind = np.full(kwh.shape, -1, np.int8)
    for row, source in enumerate(kwh):
        top = float(np.nanquantile(source, 0.95))
        for number, many in enumerate(EACH):
            for _ in range(many):
                at = _free(rng, source, kind[row], number)
                if at is not None:
                    _put(rng, source, made[row], kind[row], at, number, top)
    return Injected(made, kind)


def _free(
    rng: np.random.Generator, source: NDArray[np.float64], taken: NDArray[np.int8], number: int
) -> slice | None:
    length = int(rng.integers(_SHORTEST_H[number], _LONGEST_H[number] + 1))
    for _ in range(_TRIES):
        first = int(rng.integers(_EDGE_H, len(source) - _EDGE_H - length))
        around = slice(first - _APART_H, first + length + _APART_H)
        if (taken[around] < 0).all() and np.isfinite(source[first : first + length]).all():
            return slice(first, first + length)
    return None


def _put(
    rng: np.random.Generator,
    source: NDArray[np.float64],
    made: NDArray[np.float64],
    kind: NDArray[np.int8],
    at: slice,
    number: int,
    top: float,
) -> None:
    hours = source[at]
    changed = (
        hours + top * rng.uniform(*_SPIKE, len(hours)),
        np.full(len(hours), hours[0]),
        np.zeros(len(hours)),
        hours * rng.uniform(*_OVERUSE),
    )[number]
    if (changed == hours).all() or (number == 1 and hours[0] == 0):
        return
    made[at], kind[at] = changed, number
