"""A union with its members; the lists of unions and targets are declared tables."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.compact.unions import UnionDetail, union_of
from api.auth import CurrentActor
from api.fields import Id, Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["unions and targets"])


class MemberShown(Shown):
    """A region in a union."""

    region_id: int
    level: str = Field(description="province, city, capital or county")
    step: str = Field(description="observer, shadow or full")
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
    agreement_state: str | None = Field(
        description="draft, proposed, in_force, amended, withdrawn or ended"
    )
    guide_id: int | None = Field(
        description="The region whose authority guides it; null: by its members alone."
    )
    members: list[MemberShown] = Field(description="Of today; /members has every seat.")


@router.get("/unions/{union_id}", summary="One union")
def get_union(union_id: Id, actor: CurrentActor) -> UnionShown:
    """Return one union with its members and agreement."""
    return _shown(union_of(actor, union_id))


def _shown(detail: UnionDetail) -> UnionShown:
    agreement = detail.agreement
    return UnionShown(
        union_id=detail.union.union_id,
        name_zh=detail.union.name_zh,
        name_en=detail.union.name_en,
        planned=detail.union.planned,
        agreement_grade=None if agreement is None else agreement.grade.value,
        agreement_state=None if agreement is None else agreement.state.value,
        guide_id=detail.union.guide_id,
        members=[MemberShown.model_validate(one) for one in detail.members],
    )
