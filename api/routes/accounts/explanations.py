"""What an account stands on, down to readings, coefficients and the arithmetic."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from actions.accounts.explanations import ExplainedTerm, explain_account
from actions.figures import in_units
from api.auth import CurrentActor
from api.fields import Code, Exact, Id, Month, Shown
from api.late import LateRoute
from api.routes.accounts.account_shown import AccountShown
from api.routes.accounts.account_shown import shown as account_shown
from api.routes.accounts.evidence import EvidenceShown, evidence_shown
from api.routes.registry.channels import (
    ChannelShown,
    SettingShown,
    channel_shown,
    setting_shown,
)
from storage.accounts.documents import Document
from storage.accounts.explanations import Coefficient, GridFactor
from storage.seed_words import in_chinese

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["accounts"])


class OwnerShown(Shown):
    """Whose meter it is; the names are null where the owner is guarded."""

    institution_id: int
    name_zh: str | None
    name_en: str | None


class DayShown(BaseModel):
    """A channel's day, and the part of it in this account, both exact in the account's unit."""

    day: str
    used: Exact | None
    part: Exact | None
    measured_s: int


class InputShown(Shown):
    """A channel of which a virtual one is made."""

    channel_id: int
    sign: int = Field(description="1: added, or the part is of it; -1: taken off.")
    name: str | None = Field(description="Null where it is somebody else's.")
    used: int | None = Field(description="Quanta in the month, of the hours that are known.")


class DerivedShown(Shown):
    """What a virtual channel's use is made of; /formulas?channel= has its formulas."""

    inputs: list[InputShown]
    used: int | None = Field(description="Quanta, computed anew from the hours of the inputs.")
    whole: bool = Field(description="Whether the reader sees all that it is made of.")


class TermShown(BaseModel):
    """A channel's part in the account."""

    channel_id: int
    owner: OwnerShown | None
    share: int | None = Field(description="Millionths; null where the channel is not shown.")
    share_before: int | None = Field(description="Where cascade rounding of each day begins.")
    valid_from: date
    valid_to: date | None
    source: str
    part: Exact | None = Field(description="The sum of its days' parts.")
    days: list[DayShown]
    channel: ChannelShown | None = Field(description="Null where beyond the reader's rights.")
    settings: list[SettingShown]
    evidence: EvidenceShown | None
    derived: DerivedShown | None = Field(description="Of a virtual channel, in place of evidence.")


class DocumentShown(BaseModel):
    """A bill, a typed figure or an estimate that the account rests on."""

    kind: str = Field(description="bill, typed, delivery or estimate")
    id: int
    number: str = Field(
        description="The supplier's, of a bill; on what a typed figure rests; how one estimated."
    )
    first: date
    last: date
    basis: str | None = Field(description="Of a bill: days or billed.")
    whole: Exact = Field(description="Of the whole document, in the account's unit.")
    part: Exact = Field(description="What of it is in this account.")
    scan: str | None = Field(description="The attachment's SHA-256.")
    estimated: bool
    reason: str | None
    known_since: datetime
    known_by: str


class CoefficientShown(BaseModel):
    """What a unit counts as, and who says so."""

    profile: str | None
    kg_per_unit: Exact
    valid_from: date | None = Field(description="Null where the document gives no day.")
    valid_to: date | None
    document: str | None = Field(description="The authority's text.")
    clause: str | None
    source: str = Field(description="Where the value was read.")
    source_zh: str
    verified: bool
    evidence: str = Field(description="yes: read in the document itself; secondary; no")
    outside: str | None = Field(description="before or after the days for which it holds")


class GridFactorShown(BaseModel):
    """A grid factor that was looked for; `taken` is the one that stands."""

    scope: str
    code: str | None
    name_zh: str | None
    name_en: str | None
    year: int | None
    basis: str | None
    kgco2_per_kwh: Exact | None
    document: str | None
    clause: str | None
    source: str | None
    source_zh: str | None
    verified: bool | None
    evidence: str | None
    outside: str | None = Field(description="before or after the year of the factor")
    taken: bool


class ConversionShown(Shown):
    """How quanta became whole grams."""

    grams: int | None
    arithmetic: str | None


class ExplanationShown(BaseModel):
    """What one account stands on, as far as the reader's rights reach."""

    account: AccountShown
    terms: list[TermShown]
    documents: list[DocumentShown] = Field(description="Of an account that no meter made.")
    agrees: bool = Field(description="Whether the parts shown add to the account.")
    waits: bool = Field(description="Readings have come whose use is still to be computed.")
    counted_twice: list[int] = Field(
        description="Channels of which the first used each day what the others did together: a "
        "total beside its rates, or a meter that is sent twice."
    )
    coefficient: CoefficientShown | None
    kgce: ConversionShown
    co2_factor: CoefficientShown | None
    grid_chain: list[GridFactorShown] = Field(description="Nearest place first.")
    co2: ConversionShown


@router.get(
    "/institutions/{institution_id}/accounts/{carrier}/{month}/explanation",
    summary="What an account stands on",
)
def get_explanation(
    institution_id: Id,
    carrier: Annotated[str, Path(max_length=64)],
    month: Annotated[Month, Path()],
    actor: CurrentActor,
    source: Annotated[str, Query(pattern="^(meter|bill|typed|estimate)$")] = "meter",
    profile: Code | None = None,
) -> ExplanationShown:
    """Return terms, days, bounding readings, coefficients, the grid factors tried, arithmetic."""
    found = explain_account(actor, institution_id, carrier, month, source, profile)
    taken = next((one for one in found.grid_chain if one.value is not None), None)
    return ExplanationShown(
        account=account_shown(found.account),
        terms=[_term(one, found.account.per_unit) for one in found.terms],
        documents=[_document(one, found.account.per_unit) for one in found.documents],
        agrees=found.agrees,
        waits=found.waits,
        counted_twice=list(found.counted_twice),
        coefficient=_coefficient(found.coefficient),
        kgce=ConversionShown.model_validate(found.kgce),
        co2_factor=_coefficient(found.co2_factor),
        grid_chain=[_grid_factor(one, one is taken) for one in found.grid_chain],
        co2=ConversionShown.model_validate(found.co2),
    )


def _term(term: ExplainedTerm, per_unit: int) -> TermShown:
    return TermShown(
        channel_id=term.channel_id,
        owner=OwnerShown.model_validate(term.owner) if term.owner else None,
        share=term.share,
        share_before=term.share_before,
        valid_from=term.valid_from,
        valid_to=term.valid_to,
        source=term.source,
        part=in_units(term.quanta, per_unit),
        days=[
            DayShown(
                day=one.day or "",
                used=in_units(one.used, per_unit),
                part=in_units(one.quanta, per_unit),
                measured_s=one.measured_s or 0,
            )
            for one in term.days
        ],
        channel=channel_shown(term.channel) if term.channel else None,
        settings=[
            setting_shown(one, term.channel) for one in term.settings if term.channel is not None
        ],
        evidence=evidence_shown(term.evidence, term.channel, per_unit),
        derived=DerivedShown.model_validate(term.derived) if term.derived else None,
    )


def _document(found: Document, per_unit: int) -> DocumentShown:
    whole, part = in_units(found.whole, per_unit), in_units(found.part, per_unit)
    return DocumentShown.model_validate(
        {**asdict(found), "whole": whole, "part": part}, from_attributes=False
    )


def _coefficient(found: Coefficient | None) -> CoefficientShown | None:
    if found is None:
        return None
    return CoefficientShown(
        profile=found.profile,
        kg_per_unit=format(found.value, "f"),
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        document=found.document,
        clause=found.clause,
        source=found.source,
        source_zh=in_chinese(found.source) or "",
        verified=found.verified,
        evidence=found.evidence,
        outside=found.outside,
    )


def _grid_factor(found: GridFactor, taken: bool) -> GridFactorShown:
    return GridFactorShown(
        scope=found.scope,
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        year=found.year,
        basis=found.basis,
        kgco2_per_kwh=None if found.value is None else format(found.value, "f"),
        document=found.document,
        clause=found.clause,
        source=found.source,
        source_zh=in_chinese(found.source),
        verified=found.verified,
        evidence=found.evidence,
        outside=found.outside,
        taken=taken,
    )
