"""Unions: made by whoever plans for all their members, and read by whom they concern."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.actor import Actor, denied
from actions.figures import not_found
from compact.agreements import Agreement
from compact.unions import Member, Union
from metering.errors import InputError, NotFoundError
from storage.compact import agreements, memberships, unions
from storage.compact.memberships import MembershipRow
from storage.compact.unions import MemberRow, UnionRow


@dataclass(frozen=True, slots=True)
class UnionDetail:
    """A union with its members of today; seats: of all that were ever asked in.

    agreement: the one in force, else the newest; None where none was ever written.
    """

    union: UnionRow
    members: list[MemberRow]
    agreement: Agreement | None
    seats: list[MembershipRow]


def checked_union(
    connection: Connection[Any], name_zh: str, name_en: str, regions: Sequence[int]
) -> Union:
    """Return a union of regions, of one of which at least the actor plans, or refuse it."""
    if not any(unions.plans_regions(connection, [one]) for one in regions):
        raise denied("union.make")
    union = Union(name_zh, name_en, checked_members(connection, regions))
    refuse_nested(connection, union)
    return union


def checked_members(connection: Connection[Any], regions: Sequence[int]) -> tuple[Member, ...]:
    """Return regions as members, or refuse what can be none."""
    known = unions.regions(connection)
    members = []
    for region in regions:
        member = unions.member_of(region, known[region][1]) if region in known else None
        if member is None:
            raise _no_member(region)
        members.append(member)
    return tuple(members)


def refuse_nested(connection: Connection[Any], union: Union) -> None:
    """Refuse a member that lies within another."""
    known = unions.regions(connection)
    union.refuse_nested({region: parent for region, (parent, _) in known.items()})


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
    seats: dict[int, list[MembershipRow]] = {}
    for one in unions.members(connection, only):
        members.setdefault(one.union_id, []).append(one)
    for seat in memberships.listed(connection, only):
        seats.setdefault(seat.union_id, []).append(seat)
    return [
        UnionDetail(
            one,
            members.get(one.union_id, []),
            agreements.standing(connection, one.union_id),
            seats.get(one.union_id, []),
        )
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
