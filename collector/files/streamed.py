"""A CSV of readings of any length, read in slices: what it takes of memory does not grow with it.

It is the form that programs write, our exports among them: nothing in it is guessed, and nothing
asked. What people have goes through `reading`, which looks at a file as a whole.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress, islice
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from collector.files.cells import gateway_of, key_of, seq_of
from collector.files.gathered import Told
from collector.files.instants import DOUBT, LOCAL, Instants
from collector.files.iso_instants import iso_instants
from collector.files.numbers import Numbers
from collector.files.own_forms import OWN_ROLES, roles_of
from collector.files.reading import FileReadings
from collector.files.refusals import CellError, Place, refusal
from collector.files.tables import REMARK
from metering.errors import InputError
from metering.messages import Message, Readings
from metering.unit_names import unit_of

_LINE_BYTES: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Streaming:
    """Bounds of one file.

    rows: of a slice. unpacked_bytes: of the file. errors: told of a slice.
    """

    rows: int = 50_000
    unpacked_bytes: int = 64 * 2**30
    errors: int = 1_000


DEFAULT: Final = Streaming()


def slices(
    source: BinaryIO,
    name: str,
    *,
    gateway: str | None = None,
    received_ms: int,
    bounds: Streaming = DEFAULT,
) -> Iterator[FileReadings]:
    """Return what a file says, a slice of its lines after the other; the last may be of no line.

    What keeps the rest from being read (a cut archive, a broken line) is an error of the last.
    gateway: of all rows, where the file has no such column. source: can be read from its start.
    """
    place = Place(name)
    try:
        rows = _rows(source, place, bounds)
        roles = _roles(next(rows, (1, [])), place, gateway)
        while some := list(islice(rows, bounds.rows)):
            yield _slice(some, roles, gateway or "", place, received_ms, bounds)
    except InputError as error:
        yield _none(place, error)


def _rows(source: BinaryIO, place: Place, bounds: Streaming) -> Iterator[tuple[int, list[str]]]:
    """Return the rows with the line on which each ends."""
    reader = csv.reader(_lines(source, place, bounds), strict=True)
    try:
        for row in reader:
            if row and not row[0].startswith(REMARK):
                yield reader.line_num, row
    except csv.Error:
        raise refusal(CellError("row"), place.at(reader.line_num)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise refusal(CellError("broken_archive"), place.at(reader.line_num + 1)) from None


def _lines(source: BinaryIO, place: Place, bounds: Streaming) -> Iterator[str]:
    """Return the lines; none is read that is too long, nor more bytes than are allowed."""
    head = source.read(2)
    source.seek(0)
    file: gzip.GzipFile | BinaryIO = gzip.GzipFile(fileobj=source) if head == _GZIP else source
    line, left = 0, bounds.unpacked_bytes
    while raw := file.readline(_LINE_BYTES):
        line += 1
        left -= len(raw)
        if left < 0:
            raise refusal(CellError("bomb"), place.at(line))
        if len(raw) == _LINE_BYTES and not raw.endswith(b"\n"):
            raise refusal(CellError("long_line"), place.at(line))
        try:
            yield raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError:
            raise refusal(CellError("broken_encoding"), place.at(line)) from None


def _roles(header: tuple[int, list[str]], place: Place, gateway: str | None) -> list[str]:
    """Return what each column holds; InputError where a heading is unknown, twice there or away."""
    line, cells = header
    roles = roles_of([cell.strip().lower() for cell in cells])
    for cell, role in zip(cells, roles, strict=True):
        if role not in OWN_ROLES:
            raise refusal(CellError("streamed_column", cell), place.at(line))
        if roles.count(role) > 1:
            raise refusal(CellError("double_column", cell), place.at(line))
    needed = ("channel", "at", "value") if gateway else ("gateway", "channel", "at", "value")
    for role in needed:
        if role not in roles:
            raise refusal(CellError("missing_column", role), place.at(line))
    if gateway:
        try:
            gateway_of(gateway)
        except CellError as error:
            raise refusal(error, place.at(line, "gateway")) from None
    return roles


class _Rows:
    """Rows of a slice as columns, and what is wrong with single cells."""

    def __init__(self, rows: Sequence[tuple[int, list[str]]], roles: list[str]) -> None:
        self.wrong: dict[int, tuple[str, CellError]] = {}  # by row: the column, and why
        width = len(roles)
        bad = [n for n, (_, row) in enumerate(rows) if len(row) != width]
        for n in bad:
            self.wrong[n] = ("", CellError("row", ",".join(rows[n][1])))
        full = [row if len(row) == width else [""] * width for _, row in rows] if bad else None
        columns = zip(*(full or (row for _, row in rows)), strict=True)
        self.columns: dict[str, Sequence[str]] = dict(zip(roles, columns, strict=True))
        self.line = np.fromiter((line for line, _ in rows), np.int32, len(rows))

    def blame(self, row: int, role: str, error: CellError) -> None:
        """Keep what is wrong with a cell; the first of a row is told."""
        self.wrong.setdefault(row, (role, error))

    def at_ms(self) -> NDArray[np.int64]:
        """Return the instants; a time needs an offset, or is a number of milliseconds."""
        cells = self.columns["at"]
        quick = iso_instants(cells)
        if quick is not None:
            return quick
        found = np.zeros(len(cells), np.int64)
        for row, one in enumerate(Instants(None).column(cells)):
            if isinstance(one, CellError):
                odd = one.code == "bad_time"
                self.blame(row, "at", CellError("streamed_time", one.value) if odd else one)
            elif one == DOUBT or one >= LOCAL // 2:
                code = "streamed_time" if one == DOUBT else "no_offset"
                self.blame(row, "at", CellError(code, cells[row]))
            else:
                found[row] = one
        return found

    def values(self) -> NDArray[np.float64]:
        """Return the numbers, with a point before decimals."""
        values, wrong = Numbers(".", own_format=True).column(self.columns["value"])
        for row in np.flatnonzero(np.isnan(values)).tolist():
            odd = CellError("not_a_number", self.columns["value"][row])
            self.blame(row, "value", wrong.get(row, odd))
        return np.nan_to_num(values, nan=0.0)

    def seqs(self) -> NDArray[np.int64]:
        """Return the sequence numbers, 0 where there is none."""
        cells = self.columns.get("seq")
        found = np.zeros(len(self.line), np.int64)
        for row, cell in enumerate(cells or ()):
            try:
                found[row] = seq_of(cell)
            except CellError as error:
                self.blame(row, "seq", error)
        return found

    def units(self) -> list[str | None] | None:
        """Return the unit of each row, None where it names none; None where there is no column."""
        cells = self.columns.get("unit")
        if cells is None:
            return None
        known = {cell: unit_of(cell) for cell in set(cells)}
        for cell, unit in known.items():
            if cell.strip() and unit is None:
                for row in (n for n, one in enumerate(cells) if one == cell):
                    self.blame(row, "unit", CellError("unknown_unit", cell))
        return [known[cell] for cell in cells]

    def no_starts(self) -> None:
        """Blame rows that say when their use began: what they count for is not compared here."""
        for row, cell in enumerate(self.columns.get("from", ())):
            if cell:
                self.blame(row, "from", CellError("streamed_from", cell))

    def names(self, gateway: str) -> tuple[NDArray[np.int32], list[tuple[str, str]]]:
        """Return the place of each row's channel, and the channels as (gateway, key)."""
        keys = self.columns["channel"]
        gateways = self.columns.get("gateway") or (gateway,) * len(keys)
        place: dict[tuple[str, str], int] = {}
        pairs = zip(gateways, keys, strict=True)
        message = np.fromiter(
            (place.setdefault(pair, len(place)) for pair in pairs), np.int32, len(keys)
        )
        for pair, n in place.items():
            wrong = _wrong_name(*pair)
            if wrong:
                for row in np.flatnonzero(message == n).tolist():
                    self.blame(row, *wrong)
        return message, [(g.strip(), key.strip()) for g, key in place]


def _wrong_name(gateway: str, key: str) -> tuple[str, CellError] | None:
    """Return which of the two names cannot be one, and why."""
    try:
        gateway_of(gateway)
    except CellError as error:
        return "gateway", error
    try:
        key_of(key)
    except CellError as error:
        return "channel", error
    return None


def _slice(
    some: Sequence[tuple[int, list[str]]],
    roles: list[str],
    gateway: str,
    place: Place,
    received_ms: int,
    bounds: Streaming,
) -> FileReadings:
    """Return what some rows say."""
    rows = _Rows(some, roles)
    at_ms, value, seq = rows.at_ms(), rows.values(), rows.seqs()
    message, names = rows.names(gateway)
    units = rows.units()
    rows.no_starts()
    kept = np.ones(len(at_ms), np.bool_)
    kept[list(rows.wrong)] = False
    wrong = sorted(rows.wrong.items())
    errors = [
        refusal(error, place.at(int(rows.line[row]), role))
        for row, (role, error) in wrong[: bounds.errors]
    ]
    batch = [Message(f"file/{place.file}", of, b"", received_ms) for of, _ in names]
    keys = np.array([key for _, key in names], object)
    message = message[kept]
    readings = _readings(message, keys[message].tolist(), seq[kept], at_ms[kept], value[kept])
    if units is not None:
        readings = replace(readings, unit=list(compress(units, kept.tolist())))
    return _file(place, batch, readings, rows.line[kept], errors, len(wrong) - len(errors))


def _readings(
    message: NDArray[np.int32],
    keys: list[str],
    seq: NDArray[np.int64],
    at_ms: NDArray[np.int64],
    value: NDArray[np.float64],
) -> Readings:
    i = np.arange(len(message), dtype=np.int32)
    return Readings(message, i, keys, seq, at_ms, value, np.zeros(len(message), np.bool_))


def _file(
    place: Place,
    batch: list[Message],
    readings: Readings,
    line: NDArray[np.int32],
    errors: list[InputError],
    more: int,
) -> FileReadings:
    count = len(readings)
    return FileReadings(
        batch, readings, line,
        column=np.zeros(count, np.int32),
        table=np.zeros(count, np.int32),
        from_ms=np.full(count, -1, np.int64),
        ratio=np.ones(count),
        unsure=np.zeros(count, np.bool_),
        errors=errors,
        more=more,
        told=[Told(place.file, "", "csv", "long")],
    )  # fmt: skip


def _none(place: Place, error: InputError) -> FileReadings:
    """Return a slice of no line, and why nothing more is read."""
    none = np.zeros(0, np.int32)
    readings = _readings(none, [], np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return _file(place, [], readings, none, [error], 0)
