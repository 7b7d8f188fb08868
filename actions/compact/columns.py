"""Columns that several tables of the co-operation have: amounts, and what is withheld."""

from collections.abc import Callable
from typing import Any, Final

from actions.compact.agreement_words import AGREEMENT_STATES, GRADES
from actions.compact.disclosure import WITHHELD
from actions.compact.target_words import INDICATORS
from actions.fields import Lang, Words
from actions.figures import in_units
from actions.tables import Column
from compact.agreements import Agreement
from compact.indicators import Indicator

INDICATOR: Final = ("控制指标", "Control indicator")


def unit_shown(row: Any) -> str:
    """Return in what a row's amounts are told to people."""
    return Indicator(row.indicator).unit_shown


def of_indicator(*, apart: bool = True) -> tuple[Column, Column]:
    """Return the columns of what a row counts, and in what unit its amounts are."""
    hint = Words("数额的单位", "Of the amounts: kgce, kgCO2 or m3")
    return (
        Column(
            "indicator",
            Words(*INDICATOR),
            lambda row: row.indicator,
            shown=lambda row, lang: INDICATORS[row.indicator].say(lang),
            apart=apart,
        ),
        Column(
            "unit",
            Words("单位", "Unit"),
            lambda row: Indicator(row.indicator).unit,
            apart=True,
            hint=hint,
        ),
    )


def amount(
    name: str,
    zh: str,
    en: str,
    grams: Callable[[Any], int | None],
    *,
    hint: tuple[str, str] | None = None,
    **more: Any,
) -> Column:
    """Return a column of an amount by a row's indicator, which the page shows in whole units."""
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(grams(row), 1000),
        "number",
        unit_of=unit_shown,
        places=0,
        hint=Words(*hint) if hint else None,
        **more,
    )


def withheld(name: str, zh: str, en: str, grams: Callable[[Any], int | None]) -> Column:
    """Return a column of a sum that is not told where it would tell of a restricted institution."""
    hint = ("空为不予显示", "null where it would tell of a restricted institution")
    return amount(name, zh, en, grams, hint=hint, blank=Words(*WITHHELD))


def agreed(agreement: Agreement | None, lang: Lang) -> str:
    """Return an agreement's grade and state in words."""
    if agreement is None:
        return Words("无", "none").say(lang)
    grade = GRADES[agreement.grade.value].say(lang)
    return f"{grade} · {AGREEMENT_STATES[agreement.state].say(lang)}"
