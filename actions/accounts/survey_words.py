"""What checks of the survey's forms say to people."""

from decimal import Decimal
from typing import Final

from actions.accounts.submission_things import Forms
from actions.fields import Lang, Words
from analytics.survey import Doubt, Doubting

CHECKS: Final = {
    Doubting.MISSING.value: Words("必填项无数", "asked for, and unknown"),
    Doubting.RANGE.value: Words("超出合理范围 {than}", "beyond the plausible {than}"),
    Doubting.SUM.value: Words("与各分项之和 {than} 不符", "not the sum of its parts, {than}"),
    Doubting.WITHIN.value: Words("大于所属总量 {than}", "more than its whole, {than}"),
    Doubting.PRICE.value: Words(
        "与数量×单价不符(界限 {than})", "not quantity × a usual price (bound {than})"
    ),
    Doubting.YEAR.value: Words(
        "比上年 {than} 变化超过 20%", "changed by more than 20 % from {than} of the year before"
    ),
}

_UNITS: Final = {
    "m2": Words("m²", "m²"),
    "m3": Words("m³", "m³"),
    "CNY": Words("元", "yuan"),
    "person": Words("人", "persons"),
    "vehicle": Words("辆", "vehicles"),
    "unit": Words("个", "units"),
}


def amount_of(value: Decimal | None) -> str:
    """Return an amount as people read it, a dash for none."""
    if value is None:
        return "–"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def unit_of(unit: str, lang: Lang) -> str:
    """Return a unit as a printed form has it."""
    return _UNITS[unit].say(lang) if unit in _UNITS else unit


def check_words(doubt: Doubt) -> Words:
    """Return what a check says."""
    said = CHECKS[doubt.check.value]
    than = amount_of(doubt.than)
    return Words(said.say("zh", than=than), said.say("en", than=than))


def doubt_words(forms: Forms, doubt: Doubt) -> Words:
    """Return a check with the cell that fails it."""
    cell = next(one for one in forms.cells if one.code == doubt.code)
    said, amount = check_words(doubt), amount_of(doubt.amount)
    return Words(
        f"{cell.code} {cell.name_zh} {amount}:{said.zh}",
        f"{cell.code} {cell.name_en} {amount}: {said.en}",
    )
