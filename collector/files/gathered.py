"""Readings as they are gathered out of tables, kept small: numbers in arrays, each name once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from collector.files.limits import Limits
from collector.files.numbers import is_empty
from collector.files.questions import EMPTY_ROWS
from collector.files.refusals import CellError, Place, refusal
from metering.errors import InputError

_SPARED = ("column", "unit", "seq", "ratio")  # the same in most files, and never written to
_NOTHING = ("not_a_number", "spreadsheet_error")
_LINES = 20  # told of what is left out; the rest is counted
Ints: TypeAlias = "NDArray[np.int64]"


@dataclass(slots=True)
class Chunk:
    """Readings of some rows: columns of equal length; from_ms is -1 where no start is said.

    column: which heading the value stands under. message, unit: places in lists of names.
    """

    line: NDArray[np.int32]
    column: NDArray[np.int32]
    message: NDArray[np.int32]
    at_ms: Ints
    from_ms: Ints
    value: NDArray[np.float64]
    unit: NDArray[np.int32]
    seq: Ints
    ratio: NDArray[np.float64]
    unsure: NDArray[np.bool_]  # of the instant, until a question is answered

    def __len__(self) -> int:
        return len(self.line)

    def spare(self) -> Chunk:
        """Return the same with less of what all its rows share, for as long as others are read."""
        kept = {name: spared(getattr(self, name)) for name in (*_SPARED, "message", "from_ms")}
        return replace(self, **kept)

    def taken(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Chunk:
        """Return some of the readings, or all in another order."""
        return Chunk(**{name: getattr(self, name)[rows] for name in self.__slots__})


def spared(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column that says the same of all rows as a view of one value, not to be written."""
    if len(column) and bool((column == column[0]).all()):
        return np.broadcast_to(column[0].copy(), len(column))
    return column


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return chunks one after another; each column is freed as it is joined."""
    if not chunks:
        none, numbers = np.empty(0, np.int32), np.empty(0, np.float64)
        whole = np.empty(0, np.int64)
        return Chunk(
            none, none, none, whole, whole, numbers, none, whole, numbers, np.empty(0, np.bool_)
        )
    columns = {}
    for name in Chunk.__slots__:
        column = np.concatenate([getattr(one, name) for one in chunks])
        for one in chunks:
            setattr(one, name, column[:0])
        columns[name] = spared(column) if name in _SPARED else column
    if not (columns["from_ms"] >= 0).any():
        columns["from_ms"] = spared(columns["from_ms"])
    return Chunk(**columns)


class Names:
    """Texts that many rows share, each kept once and named by its place."""

    def __init__(self) -> None:
        self.place: dict[tuple[str, str], int] = {}

    def of(self, gateway: str, key: str) -> int:
        """Return the place of a channel."""
        return self.place.setdefault((gateway, key), len(self.place))


@dataclass(slots=True)
class Problems:
    """What stands against a file: the first are kept, all are counted.

    kept: in the order in which they were found.
    """

    limits: Limits
    kept: list[InputError] = field(default_factory=list)
    count: int = 0

    def add(self, error: InputError) -> None:
        """Keep or count one."""
        self.count += 1
        if len(self.kept) < self.limits.errors:
            self.kept.append(error)

    def cell(self, error: CellError, place: Place) -> None:
        """Keep or count what is wrong with a cell."""
        if len(self.kept) >= self.limits.errors:
            self.count += 1
            return
        found = refusal(error, place)
        if error.code in _NOTHING and is_empty(error.value):
            found.where |= EMPTY_ROWS
        self.add(found)

    def add_all(self, others: Problems) -> None:
        """Add those of a part."""
        self.kept += others.kept[: self.limits.errors - len(self.kept)]
        self.count += others.count


@dataclass(slots=True)
class Told:
    """What was recognised in one table, for people: a dry run shows it.

    columns: heading and what it was read as. left_out: headings that are not read.
    remarks: how many rows are remarks below the table, left out; remark_lines: the first of them.
    totals: how many rows sum others and are left out; total_lines: the first of them.
    repeated: rows that say the headings again.
    empty: cells or rows without value. money: rows in a currency. passed: a sheet that is left out.
    deliveries: rows of a day on which something was delivered, which are no readings.
    flows: keys of series that are no plain use, each with what it is: export, net or total.
    stamp: what the one time of each row marks: start or end. days: it is a day, and nobody said.
    rates_left: the total is read, its rates are not.
    """

    file: str
    sheet: str
    form: str
    shape: str = ""
    how: dict[str, str] = field(default_factory=dict)
    header_line: int = 0
    columns: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    rows: int = 0
    readings: int = 0
    remarks: int = 0
    remark_lines: list[int] = field(default_factory=list)
    totals: int = 0
    total_lines: list[int] = field(default_factory=list)
    repeated: int = 0
    empty: int = 0
    money: int = 0
    deliveries: int = 0
    passed: bool = False
    stamp: str = ""
    days: bool = False
    flows: list[tuple[str, str]] = field(default_factory=list)
    rates_left: list[str] = field(default_factory=list)
    rates_both: bool = False

    def remark(self, line: int) -> None:
        """Count a row that is a remark below the table."""
        self.remarks += 1
        if len(self.remark_lines) < _LINES:
            self.remark_lines.append(line)

    def total(self, line: int) -> None:
        """Count a row that sums others."""
        self.totals += 1
        if len(self.total_lines) < _LINES:
            self.total_lines.append(line)
