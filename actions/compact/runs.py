"""Running an allocation, issuing its quotas, and proving it again from its snapshot."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.compact.disclosure import snapshot_withheld
from actions.compact.starting import Start, problem_of, start, start_of, target_of
from actions.compact.unions import must_plan
from actions.desk import Desk
from actions.figures import not_found
from compact import books as causes
from compact.books import Kind
from compact.disclosure import WHOLE, shown_of
from compact.holders import Holders
from compact.methods import Method, Rule
from compact.runs import Run, again
from compact.runs import run as computed
from metering.errors import ConflictError, InputError
from storage import due
from storage.compact import bases, books, runs, standing, unions
from storage.compact.runs import Kept, Level

_MOST_LEVELS: Final = 2000
_NAMED: Final = 5
_MOST: Final = 100

__all__ = [
    "Issued",
    "Kept",
    "Level",
    "Made",
    "Method",
    "Proof",
    "Rule",
    "Run",
    "Start",
    "Trial",
    "issue_run",
    "levels_of",
    "list_runs",
    "one_run",
    "prove",
    "run_target",
    "snapshot_of",
    "start",
    "try_from",
    "try_target",
    "waiting_bases",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A run that is kept; new is False where an earlier version came to the very same.

    without_base, left_out: how many institutions have no quota for want of a base, or by an act.
    """

    run: Kept
    without_base: int
    left_out: int
    new: bool


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
    def holders(self) -> Holders:
        """Those whom the planner sees."""
        holders = self.run.problem.holders
        return holders.at(np.flatnonzero(~np.isin(holders.institution, list(self.unseen))))

    @property
    def total_shown(self) -> bool:
        """Whether the planner may know what all get together."""
        return WHOLE in self.shown


@dataclass(frozen=True, slots=True)
class Issued:
    """What came into the books: as an issue, or as an adjustment of an earlier one."""

    cause_id: int
    kind: Kind
    accounts: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a run, computed anew from its snapshot, comes to the same bytes."""

    run_id: int
    sha256: str
    same: bool


def try_target(desk: Desk, target_id: int, method: Method, year: int | None = None) -> Trial:
    """Return what a rule would come to, and keep nothing: for comparing rules."""
    return try_from(start(desk, target_id), method, year)


def try_from(start: Start, method: Method, year: int | None = None) -> Trial:
    """Return what a rule would come to, from what is loaded already."""
    run, unseen = computed(problem_of(start, method, year)), start.unseen
    shown = shown_of(run.allocation, unseen.all, unseen.guarded, start.before)
    return Trial(run, shown, unseen.all)


def run_target(desk: Desk, target_id: int, method: Method, year: int | None = None) -> Made:
    """Share a target by a rule and keep it as the next version; nothing is issued yet.

    year: of the target's path; None is its last one, or each institution's own.
    """
    detail: dict[str, Any] = {"rule": method.rule.value, "year": year}
    with desk.act("run.make", target_id, detail) as connection:
        kept = target_of(connection, target_id)
        must_plan(connection, kept.union_id, "run.make")
        runs.lock(connection, kept.union_id)
        run = computed(problem_of(start_of(connection, target_id, "run.make"), method, year))
        same = runs.same(connection, target_id, run.sha256)
        run_id = same if same is not None else runs.add(connection, target_id, run, desk.actor)
        detail |= {"run_id": run_id, "sha256": run.sha256}
        made = _run(connection, run_id)
    problem = run.problem
    return Made(made, len(problem.without_base), len(problem.left_out), new=same is None)


def issue_run(desk: Desk, run_id: int, reason: str = "") -> Issued:
    """Write a run's quotas into the books; where others are issued already, adjust them.

    reason: why quotas are adjusted; the first issue needs none.
    """
    detail: dict[str, Any] = {"reason": reason}
    with desk.act("run.issue", run_id, detail) as connection:
        found = _run(connection, run_id)
        must_plan(connection, found.union_id, "run.issue")
        runs.lock(connection, found.union_id)
        if _run(connection, run_id).issued_as is not None:
            raise _issued_already(run_id)
        if waiting := bases.not_reviewed(connection, run_id):
            raise _not_reviewed(found, waiting)
        indicator = target_of(connection, found.target_id).target.indicator
        shares = runs.shares(connection, run_id)
        wanted = {(one.year, one.institution_id): one.amount_g for one in shares}
        years = {year for year, _ in wanted}
        held = books.held(connection, found.union_id, indicator, years)
        cause = causes.issue(held, wanted, reason)
        cause_id = books.add(
            connection, found.union_id, indicator, cause, run_id=run_id, by=desk.actor
        )
        due.add(connection, standing.KIND, str(found.union_id), datetime.now(UTC))
        accounts = sum(one.institution is not None for one in cause.entries)
        detail |= {"kind": cause.kind.value, "accounts": accounts}
    return Issued(cause_id, cause.kind, accounts)


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


def _run(connection: Connection[Any], run_id: int) -> Kept:
    found = runs.one(connection, run_id)
    if found is None:
        raise not_found("分解方案", "run", {"run_id": run_id})
    return found


def _issued_already(run_id: int) -> ConflictError:
    return ConflictError(
        "run.issued_already",
        zh="该分解方案已经下达。",
        en="This run is issued already.",
        next_zh="如台账有变,请重新分解,再下达新的版本。",
        next_en="Where accounts changed, run again and issue the new version.",
        where={"run_id": run_id},
    )


def _not_reviewed(run: Kept, waiting: list[int]) -> ConflictError:
    some = ", ".join(map(str, waiting[:_NAMED]))
    return ConflictError(
        "run.base_not_reviewed",
        zh=f"{len(waiting)} 家机构的基期还没有人审核确认(编号 {some}…)。",
        en=f"The bases of {len(waiting)} institutions are not reviewed yet (ids {some} …).",
        next_zh=f"请用 commonwatt targets review {run.target_id} 或目标页面审核:逐家确认、估算或"
        "不列入;基期有变的,重新分解后再下达。",
        next_en=f"Review them by commonwatt targets review {run.target_id} or on the target's "
        "page: confirm, estimate or leave out; where a base changed by that, run again.",
        where={"run_id": run.run_id, "target_id": run.target_id, "institutions": waiting[:_MOST]},
    )
