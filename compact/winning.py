"""Who gains and who loses under a rule, beside the same percentage for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.exact import Bools, Ints

_SAME: Final = 0.0005  # of the base: less than a twentieth of a percent is the same


@dataclass(frozen=True, slots=True)
class Moved:
    """An institution's quota, and what the same percentage for all would give it. [g]"""

    institution: int
    base_g: int
    amount_g: int
    equal_g: int

    @property
    def by(self) -> float:
        """How much more of its base it may use."""
        return (self.amount_g - self.equal_g) / self.base_g if self.base_g else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How many get more, less or the same, and who gains and loses most, of their bases."""

    more: int
    less: int
    same: int
    winners: Sequence[Moved] = ()
    losers: Sequence[Moved] = ()


def equal_g(base: Ints, year: Ints, caps: dict[int, tuple[int, int]]) -> Ints:
    """Return (n,) what the same percentage of a year's base gives each, to the nearest gram.

    caps: of each year, its base and what all may use together.
    """
    rate = np.zeros(len(base), np.float64)
    for one, (whole, cap) in caps.items():
        rate[year == one] = cap / whole if whole else 0.0
    return np.rint(base * rate).astype(np.int64)


def standing(
    institution: Ints, base: Ints, amount: Ints, equal: Ints, shown: Bools, most: int = 5
) -> Standing:
    """Return how those of a split that are shown stand beside the same percentage for all.

    institution, base, amount, equal, shown: (n,) each. most: how many winners and losers.
    """
    rows = np.flatnonzero(shown & (base > 0))
    by = (amount[rows] - equal[rows]) / base[rows]
    order = rows[np.lexsort((institution[rows], by))]
    some = order if len(rows) <= 2 * most else np.concatenate([order[:most], order[-most:]])
    columns = zip(*(one[some].tolist() for one in (institution, base, amount, equal)), strict=True)
    found = [Moved(*each) for each in columns]
    more, less = int((by > _SAME).sum()), int((by < -_SAME).sum())
    return Standing(
        more,
        less,
        len(rows) - more - less,
        [one for one in found[::-1] if one.by > _SAME][:most],
        [one for one in found if one.by < -_SAME][:most],
    )
