"""Use against outdoor temperature: lines that bend where heating ends and where cooling begins.

Source: ASHRAE Guideline 14 and RP-1050 (Kissock, Haberl, Claridge 2003). Unlike the inverse model
toolkit a bend may lie anywhere, not only at a temperature that was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"

# base + left · max(0, h − T) + right · max(0, T − c); None: that side has no bend. The names are
# those of each model's coefficients. 4P bends once, and 2P is a straight line.
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "2P": {"right": "slope"},
    "3PH": {"left": "slope", "h": "h"},
    "3PC": {"right": "slope", "c": "c"},
    "4P": {"left": "l", "right": "r", "h": "p", "c": "p"},
    "5P": {"left": "l", "right": "r", "h": "h", "c": "c"},
}
KINDS: Final = tuple(_NAMES)
_STARTS: Final = 12
_GRID: Final = 400  # temperatures of which each pair is tried
_FINEST: Final = 1e-9  # of the range of temperatures
_FLAT: Final = 1e-8  # of the squares of temperatures: a side that near the edge is no bend


@dataclass(frozen=True, slots=True)
class Model:
    """A model's coefficients: use in its own unit, slopes per degree, bends in degrees."""

    kind: str
    base: float
    left: float = 0.0
    right: float = 0.0
    h: float = 0.0
    c: float = 0.0

    def at(self, temperature: ArrayLike) -> Floats:
        """Return the use that it gives at temperatures."""
        columns = _columns(self.kind, np.asarray(temperature, float), self.h, self.c)
        return np.asarray(columns @ [self.base, *self._slopes()])

    def coefficients(self) -> dict[str, float]:
        """Return them by the names that the model's literature uses."""
        names = _NAMES[self.kind]
        return {"base": self.base} | {name: getattr(self, field) for field, name in names.items()}

    def _slopes(self) -> list[float]:
        return [getattr(self, side) for side in ("left", "right") if side in _NAMES[self.kind]]


def named(kind: str, base: float, coefficients: Mapping[str, float]) -> Model:
    """Return a model from its coefficients by name; KeyError where one is missing."""
    return Model(kind, base, **{f: coefficients[name] for f, name in _NAMES[kind].items()})


def names(kind: str) -> list[str]:
    """Return the names of a model's coefficients beside its base, each once."""
    return list(dict.fromkeys(_NAMES[kind].values()))


def fitted(kind: str, temperature: ArrayLike, use: ArrayLike) -> Model:
    """Return the model of least squares; bends are sought over the whole range, to its 1e-9.

    temperature, use: (n,). Raises ValueError for too few values or temperatures.
    """
    t, y = np.asarray(temperature, float), np.asarray(use, float)
    seen = np.unique(t)
    needed = len(_NAMES[kind]) + 1
    if len(t) < needed or len(seen) < max(needed - 1, 2):
        raise ValueError(f"{len(t)} values at {len(seen)} temperatures are too few for {kind}")
    h, c = (0.0, 0.0) if kind == "2P" else _bends(kind, _Sums(t, y), seen)
    best, *_ = np.linalg.lstsq(_columns(kind, t, h, c), y, rcond=None)
    slopes = iter(best[1:].tolist())
    sides = {side: next(slopes) for side in ("left", "right") if side in _NAMES[kind]}
    bends = {"h": h, "c": c}
    return Model(kind, float(best[0]), **sides, **{f: bends[f] for f in bends if f in _NAMES[kind]})


def _columns(kind: str, t: Floats, h: float, c: float) -> Floats:
    sides = {
        "left": np.maximum(0.0, h - t),
        "right": t if kind == "2P" else np.maximum(0.0, t - c),
    }
    return np.column_stack([np.ones(len(t)), *(sides[s] for s in sides if s in _NAMES[kind])])


class _Sums:
    """Running sums over values in order of temperature, from which any bend's fit is told."""

    def __init__(self, t: Floats, y: Floats) -> None:
        order = np.argsort(t, kind="stable")
        self.t, y = t[order] - t.mean(), y[order] - y.mean()
        self.middle, self.total = float(t.mean()), float(y @ y)
        self.least = _FLAT * float(self.t @ self.t)
        parts = (np.ones(len(y)), self.t, self.t**2, y, y * self.t)
        self.before = np.array([np.append(0.0, np.cumsum(part)) for part in parts])

    def side(self, bend: Floats, sign: int) -> tuple[Floats, Floats, Floats]:
        """Return Σx, Σx² and Σxy of x = max(0, sign · (T − bend)), for many bends."""
        bend = bend - self.middle
        place = np.searchsorted(self.t, bend, "right")
        n, s, ss, y, sy = (
            self.before[:, place] if sign < 0 else self.before[:, -1:] - self.before[:, place]
        )
        return sign * (s - n * bend), ss - 2 * bend * s + n * bend**2, sign * (sy - bend * y)

    def errors(self, kind: str, h: Floats, c: Floats) -> Floats:
        """Return the least sum of squares with each pair of bends; inf where a side is empty."""
        n = self.before[0, -1]
        sides = [
            self.side(bend, sign)
            for name, bend, sign in (("left", h, -1), ("right", c, 1))
            if name in _NAMES[kind]
        ]
        # Deviations from the mean: a side's own square, and what two sides share.
        own = [xx - x * x / n for x, xx, _ in sides]
        xy = [one[2] for one in sides]
        empty = np.any([one <= self.least for one in own], axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            if len(sides) == 1:
                gain = xy[0] ** 2 / own[0]
            else:
                both = -sides[0][0] * sides[1][0] / n
                det = own[0] * own[1] - both**2
                empty |= det <= 1e-12 * own[0] * own[1]
                gain = (own[1] * xy[0] ** 2 - 2 * both * xy[0] * xy[1] + own[0] * xy[1] ** 2) / det
        return np.where(empty, np.inf, self.total - gain)


def _bends(kind: str, sums: _Sums, seen: Floats) -> tuple[float, float]:
    """Return where the best model bends: from the best of all seen pairs, ever finer."""
    parts = max(_GRID // len(seen), 1 if kind == "5P" else 8)
    grid = np.unique(np.linspace(seen[:-1], seen[1:], parts, endpoint=False))
    if kind == "5P":
        grid = grid[:: max(len(grid) // _GRID, 1)]
        h, c = (one.ravel() for one in np.meshgrid(grid, grid, indexing="ij"))
        h, c = h[h <= c], c[h <= c]
    else:
        h = c = grid
    best = np.argsort(sums.errors(kind, h, c), kind="stable")[:_STARTS]
    h, c = h[best], c[best]
    reach = float(seen[-1] - seen[0])
    step = max(reach / max(len(seen) - 1, 1), reach / 400)
    while step > _FINEST * reach:
        h, c, moved = _nearer(kind, sums, h, c, step)
        step = step if moved else step / 3
    least = int(np.argmin(sums.errors(kind, h, c)))
    return float(h[least]), float(c[least])


def _nearer(
    kind: str, sums: _Sums, h: Floats, c: Floats, step: float
) -> tuple[Floats, Floats, bool]:
    """Return better pairs of bends one step away, and whether any was."""
    ways = np.array([0, -1, 1]) * step
    dh, dc = (one.ravel() for one in np.meshgrid(ways, ways, indexing="ij"))
    if kind != "5P":
        dh, dc = ways, ways
    near_h, near_c = h[:, None] + dh, c[:, None] + dc
    errors = sums.errors(kind, near_h.ravel(), near_c.ravel()).reshape(near_h.shape)
    errors[near_h > near_c] = np.inf
    best = np.argmin(errors, axis=1)
    rows = np.arange(len(h))
    moved = bool((errors[rows, best] < errors[:, 0]).any())
    return near_h[rows, best], near_c[rows, best], moved
