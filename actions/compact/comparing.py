"""Rules side by side for one target: what each gives whom, how fair it is, or why it cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import quantiles

import numpy as np

from actions.compact.runs import Trial, start, try_from
from actions.desk import Desk
from analytics.fairness import Fairness, Spread, fairness
from compact.methods import Holder, Method
from compact.runs import Run
from compact.targets import MILLION, MONTHS
from metering.errors import EnergyError

__all__ = ["Fairness", "MemberShare", "Spread", "Tried", "leading_of_like", "sheet", "try_rules"]


@dataclass(frozen=True, slots=True)
class MemberShare:
    """What a rule gives the institutions of one member together. [g]"""

    member: int
    institutions: int
    base_g: int
    amount_g: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What one rule came to; error: why it cannot be, with the smallest change that would do."""

    method: Method
    trial: Trial | None = None
    error: EnergyError | None = None

    @property
    def run(self) -> Run | None:
        """What the rule came to."""
        return None if self.trial is None else self.trial.run

    @property
    def members(self) -> dict[int, MemberShare]:
        """The members' shares by region, of those that tell of no restricted institution."""
        return {} if self.trial is None else _of_members(self.trial)

    @property
    def withheld(self) -> set[int]:
        """The members whose shares would tell of one."""
        return set() if self.trial is None else _withheld(self.trial)


def try_rules(
    desk: Desk, target_id: int, methods: Sequence[Method], year: int | None = None
) -> list[Tried]:
    """Return what each rule would come to, in order; one that cannot be stops no other.

    All of them start from the same bases, which are loaded once.
    """
    try:
        begun = start(desk, target_id)
    except EnergyError as error:
        return [Tried(method, error=error) for method in methods]
    tried = []
    for method in methods:
        try:
            tried.append(Tried(method, try_from(begun, method, year)))
        except EnergyError as error:
            tried.append(Tried(method, error=error))
    return tried


def sheet(run: Run) -> Fairness:
    """Return the measures by which a run is compared with one under another rule."""
    quotas, method = run.allocation.quotas, run.problem.method
    amount = np.array([one.amount_g for one in quotas], np.int64)
    base = np.array([one.base_g for one in quotas], np.int64)
    feasible = None
    if method.shares_savings:
        feasible = np.array([one.base_g * method.most_saved // MILLION for one in quotas], np.int64)
    made = fairness(amount, base, feasible=feasible)
    return replace(made, at_bound=sum(one.bound is not None for one in quotas))


def leading_of_like(holders: Sequence[Holder]) -> Mapping[str, Decimal]:
    """Return the lower quartile of intensity by class, as a start where no standard is at hand.

    holders: those without class or area are left out. returns: kgce/m² a year, two decimals.
    """
    found: dict[str, list[float]] = {}
    for one in holders:
        months = sum(month is not None for month in one.base.months_g)
        if one.class_code and one.area_m2 and months:
            year_kg = one.base.total_g / 1000 * MONTHS / months
            found.setdefault(one.class_code, []).append(year_kg / float(one.area_m2))
    return {
        name: max(Decimal(str(round(_lower_quartile(values), 2))), Decimal("0.01"))
        for name, values in sorted(found.items())
    }


def _lower_quartile(values: list[float]) -> float:
    return quantiles(values, n=4, method="inclusive")[0] if len(values) > 1 else values[0]


def _withheld(trial: Trial) -> set[int]:
    allocation = trial.run.allocation
    hidden = {
        int(node.key.partition("/region:")[2])
        for place, node in enumerate(allocation.nodes)
        if place not in trial.shown and "/region:" in node.key
    }
    return hidden & {one.member for one in allocation.quotas}


def _of_members(trial: Trial) -> dict[int, MemberShare]:
    allocation, withheld = trial.run.allocation, _withheld(trial)
    found: dict[int, MemberShare] = {}
    for quota in allocation.quotas:
        if quota.member in withheld:
            continue
        was = found.get(quota.member, MemberShare(quota.member, 0, 0, 0))
        found[quota.member] = MemberShare(
            quota.member,
            was.institutions + 1,
            was.base_g + quota.base_g,
            was.amount_g + quota.amount_g,
        )
    return found
