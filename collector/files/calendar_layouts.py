"""Which values a table holds whose columns or rows are days, months or instants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from collector.files.answers import Answers
from collector.files.calendar_columns import Calendar, lasting
from collector.files.headings import Heading
from collector.files.instants import LOCAL
from collector.files.months import january, month_of, said_in, year_of
from collector.files.questions import LENGTH, MONTH, STAMP
from collector.files.refusals import CellError, Place, asked, refusal
from collector.files.tables import Cell, text_of
from collector.files.values import ValueColumn
from collector.files.zones import wall_clock

_OF_YEAR: Final = "year"


def columns_of(
    calendar: Calendar, headings: Sequence[Heading], place: Place, answers: Answers
) -> tuple[ValueColumn, ...]:
    """Return a column of values for each that a time heads; asked, where one must say more."""
    if calendar.kind == "instants":
        return _instants(calendar.columns, headings, place, answers)
    return tuple(
        ValueColumn(at, headings[at].text, unit=headings[at].unit, month=0, day=n)
        if calendar.kind == "days"
        else ValueColumn(
            at, headings[at].text, unit=headings[at].unit,
            month=n - 1 if calendar.kind == _OF_YEAR else n,
        )
        for at, n in calendar.columns.items()
    )  # fmt: skip


def monthly(values: Sequence[ValueColumn]) -> tuple[ValueColumn, ...]:
    """Return columns whose values are of the month of their row."""
    return tuple(replace(one, month=0) for one in values)


def said_month(
    kind: str,
    above: Sequence[tuple[int, list[Cell]]],
    known: Mapping[str, int],
    place: Place,
    answers: Answers,
) -> int | None:
    """Return the month, since 1970, of all rows that name none; None where it cannot be told.

    An answer goes before what the lines above say, or the sheet's title. Asked where the columns
    are days or months, and nothing says of which.
    """
    if kind == "months":
        return 0
    if answers.month:
        return _answered(answers.month, place)
    months, years = said_in(place.sheet)
    for _, row in above:
        for cell in row:
            more = said_in(text_of(cell))
            months, years = months | more[0], years | more[1]
    if kind != _OF_YEAR and len(months) == 1:
        return months.pop()
    if (kind == _OF_YEAR or "month" in known) and len(years) == 1:
        return january(years.pop())
    if kind in {"days", _OF_YEAR} and not known.keys() & {"month", "year"}:
        raise asked(MONTH, place, "")
    return None


def _answered(text: str, place: Place) -> int:
    month, year = month_of(text), year_of(text)
    if month is None and year is None:
        raise refusal(CellError("bad_month", text), place)
    return january(year or 1970) if month is None else month


def _instants(
    columns: Mapping[int, int], headings: Sequence[Heading], place: Place, answers: Answers
) -> tuple[ValueColumn, ...]:
    first = headings[min(columns, key=lambda at: columns[at])]
    if answers.stamp is None:
        raise asked(STAMP, place.at(place.line, first.text), first.text)
    if answers.stamp == "start":
        lengths = lasting(columns, answers)
        if lengths is None:
            last = max(columns.values())
            said = wall_clock(last - LOCAL if last > LOCAL // 2 else last)
            raise asked(LENGTH, place, said)
    else:
        ends = sorted(columns.values())
        before = dict(zip(ends[1:], ends, strict=False))
        lengths = {at: ms - before.get(ms, ms) for at, ms in columns.items()}
    shift = answers.stamp == "start"
    return tuple(
        ValueColumn(
            at, headings[at].text, unit=headings[at].unit,
            after_ms=ms + (lengths[at] if shift else 0), length_ms=lengths[at],
        )
        for at, ms in columns.items()
    )  # fmt: skip
