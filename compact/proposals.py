"""Weights of members that the data suggest, for planners to take, change or leave.

They are frozen once a run is kept: a better year of a neighbour must not change anybody's weight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from analytics.scoring import entropy_weights
from metering.errors import InputError

LEAST: Final = Fraction(1, 2)
MOST: Final = Fraction(3, 2)
STEP: Final = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class OfMember:
    """What a member's institutions used and might save, where that is known.

    base: used in the base year by those with class and area. gap: of it beyond the leading value.
    area: theirs. [one unit of use; m²]
    """

    base: Fraction
    gap: Fraction
    area: Fraction

    @property
    def potential(self) -> Fraction:
        """What part of its use lies beyond the leading value."""
        return self.gap / self.base if self.base else Fraction(0)

    @property
    def intensity(self) -> Fraction:
        """Its use per area."""
        return self.base / self.area if self.area else Fraction(0)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Weights by member: by what each might save, and by two figures as entropy weighs them.

    entropy: of potential and intensity; None where fewer than two members can be told apart.
    """

    by_potential: Mapping[int, Fraction]
    by_entropy: Mapping[int, Fraction] | None
    entropy: tuple[float, float] | None


def proposed(members: Mapping[int, OfMember]) -> Proposed | None:
    """Return weights of members, 1 for the union's mean; None where nobody is beyond anything.

    Each is its own part beyond the leading value over the union's, within 0.5 to 1.5, in steps of
    0.05. By entropy (Lotfi and Fallahnejad 2010): potential and intensity over their means, weighed
    by how much members differ in them; a suggestion alone, for whoever joins changes it.
    """
    base, gap = (sum((getattr(one, name) for one in members.values()), Fraction(0))
                 for name in ("base", "gap"))  # fmt: skip
    if not base or not gap:
        return None
    union = gap / base
    by_potential = {who: _step(one.potential / union) for who, one in members.items()}
    rows = [[float(one.potential), float(one.intensity)] for one in members.values()]
    if len(rows) < 2:
        return Proposed(by_potential, None, None)
    entropy = entropy_weights(rows)
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    scores = [
        sum(w * value / mean for w, value, mean in zip(entropy, row, means, strict=True) if mean)
        for row in rows
    ]
    by_entropy = {who: _step(Fraction(score)) for who, score in zip(members, scores, strict=True)}
    return Proposed(by_potential, by_entropy, (entropy[0], entropy[1]))


def _step(weight: Fraction) -> Fraction:
    """Return a weight within its limits, to the nearest step; half a step goes up."""
    within = min(max(weight, LEAST), MOST)
    return (within / STEP + Fraction(1, 2)).__floor__() * STEP


def members_of(
    base: Sequence[Fraction], gap: Sequence[Fraction], area: Sequence[Fraction]
) -> dict[int, OfMember]:
    """Return members in the order of three lists; refuse a gap beyond the base."""
    found = {}
    for place, (used, beyond, m2) in enumerate(zip(base, gap, area, strict=True)):
        if not 0 <= beyond <= used:
            raise InputError(
                "weights.bad_gap",
                zh=f"第 {place + 1} 个成员的差距应在 0 与基期之间。",
                en=f"The gap of member {place + 1} lies from 0 to its base.",
                next_zh="请改正后重试。",
                next_en="Correct it and try again.",
                where={"field": f"gap[{place}]"},
            )
        found[place] = OfMember(used, beyond, m2)
    return found
