"""Bases reviewed before anything is issued: what is odd about which, and who has answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.compact.base_lines import (
    CONFIRMED,
    LEFT_OUT,
    OPEN,
    BaseLine,
    MemberBases,
    by_member,
    histories_of,
    lines_of,
    weight,
)
from actions.compact.unions import must_plan
from actions.figures import not_found
from actions.registry.institutions import no_institution
from compact.bases import History, How
from compact.findings import Finding
from compact.indicators import Indicator
from compact.targets import Base, State
from storage.access import grants
from storage.compact import bases, targets
from storage.compact.bases import Act, TargetInstitution, Verdict
from storage.registry import institutions

__all__ = [
    "CONFIRMED", "LEFT_OUT", "OPEN", "Act", "Base", "BaseLine", "Finding", "History", "How",
    "LineFilter", "MemberBases", "Review", "State", "Verdict", "asked_bases", "count_odd",
    "histories", "line_of", "newest_of", "newest_target", "planned_bases", "review", "reviewed",
    "said_so_far", "seen_base",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """What a target would count from. lines: with findings or acts, those that move most first.

    base_g: of the institutions that the planner sees.
    """

    target_id: int
    union_id: int
    enough_permille: int
    base_g: int
    lines: list[BaseLine]
    members: list[MemberBases]
    indicator: Indicator

    @property
    def open(self) -> int:
        """How many bases still have to be answered for."""
        return sum(one.open for one in self.members)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines of a review are wanted; None asks for all.

    text: part of a name, or the institution's id. state: open, confirmed or left_out.
    """

    text: str | None = None
    state: str | None = None
    member_id: int | None = None

    def of(self, lines: Sequence[BaseLine]) -> list[BaseLine]:
        """Return the lines that match, in their order."""
        return [one for one in lines if self._matches(one)]

    def _matches(self, one: BaseLine) -> bool:
        text = (self.text or "").strip().casefold()
        names = (one.name_zh or "", one.name_en or "")
        named = str(one.institution_id) == text or any(text in name.casefold() for name in names)
        return named and self.state in (None, one.state) and self.member_id in (None, one.member_id)


def review(actor: Actor, target_id: int) -> Review:
    """Return every base that is missing, partial or implausible, those that move most first.

    A planner of one member reviews that member's; of an institution that it does not see it is
    told that something is odd, and no figure.
    """
    with actor.look(reckons=True) as connection:
        return reviewed(connection, target_id)


def reviewed(connection: Connection[Any], target_id: int) -> Review:
    """Return the review of a target's bases, in a transaction that reckons."""
    kept = _target(connection, target_id)
    counted = planned_bases(connection, kept.union_id, "base.review")
    lines = lines_of(connection, kept, counted)
    enough = bases.enough(connection, kept.union_id)
    odd = [one.shown for one in lines if one.findings or one.acts or one.state == LEFT_OUT]
    whole = sum(one.base.total_g for one in lines if one.base is not None and one.seen)
    return Review(
        target_id,
        kept.union_id,
        enough,
        whole,
        sorted(odd, key=weight),
        by_member(lines),
        kept.target.indicator,
    )


def said_so_far(actor: Actor) -> tuple[object, ...]:
    """Return what changes with whatever a planner says of a base, and with the actor's rights."""
    with actor.look() as connection:
        return (*grants.rights(connection), *bases.newest(connection))


def histories(actor: Actor, target_id: int, asked: Sequence[int]) -> dict[int, History]:
    """Return what is known by month of those of these institutions that the planner sees."""
    with actor.look(reckons=True) as connection:
        kept = _target(connection, target_id)
        seen = {one.institution_id for one in institutions.some(connection, list(asked))}
        counted = bases.institutions(connection, kept.union_id, sorted(seen))
        return histories_of(connection, kept, counted)


def newest_target(actor: Actor, union_id: int | None = None) -> int:
    """Return the target that was last set for a union, or for any that the reader sees."""
    with actor.look() as connection:
        return newest_of(connection, union_id)


def newest_of(connection: Connection[Any], union_id: int | None) -> int:
    """Return the target that was last set for a union, or for any that the viewer sees."""
    found = targets.listed(connection, union_id)
    if not found:
        raise not_found("节能目标", "target", {"union_id": union_id})
    return found[-1].target_id


def planned_bases(connection: Connection[Any], union_id: int, act: str) -> list[TargetInstitution]:
    """Return whose bases the actor plans; refuse who plans for none."""
    counted = bases.institutions(connection, union_id)
    if not counted:
        must_plan(connection, union_id, act)
    return counted


def asked_bases(
    connection: Connection[Any], union_id: int, asked: Sequence[int]
) -> list[TargetInstitution]:
    """Return institutions whose bases the actor plans, in the order asked; refuse any other."""
    known = {one.institution_id: one for one in bases.institutions(connection, union_id, asked)}
    for one in asked:
        if one not in known:
            raise no_institution(one)
    return [known[one] for one in dict.fromkeys(asked)]


def seen_base(connection: Connection[Any], union_id: int, institution_id: int) -> TargetInstitution:
    """Return an institution whose base the actor plans, and which the actor sees.

    What is changed of an unseen one would tell of it by the difference that makes.
    """
    (counted,) = asked_bases(connection, union_id, [institution_id])
    if institutions.one(connection, institution_id) is None:
        raise no_institution(institution_id)
    return counted


def count_odd(connection: Connection[Any], kept: targets.TargetRow | None) -> int:
    """Return about how many bases of a target something is odd; 0 where there is no target."""
    if kept is None:
        return 0
    counted = bases.institutions(connection, kept.union_id)
    return sum(bool(one.findings) for one in lines_of(connection, kept, counted))


def line_of(
    connection: Connection[Any], kept: targets.TargetRow, one: TargetInstitution
) -> BaseLine:
    """Return the line of one institution, or refuse one that counted in no member then."""
    lines = lines_of(connection, kept, [one])
    if not lines:
        raise no_institution(one.institution_id)
    return lines[0]


def _target(connection: Connection[Any], target_id: int) -> targets.TargetRow:
    found = targets.one(connection, target_id)
    if found is None:
        raise not_found("节能目标", "target", {"target_id": target_id})
    return found
