"""A member's seat in a union: what it is, what that means, and all that was done about it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from actions.compact.agreements import member_of
from actions.compact.member_contacts import BODIES, PLACES, SUBJECTS
from actions.compact.member_words import DEEDS, LEVELS, MEANINGS, STANDINGS, STEPS
from actions.compact.things import MEMBER
from compact.memberships import Deed, Standing, Step
from dashboards.pages import writing
from dashboards.pages.offers import offers_of
from dashboards.pages.viewer import Reader, Viewer
from storage.compact.contacts import AuthorityRow
from storage.compact.memberships import DeedRow

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DeedLine:
    """One deed as the page writes it."""

    what: str
    day: str
    source: str
    by: str
    at: str


@router.get("/members/{membership_id}")
def get_member(membership_id: Annotated[int, Path(ge=1, le=2**31 - 1)], viewer: Reader) -> Response:
    """Return the page of one seat."""
    found = member_of(viewer.actor, membership_id)
    seat, lang = found.seat, viewer.lang
    return viewer.page(
        "compact/member.html",
        seat=seat,
        union=found.union,
        name=MEMBER.name(seat, lang),
        level=LEVELS[seat.level].say(lang),
        state=STANDINGS[Standing(seat.state)].say(lang),
        meaning=MEANINGS[Step(seat.state)].say(lang) if seat.sits else "",
        leaves=seat.day if seat.sits and seat.seat.leaves else None,
        authorities=[_authority(viewer, one) for one in found.authorities],
        officers=[(PLACES[one.place].say(lang), one) for one in found.officers],
        deeds=[_line(viewer, one) for one in found.deeds],
        offers=offers_of(viewer, MEMBER, membership_id),
    )


def _authority(viewer: Viewer, one: AuthorityRow) -> tuple[str, str, str, AuthorityRow]:
    """Return a subject, the authority's name and its kind in the reader's language."""
    kind = BODIES[one.kind].say(viewer.lang)
    return SUBJECTS[one.subject].say(viewer.lang), viewer.name(one) or "", kind, one


def _line(viewer: Viewer, one: DeedRow) -> DeedLine:
    what = DEEDS[Deed(one.deed)].say(viewer.lang)
    if one.deed == Deed.ACCEPT and one.step:
        what = f"{what}({STEPS[Step(one.step)].say(viewer.lang)})"
    moment = writing.moment(one.made_at, viewer.lang)
    return DeedLine(what, one.day.isoformat(), one.source, viewer.person(one.made_by), moment)
