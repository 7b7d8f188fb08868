"""Trying allocations, reading runs, and proving them again from their snapshots."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.actor import Actor
from actions.compact.disclosure import snapshot_withheld
from actions.compact.starting import Start, problem_of, start
from actions.figures import not_found
from compact.allocations import among_of
from compact.disclosure import WHOLE, shown_of
from compact.holders import Holders
from compact.methods import Method, Rule
from compact.runs import Run, again
from compact.runs import run as computed
from metering.errors import InputError
from storage.compact import bases, run_snapshots, runs, unions
from storage.compact.runs import Level, RunRow

_MOST_LEVELS: Final = 2000

__all__ = [
    "Level",
    "Method",
    "Proof",
    "Rule",
    "Run",
    "RunRow",
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
class Proof:
    """Whether a run, computed anew from its snapshot, comes to the same bytes."""

    run_id: int
    sha256: str
    same: bool


def try_target(actor: Actor, target_id: int, method: Method, year: int | None = None) -> Trial:
    """Return what a rule would come to, and keep nothing: for comparing rules."""
    return try_from(start(actor, target_id), method, year)


def try_from(
    start: Start, method: Method, year: int | None = None, *, shadow: bool = False
) -> Trial:
    """Return what a rule would come to, from what is loaded already; shadow: with such members."""
    run, unseen = computed(problem_of(start, method, year, shadow=shadow)), start.unseen
    must_have_inputs(run)
    shown = shown_of(run.allocation, unseen.all, unseen.guarded, start.before)
    return Trial(run, shown, unseen.all)


def must_have_inputs(run: Run) -> None:
    """Refuse a rule that says nothing of its own here, for want of what it shares by."""
    problem, quotas = run.problem, run.allocation.quotas
    rule = problem.method.by
    if (lacks := rule.lacks(among_of(problem, quotas.member))) is None:
        return
    name = rule.about.letter
    raise InputError(
        "method.lacks_input",
        zh=f"规则 {name} 缺少输入:{lacks[0]}。",
        en=f"Rule {name} lacks its input: {lacks[1]}.",
        next_zh="请补齐,或改选规则。",
        next_en="State it, or choose another rule.",
        where={"field": "rule", "value": name},
    )


def list_runs(
    actor: Actor, *, union_id: int | None = None, target_id: int | None = None
) -> list[RunRow]:
    """Return the runs that the reader sees, in order of target and version."""
    with actor.look() as connection:
        return runs.listed(connection, union_id=union_id, target_id=target_id)


def one_run(actor: Actor, run_id: int) -> tuple[RunRow, str | None]:
    """Return a run, and its snapshot where the reader plans for its union and sees all in it."""
    with actor.look() as connection:
        return run_of(connection, run_id), run_snapshots.of(connection, run_id)


def snapshot_of(actor: Actor, run_id: int) -> tuple[RunRow, str]:
    """Return a run with its snapshot, or say why the reader is not given that."""
    with actor.look() as connection:
        kept, snapshot = run_of(connection, run_id), run_snapshots.of(connection, run_id)
        if snapshot is not None:
            return kept, snapshot
        if unions.plans(connection, kept.union_id):
            raise snapshot_withheld(run_id, kept.sha256)
    raise not_found("分解快照", "snapshot of a run", {"run_id": run_id})


def levels_of(actor: Actor, run_id: int, most: int = _MOST_LEVELS) -> list[Level]:
    """Return the levels that a run cut its total into, the years first, to planners."""
    with actor.look() as connection:
        return runs.levels(connection, run_id, most)


def waiting_bases(actor: Actor, run_id: int) -> list[int]:
    """Return the institutions whose base, as a run counted it, nobody has answered for yet."""
    with actor.look(reckons=True) as connection:
        return bases.not_reviewed(connection, run_id)


def prove(actor: Actor, run_id: int | None = None) -> list[Proof]:
    """Compute one run or all anew from their snapshots, and compare byte for byte."""
    with actor.look(reckons=True) as connection:
        kept = run_snapshots.listed(connection, run_id)
    if run_id is not None and not kept:
        raise not_found("分解快照", "snapshot of a run", {"run_id": run_id})
    return [_proof(*one) for one in kept]


def _proof(run_id: int, sha256: str, snapshot: str) -> Proof:
    try:
        anew = again(snapshot)
    except InputError:
        return Proof(run_id, sha256, same=False)
    return Proof(run_id, sha256, same=anew.snapshot == snapshot and anew.sha256 == sha256)


def run_of(connection: Connection[Any], run_id: int) -> RunRow:
    """Return a run that the viewer sees."""
    found = runs.one(connection, run_id)
    if found is None:
        raise not_found("分解方案", "run", {"run_id": run_id})
    return found
