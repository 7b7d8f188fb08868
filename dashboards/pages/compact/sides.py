"""Rules side by side as a page writes them: members, the whole, fairness, a chart, marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from actions.compact.base_words import CODES, MONTHS, in_words
from actions.compact.bases import State
from actions.compact.comparing import Compared, Fairness, RuleResult
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kg, percent
from dashboards.pages.compact.asked_rules import RuleForm
from dashboards.pages.viewer import Viewer

_MULTIPLIER_PLACES: Final = 6
_RATIO_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Side:
    """A rule's side: what it was given, what it came to, or why it came to nothing."""

    asked: RuleForm
    tried: RuleResult
    error: str
    keep: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule gives a member, and of what part of its base; withheld: neither is told."""

    amount: str = writing.DASH
    of_base: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A member, or all together, with a cell for each rule; base: withheld like a cell."""

    name: str
    base: Cell
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of fairness: what it is called, what it means, and its value under each rule."""

    label: str
    meaning: str
    values: list[str]


def lines_of(viewer: Viewer, found: Compared, sides: Sequence[Side]) -> list[Line]:
    """Return a line for each member that has anything to show."""
    names = {one.region_id: viewer.name(one) or str(one.region_id) for one in found.members}
    tried = [one.tried for one in sides]
    base = {who: each.base_g for one in tried for who, each in one.members.items()}
    hidden = {who for one in tried for who in one.withheld}
    return [
        Line(
            names.get(who, str(who)),
            Cell(kg(base[who])) if who in base else Cell(withheld=True),
            [_of_member(one, who) for one in sides],
        )
        for who in sorted(base.keys() | hidden)
    ]


def whole_of(viewer: Viewer, sides: Sequence[Side]) -> Line:
    """Return the line of all members together."""
    made = [one.tried for one in sides if one.tried.fairness is not None]
    told = next((one.base_g for one in made if one.base_g is not None), None)
    base = Cell(kg(told), withheld=bool(made) and told is None)
    return Line(viewer.say("compare_total"), base, [_of_all(one) for one in sides])


def measures_of(viewer: Viewer, sides: Sequence[Side]) -> list[Measure]:
    """Return the measures by which rules are compared, each explained where it stands."""
    say = viewer.say
    fair = [one.tried.fairness for one in sides]

    def row(label: str, meaning: str, read: Callable[[Fairness], float | int | None]) -> Measure:
        return Measure(label, meaning, [_measure(one, read) for one in fair])

    return [
        Measure(say("compare_lambda"), say("compare_lambda_why"), [_lambda(one) for one in sides]),
        row(
            say("compare_least"),
            say("compare_least_why"),
            lambda f: f.to_base.least if f.to_base else None,
        ),
        row(
            say("compare_most"),
            say("compare_most_why"),
            lambda f: f.to_base.most if f.to_base else None,
        ),
        row(
            say("compare_effort"),
            say("compare_effort_why"),
            lambda f: f.effort.most if f.effort else None,
        ),
        row(say("compare_gini"), say("compare_gini_why"), lambda f: f.gini_of_rates),
        row(say("compare_bound"), say("compare_bound_why"), lambda f: f.at_bound),
    ]


def chart_of(viewer: Viewer, found: Compared, sides: Sequence[Side]) -> dict[str, Any] | None:
    """Return how far each member falls below its base under each rule, in percent, as bars."""
    drawn = [one for one in sides if one.tried.members]
    members = sorted({who for one in drawn for who in one.tried.members})
    if not members:
        return None
    names = {one.region_id: viewer.name(one) or str(one.region_id) for one in found.members}
    series = [
        {
            "name": one.asked.rule.words.say(viewer.lang),
            "key": key,
            "values": [_fall(one, who) for who in members],
            "partial": [False] * len(members),
        }
        for one, key in zip(drawn, _COLOURS * 2, strict=False)
    ]
    return {
        "stack": False,
        "unit": "%",
        "names": [names.get(who, str(who)) for who in members],
        "series": series,
    }


def marks_of(viewer: Viewer, sides: Sequence[Side]) -> list[str]:
    """Return what the bases that are compared rest on: months by state, what is missing or odd."""
    one = next((side.tried for side in sides if side.tried.fairness is not None), None)
    if one is None:
        return []
    states, lang = one.states, viewer.lang
    known = [
        f"{in_words(MONTHS[each.value], lang)} {states[each]:,}" for each in State if states[each]
    ]
    odd = [f"{in_words(CODES[code], lang)} {many:,}" for code, many in sorted(one.marks.items())]
    lines = [viewer.say("compare_months", months=" · ".join(known))]
    if odd:
        lines.append(viewer.say("compare_odd", marks=" · ".join(odd)))
    if one.without_base:
        lines.append(viewer.say("compare_without_base", count=one.without_base))
    if one.left_out:
        lines.append(viewer.say("compare_left_out", count=one.left_out))
    return lines


def _of_member(side: Side, who: int) -> Cell:
    share = side.tried.members.get(who)
    if share is None:
        return Cell(withheld=who in side.tried.withheld)
    return _cell(share.amount_g, share.base_g)


def _of_all(side: Side) -> Cell:
    one = side.tried
    if one.base_g is None or one.amount_g is None:
        return Cell(withheld=one.fairness is not None)
    return _cell(one.amount_g, one.base_g)


def _cell(amount_g: int, base_g: int) -> Cell:
    ratio = Decimal(amount_g) / base_g * 100 if base_g else None
    return Cell(kg(amount_g), "" if ratio is None else percent(ratio, 2))


def _fall(side: Side, who: int) -> float | None:
    share = side.tried.members.get(who)
    if share is None or not share.base_g:
        return None
    return round(float(100 - Decimal(share.amount_g) / share.base_g * 100), 3)


def _lambda(side: Side) -> str:
    """Return λ of each year, as far as it tells of nobody."""
    values = (Decimal(by.numerator) / Decimal(by.denominator) for by in side.tried.multipliers)
    found = [writing.number(one, _MULTIPLIER_PLACES) for one in values]
    return " · ".join(found) or writing.DASH


def _measure(fair: Fairness | None, read: Callable[[Fairness], float | int | None]) -> str:
    value = None if fair is None else read(fair)
    if value is None or isinstance(value, int):
        return writing.number(value)
    return writing.number(Decimal(str(value)), _RATIO_PLACES)


_COLOURS: Final = [
    "electricity",
    "natural_gas",
    "water",
    "heat",
    "other",
    "other-2",
    "other-3",
    "before",
]
