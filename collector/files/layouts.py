"""What each column of a table holds: the row of headings is found, and the shape that they give."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from collector.files.answers import IGNORE, Answers
from collector.files.calendar_columns import Calendar, calendar_of
from collector.files.calendar_layouts import columns_of, monthly, said_month
from collector.files.delimited import blank
from collector.files.headings import ROLES, Heading, heading_of, is_total
from collector.files.headless import without_header
from collector.files.hours import hour_columns
from collector.files.months import month_of
from collector.files.own_forms import OWN, is_own
from collector.files.questions import COLUMN, MONTH
from collector.files.rates import rate_columns
from collector.files.refusals import CellError, Place, asked, refusal
from collector.files.running_totals import statistic_of
from collector.files.tables import Cell, text_of
from collector.files.turned import as_turned
from collector.files.values import Layout, ValueColumn
from collector.files.wide_columns import channels_of, each_a_channel, hours_of, must_differ
from metering.unit_names import unit_of

_CALENDAR: Final = frozenset(("days", "months", "year", "instants"))
_OF_ROWS: Final = ("gateway", "channel", "seq", "ratio", "duration")
_SEARCHED: Final = 60  # rows, for the one that names the columns
_TIMES: Final = ("at", "date", "from", "to")
_UNIT_SAID: Final = re.compile(
    r"\s*[(\uff08]?\s*(?:uom|units?|单位|计量单位)\s*[:\uff1a]\s*([^\s)\uff09]{1,20})\s*[)\uff09]?\s*",
    re.IGNORECASE,
)
_EXACT: Final = ("channel", "key", "通道", "通道键")


@dataclass(slots=True)
class Columns:
    """Which column has which role; several may have none."""

    headings: list[Heading]
    place: dict[str, int] = field(default_factory=dict)
    rates: dict[str, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)


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
            first = " ".join(filter(None, map(text_of, top[0][1])))
            raise refusal(CellError("no_header", first), place.at(top[0][0], "header"))
        return found
    line, row = top[at]
    sample = [cells for _, cells in top[at + 1 :]]
    columns = _columns(row, sample, place.at(line, "header"), answers.columns)
    return _shaped(columns, line, sample, place, answers, separator, top[:at])


def _header(top: Sequence[tuple[int, list[Cell]]], told: Mapping[str, str]) -> int | None:
    """Return which row names the columns: a time and a value, or as many of them as any names."""
    best, most = None, 1
    for at, (_, row) in enumerate(top):
        roles = {_heading(cell, told).role for cell in row} - {"", IGNORE}
        hours = hour_columns(row)
        times = roles.intersection((*_TIMES, "month"))
        calendar = {} if times else calendar_of(row).columns
        headed = bool(hours) or len(calendar) > (0 if "channel" in roles else 2)
        named = len(roles) + 2 * headed
        others = sum(1 for cell in row if text_of(cell) and not _heading(cell, told).role)
        if times and others and len(roles) < 3 and not hours:
            named += 1  # a column for each channel
        if named > most and (times or len(roles) > 1 or headed):
            best, most = at, named
    return best


def header_row(rows: Sequence[tuple[int, list[Cell]]], told: Mapping[str, str]) -> int | None:
    """Return which of the first rows of a table names the columns; none of them is blank."""
    return _header(rows[:_SEARCHED], told)


def _heading(cell: Cell, told: Mapping[str, str], at: int = -1) -> Heading:
    return heading_of(cell, told.get(text_of(cell) or f"#{at + 1}", ""))


def _called(headings: Sequence[Heading], at: int) -> str:
    """Return what a column is called; one without a heading by its number."""
    return headings[at].text or f"#{at + 1}"


def _unit(above: Sequence[tuple[int, list[Cell]]]) -> str:
    """Return the unit that a line above the table says."""
    for _, row in above:
        for cell in row:
            said = _UNIT_SAID.fullmatch(text_of(cell))
            if said and (unit := unit_of(said[1])):
                return unit
    return ""


def _columns(
    row: list[Cell], sample: Sequence[list[Cell]], place: Place, told: Mapping[str, str]
) -> Columns:
    """Return the columns by their roles; InputError where two have the same."""
    headings = each_a_channel([_heading(cell, told, at) for at, cell in enumerate(row)])
    headings = as_turned(statistic_of(headings, sample, place, told), sample)
    columns, twice = Columns(headings), []
    for at, one in enumerate(headings):
        filled = any(len(cells) > at and text_of(cells[at]) for cells in sample)
        role = _clocked(one, headings)
        if role in {"at", "date"} and _holds_months(
            cells[at] for cells in sample if len(cells) > at
        ):
            role = "month"
        if role in {"sharp", "peak", "flat", "valley", "deep"}:
            columns.rates.setdefault(role, at)
        elif role == IGNORE or (not role and not filled):
            columns.ignored.append(at)
        elif not role or role.startswith("key:"):
            columns.unknown.append(at)
        elif role not in ROLES:
            raise refusal(CellError("unknown_column", f"{one.text}={role}"), place)
        elif role not in columns.place:
            columns.place[role] = at
        elif role == "channel" and one.text.strip().lower() not in _EXACT:
            columns.ignored.append(at)
        else:
            twice.append(f"{headings[columns.place[role]].text}, {one.text}")
    if twice:
        raise refusal(CellError("double_column", "; ".join(twice)), place)
    return columns


def _holds_months(cells: Iterable[Cell]) -> bool:
    """Return whether a column of times says months: 2025-01 is no instant."""
    said = [cell for cell in cells if text_of(cell) and not is_total(cell)]
    return bool(said) and all(month_of(cell) is not None for cell in said)


def _clocked(one: Heading, headings: Sequence[Heading]) -> str:
    """Return a heading's role; beside a date, “time” is the time of day, else an instant."""
    dated = any(other.role == "date" for other in headings)
    if one.role == "clock" and not dated:
        return "at"
    if one.role == "at" and dated and one.text.strip() in {"时间", "time", "Time"}:
        return "clock"
    return one.role


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
    if single is None and not (columns.unknown and at and "channel" not in known):
        single = known.get("total")  # which else sums the channels beside it
    if single is not None:
        return "long", (_value(headings, single),)
    if columns.unknown and (at or "month" in known) and "channel" not in known:
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
    strange = [_called(columns.headings, at) for at in columns.unknown if at not in used]
    if strange and answers.columns.get("*") != IGNORE:
        raise asked(COLUMN, place, ", ".join(strange))
    missing = [name for name, there in (("at", timed), ("value", values)) if not there]
    own = {one.text.strip().lower() for one in columns.headings} <= OWN
    if missing == ["at"] and "channel" in columns.place and not own:
        raise asked(MONTH, place, "")
    if missing:
        raise refusal(CellError("missing_column", ", ".join(missing)), place)
    if answers.gateway and "gateway" in columns.place:
        raise refusal(CellError("two_gateways", answers.gateway), place)
    if answers.channel and ("channel" in columns.place or shape == "channels"):
        raise refusal(CellError("two_channels", answers.channel), place)
