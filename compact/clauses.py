"""The typed clauses of an agreement: what each may say, and which grade lets it bind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metering.errors import InputError


class Grade(StrEnum):
    """Who signs: departments without money, departments, or governments."""

    MEMORANDUM = "memorandum"
    DEPARTMENTS = "departments"
    GOVERNMENTS = "governments"


class Kind(StrEnum):
    """What a clause is about."""

    SCOPE = "scope"
    INDICATORS = "indicators"
    BASE = "base"
    TARGET = "target"
    RULE = "rule"
    PERIODS = "periods"
    BANKING = "banking"
    CARRY = "carry"
    TRANSFER = "transfer"
    SHARING = "sharing"
    TERM = "term"
    WITHDRAWAL = "withdrawal"
    RUBRIC = "rubric"
    COMPENSATION = "compensation"


# Each grade and clause in (zh, en).
GRADES: Final = {
    Grade.MEMORANDUM: ("备忘录", "Memorandum"),
    Grade.DEPARTMENTS: ("部门间协议", "Agreement of departments"),
    Grade.GOVERNMENTS: ("政府间协议", "Agreement of governments"),
}
CLAUSES: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.SCOPE: ("范围", "Scope"),
    Kind.INDICATORS: ("控制指标与口径", "Indicators and their definitions"),
    Kind.BASE: ("基期", "Base years"),
    Kind.TARGET: ("节能目标", "Target"),
    Kind.RULE: ("分解规则", "Allocation rule"),
    Kind.PERIODS: ("考核周期", "Periods"),
    Kind.BANKING: ("结转与预借", "Banking and borrowing"),
    Kind.CARRY: ("超出结转", "Carried shortfall"),
    Kind.TRANSFER: ("指标调剂", "Transfers"),
    Kind.SHARING: ("数据共享", "Sharing"),
    Kind.TERM: ("期限", "Term"),
    Kind.WITHDRAWAL: ("退出", "Withdrawal"),
    Kind.RUBRIC: ("评分细则", "Rubric"),
    Kind.COMPENSATION: ("利益共享补偿", "Benefit sharing and compensation"),
}
_OF_WORK: Final = {
    Kind.SCOPE, Kind.INDICATORS, Kind.BASE, Kind.SHARING, Kind.TERM, Kind.WITHDRAWAL
}  # fmt: skip
# A memorandum moves nothing; departments bind what they may decide; money is the governments'.
MAY_BIND: Final[Mapping[Grade, frozenset[Kind]]] = {
    Grade.MEMORANDUM: frozenset(_OF_WORK),
    Grade.DEPARTMENTS: frozenset(set(Kind) - {Kind.COMPENSATION}),
    Grade.GOVERNMENTS: frozenset(Kind),
}

Value = str | int
# What each clause may say, in order; amounts and percentages are decimal text, years whole numbers.
TERMS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.SCOPE: ("scope",),
    Kind.INDICATORS: ("profile", "definitions"),
    Kind.BASE: ("base_year", "base_first", "base_last", "revise_percent"),
    Kind.TARGET: ("fall_percent", "growth_percent", "target_year", "curve"),
    Kind.RULE: ("rule", "weights"),
    Kind.PERIODS: ("period_years", "interim_percent", "cover_months"),
    Kind.BANKING: ("bank_percent", "borrow_percent"),
    Kind.CARRY: ("carry_factor",),
    Kind.TRANSFER: ("delay_hours", "longer_hours", "trusted"),
    Kind.SHARING: ("sharing", "lag_months"),
    Kind.TERM: ("until",),
    Kind.WITHDRAWAL: ("notice_months",),
    Kind.RUBRIC: ("rubric",),
    Kind.COMPENSATION: ("compensation",),
}
_KIND_OF: Final = {name: kind for kind, names in TERMS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what it is about, what it says, and whether it binds or states an intention."""

    kind: Kind
    terms: Mapping[str, Value]
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that two versions say otherwise; None where one of them says nothing.

    name: of the term, or "binds" of a clause that is in both.
    """

    kind: Kind
    name: str
    before: Value | None
    after: Value | None


def clauses_of(terms: Mapping[str, Value | None], binding: Iterable[Kind]) -> tuple[Clause, ...]:
    """Return the clauses that these terms make, in order; a clause without a term is none."""
    binding = set(binding)
    made = []
    for kind, names in TERMS.items():
        said = {name: value for name in names if (value := terms.get(name)) is not None}
        if said:
            made.append(Clause(kind, said, kind in binding))
        elif kind in binding:
            raise _says_nothing(kind)
    return tuple(made)


def refuse_beyond(grade: Grade, clauses: Iterable[Clause]) -> None:
    """Refuse a clause that this grade of agreement cannot make binding."""
    for one in clauses:
        if one.binds and one.kind not in MAY_BIND[grade]:
            raise _above(grade, one.kind)


def refuse_years(clauses: Iterable[Clause]) -> None:
    """Refuse half a path, a target year before the base year, and a base year not allowed."""
    said = {name: value for one in clauses for name, value in one.terms.items()}
    base, end = said.get("base_year"), said.get("target_year")
    if end is not None and base is None:
        raise _years(
            "base_year", "约定目标年须同时约定基期年。", "A target year needs a base year."
        )
    if isinstance(base, int) and isinstance(end, int) and end <= base:
        raise _years(
            "target_year", "目标年须在基期年之后。", "The target year is after the base year."
        )
    first, last = said.get("base_first", base), said.get("base_last", base)
    inside = all(isinstance(one, int) for one in (first, base, last))
    if inside and not first <= base <= last:  # type: ignore[operator]
        raise _years(
            "base_year",
            "基期年须在允许的年份之内。",
            "The base year lies within the years allowed.",
        )


def differences(before: Iterable[Clause], after: Iterable[Clause]) -> list[Difference]:
    """Return what the second text says otherwise than the first, in order of clauses."""
    old, new = ({one.kind: one for one in each} for each in (before, after))
    found = []
    for kind, names in TERMS.items():
        was, now = old.get(kind), new.get(kind)
        for name in names:
            said = was.terms.get(name) if was else None
            says = now.terms.get(name) if now else None
            if said != says:
                found.append(Difference(kind, name, said, says))
        if was and now and was.binds != now.binds:
            found.append(Difference(kind, "binds", str(was.binds), str(now.binds)))
    return found


def kind_of(name: str) -> Kind:
    """Return the clause to which a term belongs."""
    return _KIND_OF[name]


def _says_nothing(kind: Kind) -> InputError:
    return InputError(
        "agreement.empty_clause",
        zh=f"约束性条款“{CLAUSES[kind][0]}”没有内容。",
        en=f"The clause “{CLAUSES[kind][1]}” is to bind and says nothing.",
        next_zh="请填写该条款,或不列为约束性条款。",
        next_en="Say something in it, or do not let it bind.",
        where={"field": "binding", "value": kind.value},
    )


def _above(grade: Grade, kind: Kind) -> InputError:
    needed = next(one for one in Grade if kind in MAY_BIND[one])
    return InputError(
        "agreement.above_grade",
        zh=f"协议等级“{GRADES[grade][0]}”不能约束条款“{CLAUSES[kind][0]}”。",
        en=f"An agreement of the grade “{GRADES[grade][1]}” cannot make “{CLAUSES[kind][1]}” bind.",
        next_zh=f"请改为意向条款,或由“{GRADES[needed][0]}”等级的协议约定。",
        next_en=f"State it as an intention, or agree on it in the grade “{GRADES[needed][1]}”.",
        where={"field": "binding", "value": kind.value, "grade": grade.value},
    )


def _years(field: str, zh: str, en: str) -> InputError:
    return InputError(
        f"agreement.bad_{field}",
        zh=zh,
        en=en,
        next_zh="请改正年份。",
        next_en="Correct the years.",
        where={"field": field},
    )
