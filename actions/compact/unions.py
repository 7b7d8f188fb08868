"""Unions: made by whoever plans for all their members, and read by whom they concern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor, denied
from actions.figures import not_found
from compact.unions import Agreement, Grade, Union, signed_on_paper
from metering.errors import InputError, NotFoundError
from storage.compact import unions
from storage.compact.unions import MemberRow, UnionRow

__all__ = ["Grade", "UnionDetail", "list_unions", "union_of"]

ALWAYS: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class UnionDetail:
    """A union with its members; agreement: None where none was ever proposed."""

    union: UnionRow
    members: list[MemberRow]
    agreement: Agreement | None


def checked_union(
    connection: Connection[Any], name_zh: str, name_en: str, regions: Sequence[int]
) -> Union:
    """Return a union of regions that the actor plans for, or refuse it."""
    if not unions.plans_regions(connection, regions):
        raise denied("union.make")
    known = unions.regions(connection)
    members = []
    for region in regions:
        member = unions.member_of(region, known[region][1]) if region in known else None
        if member is None:
            raise _no_member(region)
        members.append(member)
    union = Union(name_zh, name_en, tuple(members))
    union.refuse_nested({region: parent for region, (parent, _) in known.items()})
    return union


def found(
    connection: Connection[Any], union: Union, *, by: str, source: str, grade: Grade, since: date
) -> int:
    """Write a union down with the agreement that its members have signed on paper."""
    union_id = unions.add(connection, union, by, source, since)
    unions.agree(connection, union_id, signed_on_paper(grade, union), source)
    return union_id


def list_unions(actor: Actor) -> list[UnionDetail]:
    """Return the unions that the reader has a part in."""
    with actor.look() as connection:
        return details_of(connection, None)


def union_of(actor: Actor, union_id: int) -> UnionDetail:
    """Return one union with its members."""
    with actor.look() as connection:
        details = details_of(connection, union_id)
    if not details:
        raise no_union(union_id)
    return details[0]


def must_plan(connection: Connection[Any], union_id: int, act: str) -> None:
    """Refuse who does not plan for a union: as one not found where it is not even seen."""
    if not unions.listed(connection, union_id):
        raise no_union(union_id)
    if not unions.plans(connection, union_id):
        raise denied(act)


def no_union(union_id: int) -> NotFoundError:
    """Return the answer for a union that this reader does not see."""
    return not_found("区域联合体", "union", {"union_id": union_id})


def details_of(connection: Connection[Any], only: int | None) -> list[UnionDetail]:
    """Return the unions that the viewer has a part in, or one of them."""
    members: dict[int, list[MemberRow]] = {}
    for one in unions.members(connection, only):
        members.setdefault(one.union_id, []).append(one)
    return [
        UnionDetail(one, members.get(one.union_id, []), unions.agreement(connection, one.union_id))
        for one in unions.listed(connection, only)
    ]


def _no_member(region: int) -> InputError:
    return InputError(
        "union.no_such_region",
        zh=f"行政区划 {region} 不存在,或其级别不能作为成员单位。",
        en=f"Region {region} does not exist, or is of a kind that cannot be a member.",
        next_zh="成员单位是省、市或县。",
        next_en="Members are provinces, cities or counties.",
        where={"field": "members", "value": region},
    )
