"""The base review of a target: what is odd about which base, and the forms that settle it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from actions.compact.base_words import STATES
from actions.compact.bases import (
    OPEN,
    BaseLine,
    LineFilter,
    MemberBases,
    Review,
    histories,
    review,
)
from actions.compact.unions import union_of
from dashboards.pages.compact.base_cards import BaseCard, card_of
from dashboards.pages.compact.names import carrier_names
from dashboards.pages.compact.target import target_of
from dashboards.pages.compact.unions import target_row
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SIZE: Final = 10


@dataclass(frozen=True, slots=True)
class MemberRow:
    """How many bases of a member there are, are odd, and are open."""

    member_id: int
    name: str
    institutions: int
    odd: int
    open: int


@router.get("/targets/{target_id}/bases")
def get_bases(
    target_id: Id,
    viewer: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[str, Query(pattern="^(open|confirmed|left_out)?$")] = "",
    member: Annotated[str, Query(pattern=r"^\d{0,9}$")] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Return a page of odd bases, those that move most in the total first."""
    kept = target_of(viewer, target_id)
    found = review(viewer.actor, target_id)
    wanted = LineFilter(search or None, state or None, int(member) if member else None)
    lines = wanted.of(found.lines)
    shown = lines[(page - 1) * _SIZE : page * _SIZE]
    union = union_of(viewer.actor, kept.union_id)
    named = {one.region_id: viewer.name(one) or str(one.region_id) for one in union.members}
    return viewer.page(
        "compact/bases.html",
        kept=kept,
        unit=kept.target.indicator.unit_shown,
        row=target_row(viewer, kept),
        union=union,
        review=found,
        quiet=_quiet(found),
        members=[_member(one, named) for one in found.members],
        cards=_cards(viewer, target_id, shown, named),
        count=len(lines),
        states={code: words[0 if viewer.lang == "zh" else 1] for code, words in STATES.items()},
        asked={"search": search, "state": state, "member": member},
        filtered=bool(search or state or member),
        page=page,
        pages=max(1, -(-len(lines) // _SIZE)),
    )


def _cards(
    viewer: Viewer, target_id: int, lines: Sequence[BaseLine], members: Mapping[int, str]
) -> list[BaseCard]:
    """Return lines as cards; months are read of those that the reader sees."""
    ids = [one.institution_id for one in lines if one.seen]
    known = histories(viewer.actor, target_id, ids) if ids else {}
    carriers = carrier_names(viewer)
    return [
        card_of(viewer, one, (known.get(one.institution_id), members, carriers)) for one in lines
    ]


def _member(one: MemberBases, named: Mapping[int, str]) -> MemberRow:
    name = named.get(one.member_id, str(one.member_id))
    return MemberRow(one.member_id, name, one.institutions, one.odd, one.open)


def _quiet(found: Review) -> int:
    """Return how many bases are open of which nothing is odd."""
    return found.open - sum(one.state == OPEN and bool(one.findings) for one in found.lines)
