"""The fields of an agreement's clauses, as forms, files and programs say them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from actions.compact.agreement_words import CLAUSES, TERM_WORDS
from actions.compact.target_fields import Percent, Year
from actions.compact.target_words import CURVES
from actions.fields import Words, field, plain
from actions.kinds import Amount, Day, Line, Text
from actions.registry.things import every_profile
from compact.clauses import TERMS, Clause, Kind, clauses_of
from compact.targets import Curve

Share = Annotated[Amount, Field(le=100, decimal_places=4)]
Months = Annotated[int, Field(ge=0, le=120)]
CoverMonths = Annotated[int, Field(ge=1, le=11)]  # the next year's books close after it
Hours = Annotated[int, Field(ge=0, le=8784)]
Factor = Annotated[Amount, Field(ge=1, le=10, decimal_places=4)]
Years = Annotated[int, Field(ge=1, le=10)]


class Rule(StrEnum):
    """The rules of allocation, by their letters."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"


_RULES: Final = {one.value: plain(one.value) for one in Rule}


def _term(name: str, hint: tuple[str, str] | None = None, **more: Any) -> Any:
    """Return the field of a term; left open, the agreement says nothing of it."""
    words, unit = TERM_WORDS[name]
    unit = "" if unit == "months" else unit  # the label says so, in both languages
    return field(zh=words.zh, en=words.en, unit=unit, hint=hint, default=None, **more)


class ClauseFields(BaseModel):
    """What the clauses say, each term left open where the agreement says nothing of it."""

    scope: Text | None = _term("scope")
    profile: Line | None = _term("profile", choices=every_profile)
    definitions: Text | None = _term("definitions")
    base_year: Year | None = _term("base_year")
    base_first: Year | None = _term("base_first")
    base_last: Year | None = _term("base_last")
    revise_percent: Share | None = _term("revise_percent")
    fall_percent: Percent | None = _term("fall_percent")
    growth_percent: Share | None = _term("growth_percent")
    target_year: Year | None = _term("target_year")
    curve: Curve | None = _term("curve", names=CURVES)
    rule: Rule | None = _term("rule", names=_RULES)
    weights: Text | None = _term("weights")
    period_years: Years | None = _term("period_years")
    interim_percent: Share | None = _term("interim_percent")
    cover_months: CoverMonths | None = _term("cover_months")
    bank_percent: Share | None = _term("bank_percent")
    borrow_percent: Share | None = _term("borrow_percent")
    carry_factor: Factor | None = _term("carry_factor")
    delay_hours: Hours | None = _term("delay_hours")
    longer_hours: Hours | None = _term("longer_hours")
    trusted: Text | None = _term("trusted")
    sharing: Text | None = _term("sharing")
    lag_months: Months | None = _term("lag_months")
    until: Day | None = _term("until")
    notice_months: Months | None = _term("notice_months")
    rubric: Text | None = _term("rubric")
    compensation: Text | None = _term("compensation")
    binding: list[Kind] | None = field(
        zh="约束性条款",
        en="Clauses that bind",
        hint=(
            "其余为意向;备忘录只能约束范围、口径、基期、共享、期限和退出",
            "The others are intentions; what may bind depends on the grade of the agreement",
        ),
        names=CLAUSES,
        default=None,
    )

    def clauses(self) -> tuple[Clause, ...]:
        """Return the clauses that were filled in; decimals as plain text, so they are exact."""
        said = {name: _plain(getattr(self, name)) for names in TERMS.values() for name in names}
        return clauses_of(said, self.binding or [])


def fields_of(clauses: tuple[Clause, ...]) -> Mapping[str, Any]:
    """Return clauses as the form begins with them."""
    terms = {name: value for one in clauses for name, value in one.terms.items()}
    return {**terms, "binding": [one.kind.value for one in clauses if one.binds]}


def words_of(clauses: tuple[Clause, ...]) -> Words:
    """Return which clauses there are."""
    zh = "、".join(CLAUSES[one.kind].zh for one in clauses)
    en = ", ".join(CLAUSES[one.kind].en for one in clauses)
    return Words(zh or "无", en or "none")


def _plain(value: Any) -> str | int | None:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
