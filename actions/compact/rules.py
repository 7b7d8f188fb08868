"""The rules that a planner chooses from, each with its parameters, in words and as fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from actions.fields import Option, Words
from compact.methods import Method, Rule
from metering.errors import InputError

_PERCENT: Final = 10_000  # millionths
_WHOLE: Final = 1_000_000
_SAVED: Final = "most_saved_percent"
_TWENTY: Final = Decimal(20)

Value = Decimal | str
Values = Mapping[str, Value | Mapping[str, Decimal] | None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a rule is given.

    of: "" where it is one value; else "class" or "member", of each of which it is one.
    default: None where it may be left open, and then is none. choices: where it is a word, not a
    number; then least, most and step say nothing.
    """

    name: str
    words: Words
    of: str = ""
    hint: Words | None = None
    unit: str = ""
    default: Value | None = None
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100)
    step: Decimal = Decimal(1)
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """A rule as people read of it: what it is called, how it shares, and what it is given."""

    code: str
    words: Words
    says: Words
    parameters: tuple[Parameter, ...]


_MOST_SAVED: Final = Parameter(
    _SAVED,
    Words("单年最多节约(占基期)", "Most saved in a year, of the base"),
    unit="%",
    default=_TWENTY,
)
_RULES: Final = (
    RuleInWords(
        Rule.PROPORTIONAL.value,
        Words("A 按基期比例", "A proportional to base"),
        Words(
            "各机构按核定基期同比例取得用能指标,不低于下限、不高于上限。",
            "Everyone keeps the same share of its adjusted base, between floor and ceiling.",
        ),
        (
            Parameter(
                "floor_percent",
                Words("下限(占基期)", "Floor, of the base"),
                unit="%",
                default=Decimal(0),
                most=Decimal(1000),
            ),
            Parameter(
                "ceiling_percent",
                Words("上限(占基期)", "Ceiling, of the base"),
                hint=Words("留空即无上限", "Left open: none"),
                unit="%",
                most=Decimal(1000),
            ),
        ),
    ),
    RuleInWords(
        Rule.GAP.value,
        Words("B 按与先进值的差距", "B by gap to leading value"),
        Words(
            "按单位面积能耗与先进值的差距分担节能量;已达先进值者不再要求。",
            "Savings follow the gap to the leading value; whoever is there is asked nothing.",
        ),
        (
            _MOST_SAVED,
            Parameter(
                "leading",
                Words("先进值", "Leading value"),
                of="class",
                hint=Words("定额标准的引导值,按机构类型", "Of the quota standard, by class"),
                unit="kgce/m²",
                most=Decimal(1000),
                step=Decimal("0.5"),
            ),
        ),
    ),
    RuleInWords(
        Rule.CAPABILITY.value,
        Words("C 按能力加权", "C weighted by capability"),
        Words(
            "按基期与成员能力系数之积分担节能量。",
            "Savings follow base times the member's capability.",
        ),
        (
            _MOST_SAVED,
            Parameter(
                "weights",
                Words("能力系数", "Capability"),
                of="member",
                hint=Words("没有填写的成员为 1", "1 of members that are not named"),
                default=Decimal(1),
                step=Decimal("0.05"),
            ),
        ),
    ),
)
# What a method calls its parts, by the field that a person filled in.
_FIELDS: Final = {"ceiling": "ceiling_percent"}


def rules() -> Sequence[RuleInWords]:
    """Return all rules in order of their letters."""
    return _RULES


def rule_of(code: str) -> RuleInWords:
    """Return one rule; InputError where there is none of that letter."""
    for one in rules():
        if one.code == code:
            return one
    known = ", ".join(one.code for one in rules())
    raise InputError(
        "rule.unknown",
        zh=f"没有规则“{code}”。",
        en=f"There is no rule “{code}”.",
        next_zh=f"可选规则:{known}。",
        next_en=f"The rules are {known}.",
        where={"field": "rule", "value": code},
    )


def rule_words(code: str) -> Words:
    """Return what a rule is called; of one that there is no more, its letter."""
    return next((one.words for one in rules() if one.code == code), Words(code, code))


def method_of(
    code: str, values: Values, factors: Mapping[int, Mapping[str, Decimal]] | None = None
) -> Method:
    """Return a rule with what it is given; refuse what it does not take.

    values: by parameter; None, or not there, is its default. factors: corrections by institution.
    """
    one = rule_of(code)
    taken = {parameter.name: parameter.default for parameter in one.parameters if not parameter.of}
    given = {name: value for name, value in values.items() if value not in (None, {})}
    for name in sorted(given.keys() - {parameter.name for parameter in one.parameters}):
        raise _not_taken(one, name)
    whole: dict[str, Any] = {**taken, **given}
    try:
        return Method(
            rule=Rule(code),
            floor=_millionths(whole.get("floor_percent") or Decimal(0)),
            ceiling=_millionths_or_none(whole.get("ceiling_percent")),
            most_saved=_millionths(whole.get(_SAVED, _TWENTY)),
            leading=dict(whole.get("leading") or {}),
            weights={int(k): int(v * _WHOLE) for k, v in (whole.get("weights") or {}).items()},
            factors={
                institution: {name: int(value * _WHOLE) for name, value in named.items()}
                for institution, named in (factors or {}).items()
            },
        )
    except InputError as error:
        field = str(error.where.get("field", ""))
        error.where["field"] = _FIELDS.get(field, field)
        raise


def _millionths(percent: Decimal) -> int:
    return int(percent * _PERCENT)


def _millionths_or_none(percent: Decimal | None) -> int | None:
    return None if percent is None else _millionths(percent)


def _not_taken(one: RuleInWords, name: str) -> InputError:
    return InputError(
        "rule.not_taken",
        zh=f"规则 {one.code} 没有参数 {name}。",
        en=f"Rule {one.code} takes no {name}.",
        next_zh="请删去该参数,或改选规则。",
        next_en="Leave it open, or choose another rule.",
        where={"field": name},
    )
