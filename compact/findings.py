"""What about a base is missing, partial or implausible, so that somebody has to answer for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Final

from compact.bases import (
    CarrierMonth,
    Frozen,
    History,
    How,
    YearMonth,
    base_of,
    beside,
    plausible_g,
)
from compact.targets import MONTHS, Base, Mark, State, Target

BEYOND: Final = 3  # times the same month of the other year
FROZEN_DAYS: Final = 7
_YEAR: Final = timedelta(days=365)
_CODES: Final = {How.PARTIAL: "partial", How.NO_FACTOR: "no_factor"}
_CLOSED: Final = frozenset({"closed", "dissolved", "merged"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a base that a person has to look at.

    grams: what is there. reference_g: what would be plausible. effect_g: what it moves in the
    base, and so, less the target's fall, in the total.
    """

    mark: Mark
    grams: int | None
    reference_g: int | None
    effect_g: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A base with its findings; base: None where there is nothing to count from."""

    base: Base | None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def effect_g(self) -> int:
        """What all findings move together."""
        return sum(one.effect_g for one in self.findings)


def reviewed(target: Target, history: History) -> Reviewed:
    """Return a base and everything about it that is missing, partial or implausible."""
    base = base_of(target, history)
    if base is None:
        return Reviewed(None, (Finding(Mark("no_base"), None, None, 0),))
    found = [
        *_unknown(history, base),
        *_beyond(history, base),
        *_zeros(history, base),
        *_negative(history, base),
        *_frozen(history, base),
        *_sizes(history, base),
    ]
    marked = Base(base.year, base.months_g, base.states, tuple(one.mark for one in found))
    return Reviewed(marked, tuple(found))


def _unknown(history: History, base: Base) -> list[Finding]:
    """Find what keeps months out of the base: carriers that are missing, or measured in part.

    The first of a month also carries what its other carriers lose by that.
    """
    found = []
    for month in range(1, MONTHS + 1):
        at = (base.year, month)
        if history.state(at) is not State.MISSING:
            continue
        there = {name: one[at] for name, one in history.carriers.items() if at in one}
        lost = sum(one.known_g or 0 for one in there.values())
        if not there:
            usual = [plausible_g(history, name, at) or 0 for name in history.carriers]
            found.append(Finding(Mark("missing", None, month), None, sum(usual), sum(usual)))
        for name, one in sorted(there.items()):
            if one.state is State.MISSING:
                code = _CODES.get(one.how, "missing")
                reference = plausible_g(history, name, at)
                effect, lost = (reference or 0) + lost, 0
                mark = Mark(code, name, month)
                found.append(Finding(mark, one.grams, reference, effect))
    return found


def _beyond(history: History, base: Base) -> list[Finding]:
    """Find months beyond three times the same month of the years beside."""
    found = []
    for carrier, at, one in _of_year(history, base):
        if one.by_act or one.known_g is None:
            continue
        near = beside(history.carriers[carrier], at)
        if not near:
            continue
        usual = max(near) or _usual(history.carriers[carrier], at)
        if one.known_g > BEYOND * usual and usual > 0:
            mark = Mark("beyond", carrier, at[1])
            found.append(Finding(mark, one.known_g, max(near), one.known_g - max(near)))
    return found


def _usual(months: Mapping[YearMonth, CarrierMonth], at: YearMonth) -> float:
    """Return what the other months of a year hold, the middle one of them."""
    others = [
        m.known_g
        for (year, month), m in months.items()
        if year == at[0] and month != at[1] and m.known_g is not None
    ]
    return median(others) if others else 0


def _zeros(history: History, base: Base) -> list[Finding]:
    """Find months of nothing while the institution is open, unless the year beside had none too."""
    if history.roster_status in _CLOSED:
        return []
    found = []
    for carrier, at, one in _of_year(history, base):
        near = beside(history.carriers[carrier], at)
        if one.by_act or one.known_g != 0 or (near and max(near) == 0):
            continue
        reference = plausible_g(history, carrier, at) or 0
        found.append(Finding(Mark("zero", carrier, at[1]), 0, reference, reference))
    return found


def _negative(history: History, base: Base) -> list[Finding]:
    """Find months that gave more than they took: a quota of such a month is 0, of the year none."""
    return [
        Finding(Mark("negative", carrier, at[1]), one.known_g, None, -one.known_g)
        for carrier, at, one in _of_year(history, base)
        if not one.by_act and one.known_g is not None and one.known_g < 0
    ]


def _frozen(history: History, base: Base) -> list[Finding]:
    """Find stretches in which a meter stood still, unless it did so in the year beside too."""
    found = []
    for one in history.frozen:
        first, last = max(one.first, date(base.year, 1, 1)), min(one.last, date(base.year, 12, 31))
        days = (last - first).days + 1
        if days < FROZEN_DAYS or _stands_every_year(history, one):
            continue
        months = history.carriers.get(one.carrier, {})
        at = months.get((base.year, first.month))
        if at is not None and (at.by_act or at.known_g == 0):
            continue  # a person has answered for it, or it is a month of nothing already
        whole = sum(m.known_g or 0 for (year, _), m in months.items() if year == base.year)
        effect = int(Fraction(whole * days, _YEAR.days))
        found.append(Finding(Mark("frozen", one.carrier, first.month), None, None, effect))
    return found


def _stands_every_year(history: History, one: Frozen) -> bool:
    """Whether most of a stretch was one in the year before or after as well."""
    for step in (-_YEAR, _YEAR):
        first, last = one.first + step, one.last + step
        shared = sum(
            max(0, (min(last, other.last) - max(first, other.first)).days + 1)
            for other in history.frozen
            if other.carrier == one.carrier
        )
        if 2 * shared >= one.days:
            return True
    return False


def _sizes(history: History, base: Base) -> list[Finding]:
    """Find a change of area or persons between the base year and the end of the year after."""
    found = []
    first, until = date(base.year, 1, 1), date(base.year + 2, 1, 1)
    for attribute, code in (("area_m2", "area"), ("persons", "persons")):
        held = [
            one.number
            for one in sorted(history.sizes, key=lambda one: one.valid_from)
            if one.attribute == attribute and one.valid_from < until
            and (one.valid_to is None or one.valid_to > first)
        ]  # fmt: skip
        if len(set(held)) < 2:
            continue
        moved = Fraction(max(held) - min(held)) / Fraction(max(held))
        found.append(Finding(Mark(code), None, None, int(base.total_g * moved)))
    return found


def _of_year(history: History, base: Base) -> list[tuple[str, YearMonth, CarrierMonth]]:
    return [
        (carrier, at, one)
        for carrier, months in sorted(history.carriers.items())
        for at, one in sorted(months.items())
        if at[0] == base.year
    ]
