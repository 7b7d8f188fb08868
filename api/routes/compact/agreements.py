"""An agreement with its text and signatures, and a member's seat with its deeds."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.compact.agreements import agreement_of, comments_of, member_of
from api.auth import CurrentActor
from api.fields import Id, Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["unions and targets"])


class SignatureShown(Shown):
    """A member's signature; it counts once another person has confirmed it."""

    signature_id: int
    region_id: int
    round: int
    sha256: str = Field(description="Of the text that it names.")
    bodies: str
    basis: str
    reviewed: str
    document_number: str
    sealed_on: date
    scan_sha256: str | None
    prepared_at: datetime
    prepared_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None


class ChangeShown(Shown):
    """A term that this version says otherwise than the one in force before it."""

    kind: str
    name: str
    before: str | int | None
    after: str | int | None


class AgreementShown(BaseModel):
    """A version of a union's agreement."""

    agreement_id: int
    union_id: int
    version: int
    grade: str = Field(description="memorandum, departments or governments")
    state: str = Field(description="draft, proposed, in_force, amended, withdrawn or ended")
    round: int = Field(description="How often it was laid before the members.")
    members: list[int] = Field(description="The parties, by region.")
    signed_by: list[int]
    text: dict[str, Any] = Field(description="Union, version, grade, parties and clauses.")
    sha256: str = Field(description="Of the canonical JSON of the text: sorted keys, no spaces.")
    since: date | None = Field(description="In force from this day.")
    source: str
    signatures: list[SignatureShown]
    changes: list[ChangeShown]


class DeedShown(Shown):
    """One deed about a member's seat."""

    deed: str = Field(description="propose, accept, decline, step, full, notice or stay")
    step: str | None
    day: date
    source: str
    made_at: datetime
    made_by: str


class AuthorityShown(Shown):
    """An authority of the member that is competent for a subject."""

    subject: str = Field(description="energy, statistics, quotas, assessment, standards or finance")
    name_zh: str
    name_en: str
    kind: str
    powers: str
    held_by: str | None = Field(description="Who holds a power that it lacks.")
    valid_from: date
    source: str


class OfficerShown(Shown):
    """A liaison officer or deputy."""

    place: str = Field(description="officer or deputy")
    name: str
    contact: str
    valid_from: date
    source: str


class CommentShown(Shown):
    """A comment on a union's results."""

    comment_id: int
    region_id: int | None = Field(description="For whom; null: by a planner of the union.")
    guides: bool = Field(description="Whether for the authority that guides the union.")
    text: str
    made_at: datetime
    made_by: str


class SeatShown(BaseModel):
    """A member's seat with all that was done about it."""

    membership_id: int
    union_id: int
    region_id: int
    level: str = Field(description="province, city, capital or county")
    state: str = Field(description="proposed, declined, observer, shadow, full or left")
    agreement_id: int | None = Field(description="Which agreement waits for its signature.")
    deeds: list[DeedShown]
    authorities: list[AuthorityShown] = Field(description="Of today, by subject.")
    liaison: list[OfficerShown] = Field(description="Of today.")


@router.get("/agreements/{agreement_id}", summary="One version of an agreement")
def get_agreement(agreement_id: Id, actor: CurrentActor) -> AgreementShown:
    """Return a version with its text, its signatures, and what it changes."""
    found = agreement_of(actor, agreement_id)
    row, said = found.agreement, found.agreement.said
    return AgreementShown(
        agreement_id=row.agreement_id,
        union_id=row.union_id,
        version=row.version,
        grade=row.grade,
        state=row.state,
        round=row.round,
        members=row.members,
        signed_by=row.signed_by,
        text=said.payload,
        sha256=row.sha256,
        since=row.since,
        source=row.source,
        signatures=[SignatureShown.model_validate(one) for one in found.signatures],
        changes=[ChangeShown.model_validate(one) for one in found.changes],
    )


@router.get("/members/{membership_id}", summary="One member's seat in a union")
def get_member(membership_id: Id, actor: CurrentActor) -> SeatShown:
    """Return a seat with all that was done about it."""
    found = member_of(actor, membership_id)
    seat = found.seat
    return SeatShown(
        membership_id=seat.membership_id,
        union_id=seat.union_id,
        region_id=seat.region_id,
        level=seat.level,
        state=seat.state,
        agreement_id=seat.agreement_id,
        deeds=[DeedShown.model_validate(one) for one in found.deeds],
        authorities=[AuthorityShown.model_validate(one) for one in found.authorities],
        liaison=[OfficerShown.model_validate(one) for one in found.officers],
    )


@router.get("/unions/{union_id}/comments", summary="Comments on a union's results")
def get_comments(union_id: Id, actor: CurrentActor) -> list[CommentShown]:
    """Return the newest comments, at most 200; none where the reader does not see the union."""
    return [CommentShown.model_validate(one) for one in comments_of(actor, union_id)]
