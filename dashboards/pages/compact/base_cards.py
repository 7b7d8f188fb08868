"""One base as the review shows it: what is odd in words, its months beside the other year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from actions.compact.base_words import CODES, HOWS, MONTHS, STATES
from actions.compact.bases import BaseLine, Finding, History, State
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kg, percent
from dashboards.pages.viewer import Viewer

_YEAR: Final = range(1, 13)
_TALL: Final = 40  # of the tallest bar, in the chart's own units
_PLAIN: Final = frozenset(
    {"missing", "partial", "zero", "negative"}
)  # said of several months at once
_SAID: Final = {
    "missing": "odd_missing",
    "partial": "odd_partial",
    "no_factor": "odd_no_factor",
    "beyond": "odd_beyond",
    "zero": "odd_zero",
    "negative": "odd_negative",
    "frozen": "odd_frozen",
    "area": "odd_area",
    "persons": "odd_persons",
    "no_base": "odd_no_base",
}


@dataclass(frozen=True, slots=True)
class Odd:
    """Something odd in words, what it moves, and the months whose forms settle it.

    estimates: each month with the query of its form.
    """

    text: str
    effect: str
    estimates: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the base year beside the same of the other year; heights are of the chart."""

    month: int
    base: str
    state: str
    other: str
    missing: bool
    base_tall: float
    other_tall: float


@dataclass(frozen=True, slots=True)
class BaseCard:
    """A base as its card has it; seen: whether the reader sees the institution at all."""

    institution_id: int
    name: str
    member: str
    seen: bool
    state: str
    state_words: str
    year: int | None
    other_year: int | None
    total: str
    effect: str
    share: str
    odd: list[Odd]
    remarks: list[str]
    months: list[Month]


def card_of(
    viewer: Viewer,
    line: BaseLine,
    known: tuple[History | None, Mapping[int, str], Mapping[str, str]],
) -> BaseCard:
    """Return a line of a review as its card.

    known: what is known of it by month, and the names of members and carriers.
    """
    history, members, carriers = known
    base = line.base
    other = _other_year(line, history)
    state = STATES[line.state]
    return BaseCard(
        institution_id=line.institution_id,
        name=viewer.name(line) or viewer.say("base_unseen", id=line.institution_id),
        member=members.get(line.member_id, str(line.member_id)),
        seen=line.seen,
        state=line.state,
        state_words=state[0] if viewer.lang == "zh" else state[1],
        year=base.year if base else None,
        other_year=other,
        total=kg(base.total_g if base else None),
        effect=kg(line.effect_g),
        share=percent(None if line.own_share is None else line.own_share * 100),
        odd=_odd(viewer, line, carriers),
        remarks=_remarks(viewer, line, carriers),
        months=_months(viewer, line, history, other),
    )


def _odd(viewer: Viewer, line: BaseLine, carriers: Mapping[str, str]) -> list[Odd]:
    """Return what is odd, months of one kind together."""
    groups: dict[tuple[str, str | None, int | None], list[Finding]] = {}
    for one in line.findings:
        mark = one.mark
        alone = None if mark.code in _PLAIN else mark.month
        groups.setdefault((mark.code, mark.carrier, alone), []).append(one)
    return [_group(viewer, line, some, carriers) for some in groups.values()]


def _group(viewer: Viewer, line: BaseLine, some: list[Finding], carriers: Mapping[str, str]) -> Odd:
    first, year = some[0], line.base.year if line.base else None
    mark = first.mark
    if not line.seen:
        words = CODES[mark.code]
        return Odd(words[0] if viewer.lang == "zh" else words[1], "", [])
    months = [one.mark.month for one in some if one.mark.month is not None]
    text = viewer.say(
        _SAID[mark.code],
        carrier=carriers.get(mark.carrier or "", viewer.say("odd_any_carrier")),
        months=_spans(viewer, months, year),
        there=kg(first.grams),
        like=kg(first.reference_g),
        unit=line.indicator.unit_shown,
    )
    return Odd(text, kg(sum(one.effect_g for one in some)), _estimates(line, some, year))


def _estimates(line: BaseLine, some: list[Finding], year: int | None) -> list[tuple[str, str]]:
    """Return the months that an estimate can settle, with the query that fills its form in."""
    found = []
    for one in some:
        if one.mark.month is not None and year is not None:
            month = f"{year}-{one.mark.month:02d}"
            asked = {"institution": line.institution_id, "month": month}
            if one.mark.carrier:
                asked["carrier"] = one.mark.carrier
            found.append((month, urlencode(asked)))
    return found


def _remarks(viewer: Viewer, line: BaseLine, carriers: Mapping[str, str]) -> list[str]:
    """Return what planners have said of a base: estimates, then the last decision."""
    at = 0 if viewer.lang == "zh" else 1
    found = [
        viewer.say(
            "base_estimated",
            month=f"{one.month:%Y-%m}",
            carrier=carriers.get(one.carrier, one.carrier),
            how=HOWS[one.how][at],
            reason=one.reason,
            by=viewer.person(one.made_by),
        )
        for one in line.acts
    ]
    if line.verdict is not None:
        words = STATES.get(line.verdict.verdict, STATES["open"])[at]
        day = f"{line.verdict.made_at:%Y-%m-%d}"
        by = viewer.person(line.verdict.made_by)
        values = {"state": words, "reason": line.verdict.reason, "by": by}
        found.append(viewer.say("base_decided", day=day, **values))
    return found


def _other_year(line: BaseLine, history: History | None) -> int | None:
    """Return the year beside the base's of which more is known, the one after where both are."""
    if line.base is None or history is None:
        return None
    known = history.known()
    count = {
        year: sum((year, month) in known for month in _YEAR)
        for year in (line.base.year + 1, line.base.year - 1)
    }
    return max(count, key=lambda year: count[year]) if any(count.values()) else None


def _months(
    viewer: Viewer, line: BaseLine, history: History | None, other: int | None
) -> list[Month]:
    """Return twelve months of the base year beside those of the other one."""
    if line.base is None or not line.seen:
        return []
    known = history.known() if history is not None and other is not None else {}
    beside = [known.get((other or 0, month)) for month in _YEAR]
    most = max((*(one or 0 for one in (*line.base.months_g, *beside)), 1))
    at, months = 0 if viewer.lang == "zh" else 1, []
    for month, own, like, state in zip(
        _YEAR, line.base.months_g, beside, line.base.states or (State.MISSING,) * 12, strict=True
    ):
        tall = [max(0.0, (one or 0) * _TALL / most) for one in (own, like)]
        months.append(Month(month, kg(own), MONTHS[state.value][at], kg(like), own is None, *tall))
    return months


def _spans(viewer: Viewer, months: list[int], year: int | None) -> str:
    """Return months as people say them: 2025-01 to 2025-03, 2025-05."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    spans = [
        f"{year}-{one[0]:02d}"
        if len(one) == 1
        else viewer.say("odd_span", first=f"{year}-{one[0]:02d}", last=f"{year}-{one[-1]:02d}")
        for one in runs
    ]
    return ("、" if viewer.lang == "zh" else ", ").join(spans) or writing.DASH
