"""Who gains and who loses under each rule, as a page writes it: sentences, lists, a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.compact.comparing import Moved
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kg
from dashboards.pages.compact.sides import Side
from dashboards.pages.viewer import Viewer

Names = Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """An institution with its quota, and how much more or less of its base it may use."""

    institution: int
    name: str
    base: str
    amount: str
    by: str


@dataclass(frozen=True, slots=True)
class StandingShown:
    """A rule in a sentence, with those who gain and lose most under it."""

    rule: str
    sentence: str
    winners: list[Line]
    losers: list[Line]


def standings_of(viewer: Viewer, sides: Sequence[Side], names: Names) -> list[StandingShown]:
    """Return each rule's winners and losers beside the same percentage for everybody."""
    found = []
    for one in sides:
        if (there := one.tried.standing) is None:
            continue
        found.append(
            StandingShown(
                one.asked.rule.words.say(viewer.lang),
                _sentence(viewer, one),
                [_line(viewer, each, names) for each in there.winners],
                [_line(viewer, each, names) for each in there.losers],
            )
        )
    return found


def spread_of(viewer: Viewer, sides: Sequence[Side]) -> dict[str, Any] | None:
    """Return the least and the most that anybody may use of its base, rule by rule, as bars."""
    drawn = [(one, one.tried.fairness.to_base) for one in sides if one.tried.fairness is not None]
    told = [(one, spread) for one, spread in drawn if spread is not None]
    if not told:
        return None
    bars = (
        ("compare_spread_least", "before", [round(spread.least * 100, 2) for _, spread in told]),
        ("compare_spread_most", "electricity", [round(spread.most * 100, 2) for _, spread in told]),
    )
    return {
        "stack": False,
        "unit": "%",
        "names": [one.asked.rule.words.say(viewer.lang) for one, _ in told],
        "series": [
            {"name": viewer.say(word), "key": key, "values": values, "partial": [False] * len(told)}
            for word, key, values in bars
        ],
    }


def _sentence(viewer: Viewer, side: Side) -> str:
    there, fair = side.tried.standing, side.tried.fairness
    assert there is not None
    said = viewer.say(
        "compare_standing",
        more=writing.number(there.more),
        less=writing.number(there.less),
        same=writing.number(there.same),
    )
    if fair is None or fair.to_base is None:
        return said
    least, most = (
        writing.number(Decimal(str(one)) * 100, 1)
        for one in (fair.to_base.least, fair.to_base.most)
    )
    return f"{said} {viewer.say('compare_standing_span', least=least, most=most)}"


def _line(viewer: Viewer, one: Moved, names: Names) -> Line:
    zh, en = names.get(one.institution, (str(one.institution),) * 2)
    by = writing.number(Decimal(str(one.by)) * 100, 2)
    return Line(
        one.institution,
        zh if viewer.lang == "zh" else en,
        kg(one.base_g),
        kg(one.amount_g),
        f"+{by}" if one.by > 0 else by,
    )
