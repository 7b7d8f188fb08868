"""The readings that an account's channel stands on, and the stretches without any."""

from datetime import datetime

from pydantic import BaseModel, Field

from actions.figures import in_units, instant
from actions.readings.evidence import Evidence
from actions.readings.evidence_words import OCCURRED, WORDS
from analytics.balance import Balance
from api.fields import Exact
from api.routes.registry.channels import ReadingShown
from storage.accounts.explanations import EffectiveReading
from storage.registry.meters import Channel


class UnmeasuredShown(BaseModel):
    """A stretch that was not measured, and why."""

    start: datetime
    end: datetime
    reason: str
    reason_zh: str
    reason_en: str


class OccurrenceShown(BaseModel):
    """A reading set aside, a wrap, an exchange, or what a person said."""

    start: datetime
    end: datetime
    kind: str
    value: Exact | None = Field(description="In the meter's unit, of a reading set aside.")
    kind_zh: str
    kind_en: str
    source: str = Field(description="Why, where a person did it.")
    by: str = Field(description="Who, where a person did it.")
    correction_id: int | None = Field(
        description="What a person did, at /channels/{channel_id}/corrections/{correction_id}."
    )


class BalanceShown(BaseModel):
    """Last − first of the readings that stand, wraps, and what nobody knows; exact."""

    difference: Exact
    wrapped: Exact
    unknown: Exact
    known: Exact = Field(description="difference + wrapped − unknown, where it agrees.")
    agrees: bool


class EvidenceShown(BaseModel):
    """The readings that bound the month, what occurred in it, and the stretches without."""

    first: ReadingShown | None
    last: ReadingShown | None
    readings: int
    used: Exact | None = Field(description="Computed anew from these readings.")
    unmeasured: list[UnmeasuredShown]
    occurred: list[OccurrenceShown]
    balance: BalanceShown | None


def evidence_shown(
    evidence: Evidence | None, channel: Channel | None, per_unit: int
) -> EvidenceShown | None:
    """Return the evidence in units; None where the reader sees no channel.

    per_unit: quanta of the account in one unit.
    """
    if evidence is None or channel is None:
        return None
    return EvidenceShown(
        first=_reading(evidence.first, channel),
        last=_reading(evidence.last, channel),
        readings=evidence.readings,
        used=in_units(evidence.used, per_unit),
        unmeasured=[
            UnmeasuredShown(
                start=instant(one.start_ms),
                end=instant(one.end_ms),
                reason=one.reason,
                reason_zh=WORDS[one.reason][0],
                reason_en=WORDS[one.reason][1],
            )
            for one in evidence.unmeasured
        ],
        occurred=[
            OccurrenceShown(
                start=instant(one.start_ms),
                end=instant(one.end_ms),
                kind=one.kind,
                value=in_units(one.value, channel.per_unit),
                kind_zh=OCCURRED[one.kind][0],
                kind_en=OCCURRED[one.kind][1],
                source=one.source,
                by=one.by,
                correction_id=one.correction,
            )
            for one in evidence.occurred
        ],
        balance=_balance(evidence.balance, per_unit),
    )


def _balance(found: Balance | None, per_unit: int) -> BalanceShown | None:
    if found is None:
        return None
    return BalanceShown(
        difference=in_units(found.difference, per_unit) or "",
        wrapped=in_units(found.wrapped, per_unit) or "",
        unknown=in_units(found.unknown, per_unit) or "",
        known=in_units(found.known, per_unit) or "",
        agrees=found.agrees,
    )


def _reading(effective: EffectiveReading | None, channel: Channel) -> ReadingShown | None:
    if effective is None:
        return None
    value = in_units(effective.value, channel.per_unit) or ""
    return ReadingShown(at=instant(effective.at_ms), value=value, quanta=effective.value)
