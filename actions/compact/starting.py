"""What every run of a target starts from: a union loaded once, in one snapshot, tried often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

import numpy as np
from psycopg import Connection

from actions.actor import Actor
from actions.compact.base_lines import known_of, left_out
from actions.compact.disclosure import Unseen, must_tell_of_none, unseen_of
from actions.compact.unions import must_plan
from actions.figures import not_found
from analytics.exact import Bools, Ints, occurring
from compact.allocations import Problem
from compact.base_columns import bases_of
from compact.bases import Size, area_m2
from compact.disclosure import Part
from compact.holders import NULL, Areas, Bases, Holders
from compact.indicators import Indicator, Quantity
from compact.memberships import Step
from compact.methods import Method
from compact.rosters import ANY_DAY, Roster, first_days
from storage.compact import agreements, bases, evidence, rosters, targets, unions
from storage.compact import unseen as of_unseen
from storage.compact.evidence import EvidenceRow
from storage.registry import weather
from storage.registry.weather import DegreeDayRow


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What every run of a target starts from, whatever its rule; (n,) institutions in order of id.

    base, has: their bases, and who has one. area: of the base year. left_out: by an act.
    members: full ones and shadow ones, who count in trials alone.
    above: the parent of each region. before: what runs before said of institutions that the
    planner does not see. resized: areas and persons of those for whom several were stated.
    evidence: documents that may limit what is asked of institutions that the planner sees.
    weather: degree days by region that states any. stands: where institutions are that the planner
    sees, if any region states any. revised_from: the part of area or persons from whose change on a
    base is revised, as agreed.
    """

    kept: targets.TargetRow
    roster: Roster
    base: Bases
    has: Bools
    area: Areas
    left_out: Bools
    members: tuple[int, ...]
    shadow: frozenset[int]
    above: Mapping[int, int | None]
    enough_permille: int
    unseen: Unseen
    before: Sequence[Mapping[int, Part]]
    resized: Mapping[int, Sequence[Size]] = field(default_factory=dict)
    evidence: Mapping[int, Sequence[EvidenceRow]] = field(default_factory=dict)
    weather: Mapping[int, Sequence[DegreeDayRow]] = field(default_factory=dict)
    stands: Mapping[int, int] = field(default_factory=dict)
    revised_from: Fraction = Fraction(0)


def start(actor: Actor, target_id: int) -> Start:
    """Return what every rule starts from, to try several."""
    with actor.look(reckons=True) as connection:
        return start_of(connection, target_id, "run.try")


def start_of(connection: Connection[Any], target_id: int, act: str) -> Start:
    """Return what every run of a target starts from; refuse who does not plan for its union."""
    kept = target_of(connection, target_id)
    must_plan(connection, kept.union_id, act)
    kept.target.must_be_shared()
    counted = bases.institutions(connection, kept.union_id)
    known = known_of(connection, kept, counted)
    base, has = bases_of(kept.target, known)
    ids = known.institutions
    unseen = unseen_of(connection, kept.union_id)
    seated = unions.members(connection, kept.union_id)
    members = [one for one in seated if one.step != Step.OBSERVER]
    stated = _weather(connection, kept.target.indicator)
    return Start(
        kept=kept,
        roster=rosters.roster(connection, kept.union_id, ids),
        base=base,
        has=has,
        area=_areas(known.sizes, ids, base, has),
        left_out=np.isin(np.array(ids, np.int64), list(left_out(connection, target_id))),
        members=tuple(one.region_id for one in members),
        shadow=frozenset(one.region_id for one in members if one.step == Step.SHADOW),
        above={region: above for region, (above, _) in unions.regions(connection).items()},
        enough_permille=bases.enough(connection, kept.union_id),
        unseen=unseen,
        before=of_unseen.parts_before(connection, kept.union_id, sorted(unseen.all)),
        resized=_resized(known.sizes),
        evidence=evidence.newest(connection),
        weather=stated,
        stands=weather.places(connection, ids) if stated else {},
        revised_from=_revised_from(connection, kept.union_id),
    )


def _revised_from(connection: Connection[Any], union_id: int) -> Fraction:
    """Return the change of area or persons that the agreement binds to, 0 where it says none."""
    percent = agreements.binding_term(connection, union_id, "revise_percent")
    return Fraction(percent or 0) / 100


def _weather(
    connection: Connection[Any], indicator: Indicator
) -> dict[int, Sequence[DegreeDayRow]]:
    """Return what regions state of degree days, which say nothing of the use of water."""
    if indicator.quantity is Quantity.WATER:
        return {}
    rows = groupby(weather.listed(connection), lambda one: one.region_id)
    return {region: list(some) for region, some in rows}


def _resized(sizes: Mapping[int, Sequence[Size]]) -> dict[int, Sequence[Size]]:
    """Return the sizes of those for whom one of them was stated more than once."""
    return {
        who: some for who, some in sizes.items() if len(some) > len({one.attribute for one in some})
    }


def problem_of(start: Start, method: Method, year: int | None, *, shadow: bool = False) -> Problem:
    """Return the problem of one rule; refuse one that would tell of a restricted institution.

    shadow: whether shadow members count too, in a trial that is never issued.
    """
    of_year = _years(start, year)
    there = start.roster.on(_first_days(of_year))
    here = there.here if shadow else there.here & ~np.isin(there.member, list(start.shadow))
    total = start.base.total_g
    shares = here & ~start.left_out & start.has & (total > 0)
    ids = start.roster.institution
    holders = Holders(
        institution=ids,
        region=there.region,
        line=there.line,
        lines=start.roster.lines,
        year=of_year,
        base=start.base,
        classed=there.classed,
        classes=start.roster.classes,
        area=start.area,
    )
    if not shares.all():
        holders = holders.at(np.flatnonzero(shares))
    problem = Problem(
        union=start.kept.union_id,
        target=start.kept.target,
        method=method,
        members=tuple(one for one in start.members if shadow or one not in start.shadow),
        parents=_parents(start, holders.region),
        holders=holders,
        without_base=tuple(ids[here & ~start.left_out & ~shares].tolist()),
        left_out=tuple(ids[here & start.left_out].tolist()),
        enough_permille=start.enough_permille,
    )
    must_tell_of_none(problem, start.unseen)
    return problem


def target_of(connection: Connection[Any], target_id: int) -> targets.TargetRow:
    """Return a target that the actor sees."""
    found = targets.one(connection, target_id)
    if found is None:
        raise not_found("节能目标", "target", {"target_id": target_id})
    return found


def _years(start: Start, year: int | None) -> Ints:
    """Return (n,) the year of each one's quota, NULL where no base says."""
    target, some = start.kept.target, np.flatnonzero(start.has)
    if len(some):
        first = target.year_after(start.base[int(some[0])], year)  # or there is no such year
        if target.target_year is not None:
            return np.full(len(start.has), first)
    otherwise = NULL if target.target_year is None else target.target_year
    return np.where(start.has, start.base.year + 1, otherwise)


def _first_days(years: Ints) -> Ints:
    """Return (n,) the days whose roster holds: of a year that nobody knows, any."""
    known = years != NULL
    return np.where(known, first_days(np.where(known, years, 1970)), ANY_DAY)


def _areas(
    sizes: Mapping[int, Sequence[Size]], ids: Sequence[int], base: Bases, has: Bools
) -> Areas:
    years = base.year.tolist()
    return Areas.of(
        [
            area_m2(sizes[who], years[row]) if has[row] and who in sizes else None
            for row, who in enumerate(ids)
        ]
    )


def _parents(start: Start, regions: Ints) -> Mapping[int, int]:
    """Return the parent of each region on the way from a holder to its member."""
    found: dict[int, int] = {}
    for region in occurring(regions)[0].tolist():
        below = region
        while below not in start.members and below not in found:
            above = start.above.get(below)
            if above is None:
                break
            found[below] = above
            below = above
    return found
