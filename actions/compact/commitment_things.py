"""Commitments as objects of actions, and how they are called."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words
from compact.commitments import State
from storage.compact import commitments, unions
from storage.compact.commitments import CommitmentRow, Which

_MOST: Final = 500  # open ones to choose from in a form
STATES: Final = {
    State.OPEN: Words("未开始", "not begun"),
    State.UNDER_WAY: Words("进行中", "under way"),
    State.DONE: Words("已报告完成,待确认", "reported done, to be confirmed"),
    State.CONFIRMED: Words("已确认完成", "confirmed"),
    State.WITHDRAWN: Words("已撤销", "withdrawn"),
}


def _find(at: Acting, commitment_id: int) -> CommitmentRow | None:
    return commitments.one(at.connection, commitment_id)


def commitment_name(one: CommitmentRow, lang: Lang) -> str:
    """Return what a commitment is called: its number in the plan, and what is to be done."""
    return f"{one.number} {one.title}"


def _open(at: Acting) -> Sequence[Option]:
    found = commitments.listed(at.connection, Which(), most=_MOST)
    ended = (State.CONFIRMED, State.WITHDRAWN)
    return [
        Option(str(one.commitment_id), Words(*(commitment_name(one, "zh") for _ in range(2))))
        for one in found
        if one.state not in ended
    ]


def asked_members(at: Acting) -> Sequence[Option]:
    """Return the members of unions by their region's code, or its id where it has none."""
    found = {
        one.code or str(one.region_id): Words(
            one.name_zh or one.code or "", one.name_en or one.name_zh or one.code or ""
        )
        for one in unions.members(at.connection)
    }
    return [Option(code, words) for code, words in sorted(found.items())]


def member_region(at: Acting, union_id: int, code: str) -> int | None:
    """Return the region of a member by its code, None where it is not in that union."""
    sitting = unions.members(at.connection, union_id)
    named = (one.region_id for one in sitting if code in (one.code, str(one.region_id)))
    return next(named, None)


# Whoever acts for any of the union looks at it; only whoever acts for the member itself reports;
# whoever plans for all of the union withdraws.
COMMITMENT: Final = Thing[CommitmentRow](
    "commitment",
    Words("任务", "commitment"),
    CommitmentRow,
    find=_find,
    name=commitment_name,
    page=lambda one: f"/commitments/{one.commitment_id}",
    covered="""(SELECT union_id FROM commitment WHERE id = %(on)s::integer)
        IN (SELECT * FROM access.prepares_unions())""",
    lock="SELECT pg_advisory_xact_lock(12, union_id) FROM commitment WHERE id = %s",
    options=_open,
)
OWN: Final = replace(
    COMMITMENT,
    code="own_commitment",
    covered="""(SELECT region_id FROM commitment WHERE id = %(on)s::integer)
        IN (SELECT * FROM access.acts_for())""",
)
PLANNED: Final = replace(
    COMMITMENT,
    covered="""(SELECT union_id FROM commitment WHERE id = %(on)s::integer)
        IN (SELECT * FROM access.planned_unions())""",
)
