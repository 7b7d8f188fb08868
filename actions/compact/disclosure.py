"""What a planner is told of a run that counts institutions which the planner may not see."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.actor import DeniedError
from actions.figures import not_found
from compact.allocations import Problem
from compact.disclosure import rest_of
from compact.holders import Holder
from compact.ruling import Tells
from storage.compact import unseen as of_unseen

# Said wherever a figure is not shown because it would tell of a restricted institution; too little
# that was measured is another matter, with other words.
WITHHELD: Final = (
    "不予显示:会推算出受限机构",
    "withheld: it would tell of a restricted institution",
)


def withheld_words(**figures: object) -> str | None:
    """Return which of some figures are withheld, in words, None where each is shown."""
    names = ", ".join(name for name, value in figures.items() if value is None)
    return f"{WITHHELD[0]} / {WITHHELD[1]} ({names})" if names else None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Institutions that a union counts and the planner does not see; guarded: restricted ones."""

    all: frozenset[int]
    guarded: frozenset[int]


def unseen_of(connection: Connection[Any], union_id: int) -> Unseen:
    """Return whom the union counts beyond what the viewer sees."""
    found = of_unseen.unseen(connection, union_id)
    return Unseen(frozenset(found), frozenset(one for one, guarded in found.items() if guarded))


def must_tell_of_none(problem: Problem, unseen: Unseen) -> None:
    """Refuse a rule whose answers would tell of a single restricted institution.

    Corrections and bounds move everybody's λ, so answers under several of them are equations in
    what is not seen: they may hold its sum, or its sum by member, where that tells of none. Rules
    that look at each institution by itself would tell of each.
    """
    for institution in (*problem.method.factors, *problem.method.limits):
        if institution in unseen.all:
            raise not_found("机构", "institution", {"institution_id": institution})
    if not unseen.guarded or problem.method.is_plain:
        return
    rows = np.flatnonzero(np.isin(problem.holders.institution, list(unseen.all)))
    hidden = [problem.holders[row] for row in rows.tolist()]
    if not any(one.institution in unseen.guarded for one in hidden):
        return
    tells = problem.method.by.tells
    if tells is Tells.EACH:
        raise _would_tell()
    parts: dict[object, list[Holder]] = {}
    for one in hidden:
        key = _member_of(one, problem) if tells is Tells.MEMBERS else None
        parts.setdefault((one.year, key), []).append(one)
    if not all(_tells_of_none(part, unseen.guarded) for part in parts.values()):
        raise _would_tell()


def _tells_of_none(part: list[Holder], guarded: Collection[int]) -> bool:
    some = any(one.institution in guarded for one in part)
    return rest_of([(one.base.total_g,) for one in part], some).tells_of_none


def _member_of(holder: Holder, problem: Problem) -> int:
    region = holder.region
    while region not in problem.members and region in problem.parents:
        region = problem.parents[region]
    return region


def _would_tell() -> DeniedError:
    return DeniedError(
        "run.would_tell",
        zh="该规则的结果会推算出个别受限机构的用能。",
        en="The results of this rule would tell the use of single restricted institutions.",
        next_zh="请用规则 A(不加修正系数和上下限),或由能查看这些机构的规划人员分解。",
        next_en="Take rule A without corrections and bounds, or ask a planner who sees them.",
    )


def snapshot_withheld(run_id: int, sha256: str) -> DeniedError:
    """Return the answer to a planner who does not see every institution in a snapshot."""
    return DeniedError(
        "snapshot.withheld",
        zh=f"快照含有您不能查看的机构;其摘要为 {sha256}。",
        en=f"The snapshot holds institutions that you may not see; its digest is {sha256}.",
        next_zh="可以用 proof 重算核验,或向能查看全部机构的规划人员索取。",
        next_en="Its proof recomputes it all the same; or ask a planner who sees all of them.",
        where={"run_id": run_id},
    )
