"""An allocation run with its snapshot; the lists of runs and quotas are declared tables."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from actions.compact.disclosure import withheld_words
from actions.compact.runs import (
    RunRow,
    one_run,
    prove,
    snapshot_of,
)
from actions.compact.snapshot_export import exported, part_exported
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id
from api.late import LateRoute
from compact.indicators import Indicator

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["runs and quotas"])


class RunShown(BaseModel):
    """A run; its quotas hold once it is issued."""

    run_id: int
    target_id: int
    union_id: int
    version: int
    rule: str
    sha256: str = Field(description="Of the snapshot's bytes.")
    root: str = Field(description="To which every part of the snapshot leads.")
    quotas: int
    indicator: str
    unit: str = Field(description="Of the amounts: kgce, kgCO2 or m3.")
    base: Exact | None = Field(description="null where it would tell of a restricted one.")
    total: Exact | None
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


class ProofShown(BaseModel):
    """Whether a run computed anew from its snapshot comes to the same bytes."""

    run_id: int
    sha256: str
    same: bool


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


@router.get(
    "/runs/{run_id}/snapshot-file",
    summary="The snapshot of a run, to verify elsewhere",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
def get_snapshot_file(run_id: Id, actor: CurrentActor) -> Response:
    """Return the snapshot with a check of each part, for `commonwatt plan verify` anywhere."""
    found = exported(actor, run_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type="application/json", headers=headers)


@router.get(
    "/runs/{run_id}/snapshot-part",
    summary="What the reader may see of a run, to verify elsewhere",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
def get_snapshot_part(run_id: Id, actor: CurrentActor, member: Id | None = None) -> Response:
    """Return the institutions and levels that the reader sees, which lead to the run's root.

    Of all others it holds salted digests. `member` leaves one member's own alone, to hand to it;
    `commonwatt plan verify` reads the file anywhere.
    """
    found = part_exported(actor, run_id, member)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type="application/json", headers=headers)


@router.get("/runs/{run_id}/proof", summary="Recompute a run")
def get_proof(run_id: Id, actor: CurrentActor) -> ProofShown:
    """Compute a run anew from its snapshot, and compare byte for byte."""
    (proof,) = prove(actor, run_id)
    return ProofShown(run_id=proof.run_id, sha256=proof.sha256, same=proof.same)


def _shown(kept: RunRow) -> RunShown:
    fields: dict[str, Any] = {
        name: getattr(kept, name) for name in RunShown.model_fields if hasattr(kept, name)
    }
    figures = {"base": _known(kept.base_g), "total": _known(kept.total_g)}
    unit = Indicator(kept.indicator).unit
    return RunShown(**fields, **figures, unit=unit, withheld=withheld_words(**figures))


def _known(grams: int | None) -> str | None:
    return None if grams is None else kilograms(grams)
