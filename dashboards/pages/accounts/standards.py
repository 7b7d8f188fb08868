"""An institution beside the quota standards: where it stands under each, drawn on one scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from actions.accounts.standards import Held
from actions.accounts.standards_asked import Which, WhichStandards
from actions.accounts.standards_table import STANDARDS
from actions.accounts.standards_words import (
    APPLIES,
    DIMENSIONS,
    GRADES,
    LOOKS,
    VERDICTS,
    lack,
    number_of,
    said,
    steps_in_words,
    tier_name,
    whom,
    word,
)
from actions.registry.institutions import institution
from actions.registry.things import INSTITUTION
from actions.tables import rows_of
from compact.standard_answers import Applies, Verdict
from compact.standard_matching import Differs
from compact.standards import Dimension, Standard, Tier
from dashboards.pages import writing
from dashboards.pages.offers import offered
from dashboards.pages.viewer import Reader, Viewer
from storage.registry.standard_facts import StandardFact

router = APIRouter(include_in_schema=False)
WIDE: Final = 400  # of a drawing, in its own units
_ROOM: Final = Fraction(23, 20)  # beyond the greatest value
_MOST: Final = 1000
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """A tier, or where the institution stands: how far along, what it is called, how much it is."""

    key: str
    at: float
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One standard's answer as the page shows it; marks: its tiers on the group's scale."""

    standard: str
    whom: str
    applies: str
    own: bool
    grade: str
    look: str
    value: str
    marks: Sequence[Mark]
    stands: Mark | None
    left: str
    steps: Sequence[str]
    lacks: Sequence[str]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The answers on one indicator, side by side on one scale."""

    name: str
    unit: str
    lines: Sequence[Line]


@router.get("/institutions/{institution_id}/standards")
def get_standards(
    institution_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    viewer: Reader,
    year: Annotated[str, Query(pattern=r"^((19|20)\d{2})?$")] = "",
    which: Annotated[Which, Query()] = Which.COMPARED,
) -> Response:
    """Return the page of one institution in one year."""
    one = institution(viewer.actor, institution_id).institution
    chosen = int(year) if year else viewer.today.year - 1
    rows = answers_of(viewer, institution_id, chosen, Which.EVERY)
    shown = [row for row in rows if WhichStandards(which=which).wants(row.answer)]
    return viewer.page(
        "standards.html",
        one=one,
        year=chosen,
        which=which.value,
        groups=groups(viewer, shown),
        unsettled=[_open(viewer, row) for row in shown if row.answer.verdict is Verdict.UNSETTLED],
        lacking=next(
            (_lacks(viewer, row) for row in rows if row.answer.verdict is Verdict.NONE), None
        ),
        others=[_other(viewer, row) for row in rows if row.answer.verdict is Verdict.OTHER],
        facts=[(_fact(viewer, rows[0], one), one) for one in (rows[0].facts if rows else ())],
        offers=[
            (f"/do/{act.about.code}/{institution_id}", act.about.words.say(viewer.lang))
            for act in offered(viewer, INSTITUTION, institution_id)
            if act.about.code == "standard.state"
        ],
    )


def answers_of(viewer: Viewer, institution_id: int, year: int, which: Which) -> Sequence[Held]:
    """Return what the standards say of one institution in a year."""
    asked = WhichStandards(institution=institution_id, year=year, which=which)
    return rows_of(viewer.actor, STANDARDS, asked, None, _MOST).rows


def groups(viewer: Viewer, rows: Iterable[Held]) -> list[Group]:
    """Return what is graded, or would be if more were known, by indicator."""
    found: dict[str, list[Held]] = {}
    for row in rows:
        if row.answer.standard and row.answer.verdict in (Verdict.GRADED, Verdict.NOT_ENOUGH):
            found.setdefault(row.answer.standard.indicator, []).append(row)
    return [_group(viewer, code, some) for code, some in found.items()]


def _group(viewer: Viewer, code: str, rows: Sequence[Held]) -> Group:
    zh, en = rows[0].published.names.get(("indicator", code), (code, code))
    greatest = max(value for row in rows for value in _values(row)) * _ROOM
    order = sorted(rows, key=lambda row: row.answer.applies is Applies.ELSEWHERE)
    unit = _of(rows[0]).unit
    return Group(
        zh if viewer.lang == "zh" else en,
        writing.unit_name(unit, viewer.lang),
        [_line(viewer, row, greatest) for row in order],
    )


def _values(row: Held) -> list[Fraction]:
    value = row.answer.compared.value if row.answer.compared else None
    return [*_of(row).tiers.values(), *([] if value is None else [value])]


def _line(viewer: Viewer, row: Held, greatest: Fraction) -> Line:
    standard, answer, lang = _of(row), row.answer, viewer.lang
    value = answer.compared.value if answer.compared else None
    marks = [
        _mark(viewer, tier.value, standard.tiers[tier], greatest, tier_name(row, tier).say(lang))
        for tier in Tier
        if tier in standard.tiers
    ]
    stands = (
        None
        if value is None
        else _mark(viewer, "stands", value, greatest, viewer.say("standards_here"))
    )
    grade = GRADES[answer.grade] if answer.grade else VERDICTS[answer.verdict]
    return Line(
        standard=number_of(row).say(lang),
        whom=whom(row).say(lang),
        applies=APPLIES[answer.applies].say(lang),
        own=answer.applies is Applies.OWN,
        grade=grade.say(lang),
        look=LOOKS[answer.grade] if answer.grade else "missing",
        value=writing.DASH if value is None else _number(value),
        marks=marks,
        stands=stands,
        left=_left(viewer, row),
        steps=steps_in_words(row, lang),
        lacks=_lacks(viewer, row),
        source=_source(standard),
        verified=standard.evidence == "yes",
    )


def _mark(viewer: Viewer, key: str, value: Fraction, greatest: Fraction, name: str) -> Mark:
    at = float(value / greatest) * WIDE if greatest else 0.0
    return Mark(key, round(at, 1), name, _number(value))


def _left(viewer: Viewer, row: Held) -> str:
    """Return how far it is to the next tier, empty where there is none."""
    found = row.answer.distance
    if found is None:
        return ""
    unit = row.published.lists.indicators[_of(row).indicator].use_unit
    return viewer.say(
        "standards_left",
        tier=tier_name(row, found.tier).say(viewer.lang),
        use=f"{writing.number(_whole(found.use))} {writing.unit_name(unit, viewer.lang)}",
        share=writing.percent(float(found.share)),
    )


def _open(viewer: Viewer, row: Held) -> tuple[str, str, str]:
    """Return a standard that may apply, for whom it is, and what decides."""
    name = f"{number_of(row).say(viewer.lang)} · {_indicator(viewer, row)}"
    return name, whom(row).say(viewer.lang), _joined(viewer, _lacks(viewer, row))


def _other(viewer: Viewer, row: Held) -> tuple[str, str]:
    """Return a standard that is for others, and why."""
    why = [_why(viewer, row, one) for one in row.answer.differs]
    number = number_of(row).say(viewer.lang)
    name = f"{number} · {_indicator(viewer, row)} · {whom(row).say(viewer.lang)}"
    return name, _joined(viewer, why)


def _why(viewer: Viewer, row: Held, one: Differs) -> str:
    dimension = DIMENSIONS[one.dimension].say(viewer.lang)
    worded = one.dimension not in (Dimension.PROVINCE, Dimension.CLASS)
    asked = word(row.published, one.dimension, one.asked).say(viewer.lang) if worded else one.asked
    held = one.held or viewer.say("not_stated")
    if one.held and worded:
        held = word(row.published, one.dimension, one.held).say(viewer.lang)
    return viewer.say("standards_why", dimension=dimension, asked=asked or "–", held=held)


def _indicator(viewer: Viewer, row: Held) -> str:
    code = _of(row).indicator
    zh, en = row.published.names.get(("indicator", code), (code, code))
    return zh if viewer.lang == "zh" else en


def _fact(viewer: Viewer, row: Held, fact: StandardFact) -> str:
    """Return what was stated: a word of a standard, or a number of a formula with its unit."""
    if fact.word:
        return word(row.published, Dimension(fact.input), fact.word).say(viewer.lang)
    known = row.published.inputs.get(fact.input)
    unit = writing.unit_name(known.unit or "", viewer.lang) if known else ""
    number = writing.plain(fact.number.normalize())
    return f"{lack(row.published, fact.input).say(viewer.lang)} {number} {unit}".strip()


def _lacks(viewer: Viewer, row: Held) -> list[str]:
    return [lack(row.published, name).say(viewer.lang) for name in row.answer.lacks]


def _joined(viewer: Viewer, words: Iterable[str]) -> str:
    return ("、" if viewer.lang == "zh" else ", ").join(words)


def _source(standard: Standard) -> str:
    where = (standard.document, standard.clause, standard.source)
    return " · ".join(one for one in where if one)


def _of(row: Held) -> Standard:
    assert row.answer.standard is not None
    return row.answer.standard


def _whole(value: Fraction) -> int:
    return int(value + _HALF)


def _number(value: Fraction) -> str:
    return writing.number(Decimal(said(value, 2) or 0), 2)
