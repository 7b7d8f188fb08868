"""Why figures changed between two years, as effects that add to the change."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from actions.accounts.decomposition import Decomposition, explain_quota_change, explain_use_change
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id, IdAsked
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["runs and quotas"])

YearOf = Annotated[int, Path(ge=1970, le=2100)]
Since = Annotated[int | None, Query(ge=1970, le=2100, description="Else the year before.")]


class EffectShown(BaseModel):
    """A factor in both years, and what of the change it explains."""

    factor: str
    unit: str
    before: str
    after: str
    effect_kgce: Exact


class DecompositionShown(BaseModel):
    """A change between two years; the effects add to it exactly (LMDI-I)."""

    institution_id: int
    since: int
    year: int
    before_kgce: Exact
    after_kgce: Exact
    change_kgce: Exact
    months: int | None = Field(
        description="Carrier-months with days that both years measured; null of quotas."
    )
    compared_share: float | None = Field(
        description="How much of the later year's whole months these days are; null of quotas."
    )
    effects: list[EffectShown]


@router.get("/institutions/{institution_id}/quotas/{year}/change", summary="Why a quota changed")
def get_quota_change(
    institution_id: Id,
    year: YearOf,
    actor: CurrentActor,
    since: Since = None,
    union: IdAsked | None = None,
) -> DecompositionShown:
    """Return what base, each named factor and the multiplier did to a quota since another year."""
    return _shown(explain_quota_change(actor, institution_id, year, since or year - 1, union))


@router.get("/institutions/{institution_id}/use/{year}/change", summary="Why use changed")
def get_use_change(
    institution_id: Id,
    year: YearOf,
    actor: CurrentActor,
    since: Since = None,
    profile: Annotated[str | None, Query(max_length=64)] = None,
) -> DecompositionShown:
    """Return what persons, area and intensity did to metered energy since another year."""
    return _shown(explain_use_change(actor, institution_id, year, since or year - 1, profile))


def _shown(change: Decomposition) -> DecompositionShown:
    return DecompositionShown(
        institution_id=change.institution_id,
        since=change.since,
        year=change.year,
        before_kgce=kilograms(change.before_g),
        after_kgce=kilograms(change.after_g),
        change_kgce=kilograms(change.after_g - change.before_g),
        months=change.months,
        compared_share=change.share,
        effects=[
            EffectShown(
                factor=one.factor,
                unit=one.unit,
                before=_read(one.before),
                after=_read(one.after),
                effect_kgce=kilograms(one.effect_g),
            )
            for one in change.effects
        ],
    )


def _read(value: Fraction) -> str:
    """Return a factor as people read it, to six decimals."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
