"""What each column of a table holds: the row of headings is found, and the shape that they give."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from collector.files.answers import IGNORE, Answers
from collector.files.calendar_columns import Calendar, calendar_of
from collector.files.calendar_layouts import columns_of, monthly, said_month
from collector.files.column_questions import called, demand, headless
from collector.files.columns import Columns, columns_of_row, heading_told
from collector.files.delimited import blank
from collector.files.headings import Heading
from collector.files.headless import without_header
from collector.files.hours import hour_columns
from collector.files.own_forms import is_own
from collector.files.rates import rate_columns
from collector.files.refusals import CellError, Place, refusal
from collector.files.tables import Cell, text_of
from collector.files.values import Layout, ValueColumn
from collector.files.wide_columns import channels_of, hours_of, must_differ
from metering.unit_names import unit_of

_CALENDAR: Final = frozenset(("days", "months", "year", "instants"))
_OF_ROWS: Final = ("gateway", "channel", "seq", "ratio", "duration")
_SEARCHED: Final = 60  # rows, for the one that names the columns
_TIMES: Final = ("at", "date", "from", "to")
_UNIT_SAID: Final = re.compile(
    r"\s*[(\uff08]?\s*(?:uom|units?|单位|计量单位)\s*[:\uff1a]\s*([^\s)\uff09]{1,20})\s*[)\uff09]?\s*",
    re.IGNORECASE,
)


def layout_of(
    lines: Sequence[int],
    rows: Sequence[list[Cell]],
    place: Place,
    answers: Answers,
    separator: str,
) -> Layout:
    """Return how a table is to be read; InputError names what is missing or not understood.

    lines, rows: its first ones.
    """
    top = [(line, row) for line, row in zip(lines, rows, strict=True) if not blank(row)]
    top = top[:_SEARCHED]
    if not top:
        raise refusal(CellError("empty"), place.at(1, "header"))
    at = _header(top, answers.columns)
    if at is None:
        found = without_header(top, answers)
        if found is None:
            raise headless(top, place, answers.columns)
        return found
    line, row = top[at]
    sample = [cells for _, cells in top[at + 1 :]]
    columns = columns_of_row(row, sample, place.at(line, "header"), answers.columns)
    return _shaped(columns, line, sample, place, answers, separator, top[:at])


def _header(top: Sequence[tuple[int, list[Cell]]], told: Mapping[str, str]) -> int | None:
    """Return which row names the columns: a time and a value, or as many of them as any names."""
    best, most = None, 1
    for at, (_, row) in enumerate(top):
        roles = {heading_told(cell, told, n).role for n, cell in enumerate(row)} - {"", IGNORE}
        roles |= {"at"} if "clock" in roles and "date" not in roles else set()
        hours = hour_columns(row)
        times = roles.intersection((*_TIMES, "month"))
        calendar = {} if times else calendar_of(row).columns
        headed = bool(hours) or len(calendar) > (0 if "channel" in roles else 2)
        named = len(roles) + 2 * headed
        others = sum(
            1
            for n, cell in enumerate(row)
            if text_of(cell) and not heading_told(cell, told, n).role
        )
        if times and others and len(roles) < 3 and not hours:
            named += 1  # a column for each channel
        if named > most and (times or len(roles) > 1 or headed):
            best, most = at, named
    return best


def header_row(rows: Sequence[tuple[int, list[Cell]]], told: Mapping[str, str]) -> int | None:
    """Return which of the first rows of a table names the columns; none of them is blank."""
    return _header(rows[:_SEARCHED], told)


def _unit(above: Sequence[tuple[int, list[Cell]]]) -> str:
    """Return the unit that a line above the table says."""
    for _, row in above:
        for cell in row:
            said = _UNIT_SAID.fullmatch(text_of(cell))
            if said and (unit := unit_of(said[1])):
                return unit
    return ""


def _shaped(
    columns: Columns,
    line: int,
    sample: Sequence[list[Cell]],
    place: Place,
    answers: Answers,
    separator: str,
    above: Sequence[tuple[int, list[Cell]]],
) -> Layout:
    known, headings = columns.place, columns.headings
    at, start = _times(known)
    shape, values = _values(columns, sample, place.at(line), at or start, answers)
    header = place.at(line, "header")
    month = None
    if not (at or start or shape == "instants"):
        month = said_month(shape, above, known, header, answers)
        shape, values = _of_month(shape, values, month, known)
    timed = at or start or shape in _CALENDAR or any(one.month is not None for one in values)
    _demand(columns, bool(timed), values, shape, header, answers)
    taken = {one.place for one in values} | {known[role] for role in _read_roles(shape, known)}
    heads = tuple(one.text for one in headings)
    return Layout(
        shape=shape if not start or shape != "long" else "periods",
        header_line=line,
        width=len(headings),
        headings=heads,
        at=at,
        start=start,
        values=values,
        unit_column=known.get("unit"),
        **{one: known.get(one) for one in _OF_ROWS},
        unit=_unit(above),
        own_format=separator == "," and is_own({one.lower() for one in heads}),
        left_out=tuple(text for n, text in enumerate(heads) if n not in taken and text),
        rates_left=tuple(heads[n] for n in columns.rates.values() if n not in taken),
        rates_both=len({one.suffix == "" for one in values}) == 2,
        year=known.get("year") if shape != "months" else None,
        month=known.get("month") if shape != "months" else None,
        said_month=month,
    )


def _of_month(
    shape: str, values: tuple[ValueColumn, ...], month: int | None, known: Mapping[str, int]
) -> tuple[str, tuple[ValueColumn, ...]]:
    """Return columns without time as those of the month of their row, where one is said."""
    if shape in _CALENDAR or (month is None and "month" not in known):
        return shape, values
    return "month" if shape == "long" else shape, monthly(values)


def _values(
    columns: Columns,
    sample: Sequence[list[Cell]],
    place: Place,
    at: tuple[int, ...],
    answers: Answers,
) -> tuple[str, tuple[ValueColumn, ...]]:
    """Return the shape of a table, and its columns of values; none where there are none."""
    known, headings = columns.place, columns.headings
    heads = [one.text for one in headings]
    calendar = Calendar("", {}) if at else calendar_of(heads)
    if len(calendar.columns) > (0 if "channel" in known else 2):
        return calendar.kind, columns_of(calendar, headings, place, answers)
    hours = hour_columns(heads)
    if hours:
        return "hours", hours_of(columns.headings, hours, place, answers)
    if columns.rates:
        return "rates", rate_columns(headings, columns.rates, known, answers)
    single = known.get("value", known.get("current"))
    timed = at or "month" in known
    if single is None and not (columns.unknown and timed and "channel" not in known):
        single = known.get("total")  # which else sums the channels beside it
    if single is not None:
        return "long", (_value(headings, single),)
    if columns.unknown and timed and "channel" not in known:
        found = channels_of(columns.headings, columns.unknown, sample)
        must_differ(found, place)
        if answers.channel and len(found) == 1 and not headings[found[0].place].role:
            return "long", (replace(found[0], key=""),)
        return "channels", found
    return "long", ()


def _times(known: Mapping[str, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the columns of the instant, or of the end of a period, and those of its start."""
    day = (known["date"],) if "date" in known else ()
    start = (*day, known["from"]) if "from" in known else ()
    end = (*day, known["to"]) if "to" in known else ()
    if start and not end and "at" in known:  # of each reading its instant, and when its use began
        end = (known["at"],)
    if not end and not start:
        end = (
            (known["at"],) if "at" in known else (*day, known["clock"]) if "clock" in known else day
        )
    return end, start


def _read_roles(shape: str, known: Mapping[str, int]) -> list[str]:
    skipped = {"previous", "current", "total", "value"} if shape != "long" else {"previous"}
    if "value" in known or "current" in known:
        skipped |= {"total"} if "value" in known else set()
        skipped |= {"current"} if "value" in known else set()
    return [role for role in known if role not in skipped]


def _value(headings: Sequence[Heading], at: int) -> ValueColumn:
    return ValueColumn(at, headings[at].text, unit=headings[at].unit)


def _demand(
    columns: Columns,
    timed: bool,
    values: Sequence[ValueColumn],
    shape: str,
    place: Place,
    answers: Answers,
) -> None:
    """Raise what is missing, told twice, or not understood."""
    used = {one.place for one in values}
    strange = [called(columns.headings[at].text, at) for at in columns.unknown if at not in used]
    missing = [name for name, there in (("at", timed), ("value", values)) if not there]
    demand(columns.headings, strange, columns.place, missing, place, answers)
    if answers.channel and ("channel" in columns.place or shape == "channels"):
        raise refusal(CellError("two_channels", answers.channel), place)
