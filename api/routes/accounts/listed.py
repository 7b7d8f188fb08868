"""Accounts by institution, carrier and month, with coal and CO2 under a profile."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.accounts.listed import EVER, Account, AccountFilter, accounts_of, list_accounts
from actions.figures import in_units
from actions.registry.institutions import InstitutionFilter
from analytics.coverage import coverage
from api.auth import CurrentActor
from api.fields import Code, Coverage, Exact, Id, IdAsked, Month
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged

router = APIRouter(prefix="/api/v1", tags=["accounts"])

FROM_MONTH = Query(alias="from", description="The first month.")
TO_MONTH = Query(alias="to", description="The last month, included.")


class AccountShown(BaseModel):
    """What an institution used of a carrier in a month, by one source."""

    institution_id: int
    carrier: str
    month: str
    source: str = Field(description="meter, bill, typed or estimate")
    used: Exact | None = Field(description="In `unit`; null where nothing is known.")
    unit: str
    quanta: Exact | None = Field(description="The same in whole accounting quanta.")
    measured_s: int = Field(description="Seconds of which the shape is known too.")
    known_s: int = Field(description="Seconds of which the total is known.")
    expected_s: int | None = Field(
        description="What a complete account would hold, as far as days are over."
    )
    coverage: Coverage | None = Field(description="Of the total: known_s over expected_s.")
    shape_coverage: Coverage | None = Field(description="Of the shape: measured_s over expected_s.")
    profile: str
    kgce: Exact | None = Field(description="Standard coal, to the gram; null for water.")
    coefficient_profile: str | None = Field(description="Whose coefficient was taken.")
    kgce_per_unit: Exact | None
    coefficient_verified: bool | None
    co2_kg: Exact | None
    kgco2_per_unit: Exact | None
    grid_scope: str | None = Field(description="province, grid_region or national")
    grid_code: str | None
    grid_year: int | None
    co2_verified: bool | None
    coefficient_evidence: str | None = Field(description="yes, secondary or no")
    coefficient_outside: str | None = Field(description="before or after its validity")
    co2_evidence: str | None
    co2_outside: str | None


class AccountPage(BaseModel):
    """Some accounts, sorted by institution, carrier, month and source."""

    items: list[AccountShown]
    next: str | None = Field(description="Address of the following page.")


def shown(account: Account) -> AccountShown:
    """Return an account as the API writes it."""
    return AccountShown(
        institution_id=account.institution_id,
        carrier=account.carrier,
        month=f"{account.month:%Y-%m}",
        source=account.source,
        used=in_units(account.quanta, account.per_unit),
        unit=account.unit,
        quanta=in_units(account.quanta, 1),
        measured_s=account.measured_s,
        known_s=account.known_s,
        expected_s=account.expected_s,
        coverage=coverage(account.known_s, account.expected_s),
        shape_coverage=coverage(account.measured_s, account.expected_s),
        profile=account.profile,
        kgce=in_units(account.kgce_g, 1000),
        coefficient_profile=account.coefficient_profile,
        kgce_per_unit=_plain(account.kgce_per_unit),
        coefficient_verified=account.coefficient_verified,
        co2_kg=in_units(account.co2_g, 1000),
        kgco2_per_unit=_plain(account.kgco2_per_unit),
        grid_scope=account.grid_scope,
        grid_code=account.grid_code,
        grid_year=account.grid_year,
        co2_verified=account.co2_verified,
        coefficient_evidence=account.coefficient_evidence,
        coefficient_outside=account.coefficient_outside,
        co2_evidence=account.co2_evidence,
        co2_outside=account.co2_outside,
    )


@router.get(
    "/institutions/{institution_id}/accounts",
    response_model=AccountPage,
    responses=TABLE_ANSWER,
    summary="Accounts of an institution",
)
def get_accounts_of(
    institution_id: Id,
    actor: CurrentActor,
    wish: AsWished,
    carrier: Code | None = None,
    first: Annotated[Month | None, FROM_MONTH] = None,
    last: Annotated[Month | None, TO_MONTH] = None,
    profile: Code | None = None,
) -> AccountPage | Response:
    """Return the accounts of these months, all of them if none are named."""
    asked = _asked(first, last, carrier)
    items = [shown(one) for one in accounts_of(actor, institution_id, asked, profile=profile)]
    if wish.table:
        return models_of(items, AccountShown, f"accounts-{institution_id}", wish, None)
    return AccountPage(items=items, next=None)


@router.get(
    "/accounts", response_model=AccountPage, responses=TABLE_ANSWER, summary="Accounts of all"
)
def get_accounts(
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    first: Annotated[Month, FROM_MONTH],
    last: Annotated[Month, TO_MONTH],
    carrier: Code | None = None,
    profile: Code | None = None,
    search: Annotated[
        str | None, Query(max_length=100, description="Part of a name or credit code.")
    ] = None,
    region: Annotated[
        IdAsked | None, Query(description="A region with its lower regions, by affiliation.")
    ] = None,
    department_line: Code | None = None,
    class_code: Code | None = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Institutions a page.")] = 50,
) -> AccountPage | Response:
    """Return the accounts of all institutions that the reader sees, some institutions a page."""
    asked = _asked(first, last, carrier)
    wanted = InstitutionFilter(search, region, department_line, class_code)
    page = paged(
        wish, after, limit, 500,
        lambda after, limit: list_accounts(
            actor, asked, wanted, profile=profile, after=after, limit=limit
        ),
    )  # fmt: skip
    items, following = [shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(items, AccountShown, "accounts", wish, following)
    return AccountPage(items=items, next=following)


def _asked(first: date | None, last: date | None, carrier: str | None) -> AccountFilter:
    until = EVER.until if last is None else month_after(last)
    return AccountFilter(first or EVER.first, until, carrier)


def month_after(month: date) -> date:
    """Return the first day of the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _plain(value: object) -> str | None:
    return None if value is None else format(value, "f")
