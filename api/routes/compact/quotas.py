"""A quota with its arithmetic; the list is a declared table."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from actions.compact.base_shown import ActShown, VerdictShown, act_shown, verdict_shown
from actions.compact.disclosure import withheld_words
from actions.compact.movement_things import SharedIndicator
from actions.compact.notices import issued_as
from actions.compact.quotas import Explained, explained
from actions.figures import in_units, kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id, IdAsked, Shown
from api.late import LateRoute
from compact.indicators import Indicator
from storage.compact.books import Quota
from storage.compact.notices import NoticeRow

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["runs and quotas"])


class QuotaShown(BaseModel):
    """What an institution may use in a year."""

    union_id: int
    indicator: str
    year: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    region_id: int | None
    department_line: str | None
    unit: str = Field(description="Of all its amounts: kgce, kgCO2 or m3.")
    amount: Exact = Field(description="The balance of its account.")
    state: str = Field(description="in_force, or dropped where the run in force leaves it out")
    as_of: datetime = Field(description="When the books last said so.")
    in_force_run_id: int | None = Field(description="The run in force for the year.")
    run_id: int | None = Field(description="The run that it was last issued from.")


class FactorShown(Shown):
    """A factor of the quota by name."""

    name: str
    value: str


class StepShown(BaseModel):
    """A level that the quota was cut from, and λ by which its amount was divided."""

    key: str
    base: Exact | None = Field(description="null where it would tell of a restricted one.")
    amount: Exact | None
    multiplier: str | None = Field(description="A fraction; exact.")
    multiplier_decimal: str | None
    withheld: str | None = Field(
        None, description="In words, which figures would tell of a restricted institution."
    )


class IssuedShown(Shown):
    """The document by which a member's own authority issues its quotas."""

    document_number: str
    authority_zh: str
    authority_en: str
    issued_on: date


class QuotaExplained(BaseModel):
    """A quota as base × named factors × λ, rounded."""

    quota: QuotaShown
    notice_number: str
    issued_by: IssuedShown | None = Field(
        description="null: a proposal, which the member's authority has not issued yet."
    )
    version: int
    rule: str
    sha256: str = Field(description="Names the snapshot that it recomputes from.")
    covers: dict[str, int] | None = Field(
        description="What the sums in the chain hold and lack; null where they are withheld."
    )
    base_months: list[Exact | None] = Field(description="null: no account, so no quota.")
    months: list[Exact | None] = Field(description="null in months without a base.")
    factors: list[FactorShown]
    weight: Exact = Field(description="What λ multiplies.")
    bound: str | None = Field(description="floor or ceiling, where that decides instead of λ.")
    chain: list[StepShown] = Field(description="From the year down to the department line.")
    arithmetic: str
    meaning_zh: str = Field(description="What the quota asks, in a sentence.")
    meaning_en: str
    base_states: list[str] | None = Field(
        description="measured, billed, estimated or missing, by month; null in runs of before."
    )
    base_marks: list[str] = Field(description="What was odd about the base when it was run.")
    base_verdict: VerdictShown | None = Field(description="Who answered for the base, and why.")
    base_acts: list[ActShown] = Field(description="What stands in the place of its months.")


@router.get("/institutions/{institution_id}/quotas/{year}", summary="Explain a quota")
def get_quota_explained(
    institution_id: Id,
    year: Annotated[int, Path(ge=1970, le=2100)],
    actor: CurrentActor,
    union: IdAsked | None = None,
    indicator: SharedIndicator | None = None,
) -> QuotaExplained:
    """Return how an institution's quota came about: base, factors, λ of each level, rounding."""
    with actor.look() as connection:
        found = explained(connection, institution_id, year, union, indicator)
        return _explained(found, *issued_as(connection, found))


def _shown(quota: Quota) -> QuotaShown:
    fields = {
        name: getattr(quota, name) for name in QuotaShown.model_fields if hasattr(quota, name)
    }
    unit = Indicator(quota.indicator).unit
    return QuotaShown(**fields, unit=unit, amount=kilograms(quota.amount_g))


def _explained(found: Explained, number: str, row: NoticeRow | None) -> QuotaExplained:
    share = found.share
    return QuotaExplained(
        quota=_shown(found.quota),
        notice_number=number,
        issued_by=None if row is None else IssuedShown.model_validate(row),
        version=found.run.version,
        rule=found.run.rule,
        sha256=found.run.sha256,
        covers=found.run.covers,
        base_months=[None if one is None else kilograms(one) for one in share.base_g],
        months=[None if one is None else kilograms(one) for one in share.months_g],
        factors=[FactorShown.model_validate(one) for one in found.factors],
        weight=kilograms(share.weight_g),
        bound=share.bound,
        chain=[
            StepShown(
                key=one.key,
                base=in_units(one.base_g, 1000),
                amount=in_units(one.amount_g, 1000),
                multiplier=_fraction(one.multiplier),
                multiplier_decimal=_places(one.multiplier_decimal),
                withheld=withheld_words(base=one.base_g, amount=one.amount_g),
            )
            for one in found.chain
        ],
        arithmetic=found.arithmetic,
        meaning_zh=found.meaning("zh"),
        meaning_en=found.meaning("en"),
        base_states=share.base_states,
        base_marks=found.marks("en"),
        base_verdict=verdict_shown(found.verdict),
        base_acts=[act_shown(one) for one in found.acts],
    )


def _fraction(multiplier: Fraction | None) -> str | None:
    return None if multiplier is None else f"{multiplier.numerator}/{multiplier.denominator}"


def _places(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.9f}"
