"""Bases of a target: reviewed, estimated, confirmed or left out before anything is issued."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from actions.compact.base_words import told
from actions.compact.bases import (
    Act,
    BaseLine,
    Estimate,
    Finding,
    How,
    Review,
    Verdict,
    confirm,
    estimate,
    leave_out,
    newest_target,
    reopen,
    review,
    set_enough,
)
from actions.figures import in_units
from api.doorway import AtDesk
from api.fields import Exact, Id, IdAsked, Month, Shown
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["unions and targets"])

Why = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
InstitutionId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class FindingShown(BaseModel):
    """Something about a base that somebody has to answer for."""

    code: str = Field(
        description="missing, partial, beyond (three times the other year), zero, frozen, area, "
        "persons or no_base"
    )
    carrier: str | None
    month: int | None = Field(description="Of the base year, from 1.")
    kgce: Exact | None = Field(description="What is there.")
    comparable_kgce: Exact | None = Field(description="What would be plausible.")
    effect_kgce: Exact = Field(description="What it moves in the base.")
    text_zh: str
    text_en: str


class ActShown(BaseModel):
    """A planner's figure in the place of a carrier's month."""

    carrier: str
    month: str
    how: str = Field(description="year_before, year_after, like_days or bill")
    quanta: int
    reason: str
    made_by: str
    made_at: datetime


class VerdictShown(Shown):
    """What was last decided about a base."""

    verdict: str = Field(description="confirmed, left_out or reopened")
    reason: str
    made_by: str
    made_at: datetime
    base_sha256: str


class BaseShown(BaseModel):
    """One institution's base, what is odd about it and what was said of it."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    member_id: int
    state: str = Field(description="open, confirmed or left_out")
    base_year: int | None
    base_kgce: Exact | None
    months_kgce: list[Exact | None] = Field(description="null: no base, so no quota.")
    month_states: list[str] = Field(description="measured, billed, estimated or missing")
    effect_kgce: Exact = Field(description="What the findings move in the base.")
    quota_effect_kgce: Exact = Field(description="And so in the union's quotas together.")
    own_share: float | None = Field(description="Of its own base, and so of its own quota.")
    findings: list[FindingShown]
    acts: list[ActShown]
    verdict: VerdictShown | None
    sha256: str = Field(description="Names the base that is confirmed.")


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


class EstimateWanted(BaseModel):
    """What to put in the place of a carrier's month."""

    month: Month
    how: How = Field(description="year_before, year_after, like_days or bill")
    carrier: Annotated[str | None, Field(max_length=64)] = Field(
        None, description="May be left out where there is only one."
    )
    amount: Annotated[Decimal | None, Field(ge=0, max_digits=18, decimal_places=6)] = Field(
        None, description="Of a bill, in the carrier's unit."
    )
    reason: Why


class Because(BaseModel):
    """Why it is decided so."""

    reason: Why


class ConfirmWanted(BaseModel):
    """Which bases are confirmed as they are."""

    reason: Why
    institutions: Annotated[list[InstitutionId], Field(max_length=10_000)] | None = Field(
        None, description="These, whatever is odd; else all about which nothing is odd."
    )
    member: InstitutionId | None = Field(None, description="Of one member region alone.")


class Confirmed(BaseModel):
    """How many bases were confirmed."""

    bases: int


class EnoughWanted(BaseModel):
    """How much of the expected time makes a month known."""

    permille: Annotated[int, Field(ge=1, le=1000, examples=[900])]
    reason: Why


@router.get("/targets/{target_id}/base", summary="Review the bases")
def get_review(target_id: Id, desk: AtDesk) -> ReviewShown:
    """Return what a target would count from that somebody has to answer for; to planners."""
    return _shown(review(desk, target_id))


@router.get(
    "/unions/{union_id}/bases",
    response_model=BaseList,
    responses=TABLE_ANSWER,
    summary="List odd bases",
)
def get_bases(
    union_id: Id, desk: AtDesk, wish: AsWished, target: IdAsked | None = None
) -> BaseList | Response:
    """Return a line for each odd base of a target, else of the union's newest."""
    rows = [_row(one) for one in review(desk, target or newest_target(desk, union_id)).lines]
    if wish.table:
        return models_of(rows, BaseRow, "bases", wish, None)
    return BaseList(items=rows)


@router.post("/targets/{target_id}/base/confirm", summary="Confirm bases")
def post_confirm(target_id: Id, wanted: ConfirmWanted, desk: AtDesk) -> Confirmed:
    """Confirm bases as they are now; one that changes later is open again."""
    done = confirm(
        desk,
        target_id,
        wanted.reason,
        institution_ids=wanted.institutions,
        member_id=wanted.member,
    )
    return Confirmed(bases=done)


@router.post(
    "/targets/{target_id}/base/{institution_id}/estimate",
    status_code=201,
    summary="Estimate a month of a base",
)
def post_estimate(
    target_id: Id, institution_id: Id, wanted: EstimateWanted, desk: AtDesk
) -> BaseShown:
    """Put the other year's month, the mean of like days or a bill in the place of a month."""
    said = Estimate(wanted.month, wanted.how, wanted.carrier, wanted.amount)
    return _base(estimate(desk, target_id, institution_id, said, wanted.reason))


@router.post("/targets/{target_id}/base/{institution_id}/leave-out", summary="Leave out")
def post_leave_out(target_id: Id, institution_id: Id, wanted: Because, desk: AtDesk) -> BaseShown:
    """Leave an institution out of a target; it gets no quota until its base is reopened."""
    return _base(leave_out(desk, target_id, institution_id, wanted.reason))


@router.post("/targets/{target_id}/base/{institution_id}/reopen", summary="Reopen a base")
def post_reopen(target_id: Id, institution_id: Id, wanted: Because, desk: AtDesk) -> BaseShown:
    """Take back what was decided about a base, and every figure put into it."""
    return _base(reopen(desk, target_id, institution_id, wanted.reason))


@router.post("/unions/{union_id}/enough", status_code=204, summary="Say how much is enough")
def post_enough(union_id: Id, wanted: EnoughWanted, desk: AtDesk) -> Response:
    """Say how much of the expected time makes a month of this union known; 900 ‰ until then."""
    set_enough(desk, union_id, wanted.permille, wanted.reason)
    return Response(status_code=204)


def verdict_shown(verdict: Verdict | None) -> VerdictShown | None:
    """Return a decision as the API says it."""
    return None if verdict is None else VerdictShown.model_validate(verdict)


def act_shown(act: Act) -> ActShown:
    """Return a planner's figure as the API says it."""
    return ActShown(
        carrier=act.carrier,
        month=f"{act.month:%Y-%m}",
        how=act.how,
        quanta=act.quanta,
        reason=act.reason,
        made_by=act.made_by,
        made_at=act.made_at,
    )


def _shown(found: Review) -> ReviewShown:
    return ReviewShown(
        target_id=found.target_id,
        union_id=found.union_id,
        enough_permille=found.enough_permille,
        base_kgce=_kg(found.base_g),
        open=found.open,
        members=[MemberBasesShown.model_validate(one) for one in found.members],
        items=[_base(one) for one in found.lines],
    )


def _base(line: BaseLine) -> BaseShown:
    base = line.base
    return BaseShown(
        institution_id=line.institution_id,
        name_zh=line.name_zh,
        name_en=line.name_en,
        member_id=line.member_id,
        state=line.state,
        base_year=None if base is None else base.year,
        base_kgce=None if base is None else _kg(base.total_g),
        months_kgce=[] if base is None else [in_units(one, 1000) for one in base.months_g],
        month_states=[] if base is None else [one.value for one in base.states],
        effect_kgce=_kg(line.effect_g),
        quota_effect_kgce=_kg(line.quota_effect_g),
        own_share=line.own_share,
        findings=[_finding(one, None if base is None else base.year) for one in line.findings],
        acts=[act_shown(one) for one in line.acts],
        verdict=verdict_shown(line.verdict),
        sha256=line.sha256,
    )


def _finding(finding: Finding, year: int | None) -> FindingShown:
    return FindingShown(
        code=finding.mark.code,
        carrier=finding.mark.carrier,
        month=finding.mark.month,
        kgce=in_units(finding.grams, 1000),
        comparable_kgce=in_units(finding.reference_g, 1000),
        effect_kgce=_kg(finding.effect_g),
        text_zh=told(finding, year, "zh"),
        text_en=told(finding, year, "en"),
    )


def _row(line: BaseLine) -> BaseRow:
    shown = _base(line)
    return BaseRow(
        **shown.model_dump(include=set(BaseRow.model_fields)),
        findings_zh=";".join(one.text_zh for one in shown.findings),
        findings_en="; ".join(one.text_en for one in shown.findings),
    )


def _kg(grams: int) -> str:
    return in_units(grams, 1000) or "0"
