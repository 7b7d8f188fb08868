"""A target shared down to institutions and months; every level sums to the one above, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np

from analytics.allocation import Holders as Sharing
from analytics.bounds import InfeasibleError
from analytics.cascade import ROOT, Divided, Tree, divide
from analytics.exact import Ints
from analytics.rounding import cascade_rows, topped_up
from compact.holders import NULL, Holders
from compact.levels import Places, placed
from compact.limits import limited
from compact.methods import Method, adjusted
from compact.notices import in_thousands
from compact.quotas import Allocation, Nodes, Quotas
from compact.ruling import AllocationRule, Among, Reach
from compact.targets import MILLION, Target
from metering.errors import InputError, InsufficientDataError

FORM: Final = "commonwatt.run/5"
LENIENT: Final = "commonwatt.run/4"  # took who lacks class or area for the mean of the others
OF_ALL_RULES: Final = "commonwatt.run/3"  # its method said the parameters of every rule
UNCOVERED: Final = "commonwatt.run/2"  # did not say what its sums cover
BEFORE: Final = "commonwatt.run/1"  # without marks; a month without a base had a quota of 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What a run starts from; nothing else decides its result.

    members: regions. parents: of each region below them, as far as a holder's lies.
    holders: in order of institution. without_base: institutions that get no quota.
    left_out: of these, whom a planner left out. enough_permille: of the expected time, what makes
    a month known. form: how the snapshot is written.
    """

    union: int
    target: Target
    method: Method
    members: tuple[int, ...]
    parents: Mapping[int, int]
    holders: Holders
    without_base: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    enough_permille: int | None = None
    form: str = FORM


def allocated(problem: Problem) -> Allocation:
    """Return each holder's quota, and the amount of every level above."""
    if not len(problem.holders):
        raise InsufficientDataError(
            "allocation.no_base",
            zh="没有一家机构有基期数据,无法分解。",
            en="No institution has a base, so there is nothing to share by.",
            next_zh="请先接入计量数据,或核对成员单位。",
            next_en="Bring in readings first, or check the members.",
        )
    places, line, member = placed(problem.holders, problem.members, problem.parents)
    among = among_of(problem, member)
    sharing = _limited(problem, among)
    base = _added_up(places, line, among.base)
    caps = _caps(problem, places, base)
    made, amount = _divided(problem, places, line, sharing, base, caps)
    if problem.method.reach is Reach.CAP:
        sharing = among.sharing(among.adjusted)
        of_members = amount[[one for one, above in enumerate(places.parents) if above in caps]]
        made = _cut(problem, places, line, sharing, base, of_members, len(caps))
        amount = made.amount
    inner = len(places.keys)
    nodes = Nodes(
        keys=places.keys,
        parent=np.array(places.parents, np.int64),
        base_g=base,
        amount_g=amount[:inner],
        numerator=made.numerator[:inner],
        denominator=made.denominator[:inner],
    )
    quotas = _quotas(problem.holders, among, line, made, sharing, amount[inner:])
    return Allocation(nodes, quotas, sum(caps.values()))


def _limited(problem: Problem, among: Among) -> Sharing:
    """Return what is shared by, within the limits of institutions; a rule of caps keeps its own."""
    method, institution = problem.method, problem.holders.institution
    sharing = method.by.shares(among)
    if method.reach is Reach.INSTITUTION:
        return sharing
    return limited(sharing, among.base, institution, method.limits, saves=method.by.saves)


def among_of(problem: Problem, member: Ints) -> Among:
    """Return the holders as a rule looks at them; member: (n,) each one's."""
    holders, base = problem.holders, problem.holders.base.total_g
    corrected = adjusted(base, holders.institution, problem.method.factors)
    return Among(holders, base, corrected, member, strict=problem.form == FORM)


def _added_up(places: Places, line: Ints, base: Ints) -> Ints:
    """Return each node's base, that of all below it; children stand after their parents."""
    own = np.zeros(len(places.keys), np.int64)
    np.add.at(own, line, base)
    found = own.tolist()
    for place in range(len(found) - 1, -1, -1):
        if places.parents[place] != ROOT:
            found[places.parents[place]] += found[place]
    return np.array(found, np.int64)


def _caps(problem: Problem, places: Places, base: Ints) -> dict[int, int]:
    """Return what the target allows in each year, by the year's place."""
    return {
        place: problem.target.cap_g(int(base[place]), int(places.keys[place]))
        for place, parent in enumerate(places.parents)
        if parent == ROOT
    }


def _divided(
    problem: Problem,
    places: Places,
    line: Ints,
    sharing: Sharing,
    base: Ints,
    caps: Mapping[int, int],
) -> tuple[Divided, Ints]:
    """Return the division down the tree, and the amount of every node and holder.

    Where members have caps of their own they are the roots, and years, which stand first, hang
    above the tree as their sums.
    """
    if problem.method.reach is Reach.INSTITUTION:
        return _as_stated(places, line, sharing)
    above = len(caps) if problem.method.reach is Reach.MEMBER else 0
    totals = _totals(problem, places, base, caps)
    made = _cut(problem, places, line, sharing, base, totals, above)
    if not problem.method.by.saves:
        return made, made.amount
    return made, np.concatenate([base, problem.holders.base.total_g]) - made.amount


def _cut(
    problem: Problem,
    places: Places,
    line: Ints,
    sharing: Sharing,
    base: Ints,
    totals: Ints,
    above: int,
) -> Divided:
    """Return totals divided down the tree; above: how many years hang over its roots."""
    parent = np.concatenate([np.array(places.parents, np.int64), line])
    keys = np.concatenate([np.array(places.ranks, np.int64), problem.holders.institution])
    tree = Tree.of(np.where(parent[above:] < above, ROOT, parent[above:] - above))
    try:
        made = divide(totals, tree, sharing, keys[above:], places.keys[above:])
    except InfeasibleError as error:
        raise _in_words(problem, places, base, error) from error
    return _with_years(made, parent, above) if above else made


def _as_stated(places: Places, line: Ints, sharing: Sharing) -> tuple[Divided, Ints]:
    """Return what the rule says of each institution, added up: there is no λ, and no bound."""
    amount = np.concatenate([_added_up(places, line, sharing.floor), sharing.floor])
    nothing, free = np.zeros_like(amount), np.zeros(len(line), np.bool_)
    return Divided(amount, nothing, nothing, free, free), amount


def _with_years(made: Divided, parent: Ints, above: int) -> Divided:
    """Return a division with the years above its roots, each the sum of its members."""
    nothing = np.zeros(above, np.int64)
    amount = np.concatenate([nothing, made.amount])
    members = above + np.flatnonzero(parent[above:] < above)
    np.add.at(amount, parent[members], amount[members])
    return replace(
        made,
        amount=amount,
        numerator=np.concatenate([nothing, made.numerator]),
        denominator=np.concatenate([nothing, made.denominator]),
    )


def _totals(problem: Problem, places: Places, base: Ints, caps: Mapping[int, int]) -> Ints:
    """Return what is divided, in order of the nodes whose total it is."""
    rule = problem.method.by
    if rule.saves and problem.target.grows:
        raise _nothing_to_save(rule)
    if problem.method.reach is Reach.MEMBER:
        members = [place for place, parent in enumerate(places.parents) if parent in caps]
        if rule.reach is Reach.MEMBER:
            found = [rule.cap_g(int(base[place]), places.ranks[place]) for place in members]
        else:
            own = _equal(places, base, caps)
            found = [int(base[one]) - own[one] if rule.saves else own[one] for one in members]
    else:
        found = [int(base[place]) - cap if rule.saves else cap for place, cap in caps.items()]
    return np.array(found, np.int64)


def _equal(places: Places, base: Ints, caps: Mapping[int, int]) -> dict[int, int]:
    """Return each member's cap by the same percentage of its base; they sum to each year's cap."""
    found: dict[int, int] = {}
    for year, cap in caps.items():
        members = [place for place, parent in enumerate(places.parents) if parent == year]
        real = [Fraction(cap * int(base[one]), max(int(base[year]), 1)) for one in members]
        parts = topped_up(cap, real, [places.ranks[one] for one in members])
        found |= dict(zip(members, parts, strict=True))
    return found


def _quotas(
    holders: Holders, among: Among, line: Ints, made: Divided, sharing: Sharing, amount: Ints
) -> Quotas:
    return Quotas(
        institution=holders.institution,
        member=among.member,
        node=line,
        year=holders.year,
        base_g=among.base,
        weight_g=sharing.slope,
        bound=np.where(made.at_floor, 1, np.where(made.at_ceiling, 2, 0)).astype(np.int8),
        amount_g=amount,
        months_g=_months(holders, amount),
    )


def _months(holders: Holders, amount: Ints) -> Ints:
    """Return each year's amount over its months, as the base had them; none known, no quota."""
    months = cascade_rows(amount, np.maximum(holders.base.months_g, 0))  # unknown is below zero
    months[~holders.base.known] = NULL
    return months


def _nothing_to_save(rule: AllocationRule) -> InputError:
    return InputError(
        "target.nothing_to_save",
        zh=f"目标允许增长,没有可分担的节约量;规则“{rule.about.text('zh')}”分担节约量。",
        en=f"The target allows growth, so there is no saving to share, and the rule "
        f"“{rule.about.text('en')}” shares savings.",
        next_zh="请选择按用量分解的规则(如 A、F、H)。",
        next_en="Choose a rule that shares what may be used, such as A, F or H.",
        where={"field": "rule", "value": rule.about.letter},
    )


def _in_words(problem: Problem, places: Places, base: Ints, error: InfeasibleError) -> InputError:
    """Say what stands in the way as people set targets: in amounts, and in percent of a fall."""
    years = {int(key): i for i, key in enumerate(places.keys) if places.parents[i] == ROOT}
    name = str(error.where["name"])
    year = int(name.partition("/")[0] or min(years))
    used = int(base[places.known.get(name, years[year])])
    bound = int(used - error.bound if problem.method.shares_savings else error.bound)
    fall = Fraction((used - bound) * MILLION, used)
    # Rounded to the side on which it can be met.
    feasible = floor(fall) if bound > problem.target.cap_g(used, year) else ceil(fall)
    unit = problem.target.indicator.unit_shown
    short, percent = in_thousands(int(error.short_by)), f"{feasible / 10_000:g}"
    return InputError(
        "target.infeasible",
        zh=f"{year} 年的目标无法分解:按现有上下限还差 {short} {unit}。",
        en=f"The target of {year} cannot be shared: bounds leave it {short} {unit} off.",
        next_zh=f"最小改动:该年下降率改为 {percent}%,或各机构的上下限合计放宽同样的数量。",
        next_en=f"Smallest change: a fall of {percent} % by then, or bounds wider by as much.",
        where={
            "year": year,
            "short_by": short,
            "feasible_fall_millionths": feasible,
            "feasible": in_thousands(bound),
        },
    )
