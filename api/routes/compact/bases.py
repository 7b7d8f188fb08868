"""Bases of a target: reviewed, estimated, confirmed or left out before anything is issued."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from actions.compact.base_lines import BaseLine
from actions.compact.base_shown import BaseShown, base_shown
from actions.compact.bases import LineFilter, Review, newest_target, review
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id, IdAsked, Shown
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["unions and targets"])

SearchAsked = Annotated[
    str | None, Query(max_length=100, description="Part of a name, or the institution's id.")
]
StateAsked = Annotated[Literal["open", "confirmed", "left_out"] | None, Query()]


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
    base_kgce: Exact
    open: int = Field(description="A run can be issued once these are none.")
    members: list[MemberBasesShown]
    items: list[BaseShown]


class BaseRow(BaseModel):
    """A line of a review as one row of CSV."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    member_id: int
    state: str
    base_year: int | None
    base_kgce: Exact | None
    effect_kgce: Exact
    quota_effect_kgce: Exact
    own_share: float | None
    findings_zh: str
    findings_en: str


class BaseList(BaseModel):
    """Lines of a review, those that move most first."""

    items: list[BaseRow]


@router.get("/targets/{target_id}/base", summary="Review the bases")
def get_review(target_id: Id, actor: CurrentActor) -> ReviewShown:
    """Return what a target would count from that somebody has to answer for; to planners."""
    return _shown(review(actor, target_id))


@router.get(
    "/unions/{union_id}/bases",
    response_model=BaseList,
    responses=TABLE_ANSWER,
    summary="List odd bases",
)
def get_bases(
    union_id: Id,
    actor: CurrentActor,
    wish: AsWished,
    target: IdAsked | None = None,
    search: SearchAsked = None,
    state: StateAsked = None,
    member: IdAsked | None = None,
) -> BaseList | Response:
    """Return a line for each odd base of a target, else of the union's newest."""
    found = review(actor, target or newest_target(actor, union_id))
    wanted = LineFilter(search, state, member)
    rows = [_row(one) for one in wanted.of(found.lines)]
    if wish.table:
        return models_of(rows, BaseRow, "bases", wish, None)
    return BaseList(items=rows)


def _shown(found: Review) -> ReviewShown:
    return ReviewShown(
        target_id=found.target_id,
        union_id=found.union_id,
        enough_permille=found.enough_permille,
        base_kgce=kilograms(found.base_g),
        open=found.open,
        members=[MemberBasesShown.model_validate(one) for one in found.members],
        items=[base_shown(one) for one in found.lines],
    )


def _row(line: BaseLine) -> BaseRow:
    shown = base_shown(line)
    return BaseRow(
        **shown.model_dump(include=set(BaseRow.model_fields)),
        findings_zh=";".join(one.text_zh for one in shown.findings),
        findings_en="; ".join(one.text_en for one in shown.findings),
    )
