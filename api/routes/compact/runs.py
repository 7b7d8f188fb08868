"""Allocation runs: kept as snapshots, issued into the books."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.compact.base_words import marked
from actions.compact.disclosure import withheld_words
from actions.compact.quotas import shares_of
from actions.compact.runs import (
    RunRow,
    list_runs,
    one_run,
    prove,
    snapshot_of,
)
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id, IdAsked
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged
from compact.targets import Mark
from storage.compact.runs import Share

router = APIRouter(prefix="/api/v1", tags=["runs and quotas"])


class RunShown(BaseModel):
    """A run; its quotas hold once it is issued."""

    run_id: int
    target_id: int
    union_id: int
    version: int
    rule: str
    sha256: str = Field(description="Of the snapshot's bytes.")
    quotas: int
    base_kgce: Exact | None = Field(description="null where it would tell of a restricted one.")
    total_kgce: Exact | None
    made_at: datetime
    issued_as: str | None = Field(description="issue or adjustment; null while a proposal")
    issued_at: datetime | None
    state: str = Field(description="proposal, in_force or superseded")
    in_force: list[int] = Field(description="The years for which it is the run in force.")
    without_base: int = Field(description="Institutions that have no quota for want of a base.")
    left_out: int = Field(description="Institutions that a planner left out.")
    covers: dict[str, int] | None = Field(
        description="What the sums hold and lack: institutions, months by what they rest on, and "
        "how many have no base, are left out, or lack area or class. null where the sums are "
        "withheld, and of runs made before this was kept."
    )
    second_person: bool = Field(
        description="Whether another person issues it than who asks for it."
    )
    request: str | None = Field(
        description="asked while it waits for another person, refused since; to planners."
    )
    request_by: str | None
    request_at: datetime | None
    request_reason: str | None
    withheld: str | None = Field(
        None, description="In words, which figures would tell of a restricted institution."
    )


class RunList(BaseModel):
    """Runs by target and version."""

    items: list[RunShown]


class ShareShown(BaseModel):
    """What a run gives an institution; months without a base have no quota."""

    run_id: int
    institution_id: int
    member_id: int
    year: int
    base_kgce: Exact
    amount_kgce: Exact
    bound: str | None = Field(description="floor or ceiling, where that decides.")
    base_months_kgce: list[Exact | None]
    base_states: list[str] | None = Field(
        description="measured, billed, estimated or missing, by month"
    )
    base_marks: list[str] = Field(description="What is odd about the base, in English.")
    months_kgce: list[Exact | None]


class SharePage(BaseModel):
    """Some quotas of a run in order of institution."""

    items: list[ShareShown]
    next: str | None = Field(description="Address of the following page.")


class ProofShown(BaseModel):
    """Whether a run computed anew from its snapshot comes to the same bytes."""

    run_id: int
    sha256: str
    same: bool


@router.get("/runs", response_model=RunList, responses=TABLE_ANSWER, summary="List runs")
def get_runs(
    actor: CurrentActor, wish: AsWished, union: IdAsked | None = None, target: IdAsked | None = None
) -> RunList | Response:
    """Return the runs of the unions that the reader sees."""
    items = [_shown(one) for one in list_runs(actor, union_id=union, target_id=target)]
    if wish.table:
        return models_of(items, RunShown, "runs", wish, None)
    return RunList(items=items)


@router.get("/runs/{run_id}", summary="One run")
def get_run(run_id: Id, actor: CurrentActor) -> RunShown:
    """Return one run."""
    return _shown(one_run(actor, run_id)[0])


@router.get(
    "/runs/{run_id}/snapshot",
    summary="The snapshot of a run",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
def get_snapshot(run_id: Id, actor: CurrentActor) -> Response:
    """Return the bytes that the digest names, to planners who see every institution in them."""
    kept, snapshot = snapshot_of(actor, run_id)
    headers = {"ETag": f'"{kept.sha256}"'}
    return Response(snapshot, media_type="application/json", headers=headers)


@router.get("/runs/{run_id}/proof", summary="Recompute a run")
def get_proof(run_id: Id, actor: CurrentActor) -> ProofShown:
    """Compute a run anew from its snapshot, and compare byte for byte."""
    (proof,) = prove(actor, run_id)
    return ProofShown(run_id=proof.run_id, sha256=proof.sha256, same=proof.same)


@router.get(
    "/runs/{run_id}/quotas",
    response_model=SharePage,
    responses=TABLE_ANSWER,
    summary="Quotas of a run",
)
def get_shares(
    run_id: Id,
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    search: Annotated[
        str | None, Query(max_length=100, description="Part of a name or credit code.")
    ] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> SharePage | Response:
    """Return what a run gives each institution that the reader sees, issued or not."""
    page = paged(
        wish, after, limit, 1000,
        lambda after, limit: shares_of(actor, run_id, named=search, after=after, limit=limit),
    )  # fmt: skip
    items, following = [_share_shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(items, ShareShown, f"run-{run_id}", wish, following)
    return SharePage(items=items, next=following)


def _shown(kept: RunRow) -> RunShown:
    fields: dict[str, Any] = {
        name: getattr(kept, name) for name in RunShown.model_fields if hasattr(kept, name)
    }
    figures = {"base_kgce": _known(kept.base_g), "total_kgce": _known(kept.total_g)}
    return RunShown(**fields, **figures, withheld=withheld_words(**figures))


def _share_shown(share: Share) -> ShareShown:
    return ShareShown(
        run_id=share.run_id,
        institution_id=share.institution_id,
        member_id=share.member_id,
        year=share.year,
        base_kgce=kilograms(sum(one for one in share.base_g if one is not None)),
        amount_kgce=kilograms(share.amount_g),
        bound=share.bound,
        base_months_kgce=[None if one is None else kilograms(one) for one in share.base_g],
        base_states=share.base_states,
        base_marks=[marked(Mark(*one), share.base_year, "en") for one in share.base_marks or ()],
        months_kgce=[None if one is None else kilograms(one) for one in share.months_g],
    )


def _known(grams: int | None) -> str | None:
    return None if grams is None else kilograms(grams)
