"""The rows of a table as readings, a block at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collector.files.answers import Answers
from collector.files.calendar_rows import NO_MONTH, bases, spans
from collector.files.cells import seq_of
from collector.files.clocks_of_day import clock_of
from collector.files.delimited import blank
from collector.files.faults import Faults, Rows
from collector.files.gathered import Chunk, Ints, Names, joined
from collector.files.instants import DOUBT, Instants, duration_ms
from collector.files.numbers import Numbers, bare_of, is_empty
from collector.files.owners import Owners, tried
from collector.files.refusals import CellError, Place
from collector.files.tables import Block, Cell, Merged, text_of
from collector.files.values import Layout, ValueColumn

_DAY_MS: Final = 86_400_000
_WRONG: Final = DOUBT - 1
_CLOCK: Final = re.compile(r"\d\s*[::时点]|\d{10}")
_LOOKED_AT: Final = 20


class Shared(NamedTuple):
    """What all values of a row have in common; from_ms is -1 where no start is said.

    month: since January 1970, where the calendar says when they were used.
    """

    line: NDArray[np.int32]
    at_ms: Ints
    from_ms: Ints
    seq: Ints
    ratio: NDArray[np.float64]
    month: Ints


class RowReader:
    """One pass over a table: what its cells say, and what they showed about how to read them.

    doubtful_day: line, text and count of days that may be two; doubtful_number: line, heading and
    text of the first number that may be two, bracketed: of the first in brackets. clocks_said:
    whether ends have a time of day.
    """

    def __init__(
        self, layout: Layout, answers: Answers, names: Names, units: list[str], faults: Faults
    ) -> None:
        self.layout, self.answers, self.faults = layout, answers, faults
        self.place: Place = faults.place
        self.instants = Instants(answers.dates, exact=layout.own_format)
        own, brackets = layout.own_format, answers.brackets
        self.numbers = Numbers(answers.decimal, own_format=own, brackets=brackets)
        self.doubtful_day: tuple[int, str, int] | None = None
        self.doubtful_number: tuple[int, str, str] | None = None
        self.bracketed: tuple[int, str, str] | None = None
        self.clocks_said = False
        self._ratios = Numbers(answers.decimal, own_format=True)
        self._owners = Owners(layout, answers, names, units, faults)

    def read(self, block: Block) -> Chunk | None:
        """Return what the rows of a block say; what is wrong with them goes to the faults."""
        rows = self.faults.fitted(block.lines, block.rows)
        if not len(rows):
            return None
        at, start = self._times(rows)
        seq = self._mapped(rows, self.layout.seq, seq_of)
        month = bases(rows, self.layout, self.faults) if self.layout.by_month else seq
        lines = np.array(rows.lines, np.int32)
        shared = Shared(lines, at, start, seq, self._ratio(rows), month)
        return _by_row([self._values(one, rows, shared) for one in self.layout.values])

    def _times(self, rows: Rows) -> tuple[Ints, Ints]:
        """Return end and start of each row."""
        layout = self.layout
        if layout.shape == "instants":
            return np.zeros(len(rows), np.int64), np.full(len(rows), -1, np.int64)
        at = self._instants(rows, layout.at)
        start = self._instants(rows, layout.start)
        if layout.start and not layout.at:
            at = start.copy()
        if layout.duration is not None and not (layout.at and layout.start):
            lasts = self._mapped(rows, layout.duration, duration_ms)
            known = (lasts > 0) & (at > DOUBT)
            if layout.start:
                at = np.where(known, start + lasts, at)
            else:
                start = np.where(known, at - lasts, at)
        if len(layout.at) == 2 and len(layout.start) == 2:  # until midnight of the same day
            at = np.where((at <= start) & (at > DOUBT) & (start > DOUBT), at + _DAY_MS, at)
        return at, start

    def _instants(self, rows: Rows, places: tuple[int, ...]) -> Ints:
        if not places:
            return np.full(len(rows), -1, np.int64)
        cells: Sequence[Cell] = rows.columns[places[0]]
        if len(places) == 2:
            cells = [
                f"{text_of(day)} {clock_of(clock)}"
                for day, clock in zip(cells, rows.columns[places[1]], strict=True)
            ]
        texts = map(text_of, cells[:_LOOKED_AT])
        self.clocks_said = self.clocks_said or any(map(_CLOCK.search, texts))
        found = self.instants.column(cells)
        if self.layout.own_format and places == self.layout.start:
            found = [
                -1 if not text_of(cell) else one for cell, one in zip(cells, found, strict=True)
            ]
        try:
            at = np.array(found, np.int64)
        except TypeError:
            for n, one in enumerate(found):
                if isinstance(one, CellError):
                    self.faults.wrong(rows, n, one, places[0])
            at = np.array([_WRONG if isinstance(o, CellError) else o for o in found], np.int64)
        doubts = np.flatnonzero(at == DOUBT)
        if len(doubts):
            first = int(doubts[0])
            before = self.doubtful_day or (rows.lines[first], text_of(cells[first]), 0)
            self.doubtful_day = (*before[:2], before[2] + len(doubts))
        return at

    def _mapped(self, rows: Rows, place: int | None, read: Callable[[Cell], int]) -> Ints:
        """Return a column of whole numbers, each text read once; 0 where there is none."""
        found = np.zeros(len(rows), np.int64)
        if place is None:
            return found
        known = {cell: tried(read, cell) for cell in set(rows.columns[place])}
        for n, cell in enumerate(rows.columns[place]):
            one = known[cell]
            if isinstance(one, CellError):
                self.faults.wrong(rows, n, one, place)
            else:
                found[n] = one
        return found

    def _ratio(self, rows: Rows) -> NDArray[np.float64]:
        place = self.layout.ratio
        if place is None:
            return np.ones(len(rows), np.float64)
        cells = ["1" if is_empty(cell) else cell for cell in rows.columns[place]]
        ratio, _ = self._ratios.column(cells)
        for n in np.flatnonzero(~(ratio > 0)).tolist():
            self.faults.wrong(rows, n, CellError("bad_ratio", text_of(cells[n])), place)
        return ratio

    def _span(self, one: ValueColumn, rows: Rows, shared: Shared) -> tuple[Ints, Ints]:
        """Return when the use of a column begins and ends in each row; _WRONG where never."""
        if not self.layout.by_month:
            return shared.from_ms, shared.at_ms
        begun, ended, exists = spans(shared.month, one)
        cells = rows.columns[one.place]
        for n in np.flatnonzero(~exists & (shared.month != NO_MONTH)).tolist():
            if not is_empty(cells[n]):
                self.faults.wrong(rows, n, CellError("no_such_day", text_of(cells[n])), one.place)
        return np.where(exists, begun, _WRONG), np.where(exists, ended, _WRONG)

    def _values(self, one: ValueColumn, rows: Rows, shared: Shared) -> Chunk:
        """Return a column of values with what its rows say beside them."""
        cells = rows.columns[one.place]
        message = self._owners.messages(one, rows)
        unit = self._owners.units(one, rows)
        value, wrong = self.numbers.column(cells)
        if "merged" in self.faults.told.how:
            self._unmerged(cells, value, wrong)
        bare = np.isnan(value)
        if len(wrong) < bare.sum():
            self._doubted(one, rows, [n for n in np.flatnonzero(bare).tolist() if n not in wrong])
        skips = self.layout.wide or self.answers.empty == "skip"
        for n, error in wrong.items():
            if skips and is_empty(cells[n]) and not blank(rows.cells[n]):
                self.faults.told.empty += 1
            else:
                self.faults.wrong(rows, n, error, one.place)
        begun, ended = self._span(one, rows, shared)
        good = ~bare & (ended > DOUBT) & (begun > DOUBT) & (message >= 0) & (unit >= 0)
        good[list(self.faults.settled)] = False
        column = np.full(len(rows), one.place, np.int32)
        ended = ended + one.after_ms
        begun = ended - one.length_ms if one.length_ms else begun
        unsure = np.zeros(len(rows), np.bool_)
        return Chunk(
            shared.line,
            column,
            message,
            ended,
            begun,
            value,
            unit,
            shared.seq,
            shared.ratio,
            unsure,
        ).taken(good)

    @staticmethod
    def _unmerged(
        cells: Sequence[Cell], value: NDArray[np.float64], wrong: dict[int, CellError]
    ) -> None:
        """Refuse what a merged cell would say again: a value counts once."""
        for n in (n for n, cell in enumerate(cells) if isinstance(cell, Merged)):
            value[n], wrong[n] = np.nan, CellError("merged_value", str(cells[n]))

    def _doubted(self, one: ValueColumn, rows: Rows, doubts: Sequence[int]) -> None:
        """Keep the first number of each kind that may be two."""
        for n in doubts:
            cell = rows.columns[one.place][n]
            seen = (rows.lines[n], one.heading, text_of(cell))
            if self.answers.brackets is None and bare_of(cell) is not None:
                self.bracketed = self.bracketed or seen
            else:
                self.doubtful_number = self.doubtful_number or seen


def _by_row(parts: list[Chunk]) -> Chunk:
    """Return columns that stood side by side as readings in the order of the lines."""
    if len(parts) == 1:
        return parts[0]
    whole = joined(parts)
    return whole.taken(np.argsort(whole.line, kind="stable"))
