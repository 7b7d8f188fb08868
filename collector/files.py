"""Files of readings: CSV in, columns out, and every mistake with its line.

A file is taken as a whole or not at all, so it is read to its end before anything is stored.
"""

import csv
from array import array
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final

import numpy as np

from collector.file_fields import RowError, at_ms, gateway_name, key, number, sequence
from collector.file_text import opened
from metering.errors import InputError
from metering.messages import Message, Readings

MOST_READINGS: Final = 1_000_000  # what one transaction takes
_MOST_ERRORS: Final = 1_000  # a file in which every row is wrong is not read to its end
_COLUMNS: Final = ("gateway", "channel", "key", "at", "value", "unit", "seq")
_remembered_at_ms = lru_cache(maxsize=4096)(at_ms)  # rows of many channels share their instants


@dataclass(frozen=True, slots=True)
class FileReadings:
    """What a file says, in the order of its lines, and all that stands against it.

    batch: a message without bytes for each channel of each gateway, so that a refusal names one.
    readings: `i` is the line of the file, `seq` 0 where the row has none.
    unit: as the row names it, empty where it does not.
    errors: in the order of the lines; with any of them the file is not to be taken.
    """

    batch: list[Message]
    readings: Readings
    unit: list[str]
    errors: list[InputError]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    gateway: str
    key: str
    at_ms: int
    value: float
    unit: str
    seq: int | None


class _Columns:
    """Rows as they are read, kept small: numbers in arrays, each name once."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], int] = {}
        self.message = array("i")
        self.line = array("i")
        self.at_ms = array("q")
        self.value = array("d")
        self.seq = array("q")
        self.unit: list[str] = []
        self._units: dict[str, str] = {}

    def add(self, row: _Row) -> None:
        self.message.append(self.places.setdefault((row.gateway, row.key), len(self.places)))
        self.line.append(row.line)
        self.at_ms.append(row.at_ms)
        self.value.append(row.value)
        self.seq.append(row.seq or 0)
        self.unit.append(self._units.setdefault(row.unit, row.unit))

    def readings(self) -> Readings:
        keys = [key for _, key in self.places]
        return Readings(
            message=np.array(self.message, np.int32),
            i=np.array(self.line, np.int32),
            channel_key=[keys[place] for place in self.message],
            seq=np.array(self.seq, np.int64),
            at_ms=np.array(self.at_ms, np.int64),
            value=np.array(self.value, np.float64),
            arrival=np.zeros(len(self.line), np.bool_),
        )


def read(
    source: BinaryIO,
    name: str,
    gateway: str | None = None,
    *,
    received_ms: int,
    most_readings: int = MOST_READINGS,
) -> FileReadings:
    """Return what a whole file says.

    gateway: of all rows, where the file has no such column.
    """
    columns, errors = _Columns(), []
    try:
        with closing(_rows(source, name, gateway)) as rows:
            for row in rows:
                if isinstance(row, InputError):
                    errors.append(row)
                    if len(errors) == _MOST_ERRORS:
                        break
                elif len(columns.line) == most_readings:
                    raise RowError("too_many_rows", str(most_readings)).at(name, row.line)
                else:
                    columns.add(row)
    except InputError as error:  # of the file as a whole
        errors.append(error)
    batch = [Message(f"file/{name}", of, b"", received_ms) for of, _ in columns.places]
    return FileReadings(batch, columns.readings(), columns.unit, errors)


def _rows(
    source: BinaryIO, name: str, gateway: str | None
) -> Generator[_Row | InputError, None, None]:
    """Return each row, or what is wrong with it."""
    with opened(source, name) as text:
        lines = csv.reader(text, strict=True)
        try:
            place = _places(next(lines, []), name, gateway)
            for cells in lines:
                if cells:
                    yield _row(cells, place, name, lines.line_num, gateway)
        except csv.Error as error:
            yield RowError("row", str(error)).at(name, lines.line_num)


def _row(
    cells: Sequence[str], place: dict[str, int], name: str, line: int, gateway: str | None
) -> _Row | InputError:
    if len(cells) != len(place):
        wrong = RowError("row", f"{len(cells)} / {len(place)}")
        return wrong.at(name, line)
    try:
        return _Row(
            line,
            gateway or gateway_name(cells[place["gateway"]]),
            key(cells[place["channel"]]),
            _remembered_at_ms(cells[place["at"]]),
            number(cells[place["value"]]),
            cells[place["unit"]].strip() if "unit" in place else "",
            sequence(cells[place["seq"]]) if "seq" in place else None,
        )
    except RowError as error:
        return error.at(name, line)


def _places(header: Sequence[str], name: str, gateway: str | None) -> dict[str, int]:
    """Return where each column stands; one that nobody reads might have changed the meaning."""
    names = [cell.strip().lower() for cell in header]
    if not any(names):
        raise RowError("empty", "").at(name, 1)
    unknown = [cell for cell in names if cell not in _COLUMNS]
    if unknown:
        raise RowError("unknown_column", ", ".join(unknown)).at(name, 1)
    names = ["channel" if cell == "key" else cell for cell in names]
    if len(set(names)) < len(names):
        raise RowError("double_column", ", ".join(header)).at(name, 1)
    wanted = ["channel", "at", "value"] if gateway else ["gateway", "channel", "at", "value"]
    missing = [cell for cell in wanted if cell not in names]
    if missing:
        raise RowError("missing_column", ", ".join(missing)).at(name, 1)
    if gateway and "gateway" in names:
        raise RowError("two_gateways", gateway).at(name, 1)
    if gateway:
        try:
            gateway_name(gateway)
        except RowError as error:
            raise error.at(name, 1) from None
    return {cell: place for place, cell in enumerate(names)}
