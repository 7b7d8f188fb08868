"""An institution with everything dated about it; the list is a declared table."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.registry.institutions import institution
from api.auth import CurrentActor
from api.fields import Exact, Id, Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/institutions", tags=["institutions"])


class InstitutionShown(Shown):
    """An institution today; what is not known is null."""

    institution_id: int = Field(description="Permanent; codes and names may change.")
    name_zh: str | None
    name_en: str | None
    credit_code: str | None
    class_code: str | None
    class_zh: str | None
    class_en: str | None
    roster_status: str | None
    disclosure: str
    area_m2: Exact | None
    persons: Exact | None
    region_id: int | None = Field(description="Of its affiliation: in whose total it counts.")
    region_zh: str | None
    region_en: str | None
    level: str | None
    department_line: str | None
    line_zh: str | None
    line_en: str | None
    location_region_id: int | None = Field(description="Where it stands.")
    location_zh: str | None
    location_en: str | None
    carriers: list[str] = Field(description="Those that its accounts are kept for.")


class FactShown(Shown):
    """What an attribute was in a span of days; valid_to is not included."""

    attribute: str
    value: str
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime


class AffiliationShown(Shown):
    """To whom an institution belonged."""

    region_id: int
    level: str
    department_line: str
    valid_from: date
    valid_to: date | None
    source: str


class LocationShown(Shown):
    """Where an institution stood."""

    region_id: int
    latitude: float | None
    longitude: float | None
    valid_from: date
    valid_to: date | None
    source: str


class InstitutionDetailShown(BaseModel):
    """An institution with everything dated about it."""

    institution: InstitutionShown
    facts: list[FactShown]
    affiliations: list[AffiliationShown]
    locations: list[LocationShown]


def shown(value: object) -> InstitutionShown:
    """Return an institution as the API writes it."""
    fields = {name: getattr(value, name) for name in InstitutionShown.model_fields}
    for name in ("area_m2", "persons"):
        fields[name] = None if fields[name] is None else format(fields[name], "f")
    return InstitutionShown(**fields)


@router.get("/{institution_id}", summary="One institution")
def get_institution(institution_id: Id, actor: CurrentActor) -> InstitutionDetailShown:
    """Return one institution with its dated facts, affiliations and locations."""
    found = institution(actor, institution_id)
    return InstitutionDetailShown(
        institution=shown(found.institution),
        facts=[FactShown.model_validate(one) for one in found.facts],
        affiliations=[AffiliationShown.model_validate(one) for one in found.affiliations],
        locations=[LocationShown.model_validate(one) for one in found.locations],
    )
