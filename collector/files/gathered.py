"""Readings as they are gathered out of tables, kept small: numbers in arrays, each name once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from collector.files.limits import Limits
from collector.files.refusals import CellError, Place, refusal
from metering.errors import InputError

# What a column holds where the file does not say it: then it is one number, however many rows.
_UNSAID: Final[Mapping[str, float]] = {"from_ms": -1, "unit": 0, "seq": 0, "ratio": 1}
_LINES = 20  # told of what is left out; the rest is counted
Ints = NDArray[np.int64]


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

    def taken(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Chunk":
        """Return some of the readings, or all in another order."""
        return Chunk(**{name: getattr(self, name)[rows] for name in self.__slots__})


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return chunks one after another; each column is freed as it is joined.

    Columns of which nothing is said may not be written into: they are one number, read many times.
    """
    if not chunks:
        none, numbers = np.empty(0, np.int32), np.empty(0, np.float64)
        whole = np.empty(0, np.int64)
        return Chunk(
            none, none, none, whole, whole, numbers, none, whole, numbers, np.empty(0, np.bool_)
        )
    columns = {}
    for name in Chunk.__slots__:
        columns[name] = _column(name, [getattr(one, name) for one in chunks])
        for one in chunks:
            setattr(one, name, columns[name][:0])
    return Chunk(**columns)


def thin(chunk: Chunk) -> Chunk:
    """Return readings with the columns of which nothing is said kept as one number."""
    for name in _UNSAID:
        setattr(chunk, name, _column(name, [getattr(chunk, name)]))
    return chunk


def _column(name: str, parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if len(parts) == 1 and name not in _UNSAID:
        return parts[0]
    if name in _UNSAID and all(bool((one == _UNSAID[name]).all()) for one in parts):
        unsaid = parts[0].dtype.type(_UNSAID[name])
        return np.broadcast_to(unsaid, sum(map(len, parts)))
    return np.concatenate(parts)


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
        if len(self.kept) < self.limits.errors:
            self.add(refusal(error, place))
        else:
            self.count += 1

    def add_all(self, others: "Problems") -> None:
        """Add those of a part."""
        self.kept += others.kept[: self.limits.errors - len(self.kept)]
        self.count += others.count


@dataclass(slots=True)
class Told:
    """What was recognised in one table, for people: a dry run shows it.

    columns: heading and what it was read as. left_out: headings that are not read.
    totals: how many rows sum others and are left out; total_lines: the first of them.
    repeated: rows that say the headings again.
    empty: cells or rows without value. money: rows in a currency. passed: a sheet that is left out.
    stamp: what the one time of each row marks: start or end.
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
    totals: int = 0
    total_lines: list[int] = field(default_factory=list)
    repeated: int = 0
    empty: int = 0
    money: int = 0
    passed: bool = False
    stamp: str = ""
    rates_left: list[str] = field(default_factory=list)
    rates_both: bool = False

    def total(self, line: int) -> None:
        """Count a row that sums others."""
        self.totals += 1
        if len(self.total_lines) < _LINES:
            self.total_lines.append(line)
