"""The table of institutions beside quota standards: tiers, grade, distance, or what is lacking."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from actions.accounts.standards import Held
from actions.accounts.standards_asked import WhichStandards, answered
from actions.accounts.standards_words import (
    APPLIES,
    GRADES,
    LOOKS,
    TIERS,
    VERDICTS,
    lack,
    number_of,
    said,
    steps_in_words,
    tier_name,
    whom,
)
from actions.fields import Lang, Words
from actions.registry.named import institution_columns
from actions.tables import Column, Kind, Table
from compact.standard_answers import Answer, Applies
from compact.standards import Tier


def _of(name: str, zh: str, en: str, value: Callable[[Answer], Any], kind: Kind = "line",
        **more: Any) -> Column:  # fmt: skip
    return Column(name, Words(zh, en), lambda row: value(row.answer), kind, **more)


def _published(name: str, zh: str, en: str, **more: Any) -> Column:
    def value(one: Answer) -> Any:
        return None if one.standard is None else getattr(one.standard, name)

    return _of(name, zh, en, value, **more)


def _tier(tier: Tier) -> Column:
    def value(one: Answer) -> str | None:
        return None if one.standard is None else said(one.standard.tiers.get(tier))

    name = f"{tier.value}_value"
    return _of(name, TIERS[tier].zh, TIERS[tier].en.capitalize(), value, "number", places=2)


def _unit(row: Held) -> str:
    return "" if row.answer.standard is None else row.answer.standard.unit


def _use_unit(row: Held) -> str:
    standard = row.answer.standard
    indicators = row.published.lists.indicators
    found = None if standard is None else indicators.get(standard.indicator)
    return "" if found is None else found.use_unit


def _compared(one: Answer, name: str) -> Fraction | None:
    found: Fraction | None = None if one.compared is None else getattr(one.compared, name)
    return found


def _lacks(row: Held, lang: Lang) -> list[str]:
    return [lack(row.published, name).say(lang) for name in row.answer.lacks]


def _differs(row: Held) -> list[str]:
    return [f"{one.dimension}: {one.asked} ≠ {one.held or '?'}" for one in row.answer.differs]


def _indicator(row: Held, lang: Lang) -> str:
    standard = row.answer.standard
    code = "" if standard is None else standard.indicator
    return Words(*row.published.names.get(("indicator", code), (code, code))).say(lang)


def _in_words(words: Any, of: Callable[[Answer], Any]) -> Callable[[Held, Lang], str]:
    def shown(row: Held, lang: Lang) -> str:
        value = of(row.answer)
        return "" if value is None else str(words[value].say(lang))

    return shown


def _share(one: Answer) -> float | None:
    return None if one.distance is None else round(float(one.distance.share), 4)


def _next(one: Answer) -> Tier | None:
    return None if one.distance is None else one.distance.tier


def _next_in_words(row: Held, lang: Lang) -> str:
    tier = _next(row.answer)
    return "" if tier is None else tier_name(row, tier).say(lang)


def _saving(one: Answer) -> str | None:
    return None if one.distance is None else said(one.distance.use)


def _part(name: str, zh: str, en: str) -> Column:
    def value(one: Answer) -> str | None:
        return said(_compared(one, name), 6)

    return _of(name, zh, en, value, "number", apart=True)


def _electricity(one: Answer) -> str | None:
    return None if one.standard is None else said(one.standard.electricity, 5)


def _grade_look(row: Held) -> str:
    return LOOKS[row.answer.grade] if row.answer.grade else ""


def _named_on_page(row: Held, lang: Lang) -> list[str]:
    lines = (number_of(row).say(lang), _indicator(row, lang), whom(row).say(lang))
    return [one for one in lines if one]


def _stands(row: Held, lang: Lang) -> list[str]:
    answer = row.answer
    first = GRADES[answer.grade] if answer.grade else VERDICTS[answer.verdict]
    beside = [] if answer.applies in (Applies.OWN, Applies.NO) else [APPLIES[answer.applies]]
    return [one.say(lang) for one in (first, *beside)]


def _left(row: Held, lang: Lang) -> list[str]:
    left = row.answer.distance
    if left is None:
        return []
    tier = tier_name(row, left.tier).say(lang)
    return [f"{Decimal(said(left.use, 0) or 0):,f} {_use_unit(row)}", f"→ {tier}"]


def _columns() -> Iterable[Column]:
    """Return the columns: the page shows the first few together, files each apart."""
    yield from institution_columns()
    yield Column("year", Words("年度", "Year"), lambda row: row.year, "whole", apart=True)
    yield Column("named", Words("标准", "Standard"), shown=_named_on_page, only="page")
    yield Column("stands", Words("结论", "Answer"), shown=_stands, only="page", look=_grade_look)
    yield _published("standard_no", "标准", "Standard", apart=True,
                     shown=lambda row, lang: number_of(row).say(lang))  # fmt: skip
    yield _published("province_code", "发布省份代码", "Province code", apart=True)
    yield _published("indicator", "指标", "Indicator", shown=_indicator, apart=True)
    yield Column("for_whom", Words("适用对象", "For"), lambda row: whom(row).zh, apart=True,
                 shown=lambda row, lang: whom(row).say(lang))  # fmt: skip
    yield _of("applies", "适用性", "Applies", lambda one: one.applies.value, apart=True,
              shown=_in_words(APPLIES, lambda one: one.applies))  # fmt: skip
    yield _of("verdict", "结论", "Answer", lambda one: one.verdict.value, apart=True,
              shown=_in_words(VERDICTS, lambda one: one.verdict))  # fmt: skip
    yield _of("grade", "等级", "Grade", lambda one: one.grade and one.grade.value, apart=True,
              shown=_in_words(GRADES, lambda one: one.grade))  # fmt: skip
    yield from _figures()
    yield from _worked_out()


def _figures() -> Iterable[Column]:
    yield _of("value", "可比强度", "Comparable intensity",
              lambda one: said(_compared(one, "value")), "number", places=2, unit_of=_unit,
              hint=Words("含各项修正", "With all corrections"))  # fmt: skip
    yield Column("unit", Words("单位", "Unit"), lambda row: _unit(row) or None, only="programs")
    yield from map(_tier, Tier)
    yield Column("left", Words("距下一档须节约(年)", "To save in a year for the next tier"),
                 shown=_left, only="page")  # fmt: skip
    yield _of("next_tier", "下一档", "Next tier", _next, shown=_next_in_words, apart=True)
    yield _of("saving", "距下一档须节约(年)", "To save in a year for the next tier", _saving,
              "number", unit_of=_use_unit, apart=True)  # fmt: skip
    yield Column("saving_unit", Words("单位", "Unit"), lambda row: _use_unit(row) or None,
                 only="programs")  # fmt: skip
    yield _of("saving_share", "占用量", "Of its use", _share, "share", apart=True)
    yield Column("lacks", Words("缺少", "Lacks"), lambda row: list(row.answer.lacks), "several",
                 shown=_lacks)  # fmt: skip


def _worked_out() -> Iterable[Column]:
    yield Column("differs", Words("不符之处", "Why it does not apply"), _differs, "several",
                 apart=True)  # fmt: skip
    yield _part("use", "用量", "Use")
    yield _part("per", "除以", "Divided by")
    yield _part("factor", "修正系数之积", "Corrections together")
    yield Column("steps", Words("计算过程", "Steps"), lambda row: steps_in_words(row, "en"),
                 "several", shown=steps_in_words, apart=True)  # fmt: skip
    yield _of("electricity", "标准的电力折标系数", "Coefficient of electricity", _electricity,
              "number", unit="kgce/kWh", apart=True)  # fmt: skip
    yield _published("document", "文件", "Document", apart=True)
    yield _published("clause", "条款", "Clause", apart=True)
    yield _published("source", "来源", "Source", apart=True)
    yield _published("evidence", "核实情况", "Evidence", apart=True)


STANDARDS: Final = Table[Held, WhichStandards](
    code="quota-standards-compared",
    path="/quota-standards",
    page="/quota-standards",
    words=Words("定额标准对照", "Quota standards side by side"),
    hint=Words(
        "按省份、类别、类型、级别和气候分区匹配;数据不足时不评定。",
        "Matched by province, class, kind, level and climate zone; too little measured, no grade.",
    ),
    about="Each institution held against quota standards and published averages: whether one "
    "applies and why not, its tiers, the intensity that is compared with its corrections, grade, "
    "and what is to be saved in a year for the next tier. `verdict` none says that no quota "
    "applies, and what is lacking. Standards, classes and words hold as on the last day of the "
    "year. `limit` counts institutions.",
    tag="accounts",
    columns=tuple(_columns()),
    filter=WhichStandards,
    ask=answered,
    size=4,
    at_once=200,
    empty=Words("没有符合条件的机构或标准。", "No institution or standard matches."),
    then=Words(
        "请放宽条件;缺少的事项可在机构页面登记。",
        "Ask for less; what is lacking can be stated on the page of an institution.",
    ),
)
