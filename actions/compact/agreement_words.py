"""What agreements, their clauses and terms are called, and what two versions differ in."""

from collections.abc import Mapping
from typing import Final

from actions.fields import Words, plain
from compact import clauses
from compact.agreements import STATES
from compact.clauses import Difference, Grade, Value

GRADES: Final = {one.value: Words(*said) for one, said in clauses.GRADES.items()}
AGREEMENT_STATES: Final = {one: Words(*said) for one, said in STATES.items()}
CLAUSES: Final[Mapping[str, Words]] = {one: Words(*said) for one, said in clauses.CLAUSES.items()}
TERM_WORDS: Final[Mapping[str, tuple[Words, str]]] = {
    "scope": (Words("哪些机构在内", "Which institutions count"), ""),
    "profile": (Words("折标系数组", "Profile"), ""),
    "definitions": (Words("各成员口径对照", "Definitions, mapped per member"), ""),
    "base_year": (Words("基期年", "Base year"), ""),
    "base_first": (Words("可选基期起", "Allowed base years from"), ""),
    "base_last": (Words("可选基期止", "Allowed base years to"), ""),
    "revise_percent": (Words("面积、人数、名录变动达此即重定", "Revised at a change by"), "%"),
    "fall_percent": (Words("较基期下降", "Fall below the base year"), "%"),
    "growth_percent": (Words("总量可超过基期,至多", "A cap may exceed its base by, at most"), "%"),
    "target_year": (Words("目标年", "Target year"), ""),
    "curve": (Words("路径", "Path"), ""),
    "rule": (Words("规则", "Rule"), ""),
    "weights": (Words("权重", "Weights"), ""),
    "period_years": (Words("周期年数", "Years of a period"), ""),
    "interim_percent": (Words("期中各年核销", "Interim cover of each year before the last"), "%"),
    "cover_months": (Words("年度结束后须核销的月数", "A year is covered within"), "months"),
    "bank_percent": (Words("结转上限", "May be banked, at most"), "%"),
    "borrow_percent": (Words("预借上限", "May be borrowed, at most"), "%"),
    "carry_factor": (Words("超出结转倍数", "Factor on a carried shortfall"), ""),
    "delay_hours": (Words("调剂等待时间", "A transfer waits"), "h"),
    "longer_hours": (Words("向名单外调剂等待时间", "A transfer outside the list waits"), "h"),
    "trusted": (Words("可信名单", "Trusted list"), ""),
    "sharing": (Words("共享内容与层级", "What is shown to whom"), ""),
    "lag_months": (Words("共享滞后月数", "Months until it is shown"), "months"),
    "until": (Words("有效期至", "Until"), ""),
    "notice_months": (Words("退出提前通知月数", "Months of notice before leaving"), "months"),
    "rubric": (Words("评分细则", "Rubric"), ""),
    "compensation": (Words("补偿办法", "Compensation"), ""),
    "binds": (Words("约束力", "Whether it binds"), ""),
}  # fmt: skip
_BINDS: Final = {
    "True": Words("约束性条款", "binding"),
    "False": Words("意向条款", "an intention"),
}
_UNITS_ZH: Final = {"months": "个月", "h": "小时"}


def in_words(name: str, value: Value | None) -> Words:
    """Return what a term says, with its unit."""
    if value is None:
        return Words("未约定", "nothing")
    if name == "binds":
        return _BINDS[str(value)]
    unit = TERM_WORDS[name][1]
    if unit == "%":
        return plain(f"{value}%")
    return Words(f"{value} {_UNITS_ZH.get(unit, unit)}".strip(), f"{value} {unit}".strip())


def told(one: Difference) -> tuple[Words, Words, Words]:
    """Return a difference between two versions: clause with term, before, after."""
    clause, term = CLAUSES[one.kind], TERM_WORDS[one.name][0]
    what = Words(f"{clause.zh}:{term.zh}", f"{clause.en}: {term.en}")
    return what, in_words(one.name, one.before), in_words(one.name, one.after)


def named(grade: Grade) -> Words:
    """Return what a grade is called."""
    return GRADES[grade.value]
