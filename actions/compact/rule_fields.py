"""A rule, its parameters and its year as fields of an action, out of what rules say they take."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, create_model

from actions.compact.rules import Parameter, Value, Values, method_of, rules
from actions.fields import Acting, Choices, Option, Words, field
from actions.kinds import Amount, Id, Line, Row, Signed
from compact.methods import Method
from storage.compact import unions

_MOST_ROWS: Final = 5_000
Year = Annotated[int, Field(ge=1970, le=2100)]


def every_rule(at: Acting) -> Sequence[Option]:
    """Return the rules to choose from."""
    return [Option(one.code, one.words) for one in rules()]


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

    rule: Line = field(zh="规则", en="Rule", choices=every_rule, examples=["A"])
    year: Year | None = field(
        zh="年份",
        en="Year",
        default=None,
        hint=("目标路径中的一年;留空为目标年", "Of the target's path; the last where left open"),
    )

    @property
    def method(self) -> Method:
        """The rule with what it is given; InputError where it does not take that."""
        values: dict[str, Value | Mapping[str, Decimal] | None] = {}
        for one in parameters():
            value = getattr(self, one.name)
            values[one.name] = _by_key(value) if one.of and value is not None else value
        corrections: dict[int, dict[str, Decimal]] = {}
        for row in getattr(self, "factors", None) or ():
            corrections.setdefault(row.institution, {})[row.name] = row.factor
        return method_of(self.rule, values, corrections)


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
        elif value is not None and value != one.default:
            found[one.name] = value
    return found


def _by_key(rows: Sequence[Any]) -> dict[str, Decimal]:
    return {str(next(iter(row.model_dump().values()))): row.value for row in rows}


def _offering(options: Sequence[Option]) -> Choices:
    return lambda _: options


def _fields() -> Iterator[tuple[str, Any]]:
    for one in parameters():
        takers = [rule.code for rule in rules() if one.name in {p.name for p in rule.parameters}]
        zh = [f"规则 {'、'.join(takers)}"]
        en = [f"{'Rules' if takers[1:] else 'Rule'} {' and '.join(takers)}"]
        if one.default is not None and not one.of:
            zh, en = [*zh, f"留空为 {one.default}"], [*en, f"{one.default} where left open"]
        if one.hint is not None:
            zh, en = [*zh, one.hint.zh], [*en, one.hint.en]
        hint = (";".join(zh), "; ".join(en))
        zh_name, en_name = one.words.zh, one.words.en
        offered = _offering(one.choices) if one.choices else None
        asked: Any = field(
            zh=zh_name, en=en_name, hint=hint, unit=one.unit, default=None, choices=offered
        )
        kind: Any = Line if one.choices else Signed if one.least < 0 else Amount
        yield one.name, ((_LISTS[one.of] if one.of else kind) | None, asked)


_ROWS: Final[dict[str, type[Row]]] = {"class": OfClass, "member": OfMember}
_LISTS: Final[dict[str, Any]] = {
    "class": Annotated[list[OfClass], Field(max_length=_MOST_ROWS)],
    "member": Annotated[list[OfMember], Field(max_length=_MOST_ROWS)],
}
RuleFields: Any = create_model("RuleFields", __base__=_Chosen, **dict(_fields()))
