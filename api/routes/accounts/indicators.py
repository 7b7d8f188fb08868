"""Indicators of institutions: intensity, coverage, year on year, place among like ones."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.accounts.indicators import Indicator, indicators_of
from actions.figures import in_units
from analytics.coverage import coverage
from api.auth import CurrentActor
from api.fields import Code, Exact, IdAsked, Month
from api.routes.accounts.listed import FROM_MONTH, TO_MONTH, month_after
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged

router = APIRouter(prefix="/api/v1", tags=["accounts"])

_PLACES = Decimal("0.0001")


class IndicatorShown(BaseModel):
    """An institution under a profile; null is not known, never zero.

    Who lacks coverage, area or persons is listed, and has no place, quartile or change.
    Area and persons are weighted by days, the class is that of the last month.
    """

    institution_id: int
    profile: str
    class_code: str | None
    kgce: Exact | None
    kgce_without: list[str] = Field(
        description="Carriers with use but no coefficient, which `kgce` does not hold."
    )
    area_m2: Exact | None
    persons: Exact | None
    kgce_per_m2: Exact | None
    kgce_per_person: Exact | None
    coverage: float | None = Field(
        description="Time whose total is known over the time expected, up to yesterday, of all "
        "carriers in total energy."
    )
    shape_coverage: float | None = Field(description="The same of the time measured in its shape.")
    enough: bool = Field(description="Whether so much is measured that it is placed and compared.")
    enough_share: float = Field(
        description="The coverage that the region's office asks for; progress towards quotas goes "
        "by the union's own."
    )
    lacks: list[str] = Field(description="coverage, area, persons: what keeps it from a place.")
    compared_kgce: Exact | None = Field(
        description="Of the days that the year before has measured too."
    )
    before_kgce: Exact | None = Field(description="The same of the year before.")
    compared_share: float | None = Field(
        description="How much of the period's whole months that is, by days."
    )
    change: float | None = Field(
        description="compared over before, less one; null where too little was measured."
    )
    alike: int = Field(description="How many are of its class, with a place or without.")
    place_per_m2: int | None = Field(description="1 is the lowest of its class.")
    alike_per_m2: int = Field(description="How many of its class have a place.")
    quartiles_per_m2: list[float] | None = Field(description="Lower, middle, upper.")
    place_per_person: int | None
    alike_per_person: int
    quartiles_per_person: list[float] | None


class IndicatorPage(BaseModel):
    """Some institutions in order of id, each once for every profile."""

    items: list[IndicatorShown]
    next: str | None = Field(description="Address of the following page.")


@router.get(
    "/indicators", response_model=IndicatorPage, responses=TABLE_ANSWER, summary="Indicators"
)
def get_indicators(
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    first: Annotated[Month, FROM_MONTH],
    last: Annotated[Month, TO_MONTH],
    profile: Annotated[
        list[Code],
        Query(description="Repeatable; else the default one and those of the targets you see."),
    ] = [],  # noqa: B006 - FastAPI reads it, nobody changes it
    region: Annotated[
        IdAsked | None, Query(description="With its lower regions: who is compared.")
    ] = None,
    institution: IdAsked | None = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Institutions a page.")] = 50,
) -> IndicatorPage | Response:
    """Return what institutions use per area and person, and where each stands among its like."""
    page = paged(
        wish, after, limit, 1000,
        lambda after, limit: indicators_of(
            actor,
            first,
            month_after(last),
            profiles=profile,
            region_id=region,
            institution_id=institution,
            after=after,
            limit=limit,
        ),
    )  # fmt: skip
    items, following = [_shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(items, IndicatorShown, "indicators", wish, following)
    return IndicatorPage(items=items, next=following)


def _shown(one: Indicator) -> IndicatorShown:
    change = None
    if one.comparable and one.compared_g is not None and one.before_g:
        change = round(one.compared_g / one.before_g - 1, 6)
    return IndicatorShown(
        institution_id=one.institution_id,
        profile=one.profile,
        class_code=one.class_code,
        kgce=in_units(one.kgce_g, 1000),
        kgce_without=one.without,
        area_m2=_plain(one.area_m2),
        persons=_plain(one.persons),
        kgce_per_m2=_rounded(one.per_m2),
        kgce_per_person=_rounded(one.per_person),
        coverage=coverage(one.known_s, one.expected_s),
        shape_coverage=coverage(one.measured_s, one.expected_s),
        enough=one.enough,
        enough_share=float(one.enough_share),
        lacks=one.lacks,
        compared_kgce=in_units(one.compared_g, 1000),
        before_kgce=in_units(one.before_g, 1000),
        compared_share=coverage(one.days, one.of_days),
        change=change,
        alike=one.alike,
        place_per_m2=one.place_m2,
        alike_per_m2=one.of_m2,
        quartiles_per_m2=_quartiles(one.quartiles_m2),
        place_per_person=one.place_person,
        alike_per_person=one.of_person,
        quartiles_per_person=_quartiles(one.quartiles_person),
    )


def _quartiles(values: list[float] | None) -> list[float] | None:
    return None if values is None else [round(value, 4) for value in values]


def _rounded(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(_PLACES), "f")


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
