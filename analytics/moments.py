"""Sums over the periods of each meter, from which the fit of any pair of bends is told at once.

With x the degrees of a side less their mean, and y the use less its mean, a line on one side
explains (Σxy)² / Σx² of Σy², and two sides what two equations say. Everything but Σxy is the same
for all meters without gaps, and then kept once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.degrees import Degrees

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"

_FLAT: Final = 1e-9  # of the squares of a side: what is left of two that go together
_EMPTY: Final = -1.0


@dataclass(frozen=True, slots=True)
class Moments:
    """Arrays of (m, g), or (1, g) where all meters share them; of each meter and candidate.

    count, total: (m,) known periods, and squares of use around its mean. mean: (m, 1) use per day.
    xy_h, xy_c: Σxy of the degrees below and above. mean_h, mean_c: their means. own_h, own_c: Σx².
    may_h, may_c: whether enough of the periods lie on that side. both: (1 or m, g, g) Σ of degrees
    below times above, where a period can have both; else None.
    """

    bends: Floats
    count: Floats
    weight: Floats
    total: Floats
    mean: Floats
    xy_h: Floats
    xy_c: Floats
    mean_h: Floats
    mean_c: Floats
    own_h: Floats
    own_c: Floats
    may_h: Bools
    may_c: Bools
    both: Floats | None

    def __len__(self) -> int:
        return len(self.count)

    def only(self, places: Ints) -> Moments:
        """Return the sums of some candidates."""
        names = ("xy_h", "xy_c", "mean_h", "mean_c", "own_h", "own_c", "may_h", "may_c")
        some = {name: np.ascontiguousarray(getattr(self, name)[:, places]) for name in names}
        both = None if self.both is None else self.both[:, places][:, :, places]
        return replace(self, bends=self.bends[places], both=both, **some)

    def gains_above(self, h: int, *, positive_base: bool) -> Floats:
        """Return (m, g − h) what two sides explain: heat below one bend, cold above each c ≥ h."""
        one, up = slice(h, h + 1), slice(h, None)
        both = 0.0 if self.both is None else self.both[:, h, up]
        cross = both - self.weight * self.mean_h[:, one] * self.mean_c[:, up]
        left, right, gain = _two(
            self.own_h[:, one], self.own_c[:, up], cross, self.xy_h[:, one], self.xy_c[:, up]
        )
        may = self.may_h[:, one] & self.may_c[:, up] & (left > 0) & (right > 0)
        if positive_base:
            may &= self.mean >= left * self.mean_h[:, one] + right * self.mean_c[:, up]
        return np.where(may, gain, _EMPTY)

    def gains(self, kind: int, h: Ints, c: Ints, *, positive_base: bool) -> Floats:
        """Return (m, k) what models explain with bends at these places; −1 where none may be.

        kind: 1 below a bend, 2 above one, 3 both. h, c: (m, k) places of the candidates.
        """
        left, right, gain = self._fit(kind, h, c)
        may = np.ones(gain.shape, np.bool_)
        if kind != 2:
            may &= _at(self.may_h, h) & (left > 0)
        if kind != 1:
            may &= _at(self.may_c, c) & (right > 0)
        if kind == 3:
            may &= h <= c
        if positive_base:
            may &= self.mean >= left * _at(self.mean_h, h) + right * _at(self.mean_c, c)
        return np.where(may, gain, _EMPTY)

    def coefficients(self, kind: Ints, h: Ints, c: Ints) -> tuple[Floats, tuple[Floats, Floats]]:
        """Return the base of each meter, and its slopes below and above; all (m,).

        kind: (m,) 0 is a mean alone. h, c: (m,) places of the candidates.
        """
        h, c = h[:, None], c[:, None]
        left, right = np.zeros(len(self)), np.zeros(len(self))
        for one in (1, 2, 3):
            some, rows = self._fit(one, h, c), kind == one
            left = np.where(rows, some[0][:, 0], left)
            right = np.where(rows, some[1][:, 0], right)
        base = self.mean[:, 0] - left * _at(self.mean_h, h)[:, 0]
        return base - right * _at(self.mean_c, c)[:, 0], (left, right)

    def _fit(self, kind: int, h: Ints, c: Ints) -> tuple[Floats, Floats, Floats]:
        xy_h, xy_c = _at(self.xy_h, h), _at(self.xy_c, c)
        own_h, own_c = _at(self.own_h, h), _at(self.own_c, c)
        none = np.zeros(np.broadcast_shapes(xy_h.shape, xy_c.shape))
        if kind == 1:
            left = xy_h / np.where(own_h > 0, own_h, np.inf)
            return left, none, left * xy_h
        if kind == 2:
            right = xy_c / np.where(own_c > 0, own_c, np.inf)
            return none, right, right * xy_c
        cross = -self.weight * _at(self.mean_h, h) * _at(self.mean_c, c)
        if self.both is not None:
            rows = np.arange(len(self.both))[:, None] if len(self.both) > 1 else 0
            cross = cross + self.both[rows, h, c]
        return _two(own_h, own_c, cross, xy_h, xy_c)


def moments(
    use: Floats, degrees: Degrees, least_days: float = 1.0, least_degree_days: float = 0.0
) -> Moments:
    """Return the sums of a block of meters.

    use: (m, n) per day of each period, NaN where unknown. least_days, least_degree_days: what the
    periods on a side must have, for it to be sloped.
    """
    there = np.isfinite(use) & (degrees.weight > 0)
    count = there.sum(axis=1).astype(float)
    same = bool((there == there[:1]).all())  # then what is not of use is kept once
    seen = there[:1] if same else there
    scale = degrees.weight / (degrees.weight[degrees.weight > 0].mean() if count.any() else 1.0)
    weight = np.asarray(seen * scale, float)
    whole = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    filled = np.where(there, use, 0.0)
    mean = (filled * scale * there).sum(axis=1, keepdims=True) / whole
    off = np.where(there, filled - mean, 0.0)
    weighted = off * scale
    total = (weighted * off).sum(axis=1)
    told = _of_days if degrees.apart else _of_periods
    xy_h, xy_c, mean_h, mean_c, own_h, own_c, both = told(weighted, weight, whole, degrees)
    days = seen * degrees.weight
    n_h, n_c = (days.astype(np.float32) @ (d > 0) for d in (degrees.below, degrees.above))
    every = days.sum(axis=1, keepdims=True)
    may_h = (n_h >= least_days) & (mean_h * every >= least_degree_days) & (own_h > 0)
    may_c = (n_c >= least_days) & (mean_c * every >= least_degree_days) & (own_c > 0)
    return Moments(
        degrees.bends, count, whole, total, mean,
        xy_h, xy_c, mean_h, mean_c, own_h, own_c, may_h, may_c, both,
    )  # fmt: skip


class _Sides(NamedTuple):
    xy_h: Floats
    xy_c: Floats
    mean_h: Floats
    mean_c: Floats
    own_h: Floats
    own_c: Floats
    both: Floats | None


def _of_days(weighted: Floats, weight: Floats, whole: Floats, degrees: Degrees) -> _Sides:
    """Return sums where each period lies on one side of a bend: above is T − bend + below."""
    t = degrees.temperature
    mean_t = weight @ t[:, None] / whole
    xy_h = weighted @ degrees.below
    xy_c = xy_h + weighted @ t[:, None]
    mean_h = weight @ degrees.below / whole
    mean_c = mean_h + mean_t - degrees.bends
    sum_h = weight @ degrees.below_squared
    around = weight @ np.square(t[:, None]) - whole * mean_t**2
    sum_c = np.maximum(around + whole * (mean_t - degrees.bends) ** 2 - sum_h, 0.0)
    own_h, own_c = sum_h - whole * mean_h**2, sum_c - whole * mean_c**2
    flat = _FLAT * around
    return _Sides(
        xy_h, xy_c, mean_h, mean_c,
        np.where(own_h > flat, own_h, 0.0), np.where(own_c > flat, own_c, 0.0), None,
    )  # fmt: skip


def _of_periods(weighted: Floats, weight: Floats, whole: Floats, degrees: Degrees) -> _Sides:
    """Return sums where a period may have degrees on both sides of a bend, and what they share."""
    below, above = degrees.below, degrees.above
    mean_h, mean_c = weight @ below / whole, weight @ above / whole
    own_h = weight @ degrees.below_squared - whole * mean_h**2
    own_c = weight @ np.square(above) - whole * mean_c**2
    n, g = below.shape
    both = (weight @ (below[:, :, None] * above[:, None, :]).reshape(n, g * g)).reshape(-1, g, g)
    flat = _FLAT * (own_h + own_c).max(axis=1, keepdims=True)
    return _Sides(
        weighted @ below, weighted @ above, mean_h, mean_c,
        np.where(own_h > flat, own_h, 0.0), np.where(own_c > flat, own_c, 0.0), both,
    )  # fmt: skip


def _two(
    own_h: Floats, own_c: Floats, cross: Floats, xy_h: Floats, xy_c: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the slopes of two sides, and what they explain; 0 where they go together."""
    det = own_h * own_c - cross**2
    inverse = 1.0 / np.where(det > _FLAT * own_h * own_c, det, np.inf)
    left = (own_c * xy_h - cross * xy_c) * inverse
    right = (own_h * xy_c - cross * xy_h) * inverse
    return left, right, left * xy_h + right * xy_c


def _at(values: Any, places: Ints) -> Any:
    """Return (m, k) of each meter's own candidates; what all share is taken from its one row."""
    if len(values) == 1:
        return values[0][places]
    return np.take_along_axis(values, places, axis=1)
