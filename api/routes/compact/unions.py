"""Unions with their members and targets."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from actions.compact.target_words import percent_of
from actions.compact.targets import TargetRow, list_targets
from actions.compact.unions import UnionDetail, list_unions, union_of
from api.auth import CurrentActor
from api.fields import Exact, Id, IdAsked, Shown
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["unions and targets"])


class MemberShown(Shown):
    """A region in a union."""

    region_id: int
    level: str = Field(description="province, city or county")
    code: str | None
    name_zh: str | None
    name_en: str | None


class UnionShown(BaseModel):
    """A union, and whether the reader may set targets and issue quotas in it."""

    union_id: int = Field(description="Permanent.")
    name_zh: str
    name_en: str
    planned: bool = Field(description="Whether the reader plans for all of it.")
    agreement_grade: str | None = Field(description="memorandum, departments or governments")
    agreement_state: str | None = Field(description="draft, proposed, in_force or ended")
    members: list[MemberShown]


class UnionList(BaseModel):
    """The unions that concern the reader."""

    items: list[UnionShown]


class TargetShown(BaseModel):
    """A fall below a base year; without years each institution counts from its own first one."""

    target_id: int
    union_id: int
    indicator: str
    profile: str = Field(description="The coefficients under which all members are counted.")
    percent: Exact = Field(description="Below the base.")
    base_year: int | None
    target_year: int | None
    curve: str = Field(description="compound or linear, where there are years between")
    origin: str = Field(description="agreed or issued")
    source: str


class TargetList(BaseModel):
    """Targets in the order they were set."""

    items: list[TargetShown]


@router.get("/unions", response_model=UnionList, responses=TABLE_ANSWER, summary="List unions")
def get_unions(actor: CurrentActor, wish: AsWished) -> UnionList | Response:
    """Return the unions that hold something the reader sees; CSV has one row a union."""
    items = [_shown(one) for one in list_unions(actor)]
    if wish.table:
        return models_of([_row(one) for one in items], UnionRow, "unions", wish, None)
    return UnionList(items=items)


@router.get("/unions/{union_id}", summary="One union")
def get_union(union_id: Id, actor: CurrentActor) -> UnionShown:
    """Return one union with its members and agreement."""
    return _shown(union_of(actor, union_id))


@router.get("/targets", response_model=TargetList, responses=TABLE_ANSWER, summary="List targets")
def get_targets(
    request: Request, actor: CurrentActor, wish: AsWished, union: IdAsked | None = None
) -> TargetList | Response:
    """Return the targets of the unions that the reader sees."""
    items = [_target_shown(one) for one in list_targets(actor, union)]
    if wish.table:
        return models_of(items, TargetShown, "targets", wish, None)
    return TargetList(items=items)


class UnionRow(BaseModel):
    """A union as one row of CSV."""

    union_id: int
    name_zh: str
    name_en: str
    agreement_grade: str | None
    agreement_state: str | None
    members: list[int]


def _row(shown: UnionShown) -> UnionRow:
    return UnionRow(
        **shown.model_dump(include=set(UnionRow.model_fields) - {"members"}),
        members=[one.region_id for one in shown.members],
    )


def _shown(detail: UnionDetail) -> UnionShown:
    agreement = detail.agreement
    return UnionShown(
        union_id=detail.union.union_id,
        name_zh=detail.union.name_zh,
        name_en=detail.union.name_en,
        planned=detail.union.planned,
        agreement_grade=None if agreement is None else agreement.grade.value,
        agreement_state=None if agreement is None else agreement.state.value,
        members=[MemberShown.model_validate(one) for one in detail.members],
    )


def _target_shown(kept: TargetRow) -> TargetShown:
    target = kept.target
    return TargetShown(
        target_id=kept.target_id,
        union_id=kept.union_id,
        indicator=target.indicator.value,
        profile=target.profile,
        percent=percent_of(target.fall_millionths),
        base_year=target.base_year,
        target_year=target.target_year,
        curve=target.curve.value,
        origin=target.origin.value,
        source=kept.source,
    )
