"""Rules side by side for one target: what each gives whom, how fair it is, or why it cannot be."""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np

from actions.actor import Actor
from actions.compact.beyond_target import Beyond, beyond_of
from actions.compact.matched import Matched, matched
from actions.compact.proposing import fitting, leading_of_like, weights_of
from actions.compact.rules import BandRules
from actions.compact.runs import Start, Trial, start, try_from
from actions.compact.unions import must_plan, union_of
from actions.fields import Words
from actions.figures import not_found
from analytics.exact import Ints
from analytics.fairness import Fairness, Spread, fairness
from compact.allocations import among_of
from compact.holders import Holders
from compact.indicators import Quantity
from compact.methods import Method
from compact.proposals import Proposed
from compact.ruling import Among
from compact.runs import Run
from compact.targets import State
from compact.winning import Moved, Standing, equal_g, standing
from metering.errors import EnergyError
from storage import days
from storage.compact import comparisons, targets
from storage.compact.run_members import Sum, Sums
from storage.compact.unions import MemberRow
from storage.registry import bands, institutions, standards
from storage.registry.standards import LeadingValue

__all__ = [
    "Compared",
    "Fairness",
    "Loaded",
    "Moved",
    "RuleResult",
    "Spread",
    "compared",
    "equal_of",
    "fairness_measures",
    "lacking",
    "leading_of_like",
    "load",
    "sums_of",
    "try_one",
    "weights_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """A target whose rules are compared: its union's members, and on what the comparison hangs.

    state: the same as long as who looks may see the same, and planners decided nothing more.
    """

    target: targets.TargetRow
    union_zh: str
    union_en: str
    members: Sequence[MemberRow]
    state: Hashable


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that rules of one target are tried on, as it was at an instant.

    leading: by class, to begin with. weights: of members, as the data suggest; None where these
    say nothing, or would tell of an institution that the planner does not see. classes: that
    institutions which the planner sees are of, with their Chinese and English names. published:
    rules by bands that are in force. among: who shares, as rules look at them; None without any.
    standards: leading values that standards publish for the members' provinces. matched: those
    that apply to institutions which the planner sees.
    """

    start: Start
    leading: Mapping[str, Decimal]
    weights: Proposed | None
    classes: Mapping[str, tuple[str, str]]
    published: BandRules
    at: datetime
    among: Among | None = None
    standards: Sequence[LeadingValue] = ()
    matched: Matched = field(default_factory=Matched)


@dataclass(frozen=True, slots=True)
class MemberShare:
    """What a rule gives the institutions of one member together. [g]"""

    member: int
    base_g: int
    amount_g: int


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule came to, as far as whoever compares may know: small, so it may be kept.

    error: why it came to nothing, with the smallest change that would do. members: those whose
    sums tell of nobody; withheld: the others. base_g, amount_g: of all, None where withheld.
    multipliers: λ of each year, of those that tell of nobody. states, marks: how often a month of
    the bases is so, and how often each kind of oddity occurs. beyond: years whose quotas together
    are not what the target allows, as far as their sums may be told. standing: who gains and loses
    beside the same percentage for all, of institutions that the planner sees.
    """

    error: EnergyError | None = None
    members: Mapping[int, MemberShare] = field(default_factory=dict)
    withheld: frozenset[int] = frozenset()
    base_g: int | None = None
    amount_g: int | None = None
    multipliers: Sequence[Fraction] = ()
    fairness: Fairness | None = None
    states: Mapping[State, int] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    without_base: int = 0
    left_out: int = 0
    beyond: Sequence[Beyond] = ()
    standing: Standing | None = None


def names_of(actor: Actor, results: Sequence[RuleResult]) -> Mapping[int, tuple[str, str]]:
    """Return what the institutions are called that gain and lose most, in Chinese and English."""
    found = [one.standing for one in results if one.standing is not None]
    ids = {one.institution for each in found for one in (*each.winners, *each.losers)}
    with actor.look() as connection:
        named = institutions.names(connection, sorted(ids))
    return {who: (zh or en or str(who), en or zh or str(who)) for who, (zh, en) in named.items()}


def compared(actor: Actor, target_id: int) -> Compared:
    """Return the target that is to be compared by rules; refuse who does not plan for its union."""
    with actor.look() as connection:
        kept = targets.one(connection, target_id)
        if kept is None:
            raise not_found("节能目标", "target", {"target_id": target_id})
        must_plan(connection, kept.union_id, "run.try")
        kept.target.must_be_shared()
        state = comparisons.state(connection, target_id)
    union = union_of(actor, kept.union_id)
    return Compared(kept, union.union.name_zh, union.union.name_en, union.members, state)


def load(actor: Actor, target_id: int) -> Loaded:
    """Return what rules are tried on; it takes a while, and trying does not."""
    at = datetime.now(UTC)
    begun = start(actor, target_id)
    with actor.look() as connection:
        names = comparisons.classes(connection)
        today = actor.today or days.today(connection)
        published = bands.in_force(connection, today)
        profile = begun.kept.target.profile
        energy = begun.kept.target.indicator.quantity is Quantity.ENERGY  # as standards are
        listed: Sequence[LeadingValue] = ()
        if energy:
            listed = standards.leading(connection, begun.members, profile, today)
    trial, holders = None, Holders.of(())
    with suppress(EnergyError):  # there is nothing to share by, and every rule will say so
        trial = try_from(begun, Method("A"))
        holders = trial.holders
    seen = holders.institution.tolist() if energy else []
    with actor.look() as connection:
        applying = matched(connection, seen, profile, today) if energy else Matched()
    leading = {**leading_of_like(holders), **fitting(listed), **applying.leading}
    classes = [holders.classes[one] for one in np.unique(holders.classed).tolist() if one >= 0]
    named = {code: names.get(code, (code, code)) for code in classes}
    weights = None if trial is None or trial.unseen else weights_of(trial.run, leading)
    among = None if trial is None else among_of(trial.run.problem, _members(trial.run))
    return Loaded(begun, leading, weights, named, published, at, among, listed, applying)


def try_one(begun: Start, method: Method, year: int | None = None) -> RuleResult:
    """Return what one rule comes to on what is loaded, or why it cannot be."""
    try:
        return _tried(try_from(begun, method, year))
    except EnergyError as error:
        return RuleResult(error=error)


def _tried(trial: Trial) -> RuleResult:
    allocation, problem = trial.run.allocation, trial.run.problem
    members, withheld = _by_member(trial)
    states, marks = problem.holders.base.counts
    found = (allocation.nodes[one] for one in allocation.nodes.years.tolist() if one in trial.shown)
    known = trial.total_shown
    return RuleResult(
        members=members,
        withheld=withheld,
        base_g=allocation.base_g if known else None,
        amount_g=allocation.total_g if known else None,
        multipliers=[one.multiplier for one in found if one.multiplier is not None],
        fairness=fairness_measures(trial.run),
        states=states,
        marks=marks,
        without_base=len(problem.without_base),
        left_out=len(problem.left_out),
        beyond=beyond_of(problem.target, sums_of(trial)),
        standing=standing_of(trial),
    )


def _by_member(trial: Trial) -> tuple[dict[int, MemberShare], frozenset[int]]:
    """Return the members' sums over all years, and the members whose sums would tell of one."""
    sums: dict[int, list[Sum]] = {}
    for (_, member), one in sums_of(trial).items():
        if member is not None and member in trial.run.problem.members:
            sums.setdefault(member, []).append(one)
    hidden = {who for who, some in sums.items() if any(one.amount_g is None for one in some)}
    members = {
        who: MemberShare(
            who, sum(one.base_g or 0 for one in some), sum(one.amount_g or 0 for one in some)
        )
        for who, some in sums.items()
        if who not in hidden
    }
    return members, frozenset(hidden)


def sums_of(trial: Trial) -> Sums:
    """Return what a trial gives regions and whole years, as far as the planner may know.

    By (year, region), of a year by (year, None).
    """
    found: Sums = {}
    nodes = trial.run.allocation.nodes
    columns = zip(nodes.keys, nodes.base_g.tolist(), nodes.amount_g.tolist(), strict=True)
    for place, (key, base_g, amount_g) in enumerate(columns):
        year, _, region = key.partition("/region:")
        if year.isdigit():
            one = Sum(base_g, amount_g) if place in trial.shown else Sum(None, None)
            found[int(year), int(region) if region else None] = one
    return found


def standing_of(trial: Trial) -> Standing | None:
    """Return who gains and loses, of whom the planner sees; None where a year's sum is withheld."""
    run, nodes = trial.run, trial.run.allocation.nodes
    years = nodes.years.tolist()
    if any(one not in trial.shown for one in years):
        return None
    quotas = run.allocation.quotas
    shown = ~np.isin(quotas.institution, list(trial.unseen))
    return standing(quotas.institution, quotas.base_g, quotas.amount_g, equal_of(run), shown)


def equal_of(run: Run) -> Ints:
    """Return (n,) what the same percentage of the base would give each. [g]"""
    nodes, quotas = run.allocation.nodes, run.allocation.quotas
    years = nodes.years.tolist()
    caps = {
        int(nodes.keys[one]): (
            int(nodes.base_g[one]),
            run.problem.target.cap_g(int(nodes.base_g[one]), int(nodes.keys[one])),
        )
        for one in years
    }
    return equal_g(quotas.base_g, quotas.year, caps)


def fairness_measures(run: Run) -> Fairness:
    """Return the measures by which a run is compared with one under another rule."""
    quotas, rule = run.allocation.quotas, run.problem.method.by
    feasible = rule.feasible_g(among_of(run.problem, _members(run)))
    made = fairness(quotas.amount_g, quotas.base_g, feasible=feasible)
    return replace(made, at_bound=int(np.count_nonzero(quotas.bound)))


def lacking(loaded: Loaded, method: Method) -> Words | None:
    """Return what a rule lacks here, so that it is not offered; None where it has its inputs."""
    found = None if loaded.among is None else method.by.lacks(loaded.among)
    return None if found is None else Words(*found)


def _members(run: Run) -> Ints:
    """Return (n,) each holder's member."""
    return run.allocation.quotas.member
