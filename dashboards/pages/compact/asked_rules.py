"""What the address of a comparison asks of each rule: its parameters, as fields and as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from actions.compact.rule_fields import given
from actions.compact.rules import Parameter, RuleInWords, Value
from actions.fields import Option, Words, plain
from actions.filled import pairs_of
from actions.kinds import ungrouped
from actions.saying import words_of
from dashboards.pages.asking import FormField
from dashboards.pages.viewer import Viewer
from dashboards.pages.writing import unit_name

T = TypeVar("T")
_ASKED: Final = "asked"  # in the address once somebody chose among the rules

Keys = Mapping[str, Sequence[Option]]  # of what each value is: classes, members
First = Mapping[str, Mapping[str, Decimal]]  # by parameter, of one rule as G.leading; then by class
Marks = Mapping[str, Mapping[str, str]]  # the same: where such a value is from


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of one parameter: one, or one for each class or member."""

    parameter: Parameter
    label: str
    hint: str
    fields: list[FormField]

    @property
    def wrong(self) -> bool:
        """Whether a value cannot be read."""
        return any(one.error for one in self.fields)


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule with what the address gives it.

    shown: whether it is compared. chosen: whether a person ticked it.
    """

    rule: RuleInWords
    shown: bool
    chosen: bool
    groups: list[Group]
    values: Mapping[str, Value | Mapping[str, Decimal] | None]

    @property
    def wrong(self) -> bool:
        """Whether a value cannot be read."""
        return any(group.wrong for group in self.groups)

    def pairs(self, year: int | None) -> list[tuple[str, str]]:
        """Return what the form takes that keeps a run by this rule."""
        found = given(self.rule.code, self.values)
        return pairs_of(found | ({"year": year} if year else {}))


def asked_of(
    viewer: Viewer, rules: Sequence[RuleInWords], keys: Keys, first: First, marks: Marks
) -> list[RuleForm]:
    """Return all rules as the address asks for them; what it leaves out begins as it may."""
    query = viewer.request.query_params
    chosen = _ASKED in query
    found = []
    for rule in rules:
        groups = [
            _group(
                viewer, rule, one, keys, _of(first, rule, one) or {}, _of(marks, rule, one) or {}
            )
            for one in rule.parameters
        ]
        values = {group.parameter.name: _values(group) for group in groups}
        shown = rule.code in query if chosen else rule.first
        found.append(RuleForm(rule, shown, chosen, groups, values))
    return found


def _of(by: Mapping[str, T], rule: RuleInWords, parameter: Parameter) -> T | None:
    """Return what is said of a rule's parameter, else of all parameters of that name."""
    return by.get(f"{rule.code}.{parameter.name}", by.get(parameter.name))


def _group(
    viewer: Viewer,
    rule: RuleInWords,
    parameter: Parameter,
    keys: Keys,
    begun: Mapping[str, Decimal],
    marks: Mapping[str, str],
) -> Group:
    whole = [Option("", parameter.words)]
    fields = []
    for one in keys.get(parameter.of, ()) if parameter.of else whole:
        name = ".".join(part for part in (rule.code, parameter.name, one.value) if part)
        default = begun.get(one.value, parameter.default)
        made = _field(viewer, name, one.words, parameter, default)
        fields.append(_marked(viewer, made, default, marks.get(one.value, "")))
    hint = parameter.hint.say(viewer.lang) if parameter.hint else ""
    return Group(parameter, parameter.words.say(viewer.lang), hint, fields)


def _marked(viewer: Viewer, made: FormField, default: Value | None, mark: str) -> FormField:
    """Return a field that says where its value is from, if that is known: typed ones win."""
    if not mark:
        return made
    typed = made.value != ("" if default is None else str(default))
    return replace(made, hint=viewer.say("compare_typed") if typed else mark)


def _field(
    viewer: Viewer, name: str, words: Words, parameter: Parameter, default: Value | None
) -> FormField:
    raw = viewer.request.query_params.get(name)
    value = ("" if default is None else str(default)) if raw is None else raw.strip()
    error = _wrong(value, parameter)
    return FormField(
        name=name,
        kind="choice" if parameter.choices else "number",
        label=words.say(viewer.lang),
        hint=parameter.hint.say(viewer.lang) if parameter.hint and not parameter.of else "",
        unit=unit_name(parameter.unit, viewer.lang),
        value=value,
        error=error.say(viewer.lang) if error else "",
        needed=True,
        options=parameter.choices,
    )


def _wrong(text: str, parameter: Parameter) -> Words | None:
    """Return what is wrong with a value, None where nothing is; an open one is not."""
    if not text:
        return None
    if parameter.choices:
        known = text in {one.value for one in parameter.choices}
        return None if known else words_of("enum", {})
    value = _number(text)
    if value is None:
        return words_of("decimal_parsing", {})
    if value < parameter.least:
        return words_of("greater_than_equal", {"ge": parameter.least})
    return words_of("less_than_equal", {"le": parameter.most}) if value > parameter.most else None


def _values(group: Group) -> Value | Mapping[str, Decimal] | None:
    """Return the values of a parameter, as far as they can be read; nought leaves a class out."""
    parameter = group.parameter
    if not parameter.of:
        (one,) = group.fields
        text = str(one.value)
        if not text or one.error:
            return None
        return text if parameter.choices else _number(text)
    found = {one.name.split(".", 2)[2]: _number(str(one.value)) for one in group.fields}
    keep_nought = parameter.of == "member"
    return {key: value for key, value in found.items() if value or (value == 0 and keep_nought)}


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(ungrouped(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def options(names: Iterable[tuple[str, str | None, str | None]]) -> list[Option]:
    """Return keys with their names in both languages; one without a name is called by its key."""
    return [
        Option(key, Words(zh or en or key, en or zh or key) if zh or en else plain(key))
        for key, zh, en in names
    ]
