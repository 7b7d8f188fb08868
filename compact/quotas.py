"""What a run comes to: the levels of its cascade, and quotas as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.exact import Ints
from compact.holders import NULL

BOUNDS: Final = (None, "floor", "ceiling")
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the cascade: a year, a region, its own level, a department line there.

    key: tells it from all others. parent: its place, −1 of a year.
    multiplier: λ by which its amount was divided among all holders below it; None of a year whose
    members have caps of their own.
    """

    key: str
    parent: int
    base_g: int
    amount_g: int
    multiplier: Fraction | None


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """The places of a cascade as columns; a node stands before those below it.

    numerator, denominator: of λ, 0 where there is none.
    """

    keys: Sequence[str]
    parent: Ints
    base_g: Ints
    amount_g: Ints
    numerator: Ints
    denominator: Ints

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Node]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: int) -> Node:
        below = int(self.denominator[place])
        return Node(
            key=self.keys[place],
            parent=int(self.parent[place]),
            base_g=int(self.base_g[place]),
            amount_g=int(self.amount_g[place]),
            multiplier=Fraction(int(self.numerator[place]), below) if below else None,
        )

    @property
    def years(self) -> Ints:
        """The places of the years."""
        return np.flatnonzero(self.parent == _NONE)


@dataclass(frozen=True, slots=True)
class Quota:
    """What one institution may use in its year, with its months.

    node: the department line it is counted in. weight_g: what λ multiplies. months_g: None where
    the base has no such month.
    bound: "floor" or "ceiling" where that decides instead of λ.
    """

    institution: int
    member: int
    node: int
    year: int
    base_g: int
    weight_g: int
    bound: str | None
    amount_g: int
    months_g: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Quotas:
    """Quotas as columns, in the order of the holders; months_g: (n, 12), NULL without a base.

    bound: places in BOUNDS.
    """

    institution: Ints
    member: Ints
    node: Ints
    year: Ints
    base_g: Ints
    weight_g: Ints
    bound: NDArray[np.int8]
    amount_g: Ints
    months_g: Ints

    def __len__(self) -> int:
        return len(self.institution)

    def __iter__(self) -> Iterator[Quota]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Quota:
        months = self.months_g[row].tolist()
        return Quota(
            institution=int(self.institution[row]),
            member=int(self.member[row]),
            node=int(self.node[row]),
            year=int(self.year[row]),
            base_g=int(self.base_g[row]),
            weight_g=int(self.weight_g[row]),
            bound=BOUNDS[self.bound[row]],
            amount_g=int(self.amount_g[row]),
            months_g=tuple(None if one == NULL else one for one in months),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """What a run came to; nodes stand before those below them.

    target_g: what the target allows in all years; more or less than the total only under a rule
    that has caps of its own.
    """

    nodes: Nodes
    quotas: Quotas
    target_g: int

    @property
    def total_g(self) -> int:
        """The caps of all years together."""
        return sum(self.nodes.amount_g[self.nodes.years].tolist())

    @property
    def base_g(self) -> int:
        """What all had used in their base years."""
        return sum(self.nodes.base_g[self.nodes.years].tolist())
