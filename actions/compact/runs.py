"""Trying allocations, reading runs, and proving them again from their snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from actions.compact.base_lines import known_of, left_out
from actions.compact.disclosure import Unseen, must_tell_of_none, snapshot_withheld, unseen_of
from actions.compact.unions import must_plan
from actions.desk import Desk
from actions.figures import not_found
from compact.allocations import Problem
from compact.base_columns import reviewed_all
from compact.bases import Size, area_m2
from compact.disclosure import WHOLE, Part, shown_of
from compact.methods import Holder, Method, Rule
from compact.runs import Run, again
from compact.runs import run as computed
from compact.targets import Base
from metering.errors import InputError
from storage.compact import bases, runs, targets, unions
from storage.compact.bases import Counted
from storage.compact.runs import Kept, Level

_MOST_LEVELS: Final = 2000

__all__ = [
    "Kept",
    "Level",
    "Method",
    "Proof",
    "Rule",
    "Run",
    "Start",
    "Trial",
    "levels_of",
    "list_runs",
    "one_run",
    "prove",
    "snapshot_of",
    "start",
    "try_from",
    "try_target",
    "waiting_bases",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """What every run of a target starts from, whatever its rule: loaded once, tried often.

    counted: institutions with their bases. above: the parent of each region. before: what runs
    before said of institutions that the planner does not see.
    """

    kept: targets.Kept
    counted: Sequence[tuple[Counted, Base | None]]
    sizes: Mapping[int, Sequence[Size]]
    left_out: set[int]
    members: tuple[int, ...]
    above: Mapping[int, int | None]
    enough_permille: int
    unseen: Unseen
    before: Sequence[Mapping[int, Part]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would come to.

    shown: places in the cascade whose sums the planner may know; the others would tell of a
    restricted institution. unseen: institutions in it that the planner does not see.
    """

    run: Run
    shown: frozenset[int]
    unseen: frozenset[int]

    @property
    def holders(self) -> list[Holder]:
        """Those whom the planner sees."""
        return [one for one in self.run.problem.holders if one.institution not in self.unseen]

    @property
    def total_shown(self) -> bool:
        """Whether the planner may know what all get together."""
        return WHOLE in self.shown


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a run, computed anew from its snapshot, comes to the same bytes."""

    run_id: int
    sha256: str
    same: bool


def try_target(desk: Desk, target_id: int, method: Method, year: int | None = None) -> Trial:
    """Return what a rule would come to, and keep nothing: for comparing rules."""
    return try_from(start(desk, target_id), method, year)


def start(desk: Desk, target_id: int) -> Start:
    """Return what every rule starts from, to try several."""
    with desk.look(reckons=True) as connection:
        return start_of(connection, target_id, "run.try")


def try_from(start: Start, method: Method, year: int | None = None) -> Trial:
    """Return what a rule would come to, from what is loaded already."""
    run, unseen = computed(_problem(start, method, year)), start.unseen
    shown = shown_of(run.allocation, unseen.all, unseen.guarded, start.before)
    return Trial(run, shown, unseen.all)


def list_runs(
    desk: Desk, *, union_id: int | None = None, target_id: int | None = None
) -> list[Kept]:
    """Return the runs that the reader sees, in order of target and version."""
    with desk.look() as connection:
        return runs.listed(connection, union_id=union_id, target_id=target_id)


def one_run(desk: Desk, run_id: int) -> tuple[Kept, str | None]:
    """Return a run, and its snapshot where the reader plans for its union and sees all in it."""
    with desk.look() as connection:
        return _run(connection, run_id), runs.snapshot(connection, run_id)


def snapshot_of(desk: Desk, run_id: int) -> tuple[Kept, str]:
    """Return a run with its snapshot, or say why the reader is not given that."""
    with desk.look() as connection:
        kept, snapshot = _run(connection, run_id), runs.snapshot(connection, run_id)
        if snapshot is not None:
            return kept, snapshot
        if unions.plans(connection, kept.union_id):
            raise snapshot_withheld(run_id, kept.sha256)
    raise not_found("分解快照", "snapshot of a run", {"run_id": run_id})


def levels_of(desk: Desk, run_id: int, most: int = _MOST_LEVELS) -> list[Level]:
    """Return the levels that a run cut its total into, the years first, to planners."""
    with desk.look() as connection:
        return runs.levels(connection, run_id, most)


def waiting_bases(desk: Desk, run_id: int) -> list[int]:
    """Return the institutions whose base, as a run counted it, nobody has answered for yet."""
    with desk.look(reckons=True) as connection:
        return bases.not_reviewed(connection, run_id)


def prove(desk: Desk, run_id: int | None = None) -> list[Proof]:
    """Compute one run or all anew from their snapshots, and compare byte for byte."""
    with desk.look(reckons=True) as connection:
        kept = runs.snapshots(connection, run_id)
    if run_id is not None and not kept:
        raise not_found("分解快照", "snapshot of a run", {"run_id": run_id})
    return [_proof(*one) for one in kept]


def _proof(run_id: int, sha256: str, snapshot: str) -> Proof:
    try:
        anew = again(snapshot)
    except InputError:
        return Proof(run_id, sha256, same=False)
    return Proof(run_id, sha256, same=anew.snapshot == snapshot and anew.sha256 == sha256)


def start_of(connection: Connection[Any], target_id: int, act: str) -> Start:
    """Return what every run of a target starts from; refuse who does not plan for its union."""
    kept = _target(connection, target_id)
    must_plan(connection, kept.union_id, act)
    counted = bases.institutions(connection, kept.union_id)
    known = known_of(connection, kept, counted)
    found = zip(counted, reviewed_all(kept.target, known), strict=True)
    unseen = unseen_of(connection, kept.union_id)
    return Start(
        kept=kept,
        counted=[(one, reviewed.base) for one, reviewed in found],
        sizes=known.sizes,
        left_out=left_out(connection, target_id),
        members=tuple(one.region_id for one in unions.members(connection, kept.union_id)),
        above={region: above for region, (above, _) in unions.regions(connection).items()},
        enough_permille=bases.enough(connection, kept.union_id),
        unseen=unseen,
        before=runs.parts_before(connection, kept.union_id, sorted(unseen.all)),
    )


def _problem(start: Start, method: Method, year: int | None) -> Problem:
    """Return the problem of one rule; refuse one that would tell of a restricted institution."""
    target = start.kept.target
    holders, without_base, not_asked = [], [], []
    for one, base in start.counted:
        of_year = target.target_year if base is None else target.year_after(base, year)
        here = one.on(target.roster_day(base, of_year))
        if here is None:
            continue
        if one.institution_id in start.left_out:
            not_asked.append(one.institution_id)
            continue
        if base is None or of_year is None or base.total_g <= 0:
            without_base.append(one.institution_id)
            continue
        place = (one.institution_id, here.region_id, here.department_line, of_year)
        area = area_m2(start.sizes.get(one.institution_id, ()), base.year)
        holders.append(Holder(*place, base, here.class_code, area))
    problem = Problem(
        union=start.kept.union_id,
        target=target,
        method=method,
        members=start.members,
        parents=_parents(start, holders),
        holders=tuple(holders),
        without_base=tuple(without_base),
        left_out=tuple(not_asked),
        enough_permille=start.enough_permille,
    )
    must_tell_of_none(problem, start.unseen)
    return problem


def _parents(start: Start, holders: list[Holder]) -> Mapping[int, int]:
    """Return the parent of each region on the way from a holder to its member."""
    found: dict[int, int] = {}
    for region in {one.region for one in holders}:
        below = region
        while below not in start.members and below not in found:
            above = start.above.get(below)
            if above is None:
                break
            found[below] = above
            below = above
    return found


def _target(connection: Connection[Any], target_id: int) -> targets.Kept:
    found = targets.one(connection, target_id)
    if found is None:
        raise not_found("节能目标", "target", {"target_id": target_id})
    return found


def _run(connection: Connection[Any], run_id: int) -> Kept:
    found = runs.one(connection, run_id)
    if found is None:
        raise not_found("分解方案", "run", {"run_id": run_id})
    return found
