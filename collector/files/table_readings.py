"""One table as readings: read again where it showed only later how it is meant, then settled."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collector.files import periods, questions, zones
from collector.files.answers import Answers
from collector.files.faults import Faults
from collector.files.gathered import Chunk, Names, Problems, Told, joined
from collector.files.instants import LOCAL
from collector.files.layouts import layout_of
from collector.files.limits import Limits
from collector.files.other_reports import must_say_use
from collector.files.refusals import CellError, Question, SeveralError, asked, refusal
from collector.files.rows import RowReader
from collector.files.tables import Block, Table
from collector.files.telling import shown_by_rows, told_of
from collector.files.tidying import tidied
from collector.files.values import Layout
from metering.errors import InputError

_PASSES: Final = 4
_JOINED: Final = 32  # blocks
_BY_STAMP: Final = frozenset(("long", "channels", "rates"))  # shapes whose rows have one time


def read_table(
    table: Table, answers: Answers, names: Names, units: list[str], limits: Limits, room: int
) -> tuple[Chunk, Problems, Told]:
    """Return what a table says. room: how many readings may still come."""
    told = Told(table.place.file, table.place.sheet, table.form, how=table.how)
    problems = Problems(limits)
    try:
        must_say_use(table.place, table.form)
        table, layout = _layout(table, answers)
    except InputError as error:
        for each in error.each if isinstance(error, SeveralError) else (error,):
            problems.add(each)
        return joined([]), problems, told
    known = answers
    for _ in range(_PASSES):
        told = told_of(table, layout)
        problems = Problems(limits)
        faults = Faults(layout, table.place, problems, told)
        reader = RowReader(layout, known, names, units, faults)
        chunk = _gathered(table, reader, problems, limits, room)
        learned = _learned(reader, known)
        if learned == known:
            break
        known = learned
    if told.deliveries and not len(chunk) and not problems.count:
        problems.add(refusal(CellError("deliveries", str(told.deliveries)), table.place))
    _settle(chunk, reader, problems, known, table)
    told.readings = len(chunk)
    shown_by_rows(told, reader, layout)
    problems.kept.sort(key=lambda one: int(one.where.get("line", 0)))
    return chunk, problems, told


def _layout(table: Table, answers: Answers) -> tuple[Table, Layout]:
    """Return a table in the form that is read, and how it is."""
    first = _first(table)
    tidy = tidied(table, first, answers)
    first = first if tidy is table else _first(tidy)
    separator = table.how.get("separator", ",")
    return tidy, layout_of(first.lines, first.rows, table.place, answers, separator)


def _first(table: Table) -> Block:
    blocks = table.blocks()
    first = next(blocks, Block())
    blocks.close()  # type: ignore[attr-defined]
    return first


def _gathered(
    table: Table, reader: RowReader, problems: Problems, limits: Limits, room: int
) -> Chunk:
    chunks: list[Chunk] = []
    small: list[Chunk] = []
    count = 0
    try:
        for block in table.blocks():
            chunk = reader.read(block)
            if chunk is not None:
                small.append(chunk.spare())
                if len(small) == _JOINED:  # many small arrays would leave the heap full of holes
                    chunks.append(joined(small))
                    small = []
                count += len(chunk)
            if count > room:
                raise _too_many(chunk, count - room, limits, reader)
            if problems.count > limits.errors_read:
                break
    except InputError as error:  # of the file as a whole
        error.where["unread"] = "rest"
        problems.add(error)
    except CellError as error:
        problems.add(refusal(error, table.place))
    return joined([*chunks, *small])


def _too_many(chunk: Chunk | None, over: int, limits: Limits, reader: RowReader) -> InputError:
    line = int(chunk.line[len(chunk) - over]) if chunk is not None else 0
    error = CellError("too_many_rows", str(limits.readings))
    return refusal(error, reader.place.at(line, "row"))


def _learned(reader: RowReader, known: Answers) -> Answers:
    """Return what the rows have shown, where it changes how earlier ones are read."""
    if reader.numbers.doubtful and reader.numbers.sign is not None:
        known = replace(known, decimal=reader.numbers.sign)
    if reader.doubtful_day and reader.instants.learned is not None:
        known = replace(known, dates=reader.instants.learned)
    return known


def _settle(
    chunk: Chunk, reader: RowReader, problems: Problems, answers: Answers, table: Table
) -> None:
    """Turn wall clock times into instants, and ask what the table leaves open."""
    layout, place = reader.layout, reader.place
    for error in table.asks:
        problems.add(error)
    for which, seen, count in (
        (questions.DECIMAL, reader.doubtful_number, reader.numbers.doubtful),
        (questions.BRACKETS, reader.bracketed, max(1, reader.numbers.bracketed)),
    ):
        if seen:
            line, heading, text = seen
            problems.add(asked(which, place.at(line, heading), text, count))
    if reader.doubtful_day:
        line, text, count = reader.doubtful_day
        which = questions.SHORT_DATES if reader.instants.short_doubts else questions.DATES
        problems.add(asked(which, place.at(line, _time_heading(layout)), text, count))
    if layout.gateway is None and not answers.gateway:
        _ask(questions.GATEWAY, reader, problems)
    named = layout.channel is not None or all(one.key for one in layout.values)
    if not named and not answers.channel:
        _ask(questions.KEY, reader, problems)
    if not len(chunk):
        return
    if layout.at and not (layout.start or layout.duration is not None or layout.own_format):
        _settle_stamps(chunk, reader, problems, answers)
    _settle_periods(chunk, reader, problems, answers)
    _settle_zone(chunk, reader, problems, answers)
    _settle_ratio(chunk, answers)
    for n in np.flatnonzero(periods.backwards(chunk)).tolist():
        wrong = CellError("backwards", _said(int(chunk.at_ms[n])))
        problems.cell(wrong, place.at(int(chunk.line[n]), _time_heading(layout)))


def _ask(question: Question, reader: RowReader, problems: Problems) -> None:
    layout = reader.layout
    problems.add(asked(question, reader.place.at(layout.header_line or 1, "header"), ""))


def _settle_periods(chunk: Chunk, reader: RowReader, problems: Problems, answers: Answers) -> None:
    layout, first = reader.layout, reader.place.at(int(chunk.line[0]), _time_heading(reader.layout))
    if layout.start and not layout.at and layout.duration is None:
        if answers.length_s:
            periods.lasting(chunk, answers.length_s * 1000)
        else:
            problems.add(asked(questions.LENGTH, first, _said(int(chunk.from_ms[0])), len(chunk)))
            chunk.at_ms += 1
        return
    if not (layout.start and layout.at):
        return
    if not periods.days_only(chunk):
        if grain := periods.last_grain(chunk):
            chunk.at_ms += grain
            reader.faults.told.how["ends"] = f"+{grain // 1000} s"
        return
    if reader.clocks_said:
        return
    holds = periods.last_day_in(chunk, answers)
    if holds is None:
        problems.add(asked(questions.LAST_DAY, first, _said(int(chunk.at_ms[0]))[:10], len(chunk)))
    if holds is not False:
        periods.with_last_day(chunk)


def _settle_stamps(chunk: Chunk, reader: RowReader, problems: Problems, answers: Answers) -> None:
    """Let use begin at the time beside it, where the rows do not say how long it lasted."""
    told = reader.faults.told
    days = not reader.clocks_said and periods.midnights(chunk)
    told.stamp, told.days = answers.stamp or "end", days and answers.stamp is None
    if reader.layout.shape not in _BY_STAMP or answers.stamp != "start":
        return
    lengths = periods.until_next(chunk)
    if answers.length_s or (lengths is None and days):
        length_ms = (answers.length_s or 0) * 1000 or periods.DAY_MS
        lengths = np.full(len(chunk), length_ms, np.int64)
    if lengths is None:
        first = reader.place.at(int(chunk.line[0]), _time_heading(reader.layout))
        problems.add(asked(questions.LENGTH, first, _said(int(chunk.at_ms[0])), len(chunk)))
        return
    chunk.from_ms = chunk.at_ms
    chunk.at_ms = chunk.at_ms + lengths


def _settle_zone(chunk: Chunk, reader: RowReader, problems: Problems, answers: Answers) -> None:
    for name in ("at_ms", "from_ms"):
        ms: NDArray[np.int64] = getattr(chunk, name)
        local = ms > LOCAL // 2
        if not local.any():
            continue
        first = int(np.flatnonzero(local)[0])
        place = reader.place.at(int(chunk.line[first]), _time_heading(reader.layout))
        if answers.zone is None:
            if name == "at_ms":
                problems.add(asked(questions.ZONE, place, _said(int(ms[first])), int(local.sum())))
            ms[local] -= LOCAL
            chunk.unsure |= local
            continue
        early, late, gap = zones.instants(ms[local] - LOCAL, answers.zone)
        _tell_gaps(chunk, local, gap, reader, problems)
        second = _second(chunk, local, (early != late) & ~gap, reader, problems, answers, name)
        ms[local] = np.where(second & ~gap, late, early)


def _second(
    chunk: Chunk,
    local: NDArray[np.bool_],
    twice: NDArray[np.bool_],
    reader: RowReader,
    problems: Problems,
    answers: Answers,
    name: str,
) -> NDArray[np.bool_]:
    """Return which wall clock times are those of the second of two like hours."""
    wall, series = getattr(chunk, name)[local] - LOCAL, chunk.message[local]
    if name == "from_ms":  # a start is in the same hour as the end before it
        second, unclear = zones.second_time(wall, series, twice)
        return second
    if answers.hour is not None:
        return twice & (answers.hour == "second")
    second, unclear = zones.second_time(wall, series, twice)
    if unclear.any():
        n = int(np.flatnonzero(local)[np.flatnonzero(unclear)[0]])
        place = reader.place.at(int(chunk.line[n]), _time_heading(reader.layout))
        text = zones.wall_clock(int(getattr(chunk, name)[n]) - LOCAL)
        problems.add(asked(questions.HOUR, place, text, int(unclear.sum())))
    return second


def _tell_gaps(
    chunk: Chunk,
    local: NDArray[np.bool_],
    gap: NDArray[np.bool_],
    reader: RowReader,
    problems: Problems,
) -> None:
    for n in np.flatnonzero(local)[gap].tolist():
        wrong = CellError("no_such_hour", _said(int(chunk.at_ms[n])))
        place = reader.place.at(int(chunk.line[n]), _time_heading(reader.layout))
        problems.cell(wrong, place)


def _settle_ratio(chunk: Chunk, answers: Answers) -> None:
    if answers.ratio == "multiply":
        chunk.value *= chunk.ratio
    if answers.ratio is not None:
        chunk.ratio = np.ones(len(chunk), np.float64)


def _said(ms: int) -> str:
    return zones.wall_clock(ms - LOCAL if ms > LOCAL // 2 else ms)


def _time_heading(layout: Layout) -> str:
    places = layout.at or layout.start or tuple(one.place for one in layout.values)
    return layout.headings[places[0]] if layout.headings else "at"
