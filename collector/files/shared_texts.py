"""The texts of an old workbook, each kept once and named by its place."""

import struct
from typing import Final

from collector.files.limits import Limits
from collector.files.refusals import CellError

_MOST_TEXT: Final = 32_768  # characters that a cell can hold


class SharedTexts:
    """The table of texts that cells point to, cut over several records wherever one was full."""

    def __init__(self, pieces: list[bytes], limits: Limits) -> None:
        self._pieces, self._limits = pieces, limits
        self._piece, self._at = 0, 0

    def all(self) -> list[str]:
        """Return them in their order; CellError where one is cut short, or there are too many.

        How many there are some programs say wrong, so they are read to the end.
        """
        self._bytes(8)
        found: list[str] = []
        while self._left():
            found.append(self._one())
            if len(found) > self._limits.strings:
                raise CellError("too_many_cells", str(self._limits.strings))
        return found

    def _left(self) -> bool:
        return self._at < len(self._pieces[self._piece]) or self._piece + 1 < len(self._pieces)

    def _one(self) -> str:
        count, flags = struct.unpack("<HB", self._bytes(3))
        runs = struct.unpack("<H", self._bytes(2))[0] if flags & 8 else 0
        beside = struct.unpack("<I", self._bytes(4))[0] if flags & 4 else 0
        if count > _MOST_TEXT:
            raise CellError("broken_workbook", f"> {_MOST_TEXT}")
        text = self._characters(count, wide=bool(flags & 1))
        self._skip(4 * runs + beside)
        return text

    def _characters(self, count: int, *, wide: bool) -> str:
        """Return a text; where it goes on in the next record, that says anew how wide it is."""
        found = []
        while True:
            width = 2 if wide else 1
            piece = self._pieces[self._piece]
            take = min(count, (len(piece) - self._at) // width)
            raw = piece[self._at : self._at + take * width]
            found.append(raw.decode("utf-16-le" if wide else "latin-1", "replace"))
            self._at, count = self._at + take * width, count - take
            if not count:
                return "".join(found)
            self._turn()
            wide = bool(self._bytes(1)[0] & 1)

    def _bytes(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self._pieces[self._piece]
            more = piece[self._at : self._at + count - len(found)]
            self._at += len(more)
            found += more
            if len(found) < count:
                self._turn()
        return found

    def _skip(self, count: int) -> None:
        while count > (room := len(self._pieces[self._piece]) - self._at):
            count -= room
            self._turn()
        self._at += count

    def _turn(self) -> None:
        self._piece, self._at = self._piece + 1, 0
        if self._piece >= len(self._pieces):
            raise CellError("broken_workbook", "SST")
