"""What the data propose to begin a comparison with: leading values of like, weights of members."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import quantiles

import numpy as np

from compact.allocations import among_of
from compact.holders import Holders
from compact.proposals import OfMember, Proposed, proposed
from compact.runs import Run
from compact.targets import MONTHS
from storage.registry.standards import LeadingValue


def weights_of(run: Run, leading: Mapping[str, Decimal]) -> Proposed | None:
    """Return the weights of members that the data suggest, by who has class, area and value."""
    if not leading:
        return None
    among = among_of(run.problem, run.allocation.quotas.member)
    value, known = among.at_intensity(leading)
    gap = np.maximum(among.base - value, 0)
    found = {}
    for member in np.unique(among.member[known]).tolist():
        rows = np.flatnonzero(known & (among.member == member))
        areas = (among.holders.area[row] or 0 for row in rows.tolist())
        area = sum(map(Fraction, areas), Fraction(0))
        base, beyond = (Fraction(int(column[rows].sum())) for column in (among.base, gap))
        found[member] = OfMember(base, beyond, area)
    return proposed(found)


def fitting(standards: Sequence[LeadingValue]) -> Mapping[str, Decimal]:
    """Return by class the leading values that bases may be put beside; of several the mildest."""
    found: dict[str, Decimal] = {}
    for one in standards:
        if one.fits:
            found[one.class_code] = max(one.guide_value, found.get(one.class_code, Decimal(0)))
    return found


def leading_of_like(holders: Holders) -> Mapping[str, Decimal]:
    """Return the lower quartile of intensity by class, as a start where no standard is at hand.

    holders: those without class or area are left out. returns: kgce/m² a year, two decimals.
    """
    months = holders.base.many
    rows = np.flatnonzero((holders.classed >= 0) & holders.area.stated & (months > 0))
    year_kg = holders.base.total_g[rows] / 1000 * MONTHS / months[rows]
    area = np.array([float(holders.area[row] or 0) for row in rows.tolist()])
    intensity, classed = year_kg / area, holders.classed[rows]
    return {
        holders.classes[place]: max(
            Decimal(str(round(_lower_quartile(intensity[classed == place].tolist()), 2))),
            Decimal("0.01"),
        )
        for place in np.unique(classed).tolist()
    }


def _lower_quartile(values: list[float]) -> float:
    return quantiles(values, n=4, method="inclusive")[0] if len(values) > 1 else values[0]
