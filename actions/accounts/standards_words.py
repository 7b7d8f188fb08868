"""What answers of quota standards are called, for people."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from actions.accounts.standards import Held
from actions.fields import Words
from compact.standard_answers import Applies, Verdict
from compact.standard_grading import Step
from compact.standards import EVERY, Dimension, Grade, Tier
from storage.registry.standard_lists import Published

GRADES: Final[Mapping[str, Words]] = {
    Grade.LEADING: Words("先进(不高于引导值)", "leading"),
    Grade.REASONABLE: Words("合理(不高于基准值)", "reasonable"),
    Grade.MEETS: Words("达标(不高于约束值)", "meets the constraint"),
    Grade.EXCEEDS: Words("超过约束值", "above the constraint"),
    Grade.BEYOND: Words("高于已公布的各值", "above all values published"),
    Grade.BELOW_AVERAGE: Words("不高于平均值", "not above the average"),
    Grade.ABOVE_AVERAGE: Words("高于平均值", "above the average"),
}
LOOKS: Final[Mapping[str, str]] = {
    Grade.LEADING: "tag ok",
    Grade.REASONABLE: "tag ok",
    Grade.MEETS: "tag",
    Grade.EXCEEDS: "tag warn",
    Grade.BEYOND: "tag warn",
    Grade.BELOW_AVERAGE: "tag",
    Grade.ABOVE_AVERAGE: "tag",
}
VERDICTS: Final[Mapping[str, Words]] = {
    Verdict.GRADED: Words("已评定", "graded"),
    Verdict.NOT_ENOUGH: Words("数据不足,不评定", "not enough measured or stated"),
    Verdict.UNSETTLED: Words("是否适用待定", "not settled whether it applies"),
    Verdict.OTHER: Words("不适用", "for others"),
    Verdict.NONE: Words("无适用定额标准", "no applicable standard"),
}
APPLIES: Final[Mapping[str, Words]] = {
    Applies.OWN: Words("适用", "applies"),
    Applies.BEFORE: Words("年度早于标准,仅供参考", "the year came before the standard"),
    Applies.ELSEWHERE: Words("外省标准,仅供比较", "of another province, to compare with"),
    Applies.NO: Words("不适用", "does not apply"),
}
TIERS: Final[Mapping[str, Words]] = {
    Tier.GUIDE: Words("引导值(先进值)", "leading value"),
    Tier.BASELINE: Words("基准值", "reference value"),
    Tier.CONSTRAINT: Words("约束值", "constraint value"),
}
AVERAGE: Final = Words("平均值", "average")
DIMENSIONS: Final[Mapping[str, Words]] = {
    Dimension.PROVINCE: Words("所在省份", "province"),
    Dimension.CLASS: Words("机构类别", "class"),
    Dimension.KIND: Words("建筑或机构类型", "kind of building"),
    Dimension.LEVEL: Words("行政级别", "level"),
    Dimension.ZONE: Words("气候分区", "climate zone"),
}
WHY: Final = {
    "coverage": Words("数据完整率不足", "coverage"),
    "time": Words("在账时间不足一年", "less than a year in account"),
    "coefficient": Words("有能源品种缺折标系数", "a carrier without coefficient"),
    "year": Words("年度尚未结束", "the year is not over"),
    "use": Words("没有用量,或扣除大于用量", "no use, or more taken out than used"),
    "profile": Words("没有与标准一致的折标系数组", "no profile with the standard's coefficient"),
    "indicator": Words("该指标的算法尚未收录", "how the indicator is worked out is not on record"),
    "standard": Words("尚无为其公布的定额", "no quota is published for it"),
}
STEPS: Final = {"use": Words("用量", "use"), "per": Words("除以", "divided by")}


def lack(published: Published, name: str) -> Words:
    """Return what is lacking, in words."""
    if name in WHY:
        return WHY[name]
    if name in set(Dimension):
        return DIMENSIONS[Dimension(name)]
    return Words(*published.names.get(("input", name), (name, name)))


def word(published: Published, dimension: Dimension, code: str) -> Words:
    """Return a standard's word in both languages."""
    return Words(*published.names.get((dimension, code), (code, code)))


def number_of(one: Held) -> Words:
    """Return the number of a standard, or what an average is called."""
    standard = one.answer.standard
    code = "" if standard is None else standard.standard_no
    return Words(*one.published.names.get(("standard", code), (code, code)))


def tier_name(one: Held, tier: Tier) -> Words:
    """Return what a tier is called; an average is none."""
    average = one.answer.standard is not None and one.answer.standard.average
    return AVERAGE if average else TIERS[tier]


def whom(one: Held) -> Words:
    """Return for whom a standard's value is: kind, level and zone."""
    standard = one.answer.standard
    if standard is None:
        return Words("", "")
    by = ((Dimension.KIND, standard.kind), (Dimension.LEVEL, standard.level),
          (Dimension.ZONE, standard.zone))  # fmt: skip
    said = [word(one.published, of, code) for of, code in by if code not in (EVERY, "")]
    return Words(*(" · ".join(each.say(lang) for each in said) for lang in ("zh", "en")))


def step_name(published: Published, step: Step) -> Words:
    """Return what a step is called."""
    if step.correction is None:
        return STEPS[step.name]
    return Words(*published.names["correction", step.name])


def said(value: Fraction | None, places: int = 4) -> str | None:
    """Return a fraction as a decimal, halves away from nought; None stays so."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return format(rounded, "f")


def steps_in_words(one: Held, lang: str) -> list[str]:
    """Return each step of what was compared: name, formula with its numbers, value, version."""
    found = one.answer.compared
    if found is None:
        return []
    return [_line(one, each, "zh" if lang == "zh" else "en") for each in found.steps]


def _line(one: Held, step: Step, lang: str) -> str:
    colon, lacks = (":", "缺少") if lang == "zh" else (": ", "lacks")
    name = step_name(one.published, step).zh if lang == "zh" else step_name(one.published, step).en
    if step.correction is not None:
        name = f"{name} ({step.correction.version})"
    if step.value is None:
        missing = [lack(one.published, each) for each in step.lacks]
        words = (
            "、".join(m.zh for m in missing) if lang == "zh" else ", ".join(m.en for m in missing)
        )
        return f"{name}{colon}{step.expression.text} — {lacks} {words}"
    given = "; ".join(
        f"{each} = {said(one.amounts[each].value)} ({one.amounts[each].source})"
        for each in sorted(step.expression.names)
    )
    return f"{name}{colon}{step.expression.text} = {said(step.value)} [{given}]"
