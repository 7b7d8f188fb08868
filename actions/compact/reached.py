"""How far targets are reached, read with the eyes of today: old data give no percentage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.fields import Words
from compact.reaching import Doubt, Reached, Verdict, reached
from storage import days
from storage.compact import target_progress, targets, unions
from storage.compact.target_progress import TargetProgress
from storage.compact.targets import TargetRow

__all__ = ["DOUBTS", "VERDICTS", "TargetReached", "Verdict", "reached_of", "read"]

VERDICTS: Final = {
    Verdict.INCENTIVE.value: Words("达到激励目标", "reaches the incentive target"),
    Verdict.ON_PATH.value: Words("不落后于路径", "on its path"),
    Verdict.BEHIND.value: Words("落后于路径", "behind its path"),
    Verdict.UNKNOWN.value: Words("不作判断", "no verdict"),
}
DOUBTS: Final = {
    Doubt.TOO_OLD.value: Words("数据过旧", "the data are too old"),
    Doubt.TOO_LITTLE.value: Words("可比数据不足", "too little is measured in both years"),
    Doubt.NOTHING.value: Words("无可比数据", "nothing is measured in both years"),
}


@dataclass(frozen=True, slots=True)
class TargetReached:
    """A target of a member, or of all together (None), with what is known and what comes of it."""

    kept: TargetRow
    member_zh: str | None
    member_en: str | None
    row: TargetProgress
    said: Reached


def reached_of(
    actor: Actor, *, target_id: int | None = None, union_id: int | None = None
) -> list[TargetReached]:
    """Return how far targets are reached, all together first, as far as the reader may know."""
    with actor.look() as connection:
        today = actor.today or days.today(connection)
        return read(connection, today, target_id=target_id, union_id=union_id)


def read(
    connection: Connection[Any],
    today: date,
    *,
    target_id: int | None = None,
    union_id: int | None = None,
) -> list[TargetReached]:
    """Return the same within a transaction."""
    rows = target_progress.newest(connection, target_id=target_id, union_id=union_id)
    known = {one.target_id: one for one in targets.listed(connection, union_id)}
    names = _names(connection, {one.union_id for one in rows})
    return [
        TargetReached(
            known[row.target_id],
            *names.get((row.union_id, row.member_id), (None, None)),
            row,
            reached(known[row.target_id].target, row.sums, today, row.enough_permille),
        )
        for row in rows
        if row.target_id in known
    ]


def _names(
    connection: Connection[Any], asked: Sequence[int] | set[int]
) -> dict[tuple[int, int | None], tuple[str | None, str | None]]:
    return {
        (union, one.region_id): (one.name_zh, one.name_en)
        for union in asked
        for one in unions.members(connection, union)
    }
