"""Corrections that the platform proposes out of what is registered, and taking them into a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from actions.compact.factor_names import KINDS_OF_WEATHER, factor_name
from actions.compact.starting import Start, start_of
from actions.compact.things import every_target
from actions.compact.weathering import by_weather
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.tables import Column, Filter, Table
from compact.corrections import Correction, proposed
from compact.methods import Method
from compact.targets import MILLION
from storage.registry import institutions


def corrections_of(start: Start, year: int | None) -> Mapping[int, list[Correction]]:
    """Return what registered sizes and degree days propose, by institution, where they differ.

    Sizes revise a base from the change on that the agreement binds to, where it says one.
    Of institutions that the planner does not see nothing is proposed: λ would tell of them.
    """
    rows = {int(who): row for row, who in enumerate(start.roster.institution.tolist())}
    found = {who: [one] for who, one in by_weather(start).items()}
    for who, sizes in start.resized.items():
        row = rows.get(who)
        if row is None or not start.has[row] or who in start.unseen.all:
            continue
        base = start.base[row]
        of_year = start.kept.target.year_after(base, year)
        if some := proposed(sizes, base.year, date(of_year, 1, 1), start.revised_from):
            found[who] = [*some, *found.get(who, ())]
    return found


def corrected(
    start: Start,
    method: Method,
    year: int | None,
    known: Mapping[int, list[Correction]] | None = None,
) -> Method:
    """Return a rule with the proposed corrections; what a person typed stands before them.

    known: the corrections, where they are at hand.
    """
    some_of = corrections_of(start, year) if known is None else known
    factors = {who: {one.name: one.factor for one in some} for who, some in some_of.items()}
    for who, named in method.factors.items():
        factors[who] = {**factors.get(who, {}), **named}
    return method.but(factors=factors)


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A proposed correction of an institution that the planner sees."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    one: Correction


class WhichCorrections(Filter):
    """Of which target, and for which of its years."""

    target: Id | None = field(zh="节能目标", en="Target", choices=every_target, default=None)
    year: int | None = field(zh="年份", en="Year", default=None)


def _lines(at: Acting, asked: WhichCorrections) -> Iterable[CorrectionLine]:
    if asked.target is None:
        return []
    found = corrections_of(start_of(at.connection, asked.target, "run.try"), asked.year)
    named = institutions.names(at.connection, sorted(found))
    return [
        CorrectionLine(who, *named[who], one)
        for who, some in sorted(found.items())
        if who in named
        for one in some
    ]


def _why(one: Correction, lang: Lang) -> list[str]:
    """Return what of a base follows the weather, a line each."""
    if one.weather is None:
        return []
    known = one.weather
    return [
        KINDS_OF_WEATHER[part.kind]
        .say(lang)
        .format(
            share=_places(round(part.share * 100, 1)),
            before=_places(round(part.before, 1)),
            after=_places(round(part.after, 1)),
            year=known.year,
            station=known.station,
            usual=known.reference_station,
        )
        for part in one.parts
        if part.before != part.after
    ]


def _places(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return format(round(Decimal(value.numerator) / Decimal(value.denominator), 6).normalize(), "f")


CORRECTIONS: Final = Table[CorrectionLine, WhichCorrections](
    code="target-corrections",
    path="/target-corrections",
    page="/target-corrections",
    words=Words("建议的基期修正", "Proposed corrections"),
    about="Corrections of bases that registered sizes and degree days propose for a target: area, "
    "occupancy by the form of GB/T 51161, and climate by the degree days of the base year and of "
    "the reference year, each a factor with what it rests on. A run takes them by `corrected`.",
    tag="runs and quotas",
    columns=(
        Column("institution_id", Words("机构编号", "Institution id"),
               lambda line: line.institution_id, "whole",
               link=lambda line: f"/institutions/{line.institution_id}"),
        Column("institution", Words("机构", "Institution"), only="people",
               shown=lambda line, lang: (line.name_zh if lang == "zh" else line.name_en)
               or line.name_zh or str(line.institution_id)),
        Column("name", Words("修正", "Correction"), lambda line: line.one.name,
               shown=lambda line, lang: factor_name(line.one.name).say(lang)),
        Column("factor", Words("系数", "Factor"),
               lambda line: _places(Fraction(line.one.factor, MILLION)), "number"),
        Column("before", Words("基期", "In the base year"),
               lambda line: _places(line.one.before), "number",
               hint=Words("平方米,或每平方米人数", "m², or persons per m²")),
        Column("after", Words("指标年初", "When the quota begins"),
               lambda line: _places(line.one.after), "number"),
        Column("since", Words("登记自", "Registered since"), lambda line: line.one.since, "day"),
        Column("weather", Words("度日", "Degree days"), lambda line: _why(line.one, "en"),
               "several", shown=lambda line, lang: _why(line.one, lang)),
    ),
    filter=WhichCorrections,
    every=_lines,
    size=1000,
    reckons=True,
)  # fmt: skip
