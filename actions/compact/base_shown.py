"""A base as programs read it: its months, what is odd about it and what was said of it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from actions.compact.base_lines import BaseLine
from actions.compact.base_words import told
from actions.figures import in_units, kilograms
from compact.findings import Finding
from storage.compact.bases import Act, Verdict

Exact = Annotated[
    str,
    Field(
        description="An exact decimal number as text, for it may exceed what a double holds.",
        examples=["123456.789"],
    ),
]


class FindingShown(BaseModel):
    """Something about a base that somebody has to answer for."""

    code: str = Field(
        description="missing, partial, no_factor (of CO2), beyond (three times the other year), "
        "zero, negative, frozen, area, persons or no_base"
    )
    carrier: str | None
    month: int | None = Field(description="Of the base year, from 1.")
    amount: Exact | None = Field(description="What is there.")
    comparable: Exact | None = Field(description="What would be plausible.")
    effect: Exact = Field(description="What it moves in the base.")
    text_zh: str
    text_en: str


class ActShown(BaseModel):
    """A planner's figure in the place of a carrier's month."""

    carrier: str
    month: str
    how: str = Field(description="year_before, year_after, like_days or bill")
    quanta: int
    reason: str
    made_by: str
    made_at: datetime


class VerdictShown(BaseModel):
    """What was last decided about a base."""

    model_config = ConfigDict(from_attributes=True)

    verdict: str = Field(description="confirmed, left_out or reopened")
    reason: str
    made_by: str
    made_at: datetime
    base_sha256: str


class BaseShown(BaseModel):
    """One institution's base, what is odd about it and what was said of it."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    member_id: int
    state: str = Field(description="open, confirmed or left_out")
    base_year: int | None
    indicator: str
    unit: str = Field(description="Of all amounts: kgce, kgCO2 or m3.")
    base: Exact | None
    months: list[Exact | None] = Field(description="null: no base, so no quota.")
    month_states: list[str] = Field(description="measured, billed, estimated or missing")
    effect: Exact = Field(description="What the findings move in the base.")
    quota_effect: Exact = Field(description="And so in the union's quotas together.")
    own_share: float | None = Field(description="Of its own base, and so of its own quota.")
    findings: list[FindingShown]
    acts: list[ActShown]
    verdict: VerdictShown | None
    sha256: str = Field(description="Names the base that is confirmed.")


def base_shown(line: BaseLine) -> BaseShown:
    """Return a line of a review as programs read it."""
    base = line.base
    return BaseShown(
        institution_id=line.institution_id,
        name_zh=line.name_zh,
        name_en=line.name_en,
        member_id=line.member_id,
        state=line.state,
        base_year=None if base is None else base.year,
        indicator=line.indicator.value,
        unit=line.indicator.unit,
        base=None if base is None else kilograms(base.total_g),
        months=[] if base is None else [in_units(one, 1000) for one in base.months_g],
        month_states=[] if base is None else [one.value for one in base.states],
        effect=kilograms(line.effect_g),
        quota_effect=kilograms(line.quota_effect_g),
        own_share=line.own_share,
        findings=[_finding(one, line) for one in line.findings],
        acts=[act_shown(one) for one in line.acts],
        verdict=verdict_shown(line.verdict),
        sha256=line.sha256,
    )


def verdict_shown(verdict: Verdict | None) -> VerdictShown | None:
    """Return a decision as programs read it."""
    return None if verdict is None else VerdictShown.model_validate(verdict)


def act_shown(act: Act) -> ActShown:
    """Return a planner's figure as programs read it."""
    return ActShown(
        carrier=act.carrier,
        month=f"{act.month:%Y-%m}",
        how=act.how,
        quanta=act.quanta,
        reason=act.reason,
        made_by=act.made_by,
        made_at=act.made_at,
    )


def _finding(finding: Finding, line: BaseLine) -> FindingShown:
    year, unit = None if line.base is None else line.base.year, line.indicator.unit_shown
    return FindingShown(
        code=finding.mark.code,
        carrier=finding.mark.carrier,
        month=finding.mark.month,
        amount=in_units(finding.grams, 1000),
        comparable=in_units(finding.reference_g, 1000),
        effect=kilograms(finding.effect_g),
        text_zh=told(finding, year, "zh", unit),
        text_en=told(finding, year, "en", unit),
    )
