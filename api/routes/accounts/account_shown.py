"""An account as the API writes it beside its explanation; the lists are declared tables."""

from pydantic import BaseModel, Field

from actions.figures import in_units
from analytics.coverage import coverage
from api.fields import Coverage, Exact
from storage.accounts.ledger import Account


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


def _plain(value: object) -> str | None:
    return None if value is None else format(value, "f")
