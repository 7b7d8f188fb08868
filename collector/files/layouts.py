"""What each column of a table holds: the row of headings is found, and the shape that they give."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from collector.files.answers import IGNORE, Answers
from collector.files.delimited import blank
from collector.files.headings import ROLES, Heading, heading_of
from collector.files.headless import without_header
from collector.files.hours import hour_columns
from collector.files.questions import COLUMN, STAMP
from collector.files.rates import rate_columns
from collector.files.refusals import CellError, Place, asked, refusal
from collector.files.tables import Cell, text_of
from collector.files.values import Layout, ValueColumn
from metering.unit_names import unit_of

_SEARCHED: Final = 60  # rows, for the one that names the columns
_OWN: Final = frozenset(("gateway", "channel", "channel_id", "key", "at", "value", "unit", "seq"))
# What our own exports of readings for people are headed with: actions/readings/bulk_columns.py.
_EXPORTED: Final = (
    {"机构编号", "机构名称", "表计名称", "采集网关", "通道", "时间", "数值", "单位"},
    {"institution id", "institution", "meter name", "gateway", "channel", "time", "value", "unit"},
)
_TIMES: Final = ("at", "date", "from", "to")
_UNIT_SAID: Final = re.compile(
    r"\s*(?:uom|units?|单位|计量单位)\s*[::]\s*(\S{1,20})\s*", re.IGNORECASE
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
    return _shaped(columns, line, sample, place, answers, separator, _unit(top[:at]))


def _header(top: Sequence[tuple[int, list[Cell]]], told: Mapping[str, str]) -> int | None:
    """Return which row names the columns: a time and a value, or as many of them as any names."""
    best, most = None, 1
    for at, (_, row) in enumerate(top):
        roles = {_heading(cell, told).role for cell in row} - {"", IGNORE}
        hours = hour_columns(row)
        named = len(roles) + 2 * bool(hours)
        times = roles.intersection(_TIMES)
        others = sum(1 for cell in row if text_of(cell) and not _heading(cell, told).role)
        if times and others and len(roles) < 3 and not hours:
            named += 1  # a column for each channel
        if named > most and (times or len(roles) > 1):
            best, most = at, named
    return best


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
    headings = [_heading(cell, told, at) for at, cell in enumerate(row)]
    columns, twice = Columns(headings), []
    for at, one in enumerate(headings):
        filled = any(len(cells) > at and text_of(cells[at]) for cells in sample)
        role = _clocked(one, headings)
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
    unit: str,
) -> Layout:
    known, headings = columns.place, columns.headings
    heads = {one.text.lower() for one in headings}
    own = separator == "," and (heads <= _OWN or heads in _EXPORTED)
    at, start = _times(known)
    shape, values = _values(columns, sample, place.at(line), at, answers)
    _demand(columns, at or start, values, shape, place.at(line, "header"), answers)
    taken = {one.place for one in values} | {known[role] for role in _read_roles(shape, known)}
    rates = [n for n in columns.rates.values() if n not in taken]
    return Layout(
        shape=shape if not start or shape != "long" else "periods",
        header_line=line,
        width=len(headings),
        headings=tuple(one.text for one in headings),
        at=at,
        start=start,
        values=values,
        gateway=known.get("gateway"),
        channel=known.get("channel"),
        seq=known.get("seq"),
        unit_column=known.get("unit"),
        ratio=known.get("ratio"),
        duration=known.get("duration"),
        unit=unit,
        own_format=own,
        left_out=tuple(h.text for n, h in enumerate(headings) if n not in taken and h.text),
        rates_left=tuple(headings[n].text for n in rates),
        rates_both=len({one.suffix == "" for one in values}) == 2,
    )


def _values(
    columns: Columns,
    sample: Sequence[list[Cell]],
    place: Place,
    at: tuple[int, ...],
    answers: Answers,
) -> tuple[str, tuple[ValueColumn, ...]]:
    """Return the shape of a table, and its columns of values; none where there are none."""
    known, headings = columns.place, columns.headings
    hours = hour_columns([one.text for one in headings])
    if hours:
        return "hours", _hours(columns, hours, place, answers)
    if columns.rates:
        return "rates", rate_columns(headings, columns.rates, known, answers)
    single = known.get("value", known.get("current", known.get("total")))
    if single is not None:
        return "long", (_value(headings, single),)
    if columns.unknown and at and "channel" not in known:
        return "channels", _channels(columns, sample)
    return "long", ()


def _times(known: Mapping[str, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the columns of the instant, or of the end of a period, and those of its start."""
    day = (known["date"],) if "date" in known else ()
    start = (*day, known["from"]) if "from" in known else ()
    end = (*day, known["to"]) if "to" in known else ()
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


def _hours(
    columns: Columns, hours: Mapping[int, tuple[int, int]], place: Place, answers: Answers
) -> tuple[ValueColumn, ...]:
    """Return a column for each hour; asked, where headings do not say what they mark."""
    first = next(iter(hours.values()))
    if first[1] < 0:
        if answers.stamp is None:
            heading = columns.headings[next(iter(hours))].text
            raise asked(STAMP, place.at(place.line, heading), heading)
        step = -first[1]
        shift = step if answers.stamp == "start" else 0
        hours = {at: (minutes + shift, step) for at, (minutes, _) in hours.items()}
    return tuple(
        ValueColumn(at, columns.headings[at].text, after_ms=end * 60_000, length_ms=step * 60_000)
        for at, (end, step) in hours.items()
    )


def _channels(columns: Columns, sample: Sequence[list[Cell]]) -> tuple[ValueColumn, ...]:
    """Return a column for each channel: those headed by no word we know that hold figures."""
    found = []
    for at in columns.unknown:
        cells = [text_of(row[at]) for row in sample if len(row) > at]
        if any(any(sign.isdigit() for sign in cell) for cell in cells):
            one = columns.headings[at]
            key = one.role.removeprefix("key:") or _bare(one)
            found.append(ValueColumn(at, one.text, key=key, unit=one.unit))
    return tuple(found)


def _bare(one: Heading) -> str:
    return re.sub(r"\s*[\[(（][^\])）]*[\])）]\s*$", "", one.text).strip() if one.unit else one.text


def _demand(
    columns: Columns,
    times: tuple[int, ...],
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
    missing = [name for name, there in (("at", times), ("value", values)) if not there]
    if missing:
        raise refusal(CellError("missing_column", ", ".join(missing)), place)
    if answers.gateway and "gateway" in columns.place:
        raise refusal(CellError("two_gateways", answers.gateway), place)
    if answers.channel and ("channel" in columns.place or shape == "channels"):
        raise refusal(CellError("two_channels", answers.channel), place)
