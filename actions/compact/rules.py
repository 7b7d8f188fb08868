"""The rules that a planner chooses from, as people read of them: out of their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final

from actions.fields import Option, Words
from compact.bands import Band
from compact.indicators import Indicator
from compact.methods import Method
from compact.parameters import By, Kind
from compact.parameters import Parameter as OfRule
from compact.rules import rules as registered
from compact.ruling import AllocationRule, Reach
from compact.targets import MILLION
from metering.errors import InputError
from storage.registry import bands
from storage.registry.bands import BandRule

_MOST: Final = Decimal(1_000_000_000)  # where a rule says none


class HowFar(StrEnum):
    """How far one λ reaches, as a planner may choose; a rule whose caps are its own keeps them."""

    UNION = Reach.UNION.value
    MEMBER = Reach.MEMBER.value
    CAP = Reach.CAP.value


REACHES: Final = {
    Reach.UNION.value: Words("全联合体共用一个 λ", "one λ over the whole union"),
    Reach.MEMBER.value: Words(
        "各成员总量先按等比例定,成员内部各用一个 λ",
        "each member the same percentage first, then a λ of its own",
    ),
    Reach.CAP.value: Words(
        "规则只定各成员总量;成员内部由其自定,此处暂按基期比例",
        "the rule fixes members' totals alone; inside, each decides (by the base until then)",
    ),
}

Value = Decimal | str
Values = Mapping[str, Value | Mapping[str, Decimal] | None]
BandRules = Mapping[str, BandRule]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a rule is given.

    of: "" where it is one value; else "class" or "member", of each of which it is one.
    default: None where it may be left open, and then is none. choices: where it is a word, not a
    number; then least, most and step say nothing. published: its choices are rules that an
    authority published; these are the ones that ship, see `rules_with`.
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
    published: bool = False


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """A rule as people read of it: what it is called, how it shares, and what it is given.

    source: of its formula. first: whether a comparison shows it before anybody has chosen.
    """

    code: str
    words: Words
    says: Words
    parameters: tuple[Parameter, ...]
    source: str = ""
    first: bool = True


@cache
def rules() -> Sequence[RuleInWords]:
    """Return all rules in order of their letters."""
    return tuple(_in_words(one) for one in registered())


def rules_with(published: BandRules, indicator: Indicator) -> Sequence[RuleInWords]:
    """Return all rules, to choose from what is published here, in units of what is counted."""
    return [
        replace(
            rule,
            parameters=tuple(
                replace(_with(one, published), unit=indicator.of_rule(one.unit))
                for one in rule.parameters
            ),
        )
        for rule in rules()
    ]


def published_options(published: BandRules) -> tuple[Option, ...]:
    """Return published rules by their codes, each with the document in which it stands."""
    named = ((code, f"{code} · {one.document or '–'}") for code, one in published.items())
    return tuple(Option(code, Words(text, text)) for code, text in named)


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


def rule_with_reach(method: Mapping[str, Any]) -> Words:
    """Return what a rule is called, and how far λ reaches where that was chosen.

    method: as a run or scenario keeps it.
    """
    rule, reach = rule_words(str(method["rule"])), REACHES.get(str(method.get("reach")))
    if reach is None:
        return rule
    return Words(f"{rule.zh}({reach.zh})", f"{rule.en} ({reach.en})")


def method_of(
    code: str,
    values: Values,
    factors: Mapping[int, Mapping[str, Decimal]] | None = None,
    published: BandRules | None = None,
    within: Reach | None = None,
) -> Method:
    """Return a rule with what it is given; refuse what it does not take.

    values: by parameter; None, or not there, is its default. factors: corrections by institution.
    published: rules by bands to choose from; None is those that ship. within: how far λ reaches.
    """
    one = rule_of(code)
    given = {name: value for name, value in values.items() if value not in (None, {})}
    for name in sorted(given.keys() - {parameter.name for parameter in one.parameters}):
        raise _not_taken(one, name)
    (rule,) = (each for each in registered() if each.about.letter == code)
    return Method(
        code,
        factors={
            institution: {name: int(value * MILLION) for name, value in named.items()}
            for institution, named in (factors or {}).items()
        },
        within=within,
        **dict(_kept(rule, given, bands.shipped() if published is None else published)),
    )


def _kept(
    rule: type[AllocationRule], given: Mapping[str, Any], published: BandRules
) -> list[tuple[str, Any]]:
    found = []
    for one in rule.parameters():
        value = given.get(one.field_name)
        if one.kind is Kind.BANDS:
            code = str(value or next(iter(published), ""))
            if value and code not in published:
                raise one.wrong("不是现行有效的已发布规则", "is none of those in force")
            rows = published[code].bands if code in published else ()
            found.append((one.name, tuple(Band.of(row) for row in rows)))
        elif value is not None:
            found.append((one.name, one.kept(value)))
    return found


def _in_words(rule: type[AllocationRule]) -> RuleInWords:
    about = rule.about
    return RuleInWords(
        about.letter,
        Words(*about.name),
        Words(*about.explains),
        tuple(_parameter(one) for one in rule.parameters()),
        about.source,
        about.first,
    )


def _parameter(one: OfRule) -> Parameter:
    choices = tuple(Option(each.code, Words(each.zh, each.en)) for each in one.choices)
    default = one.typed(one.default) if one.by is By.ALL else one.typed_each
    made = Parameter(
        one.field_name,
        Words(one.zh, one.en),
        of="" if one.by is By.ALL else one.by.value,
        hint=Words(one.hint_zh, one.hint_en) if one.hint_zh else None,
        unit=one.unit,
        default=default,
        least=one.least,
        most=_MOST if one.most is None else one.most,
        step=one.step,
        choices=choices,
        published=one.kind is Kind.BANDS,
    )
    return _with(made, bands.shipped())


def _with(one: Parameter, published: BandRules) -> Parameter:
    if not one.published:
        return one
    return replace(one, choices=published_options(published), default=next(iter(published), None))


def _not_taken(one: RuleInWords, name: str) -> InputError:
    return InputError(
        "rule.not_taken",
        zh=f"规则 {one.code} 没有参数 {name}。",
        en=f"Rule {one.code} takes no {name}.",
        next_zh="请删去该参数,或改选规则。",
        next_en="Leave it open, or choose another rule.",
        where={"field": name},
    )
