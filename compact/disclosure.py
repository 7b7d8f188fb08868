"""Which sums of a cascade may be shown to whoever does not see all that is in them.

What is left of a sum after what the viewer sees, and after the sums below it that are shown, holds
no guarded institution, or at least three with none above 85 % of it; else the sum is withheld, and
what is left counts for the sum above. The same holds for what a sum changed by since a run before,
for two sums subtracted are one. `access.nodes_shown` says the same in SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.exact import Bools, Ints
from compact.quotas import Allocation

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

    def with_(self, other: Rest) -> Rest:
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


def nodes_shown(
    parents: Sequence[int], left: Mapping[int, Rest], moved: Sequence[Mapping[int, Rest]] = ()
) -> frozenset[int]:
    """Return the places whose sums may be shown, `WHOLE` among them.

    parents: of each place, `WHOLE` of a year; places stand before those below them.
    left: what the viewer does not see, by the place that it hangs on. moved: by how much this
        changed since each run before, figure by figure: a later sum less an earlier one is a sum.
    """
    hidden = _withheld(parents, left, frozenset())
    while True:  # what one withholds counts above for all, until nothing is added
        more = hidden
        for one in moved:
            more = _withheld(parents, one, more)
        more = _withheld(parents, left, more)
        if more == hidden:
            return frozenset({WHOLE, *range(len(parents))} - hidden)
        hidden = more


def _withheld(
    parents: Sequence[int], left: Mapping[int, Rest], hidden: frozenset[int]
) -> frozenset[int]:
    """Return which sums are withheld, when some are anyhow."""
    rests = {place: left.get(place, Rest()) for place in (WHOLE, *range(len(parents)))}
    found = set(hidden)
    for place in range(len(parents) - 1, WHOLE, -1):
        if place in hidden or not rests[place].tells_of_none:
            found.add(place)
            rests[parents[place]] = rests[parents[place]].with_(rests[place])
    if not rests[WHOLE].tells_of_none:
        found.add(WHOLE)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Part:
    """An institution in a run: the key of the place that it hangs on, and its figures.

    figures: base, amount and weight, in grams.
    """

    key: str
    figures: tuple[int, ...]


def parts_of(allocation: Allocation, among: Collection[int] | None = None) -> dict[int, Part]:
    """Return a run's institutions, or some of them, with what each adds to the sums."""
    quotas = allocation.quotas
    who = quotas.institution
    rows = np.arange(len(quotas)) if among is None else np.flatnonzero(_in(who, among))
    columns = (who, quotas.node, quotas.base_g, quotas.amount_g, quotas.weight_g)
    return {
        institution: Part(allocation.nodes.keys[node], tuple(figures))
        for institution, node, *figures in zip(
            *(column[rows].tolist() for column in columns), strict=True
        )
    }


def shown_of(
    allocation: Allocation,
    unseen: Collection[int],
    guarded: Collection[int],
    before: Sequence[Mapping[int, Part]] = (),
) -> frozenset[int]:
    """Return the places of a run's cascade whose sums may be shown.

    unseen: institutions that the viewer does not see. guarded: those of them that are restricted.
    before: the unseen institutions of each run before it.
    """
    now = parts_of(allocation, unseen) if unseen else {}
    if not now and not before:
        return frozenset({WHOLE, *range(len(allocation.nodes))})
    places = {key: place for place, key in enumerate(allocation.nodes.keys)}
    hidden: dict[int, list[tuple[int, ...]]] = {}
    of_guarded = set()
    for institution, one in now.items():
        hidden.setdefault(places[one.key], []).append(tuple(map(abs, one.figures)))
        if institution in guarded:
            of_guarded.add(places[one.key])
    left = {node: rest_of(figures, node in of_guarded) for node, figures in hidden.items()}
    moved = [one for was in before for one in _moved(now, was, places, guarded)]
    return nodes_shown(allocation.nodes.parent.tolist(), left, moved)


def _in(who: Ints, some: Collection[int]) -> Bools:
    return np.isin(who, np.fromiter(some, np.int64, len(some)))


def _moved(
    now: Mapping[int, Part],
    was: Mapping[int, Part],
    places: Mapping[str, int],
    guarded: Collection[int],
) -> Iterator[dict[int, Rest]]:
    """Yield, figure by figure, by how much institutions changed, by the place that they hang on."""
    for figure in range(3):
        by: dict[tuple[int, str], int] = defaultdict(int)
        for sign, figures in ((1, now), (-1, was)):
            for institution, part in figures.items():
                by[institution, part.key] += sign * part.figures[figure]
        found: dict[int, Rest] = {}
        for (institution, key), change in by.items():
            if change:
                place = _place(key, places)
                one = rest_of([(abs(change),)], institution in guarded)
                found[place] = found.get(place, Rest()).with_(one)
        yield found


def _place(key: str, places: Mapping[str, int]) -> int:
    """Return a place by its key, of one that is no more the nearest above."""
    while key and key not in places:
        key = key.rpartition("/")[0]
    return places.get(key, WHOLE)
