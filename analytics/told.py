"""Findings that were told before beside those of a new look: what is new, moved, or gone.

Whoever looks again sees the same fault a little longer or shorter; it stays the same finding, so
that what people answered stands, and nothing is told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Stretch(NamedTuple):
    """A finding's kind, and its hours first .. until − 1, counted from any one instant."""

    kind: str
    first: int
    until: int

    def meets(self, other: "Stretch") -> bool:
        """Return whether both are of one kind and share an hour."""
        return self.kind == other.kind and self.first < other.until and other.first < self.until


class Told(NamedTuple):
    """A finding as it stands on record; answered: whether a person confirmed or dismissed it."""

    id: int
    stretch: Stretch
    answered: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one channel's findings.

    new: places in what was found. moved: of the record, by id, which place it is now. gone: ids.
    """

    new: list[int]
    moved: dict[int, int]
    gone: list[int]


def settled(found: Sequence[Stretch], told: Sequence[Told], since: int) -> Settled:
    """Return what a new look changes; found of one kind share no hour, nor do those told.

    since: findings that end by this hour were not looked for: they stand as they are.
    """
    new: list[int] = []
    moved: dict[int, int] = {}
    for place, one in enumerate(found):
        same = [each for each in told if each.stretch.meets(one)]
        free = [each.id for each in same if not each.answered and each.id not in moved]
        if any(each.answered for each in same):
            continue
        if free:
            moved[free[0]] = place
        elif one.until > since:
            new.append(place)
    gone = [
        each.id
        for each in told
        if not each.answered and each.id not in moved and _is_looked_for(each, found, since)
    ]
    return Settled(new, moved, gone)


def _is_looked_for(one: Told, found: Sequence[Stretch], since: int) -> bool:
    """Return whether the look covers it, or what it showed stands in another finding now."""
    return one.stretch.until > since or any(one.stretch.meets(each) for each in found)
