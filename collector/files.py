"""Files of readings: CSV in, messages in our own format out, and every mistake with its line.

A file becomes the messages that a gateway would have sent, so that what is refused later on is
kept, shown and fed in again like any other.
"""

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import BinaryIO, Final

from collector.codecs import native
from collector.codecs.payload import MAX_PAYLOAD_BYTES, MAX_READINGS
from collector.file_fields import RowError, at_ms, gateway_name, key, number, sequence
from collector.file_text import opened
from metering.errors import InputError
from metering.messages import Message

_COLUMNS: Final = ("gateway", "channel", "key", "at", "value", "seq")
_BYTES_PER_READING: Final = 50  # beside its key: an instant, a number, and punctuation
_remembered_at_ms = lru_cache(maxsize=4096)(at_ms)  # rows of many channels share their instants


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of a file."""

    gateway: str
    key: str
    at_ms: int
    value: float
    seq: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What an import of a file would bring, and all that stands against it.

    channels: different keys of different gateways.
    first_ms, last_ms: None where no row could be read.
    errors: the first of them, in the order of the lines; error_count is how many there are.
    """

    readings: int
    channels: int
    first_ms: int | None
    last_ms: int | None
    errors: tuple[InputError, ...]
    error_count: int


def check(
    source: BinaryIO, name: str, gateway: str | None = None, *, most_errors: int = 20
) -> Checked:
    """Read a whole file without keeping it, and say what is in it.

    gateway: of all rows, where the file has no such column.
    """
    channels: set[tuple[str, str]] = set()
    instants: list[int] = []
    errors: list[InputError] = []
    readings = error_count = 0
    try:
        for row in _rows(source, name, gateway):
            if isinstance(row, InputError):
                error_count += 1
                errors.extend([row] if len(errors) < most_errors else [])
                continue
            readings += 1
            channels.add((row.gateway, row.key))
            instants = [min([row.at_ms, *instants]), max([row.at_ms, *instants])]
    except InputError as error:  # of the file as a whole
        errors, error_count = [error], 1
    first_ms, last_ms = instants or (None, None)
    return Checked(readings, len(channels), first_ms, last_ms, tuple(errors), error_count)


def batches(
    source: BinaryIO,
    name: str,
    gateway: str | None = None,
    *,
    received_ms: int,
    most_readings: int = 5_000,
) -> Iterator[list[Message]]:
    """Return a file as batches of messages; the first mistake ends it, so check it before."""
    with closing(_rows(source, name, gateway)) as rows:
        faultless = _faultless(rows)
        while portion := list(islice(faultless, most_readings)):
            yield _messages(portion, received_ms)


def _faultless(rows: Iterator[Reading | InputError]) -> Iterator[Reading]:
    for row in rows:
        if isinstance(row, InputError):
            raise row
        yield row


def _rows(
    source: BinaryIO, name: str, gateway: str | None
) -> Generator[Reading | InputError, None, None]:
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
) -> Reading | InputError:
    if len(cells) != len(place):
        wrong = RowError("row", f"{len(cells)} / {len(place)}")
        return wrong.at(name, line)
    try:
        return Reading(
            gateway or gateway_name(cells[place["gateway"]]),
            key(cells[place["channel"]]),
            _remembered_at_ms(cells[place["at"]]),
            number(cells[place["value"]]),
            sequence(cells[place["seq"]]) if "seq" in place else None,
        )
    except RowError as error:
        return error.at(name, line)


def _places(header: Sequence[str], name: str, gateway: str | None) -> dict[str, int]:
    """Return where each column stands; a column that nobody reads might have been a unit."""
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


def _messages(rows: Sequence[Reading], received_ms: int) -> list[Message]:
    """Return rows as messages: those of one gateway and number together, as many as fit."""
    groups: dict[tuple[str, int | None], list[Reading]] = {}
    for row in rows:
        groups.setdefault((row.gateway, row.seq), []).append(row)
    return [
        Message(f"cw/v1/{gateway}/data", gateway, _payload(seq, part), received_ms)
        for (gateway, seq), group in groups.items()
        for part in _fitting(group)
    ]


def _fitting(group: Sequence[Reading]) -> Iterator[Sequence[Reading]]:
    first = size_bytes = 0
    for place, row in enumerate(group):
        more_bytes = _BYTES_PER_READING + len(row.key.encode())
        if place - first == MAX_READINGS or size_bytes + more_bytes > MAX_PAYLOAD_BYTES - 100:
            yield group[first:place]
            first, size_bytes = place, 0
        size_bytes += more_bytes
    yield group[first:]


def _payload(seq: int | None, rows: Sequence[Reading]) -> bytes:
    keys = [row.key for row in rows]
    return native.encode_columns(
        seq,
        keys[0] if len(set(keys)) == 1 else keys,
        [row.at_ms for row in rows],
        [row.value for row in rows],
    )
