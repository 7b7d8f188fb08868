"""Bases reviewed before anything is issued: what is odd, what is put in its place, who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.compact.base_estimates import Estimate, carrier_of, quanta_of, wrong
from actions.compact.base_lines import (
    CONFIRMED,
    LEFT_OUT,
    OPEN,
    REOPENED,
    BaseLine,
    MemberBases,
    by_member,
    known_of,
    lines_of,
    weight,
)
from actions.compact.unions import must_plan
from actions.desk import Desk
from actions.figures import not_found
from actions.registry.institutions import no_institution
from compact.bases import How
from compact.findings import Finding
from compact.targets import Base, State
from storage.compact import bases, targets
from storage.compact.bases import Act, Counted, Verdict
from storage.registry import institutions

__all__ = [
    "CONFIRMED", "LEFT_OUT", "OPEN", "Act", "Base", "BaseLine", "Estimate", "Finding", "How",
    "MemberBases", "Review", "State", "Verdict", "confirm", "estimate", "leave_out",
    "newest_target", "reopen", "review", "set_enough",
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

    @property
    def open(self) -> int:
        """How many bases still have to be answered for."""
        return sum(one.open for one in self.members)


def review(desk: Desk, target_id: int) -> Review:
    """Return every base that is missing, partial or implausible, those that move most first.

    A planner of one member reviews that member's; of an institution that it does not see it is
    told that something is odd, and no figure.
    """
    with desk.look(reckons=True) as connection:
        kept = _target(connection, target_id)
        counted = _planned(connection, kept.union_id, "base.review")
        lines = lines_of(connection, kept, counted)
        enough = bases.enough(connection, kept.union_id)
    odd = [one.shown for one in lines if one.findings or one.acts or one.state == LEFT_OUT]
    whole = sum(one.base.total_g for one in lines if one.base is not None and one.seen)
    return Review(
        target_id, kept.union_id, enough, whole, sorted(odd, key=weight), by_member(lines)
    )


def newest_target(desk: Desk, union_id: int | None = None) -> int:
    """Return the target that was last set for a union, or for any that the reader sees."""
    with desk.look() as connection:
        found = targets.listed(connection, union_id)
    if not found:
        raise not_found("节能目标", "target", {"union_id": union_id})
    return found[-1].target_id


def estimate(
    desk: Desk, target_id: int, institution_id: int, wanted: Estimate, reason: str
) -> BaseLine:
    """Put a figure in the place of a carrier's month, for the base alone; return its line."""
    detail = {
        "institution": institution_id, "month": wanted.month.isoformat(), "how": wanted.how.value,
        "carrier": wanted.carrier, "amount": wanted.amount, "reason": reason,
    }  # fmt: skip
    with desk.act("base.estimate", target_id, detail) as connection:
        kept, counted = _one(connection, target_id, institution_id, "base.estimate")
        known = known_of(connection, kept, [counted]).history(0)
        carrier = carrier_of(known, wanted.carrier)
        quanta = quanta_of(connection, kept.union_id, institution_id, known, (carrier, wanted))
        at = (carrier, wanted.month.replace(day=1))
        said = (wanted.how.value, quanta, _said(reason))
        bases.estimate(connection, kept.union_id, institution_id, at, said, desk.actor)
        detail |= {"carrier": carrier, "quanta": quanta}
        return _line(connection, kept, counted)


def confirm(
    desk: Desk,
    target_id: int,
    reason: str,
    *,
    institution_ids: Sequence[int] | None = None,
    member_id: int | None = None,
) -> int:
    """Confirm bases as they are now; return how many.

    institution_ids: these, whatever is odd about them. Without: all of a member, or of all members
    that the actor plans for, about which nothing is odd.
    """
    detail = {"institutions": institution_ids, "member": member_id, "reason": reason}
    with desk.act("base.confirm", target_id, detail) as connection:
        kept = _target(connection, target_id)
        if institution_ids is not None:
            counted = _asked(connection, kept.union_id, institution_ids, "base.confirm")
        else:
            counted = _planned(connection, kept.union_id, "base.confirm")
        lines = [
            one
            for one in lines_of(connection, kept, counted)
            if one.state == OPEN
            and (institution_ids is not None or not one.findings)
            and (institution_ids is not None or member_id in (None, one.member_id))
        ]
        digests = {one.institution_id: one.sha256 for one in lines}
        said = (CONFIRMED, _said(reason))
        bases.decide(connection, kept.union_id, target_id, said, digests, desk.actor)
        detail |= {"bases": len(digests)}
    return len(digests)


def leave_out(desk: Desk, target_id: int, institution_id: int, reason: str) -> BaseLine:
    """Leave an institution out of a target: it gets no quota until its base is reopened."""
    return _decided(desk, target_id, institution_id, (LEFT_OUT, reason))


def reopen(desk: Desk, target_id: int, institution_id: int, reason: str) -> BaseLine:
    """Take back what was decided about a base and every figure put into it."""
    return _decided(desk, target_id, institution_id, (REOPENED, reason))


def set_enough(desk: Desk, union_id: int, permille: int, reason: str) -> None:
    """Say how many thousandths of the expected time make a month of this union known."""
    detail = {"permille": permille, "reason": reason}
    with desk.act("union.enough", union_id, detail) as connection:
        must_plan(connection, union_id, "union.enough")
        if not 1 <= permille <= 1000:
            raise wrong("permille", "应在 1 到 1000 之间。", "lies from 1 to 1000.")
        bases.set_enough(connection, union_id, permille, _said(reason), desk.actor)


def _decided(desk: Desk, target_id: int, institution_id: int, said: tuple[str, str]) -> BaseLine:
    verdict, reason = said
    detail = {"institution": institution_id, "verdict": verdict, "reason": reason}
    with desk.act(f"base.{verdict}", target_id, detail) as connection:
        kept, counted = _one(connection, target_id, institution_id, f"base.{verdict}")
        line = _line(connection, kept, counted)
        if verdict == REOPENED:
            for one in line.acts:
                taken = ("withdrawn", None, _said(reason))
                at = (one.carrier, one.month)
                bases.estimate(connection, kept.union_id, institution_id, at, taken, desk.actor)
        digests = {institution_id: line.sha256}
        said = (verdict, _said(reason))
        bases.decide(connection, kept.union_id, target_id, said, digests, desk.actor)
        return _line(connection, kept, counted)


def _one(
    connection: Connection[Any], target_id: int, institution_id: int, act: str
) -> tuple[targets.Kept, Counted]:
    """Return a target and an institution that the actor plans for and sees.

    What is changed of an unseen one would tell of it by the difference that makes.
    """
    kept = _target(connection, target_id)
    (counted,) = _asked(connection, kept.union_id, [institution_id], act)
    if institutions.one(connection, institution_id) is None:
        raise no_institution(institution_id)
    return kept, counted


def _line(connection: Connection[Any], kept: targets.Kept, one: Counted) -> BaseLine:
    lines = lines_of(connection, kept, [one])
    if not lines:
        raise no_institution(one.institution_id)  # it counted in no member when the base was over
    return lines[0]


def _planned(connection: Connection[Any], union_id: int, act: str) -> list[Counted]:
    """Return whose bases the actor plans; refuse who plans for none."""
    counted = bases.institutions(connection, union_id)
    if not counted:
        must_plan(connection, union_id, act)
    return counted


def _asked(
    connection: Connection[Any], union_id: int, asked: Sequence[int], act: str
) -> list[Counted]:
    """Return institutions whose bases the actor plans, in the order asked; refuse any other."""
    found = bases.institutions(connection, union_id, asked)
    if not found or len(found) < len(set(asked)):
        found = _planned(connection, union_id, act)  # for the reason
    return _these(found, asked)


def _these(counted: Sequence[Counted], asked: Sequence[int]) -> list[Counted]:
    known: Mapping[int, Counted] = {one.institution_id: one for one in counted}
    for one in asked:
        if one not in known:
            raise no_institution(one)
    return [known[one] for one in dict.fromkeys(asked)]


def _target(connection: Connection[Any], target_id: int) -> targets.Kept:
    found = targets.one(connection, target_id)
    if found is None:
        raise not_found("节能目标", "target", {"target_id": target_id})
    return found


def _said(reason: str) -> str:
    if not reason.strip():
        raise wrong("reason", "请说明理由。", "must say why.")
    return reason.strip()
