"""A rule, its parameters and its year as fields of an action, out of what rules say they take."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, create_model

from actions.compact.rules import (
    REACHES,
    BandRules,
    HowFar,
    Parameter,
    Value,
    Values,
    method_of,
    published_options,
    rules,
)
from actions.fields import Acting, Choices, Option, Words, field
from actions.kinds import Amount, Id, Line, Row, Signed
from compact.indicators import SHARED
from compact.methods import Method
from compact.ruling import Reach
from storage.compact import unions
from storage.registry import bands

_MOST_ROWS: Final = 5_000
Percent = Annotated[Amount, Field(le=100)]
Year = Annotated[int, Field(ge=1970, le=2100)]


def every_rule(at: Acting) -> Sequence[Option]:
    """Return the rules to choose from."""
    return [Option(one.code, one.words) for one in rules()]


def every_band_rule(at: Acting) -> Sequence[Option]:
    """Return the published rules by bands that are in force."""
    return published_options(bands.in_force(at.connection, at.today))


def planned_members(at: Acting) -> Sequence[Option]:
    """Return the members of the unions that the actor plans for."""
    planned = {one.union_id for one in unions.listed(at.connection) if one.planned}
    found: dict[int, Words] = {}
    for one in unions.members(at.connection):
        if one.union_id in planned:
            number = str(one.region_id)
            zh, en = one.name_zh or one.name_en, one.name_en or one.name_zh
            found[one.region_id] = Words(zh or number, en or number)
    return [Option(str(region), words) for region, words in sorted(found.items())]


class OfClass(Row):
    """A parameter's value for a class of institutions."""

    code: Line = field(zh="机构类型代码", en="Class code", examples=["GOV"])
    value: Signed = field(zh="数值", en="Value", examples=["12.5"])


class OfMember(Row):
    """A parameter's value for a member."""

    member: Id = field(zh="成员单位", en="Member", choices=planned_members, examples=[3])
    value: Signed = field(zh="数值", en="Value", examples=["1.1"])


class Correction(Row):
    """A named correction of an institution's base, such as climate or occupancy."""

    institution: Id = field(zh="机构编号", en="Institution id", examples=[7])
    name: Line = field(zh="名称", en="Name", examples=["climate"])
    factor: Amount = field(zh="系数", en="Factor", examples=["0.95"])


class _Chosen(BaseModel):
    """The rule and the year; the rule's parameters stand between these and the corrections."""

    rule: Line = field(
        zh="规则",
        en="Rule",
        hint=(
            "从“比较规则”页面的“存为分解方案”打开时,规则及其参数已填好",
            "“Keep this as a run” under “Compare rules” fills in the rule and what it takes",
        ),
        choices=every_rule,
        examples=["A"],
    )
    year: Year | None = field(
        zh="年份",
        en="Year",
        default=None,
        hint=("目标路径中的一年;留空为目标年", "Of the target's path; the last where left open"),
    )

    reach: HowFar = field(
        zh="λ 的范围",
        en="How far λ reaches",
        hint=(
            "规则 G、H 自有总量,不受此影响;只约束成员总量时,内部由其主管机关自定",
            "G and H have caps of their own; where a member's cap alone binds, it decides inside",
        ),
        names=REACHES,
        default=HowFar.UNION,
    )
    corrected: bool = field(
        zh="按登记的面积和人数变化修正基期",
        en="Correct bases by registered areas and persons",
        hint=(
            "面积和人员密度自基期以来的变化;逐机构的系数与依据见“建议的基期修正”",
            "By what changed since the base year; “Proposed corrections” lists each with evidence",
        ),
        default=False,
    )

    relief_percent: Percent | None = field(
        zh="先进单位减免(占降幅)",
        en="Relief of certified leaders, of the fall",
        hint=(
            "有先进称号的机构,所求降幅至多为目标降幅的 100% 减此数;留空不减免",
            "No more is asked of a leader than the target's fall less this; open: no relief",
        ),
        unit="%",
        default=None,
    )
    duty_percent: Percent | None = field(
        zh="审计可节约量为上限,基本责任(占基期)",
        en="Audited potentials limit, with a basic duty of the base",
        hint=(
            "所求节约不超过审计确认的可节约量,但不低于基期的此百分比;留空不按审计限制",
            "No more is asked than an audit found, nor less than this; open: audits limit nothing",
        ),
        unit="%",
        default=None,
    )

    def method_with(self, published: BandRules) -> Method:
        """Return the rule with what it is given; InputError where it does not take that."""
        values: dict[str, Value | Mapping[str, Decimal] | None] = {}
        for one in parameters():
            value = getattr(self, one.name)
            values[one.name] = _by_key(value) if one.of and value is not None else value
        corrections: dict[int, dict[str, Decimal]] = {}
        for row in getattr(self, "factors", None) or ():
            corrections.setdefault(row.institution, {})[row.name] = row.factor
        return method_of(self.rule, values, corrections, published, Reach(self.reach.value))


def parameters() -> Sequence[Parameter]:
    """Return what any rule is given; what several take is there once."""
    known: dict[str, Parameter] = {}
    for rule in rules():
        for one in rule.parameters:
            known.setdefault(one.name, one)
    return list(known.values())


def given(rule: str, values: Values) -> dict[str, Any]:
    """Return values as these fields take them, of which defaults are left open."""
    found: dict[str, Any] = {"rule": rule}
    for one in parameters():
        value = values.get(one.name)
        if isinstance(value, Mapping):
            key = next(iter(_ROWS[one.of].model_fields))
            kept = {each: amount for each, amount in value.items() if amount != one.default}
            rows = [{key: each, "value": amount} for each, amount in kept.items()]
            found |= {one.name: rows} if rows else {}
        elif value is not None and (one.published or value != one.default):
            found[one.name] = value
    return found


def _by_key(rows: Sequence[Any]) -> dict[str, Decimal]:
    return {str(next(iter(row.model_dump().values()))): row.value for row in rows}


def _default(one: Parameter) -> Words:
    """Return what holds where it is left open, as the choice says it."""
    if one.published:
        return Words("现行最早发布的一套", "the oldest in force")
    for each in one.choices:
        if each.value == one.default:
            return Words(f"“{each.words.zh}”", f"“{each.words.en}”")
    return Words(f" {one.default}", str(one.default))


def _offering(options: Sequence[Option]) -> Choices:
    return lambda _: options


def _fields() -> Iterator[tuple[str, Any]]:
    for one in parameters():
        takers = [rule.code for rule in rules() if one.name in {p.name for p in rule.parameters}]
        zh = [f"规则 {'、'.join(takers)}"]
        en = [f"{'Rules' if takers[1:] else 'Rule'} {' and '.join(takers)}"]
        if one.default is not None and not one.of:
            default = _default(one)
            zh, en = [*zh, f"留空为{default.zh}"], [*en, f"{default.en} where left open"]
        if one.hint is not None:
            zh, en = [*zh, one.hint.zh], [*en, one.hint.en]
        hint = (";".join(zh), "; ".join(en))
        zh_name, en_name = one.words.zh, one.words.en
        offered = _offering(one.choices) if one.choices else None
        if one.published:
            offered = every_band_rule
        asked: Any = field(
            zh=zh_name,
            en=en_name,
            hint=hint,
            unit=_units(one.unit),
            default=None,
            choices=offered,
            among=("rule", tuple(takers)),
        )
        kind: Any = Line if offered else Signed if one.least < 0 else Amount
        yield one.name, ((_LISTS[one.of] if one.of else kind) | None, asked)


def _units(unit: str) -> str:
    """Return in what a number is stated: by what the target counts."""
    return " · ".join(dict.fromkeys(one.of_rule(unit) for one in SHARED))


_ROWS: Final[dict[str, type[Row]]] = {"class": OfClass, "member": OfMember}
_LISTS: Final[dict[str, Any]] = {
    "class": Annotated[list[OfClass], Field(max_length=_MOST_ROWS)],
    "member": Annotated[list[OfMember], Field(max_length=_MOST_ROWS)],
}
RuleFields: Any = create_model("RuleFields", __base__=_Chosen, **dict(_fields()))
