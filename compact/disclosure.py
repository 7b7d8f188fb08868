"""Which sums of a cascade may be shown to whoever does not see all that is in them.

What is left of a sum after what the viewer sees, and after the sums below it that are shown, holds
no guarded institution, or at least three with none above 85 % of it; else the sum is withheld, and
what is left counts for the sum above. `access.nodes_shown` says the same in SQL.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compact.allocations import Allocation

WHOLE: Final = -1  # the place of a run's total, above the years
_LEAST: Final = 3
_MOST_PERCENT: Final = 85


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a sum: how many, whether one is guarded, and the figures that are summed.

    whole, greatest: of each figure the sum and the greatest part.
    """

    many: int = 0
    guarded: bool = False
    whole: tuple[int, ...] = ()
    greatest: tuple[int, ...] = ()

    def with_(self, other: "Rest") -> "Rest":
        """Return both together."""
        if not self.many or not other.many:
            return self if self.many else other
        return Rest(
            self.many + other.many,
            self.guarded or other.guarded,
            tuple(a + b for a, b in zip(self.whole, other.whole, strict=True)),
            tuple(max(a, b) for a, b in zip(self.greatest, other.greatest, strict=True)),
        )

    @property
    def tells_of_none(self) -> bool:
        """Whether it may be known."""
        if not self.guarded:
            return True
        pairs = zip(self.whole, self.greatest, strict=True)
        return self.many >= _LEAST and all(
            part * 100 <= whole * _MOST_PERCENT for whole, part in pairs
        )


def rest_of(figures: Sequence[tuple[int, ...]], guarded: bool) -> Rest:
    """Return what some institutions are together; figures: of each, not negative."""
    if not figures:
        return Rest()
    columns = list(zip(*figures, strict=True))
    return Rest(
        len(figures),
        guarded,
        tuple(sum(one) for one in columns),
        tuple(max(one) for one in columns),
    )


def nodes_shown(parents: Sequence[int], left: Mapping[int, Rest]) -> frozenset[int]:
    """Return the places whose sums may be shown, `WHOLE` among them.

    parents: of each place, `WHOLE` of a year; places stand before those below them.
    left: what the viewer does not see, by the place that it hangs on.
    """
    rests = [left.get(place, Rest()) for place in range(len(parents))]
    unseen = [one.many for one in rests]
    whole, within, shown = Rest(), 0, set()
    for place in range(len(parents) - 1, -1, -1):
        above = parents[place]
        kept = Rest()
        if unseen[place] == 0 or rests[place].tells_of_none:
            shown.add(place)
        else:
            kept = rests[place]
        if above == WHOLE:
            whole, within = whole.with_(kept), within + unseen[place]
        else:
            rests[above] = rests[above].with_(kept)
            unseen[above] += unseen[place]
    if within == 0 or whole.tells_of_none:
        shown.add(WHOLE)
    return frozenset(shown)


def shown_of(
    allocation: Allocation, unseen: Collection[int], guarded: Collection[int]
) -> frozenset[int]:
    """Return the places of a run's cascade whose sums may be shown.

    unseen: institutions that the viewer does not see. guarded: those of them that are restricted.
    """
    hidden: dict[int, list[tuple[int, ...]]] = {}
    of_guarded = set()
    for one in allocation.quotas:
        if one.institution in unseen:
            figures = (abs(one.base_g), abs(one.amount_g), abs(one.weight_g))
            hidden.setdefault(one.node, []).append(figures)
            if one.institution in guarded:
                of_guarded.add(one.node)
    left = {node: rest_of(figures, node in of_guarded) for node, figures in hidden.items()}
    return nodes_shown([one.parent for one in allocation.nodes], left)
