"""Baselines of thousands of meters at once: what each would use at any temperature.

One mean (1P), a slope below a bend (3PH), above one (3PC), or both (5P, with h ≤ c). All meters of
a weather station share the degrees of every candidate bend, so a product of matrices gives what
any pair of bends explains of any meter, and the best of all pairs is found without a loop over
meters. Sources: ASHRAE Guideline 14; RP-1050 (Kissock, Haberl, Claridge 2003) for the models;
Schwarz 1978 for the choice among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.degrees import Degrees
from analytics.moments import Bools, Floats, Ints, Moments, moments

KINDS: Final = ("1P", "3PH", "3PC", "5P")
PARAMETERS: Final = np.array([1, 3, 3, 5])

_BLOCK: Final = 512  # meters at once: what is kept of a block stays near the processor
_COARSE: Final = 10  # candidates passed over in the first search, where they are tenths
_FINER: Final = (5, 2, 1)
_EMPTY: Final = -1.0  # what a model that may not be explains


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model may be.

    least_days: of how many days the periods on each sloped side are; least_degree_days: and how
        many degree days they have.
    heating, cooling: whether that side may be. positive_base: whether the base may not be negative.
    by_r2: chosen by the adjusted R² over slopes, as CalTRACK has it, else by BIC.
    every: whether each candidate is tried at once, so that nothing is refined.
    """

    least_days: float = 10.0
    least_degree_days: float = 0.0
    heating: bool = True
    cooling: bool = True
    positive_base: bool = False
    by_r2: bool = False
    every: bool = False


DAILY: Final = Terms()
MONTHLY: Final = Terms(least_days=84.0, every=True)  # three months
# CalTRACK 2.0, daily and billing: every whole degree Fahrenheit from 30 to 90.
CALTRACK: Final = Terms(10.0, 20.0, positive_base=True, by_r2=True, every=True)


@dataclass(frozen=True, slots=True)
class Baselines:
    """Columns, row i is one meter. Use is per day, in the meter's own unit; slopes per degree.

    kind: a place in KINDS; −1 where too little is known for any. base, left, right, h, c:
    base + left · max(0, h − T) + right · max(0, T − c); h and c are NaN where there is no bend.
    count: periods that were known. mean: of their use. sse, total: squares that are left, and that
    there were around the mean, both of days, counted so that they add to the count of periods.
    """

    kind: Ints
    base: Floats
    left: Floats
    right: Floats
    h: Floats
    c: Floats
    count: Floats
    mean: Floats
    sse: Floats
    total: Floats

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def parameters(self) -> Ints:
        """(m,) how many numbers were fitted, bends too."""
        return np.where(self.kind < 0, 0, PARAMETERS[self.kind])

    @property
    def r2(self) -> Floats:
        """(m,) share of the squares that is explained; NaN where all use is the same."""
        return explained(self.sse, self.total)

    @property
    def cvrmse(self) -> Floats:
        """(m,) what is left, as a share of the mean; NaN where it cannot be told (Guideline 14)."""
        found = scattered(self.sse, self.count - self.parameters, self.mean)
        return np.where(self.kind >= 0, found, np.nan)

    def at(self, temperature: ArrayLike) -> Floats:
        """Return (m, n) the use of days at these temperatures; NaN at an unknown one.

        temperature: (n,) the same for all, or (m, n).
        """
        t = np.atleast_2d(np.asarray(temperature, float))
        h, c = (np.nan_to_num(bend)[:, None] for bend in (self.h, self.c))
        use = self.left[:, None] * np.maximum(0.0, h - t)
        use += self.right[:, None] * np.maximum(0.0, t - c)
        use += self.base[:, None]
        return np.asarray(use)

    def only(self, rows: NDArray[np.intp] | Bools) -> Baselines:
        """Return those of some meters."""
        return Baselines(*(getattr(self, one.name)[rows] for one in fields(self)))

    @classmethod
    def of(cls, parts: Iterable[Baselines]) -> Baselines:
        """Return several one below the other."""
        some = list(parts)
        return cls(*(np.concatenate([getattr(p, f.name) for p in some]) for f in fields(cls)))


def explained(left: Floats, total: Floats) -> Floats:
    """Return (m,) the share of the squares that is explained; NaN where there are none.

    left, total: (m,) squares that are left, and that there were around the mean.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, 1 - left / total, np.nan)


def scattered(left: Floats, free: Floats, mean: Floats) -> Floats:
    """Return (m,) what is left as a share of the mean, CV(RMSE); NaN where it cannot be told.

    left: (m,) squares. free: (m,) periods without the parameters. mean: (m,) of the use.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((free > 0) & (mean != 0), np.sqrt(left / free) / mean, np.nan)


def fitted(use: ArrayLike, degrees: Degrees, terms: Terms = DAILY) -> Baselines:
    """Return the baseline of each meter.

    use: (m, n) per day of each period; NaN where it is not known. degrees: of the n periods.
    A period with unknown temperature is left out. Bends are tenths of a degree, or the
    candidates of `degrees`.
    """
    y = np.atleast_2d(np.asarray(use, float))
    if y.shape[1] != len(degrees):
        raise ValueError(f"{y.shape[1]} periods of use for {len(degrees)} of temperature")
    starts = range(0, max(len(y), 1), _BLOCK)
    return Baselines.of(_block(y[first : first + _BLOCK], degrees, terms) for first in starts)


@dataclass(frozen=True, slots=True)
class _Best:
    """The best model of each meter of one kind: places of its bends, and what it explains."""

    gain: Floats
    h: Ints
    c: Ints


def _block(use: Floats, degrees: Degrees, terms: Terms) -> Baselines:
    sums = moments(use, degrees, terms.least_days, terms.least_degree_days)
    if not terms.heating:
        sums.may_h[:] = False
    if not terms.cooling:
        sums.may_c[:] = False
    return _chosen(sums, degrees, terms, [_one_mean(sums), *_bent(sums, terms)])


def _one_mean(sums: Moments) -> _Best:
    none = np.zeros(len(sums), np.int64)
    return _Best(np.zeros(len(sums)), none, none)


def _bent(sums: Moments, terms: Terms) -> list[_Best]:
    """Return the best 3PH, 3PC and 5P: over all pairs coarsely, then finer around the best."""
    size = sums.bends.shape[0]
    grid = np.arange(0, size, 1 if terms.every or size <= 2 * _COARSE else _COARSE)
    found = [
        _one_side(sums, grid, terms, heating=True),
        _one_side(sums, grid, terms, heating=False),
        _both_sides(sums, grid, terms),
    ]
    if len(grid) == size:
        return found
    for step in _FINER:
        found = [_nearer(sums, best, step, kind, terms) for kind, best in enumerate(found, 1)]
    return found


def _one_side(sums: Moments, grid: Ints, terms: Terms, *, heating: bool) -> _Best:
    places = np.broadcast_to(grid, (len(sums), len(grid)))
    gain = sums.gains(1 if heating else 2, places, places, positive_base=terms.positive_base)
    best = np.argmax(gain, axis=1)
    return _Best(gain[np.arange(len(gain)), best], grid[best], grid[best])


def _both_sides(sums: Moments, grid: Ints, terms: Terms) -> _Best:
    rows = np.arange(len(sums))
    top = _Best(np.full(len(sums), _EMPTY), np.zeros_like(rows), np.zeros_like(rows))
    coarse = sums.only(grid)
    for place in range(len(grid)):
        gain = coarse.gains_above(place, positive_base=terms.positive_base)
        best = np.argmax(gain, axis=1)
        here = gain[rows, best]
        better = here > top.gain
        top = _Best(
            np.where(better, here, top.gain),
            np.where(better, grid[place], top.h),
            np.where(better, grid[best + place], top.c),
        )
    return top


def _nearer(sums: Moments, best: _Best, step: int, kind: int, terms: Terms) -> _Best:
    """Return the best of a model and its neighbours so many places away."""
    ways = np.array([0, -step, step])
    dh, dc = (one.ravel() for one in np.meshgrid(ways, ways, indexing="ij"))
    if kind < 3:
        dh, dc = ways, ways
    most = sums.bends.shape[0] - 1
    h = np.clip(best.h[:, None] + dh, 0, most)
    c = np.clip(best.c[:, None] + dc, 0, most)
    gain = sums.gains(kind, h, c, positive_base=terms.positive_base)
    top = np.argmax(gain, axis=1)
    rows = np.arange(len(gain))
    return _Best(gain[rows, top], h[rows, top], c[rows, top])


def _chosen(sums: Moments, degrees: Degrees, terms: Terms, found: list[_Best]) -> Baselines:
    """Return the kind of each meter that explains most for what it costs."""
    n = sums.count
    gain = np.array([best.gain for best in found])
    left = np.maximum(sums.total - gain, 0.0)
    few = np.maximum(sums.total, 1e-30) * 1e-15  # below is what sums lose: no fit is better
    if terms.by_r2:
        slopes = np.array([0, 1, 1, 2])[:, None]
        cost = np.maximum(left, few) / np.maximum(n - slopes - 1, 0.5)
        cost[1:] += np.where(n - slopes[1:] - 1 > 0, 0, np.inf)
    else:
        cost = n * np.log(np.maximum(left, few) / np.maximum(n, 1))
        cost += PARAMETERS[:, None] * np.log(np.maximum(n, 1))
        cost[1:] += np.where(n > PARAMETERS[1:, None], 0, np.inf)
    cost[gain < 0] = np.inf
    kind = np.argmin(cost, axis=0)
    rows = np.arange(len(kind))
    h = np.array([best.h for best in found])[kind, rows]
    c = np.array([best.c for best in found])[kind, rows]
    base, right_of_left = sums.coefficients(kind, h, c)
    made = Baselines(
        np.where(n > 0, kind, -1),
        base,
        *right_of_left,
        np.where(kind % 2 == 1, degrees.bends[h], np.nan),
        np.where(kind >= 2, degrees.bends[c], np.nan),
        n,
        sums.mean[:, 0],
        left[kind, rows],
        sums.total,
    )
    empty = n == 0
    blank = {name: np.where(empty, np.nan, getattr(made, name)) for name in ("base", "mean")}
    return replace(made, **blank)
