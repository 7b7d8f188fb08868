"""The base review of a target, whole; the list of odd bases is a declared table."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.compact.base_shown import BaseShown, base_shown
from actions.compact.bases import Review, review
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id, Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["unions and targets"])


class MemberBasesShown(Shown):
    """How many bases of a member there are, are odd, and wait for somebody to answer."""

    member_id: int
    institutions: int
    odd: int
    open: int


class ReviewShown(BaseModel):
    """Every base that is missing, partial, implausible or acted on, those that move most first."""

    target_id: int
    union_id: int
    enough_permille: int = Field(description="Of the expected time, what makes a month known.")
    base: Exact
    unit: str = Field(description="Of all amounts: kgce, kgCO2 or m3.")
    open: int = Field(description="A run can be issued once these are none.")
    members: list[MemberBasesShown]
    items: list[BaseShown]


@router.get("/targets/{target_id}/base", summary="Review the bases")
def get_review(target_id: Id, actor: CurrentActor) -> ReviewShown:
    """Return what a target would count from that somebody has to answer for; to planners."""
    return _shown(review(actor, target_id))


def _shown(found: Review) -> ReviewShown:
    return ReviewShown(
        target_id=found.target_id,
        union_id=found.union_id,
        enough_permille=found.enough_permille,
        base=kilograms(found.base_g),
        unit=found.indicator.unit,
        open=found.open,
        members=[MemberBasesShown.model_validate(one) for one in found.members],
        items=[base_shown(one) for one in found.lines],
    )
