"""The territorial tree, and the words of lists: carriers and profiles."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from actions.registry.regions import list_carriers, list_profiles, list_regions
from api.auth import CurrentActor
from api.fields import Shown
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["words and places"])


class RegionShown(Shown):
    """A node of the territorial tree, with the institutions that the reader sees in it."""

    region_id: int
    parent_id: int | None
    code: str | None
    kind: str
    name_zh: str
    name_en: str
    climate_zone: str | None
    grid_region: str | None
    is_demo: bool
    verified: bool
    source: str
    own_level: int = Field(description="Institutions affiliated to the region itself.")
    institutions: int = Field(description="With those of its lower regions.")


class CarrierShown(Shown):
    """A carrier and the whole quanta that its accounts count."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    quantum: str
    per_unit: int = Field(description="Quanta in one unit.")
    in_total_energy: bool
    source: str
    verified: bool


class ProfileShown(Shown):
    """One authority's set of coefficients."""

    code: str
    name_zh: str
    name_en: str
    is_default: bool


@router.get(
    "/regions",
    response_model=list[RegionShown],
    responses=TABLE_ANSWER,
    summary="List regions",
)
def get_regions(
    actor: CurrentActor,
    wish: AsWished,
    whole: Annotated[bool, Query(description="Also regions in which nothing is seen.")] = False,
) -> list[RegionShown] | Response:
    """Return regions in order of code; each names its parent."""
    items = [RegionShown.model_validate(one) for one in list_regions(actor, only_seen=not whole)]
    return models_of(items, RegionShown, "regions", wish, None) if wish.table else items


@router.get(
    "/carriers",
    response_model=list[CarrierShown],
    responses=TABLE_ANSWER,
    summary="List carriers",
)
def get_carriers(actor: CurrentActor, wish: AsWished) -> list[CarrierShown] | Response:
    """Return carriers with unit and accounting quantum."""
    items = [CarrierShown.model_validate(one) for one in list_carriers(actor)]
    return models_of(items, CarrierShown, "carriers", wish, None) if wish.table else items


@router.get(
    "/profiles",
    response_model=list[ProfileShown],
    responses=TABLE_ANSWER,
    summary="List profiles",
)
def get_profiles(actor: CurrentActor, wish: AsWished) -> list[ProfileShown] | Response:
    """Return the named sets of coefficients, the default first."""
    items = [ProfileShown.model_validate(one) for one in list_profiles(actor)]
    return models_of(items, ProfileShown, "profiles", wish, None) if wish.table else items
