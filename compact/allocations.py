"""A target shared down to institutions and months; every level sums to the one above, exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np

from analytics.allocation import Holders
from analytics.bounds import InfeasibleError
from analytics.cascade import ROOT, Divided, Tree, divide
from analytics.exact import Ints
from analytics.rounding import cascade_rows
from compact.levels import placed
from compact.methods import Holder, Method, Rule, adjusted_g, gap_g
from compact.targets import MILLION, MONTHS, Target
from metering.errors import InputError, InsufficientDataError

FORM: Final = "commonwatt.run/3"
UNCOVERED: Final = "commonwatt.run/2"  # did not say what its sums cover
BEFORE: Final = "commonwatt.run/1"  # without marks; a month without a base had a quota of 0
_NONE: Final = -1


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
    holders: tuple[Holder, ...]
    without_base: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    enough_permille: int | None = None
    form: str = FORM


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the cascade: a year, a region, its own level, a department line there.

    key: tells it from all others. parent: its place, −1 of a year.
    multiplier: λ by which its amount was divided among all holders below it.
    """

    key: str
    parent: int
    base_g: int
    amount_g: int
    multiplier: Fraction | None


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


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a run came to; nodes stand before those below them."""

    nodes: tuple[Node, ...]
    quotas: tuple[Quota, ...]

    @property
    def total_g(self) -> int:
        """The caps of all years together."""
        return sum(node.amount_g for node in self.nodes if node.parent == _NONE)

    @property
    def base_g(self) -> int:
        """What all had used in their base years."""
        return sum(node.base_g for node in self.nodes if node.parent == _NONE)


def allocated(problem: Problem) -> Allocation:
    """Return each holder's quota, and the amount of every level above."""
    if not problem.holders:
        raise InsufficientDataError(
            "allocation.no_base",
            zh="没有一家机构有基期数据,无法分解。",
            en="No institution has a base, so there is nothing to share by.",
            next_zh="请先接入计量数据,或核对成员单位。",
            next_en="Bring in readings first, or check the members.",
        )
    places, lines, members = placed(problem.holders, problem.members, problem.parents)
    inner = len(places.keys)
    leaves = np.arange(inner, inner + len(problem.holders))
    parent = np.array(places.parents + lines, np.int64)
    keys = np.array(places.ranks + [one.institution for one in problem.holders], np.int64)
    base = np.zeros(len(parent), np.int64)
    base[leaves] = [one.base.total_g for one in problem.holders]
    _add_up(base, parent, inner)
    tree = Tree.of(parent)
    shared = _shared(problem, members)
    totals = _totals(problem, places.keys, base, tree)
    names = [*places.keys, *(str(one.institution) for one in problem.holders)]
    try:
        made = divide(totals, tree, shared, keys, names)
    except InfeasibleError as error:
        raise _in_words(problem, base[tree.roots], error) from error
    amount = base - made.amount if problem.method.shares_savings else made.amount
    nodes = tuple(
        Node(key, places.parents[i], int(base[i]), int(amount[i]), made.multiplier(i))
        for i, key in enumerate(places.keys)
    )
    return Allocation(nodes, _quotas(problem, lines, members, made, shared, amount[leaves]))


def chain(allocation: Allocation, quota: Quota) -> list[Node]:
    """Return the nodes above a quota, the year first."""
    found = []
    place = quota.node
    while place != _NONE:
        found.append(allocation.nodes[place])
        place = allocation.nodes[place].parent
    return found[::-1]


def _shared(problem: Problem, members: Sequence[int]) -> Holders:
    """Return what the rule makes of each holder: what λ multiplies, and the bounds."""
    method = problem.method
    base = [one.base.total_g for one in problem.holders]
    adjusted = [adjusted_g(one, method.factors.get(one.institution, {})) for one in problem.holders]
    names = [str(one.institution) for one in problem.holders]
    if method.rule is Rule.PROPORTIONAL:
        least = [-(-one * method.floor // MILLION) for one in base]
        ceiling = None
        if method.ceiling is not None:
            ceiling = _column([one * method.ceiling // MILLION for one in base])
        return Holders.of(_column(adjusted), floor=_column(least), ceiling=ceiling, names=names)
    slope = _gaps(problem) if method.rule is Rule.GAP else _by_capability(method, adjusted, members)
    most = [one * method.most_saved // MILLION for one in base]
    if method.rule is Rule.GAP:
        most = [min(pair) for pair in zip(most, slope, strict=True)]
    return Holders.of(_column(slope), ceiling=_column(most), names=names)


def _by_capability(method: Method, adjusted: Sequence[int], members: Sequence[int]) -> list[int]:
    return [
        amount * method.weights.get(member, MILLION) // MILLION
        for amount, member in zip(adjusted, members, strict=True)
    ]


def _gaps(problem: Problem) -> list[int]:
    """Return each gap; where area or leading value is missing, the others' mean share of base."""
    gaps = [gap_g(one, problem.method.leading) for one in problem.holders]
    known = [
        (gap, one.base.total_g)
        for gap, one in zip(gaps, problem.holders, strict=True)
        if gap is not None
    ]
    gap_sum, base_sum = sum(gap for gap, _ in known), sum(base for _, base in known)
    return [
        gap if gap is not None else one.base.total_g * gap_sum // max(base_sum, 1)
        for gap, one in zip(gaps, problem.holders, strict=True)
    ]


def _totals(problem: Problem, keys: Sequence[str], base: Ints, tree: Tree) -> Ints:
    """Return what is divided for each year: its cap, or what is to be saved to keep it."""
    totals = []
    for root in tree.roots.tolist():
        used = int(base[root])
        cap = problem.target.cap_g(used, int(keys[root]))
        totals.append(used - cap if problem.method.shares_savings else cap)
    return _column(totals)


def _quotas(
    problem: Problem,
    lines: Sequence[int],
    members: Sequence[int],
    made: Divided,
    shared: Holders,
    amount: Ints,
) -> tuple[Quota, ...]:
    months = _months(problem.holders, amount)
    bounds = np.where(made.at_floor, 1, np.where(made.at_ceiling, 2, 0)).tolist()
    said = (None, "floor", "ceiling")
    return tuple(
        Quota(
            institution=one.institution,
            member=members[i],
            node=lines[i],
            year=one.year,
            base_g=one.base.total_g,
            weight_g=int(shared.slope[i]),
            bound=said[bounds[i]],
            amount_g=int(amount[i]),
            months_g=tuple(months[i]),
        )
        for i, one in enumerate(problem.holders)
    )


def _months(holders: Sequence[Holder], amount: Ints) -> list[list[int | None]]:
    """Return each year's amount over its months, as the base had them; none known, no quota."""
    weights = np.array(
        [[max(month or 0, 0) for month in one.base.months_g] for one in holders], np.int64
    ).reshape(len(holders), MONTHS)
    shares: list[list[int]] = cascade_rows(amount, weights).tolist()
    return [
        [None if base is None else part for base, part in zip(one.base.months_g, row, strict=True)]
        for one, row in zip(holders, shares, strict=True)
    ]


def _add_up(base: Ints, parent: Ints, inner: int) -> None:
    """Add each node's base to its parent's, in place; the first `inner` ones have children."""
    np.add.at(base, parent[inner:], base[inner:])
    for place in range(inner - 1, -1, -1):  # children stand after their parents
        if parent[place] != ROOT:
            base[parent[place]] += base[place]


def _in_words(problem: Problem, base: Ints, error: InfeasibleError) -> InputError:
    """Say what stands in the way as people set targets: in kgce and in percent below the base."""
    years = sorted({one.year for one in problem.holders})
    year = int(error.where["name"] or years[0])
    used = int(base[years.index(year)])
    bound = int(used - error.bound if problem.method.shares_savings else error.bound)
    fall = Fraction((used - bound) * MILLION, used)
    # Rounded to the side on which it can be met.
    feasible = floor(fall) if bound > problem.target.cap_g(used, year) else ceil(fall)
    short, percent = in_kgce(int(error.short_by)), f"{feasible / 10_000:g}"
    return InputError(
        "target.infeasible",
        zh=f"{year} 年的目标无法分解:按现有上下限还差 {short} 千克标准煤。",
        en=f"The target of {year} cannot be shared: bounds leave it {short} kgce off.",
        next_zh=f"最小改动:该年下降率改为 {percent}%,或各机构的上下限合计放宽同样的数量。",
        next_en=f"Smallest change: a fall of {percent} % by then, or bounds wider by as much.",
        where={
            "year": year,
            "short_by_kgce": short,
            "feasible_fall_millionths": feasible,
            "feasible_kgce": in_kgce(bound),
        },
    )


def in_kgce(grams: int) -> str:
    """Return whole grams as decimal kilograms."""
    return format(Decimal(grams).scaleb(-3), "f")


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)
