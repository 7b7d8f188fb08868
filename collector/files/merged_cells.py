"""Cells of a workbook that are merged over several rows: each row says what the first one says."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Final

from collector.files.tables import Cell, Merged, text_of

_AT_ONCE: Final = 1 << 20
_LONGEST: Final = 64  # bytes of one element
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_MOST: Final = 100_000


class Below:
    """By the row in which a merged cell begins: its column, and the last row that it covers.

    They stand behind the rows of a sheet, so it is read through for them first.
    """

    def __init__(self, merged: Iterable[tuple[int, int, int]]) -> None:
        """merged: column of each, first and last row; columns count from 0, rows from 1."""
        self._begin: dict[int, list[tuple[int, int]]] = {}
        self._now: dict[int, tuple[int, str]] = {}  # by column: last row, and what it says
        for column, first, last in merged:
            if last > first and len(self._begin) < _MOST:
                self._begin.setdefault(first, []).append((column, last))

    def __len__(self) -> int:
        return len(self._begin)

    def filled(self, line: int, row: list[Cell]) -> list[Cell]:
        """Return a row with what cells of rows above say of it; rows come in their order."""
        for at, (last, text) in list(self._now.items()):
            if line > last:
                del self._now[at]
            elif at >= len(row) or row[at] == "":
                row.extend([""] * (at + 1 - len(row)))
                row[at] = Merged(text)
        for at, last in self._begin.get(line, ()):
            if at < len(row) and row[at] != "":
                self._now[at] = (last, text_of(row[at]))
        return row


def merged_in(source: IO[bytes]) -> Iterator[tuple[int, int, int]]:
    """Return the merged cells of a sheet of XLSX."""
    rest = b""
    while piece := source.read(_AT_ONCE):
        data = rest + piece
        for found in _MERGED.finditer(data) if b"mergeCell" in data else ():
            yield _column(found[1]), int(found[2]), int(found[3])
        rest = data[-_LONGEST:]


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
