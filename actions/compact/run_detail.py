"""One run as its page shows it: what it rests on, what it changes, and whom it has dropped."""

from dataclasses import dataclass
from typing import Final

from actions.actor import Actor
from actions.compact.beyond_target import Beyond, beyond_of
from actions.compact.run_changes import Replaced, replaced_by
from actions.figures import not_found
from storage.compact import notices, releases, run_members, runs, targets, unions
from storage.compact.run_members import Dropped
from storage.compact.runs import RunRow
from storage.compact.unions import MemberRow, UnionRow

MOST_DROPPED: Final = 100


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its target and union.

    replaced: what it changes, or would, against the runs in force; None to who does not plan, and
    where it is in force itself. dropped: whose quotas it took away, as far as the viewer sees.
    beyond: years whose quotas together miss the target, to planners. members: those with notices,
    once it is issued. waits_for: those whose authority has not let it be issued yet.
    """

    run: RunRow
    target: targets.TargetRow
    union: UnionRow
    replaced: Replaced | None
    dropped: list[Dropped]
    beyond: list[Beyond]
    members: list[MemberRow]
    waits_for: list[MemberRow]


def run_detail(actor: Actor, run_id: int) -> RunDetail:
    """Return a run that the viewer sees, in one moment."""
    with actor.look() as connection:
        run = runs.one(connection, run_id)
        target = None if run is None else targets.one(connection, run.target_id)
        union = next(iter(unions.listed(connection, run.union_id)), None) if run else None
        if run is None or target is None or union is None:
            raise not_found("分解方案", "run", {"run_id": run_id})
        replaced, beyond = None, list[Beyond]()
        if union.planned:
            members = [one.region_id for one in unions.members(connection, union.union_id)]
            sums = run_members.sums(connection, run_id, members)
            beyond = beyond_of(target.target, sums)
            found = replaced_by(connection, union.union_id, target.target.indicator, sums)
            others = any(one.run_id != run_id for one in found.runs.values())
            replaced = found if others else None
        dropped, sitting = [], unions.members(connection, union.union_id)
        known, waiting = set[int](), set[int]()
        if run.issued_as is not None:
            known = set(notices.members(connection, run_id))
        elif union.planned and not run.shadow:
            waiting = set(releases.waits_for(connection, run_id))
        if run.in_force:
            dropped = run_members.dropped(connection, union.union_id, run_id, MOST_DROPPED)
    with_notices = [one for one in sitting if one.region_id in known]
    waits_for = [one for one in sitting if one.region_id in waiting]
    return RunDetail(run, target, union, replaced, dropped, beyond, with_notices, waits_for)


def count_shares(actor: Actor, run_id: int, named: str | None = None) -> int:
    """Return how many institutions' quotas of a run the viewer sees; named: as in `shares_of`."""
    with actor.look() as connection:
        return runs.count_shares(connection, run_id, named)
