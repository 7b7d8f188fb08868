"""What quota standards that apply to a target's institutions give rules B and G to begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from compact.standard_matching import differences, rivals_of
from compact.standards import Standard, Subject, Tier
from storage.accounts import standard_figures
from storage.registry import standard_lists
from storage.registry.standard_lists import Published

_WHOLE: Final = "energy_per_area"  # of all energy, as bases are
_RULES: Final = {
    Tier.GUIDE: "leading", Tier.BASELINE: "reference", Tier.CONSTRAINT: "constraint",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matched:
    """By class the standard that applies: where there are several, the one with the mildest values.

    Only such as count electricity as the target does, and all energy. [kgce/m² a year]
    """

    standards: Mapping[str, Standard] = field(default_factory=dict)

    @property
    def leading(self) -> dict[str, Decimal]:
        """The guide values, by class."""
        return {
            code: _decimal(one, Tier.GUIDE)
            for code, one in self.standards.items()
            if Tier.GUIDE in one.tiers
        }

    @property
    def bands(self) -> dict[str, dict[str, Decimal]]:
        """The three values by parameter of rule G, of classes whose standard has all of them."""
        whole = {code: one for code, one in self.standards.items() if len(one.tiers) == len(Tier)}
        return {
            name: {code: _decimal(one, tier) for code, one in whole.items()}
            for tier, name in _RULES.items()
        }

    @property
    def numbers(self) -> dict[str, str]:
        """The number of each class's standard."""
        return {code: one.standard_no for code, one in self.standards.items()}


def matched(
    connection: Connection[Any], institutions: Sequence[int], profile: str, day: date
) -> Matched:
    """Return the standards that apply on a day to institutions that the viewer sees, by class."""
    coefficients = standard_figures.coefficients(connection, day)
    used = next((one for one in coefficients if one.profile == profile), None)
    used = used or next((one for one in coefficients if one.is_default), None)
    published = standard_lists.published(connection, day)
    fitting = [
        one
        for one in published.lists.standards
        if one.indicator == _WHOLE and not one.average and one.tiers
        if used is not None and one.electricity == Fraction(used.kgce_per_unit)
    ]
    if not fitting:
        return Matched()
    return _mildest(published, fitting, standard_figures.alike(connection, institutions, day))


def _mildest(
    published: Published, fitting: Sequence[Standard], subjects: Sequence[Subject]
) -> Matched:
    found: dict[str, Standard] = {}
    rivals = rivals_of(fitting)
    for subject in subjects:
        code = subject.classes[0]
        for one in fitting:
            if differences(one, subject, published.lists.meanings, rivals):
                continue
            if code not in found or _order(one) > _order(found[code]):
                found[code] = one
    return Matched(found)


def _order(one: Standard) -> tuple[bool, Any]:
    """Return by what a standard is milder: its guide value, else any."""
    return Tier.GUIDE in one.tiers, one.tiers.get(Tier.GUIDE, max(one.tiers.values()))


def _decimal(one: Standard, tier: Tier) -> Decimal:
    value = one.tiers[tier]
    return Decimal(value.numerator) / Decimal(value.denominator)
