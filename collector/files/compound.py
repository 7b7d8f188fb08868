"""Compound files, the containers of old workbooks: sectors chained into streams ([MS-CFB])."""

import io
import struct
from array import array
from collections.abc import Iterator
from typing import IO, Final

from collector.files.limits import Limits
from collector.files.refusals import CellError

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = struct.Struct("<24xHHHHH6xIII4xIIIII")
_IN_HEADER: Final = 109  # places of the table of sectors that the header itself holds
_ENTRY_BYTES: Final = 128
_STREAM, _ROOT = 2, 5  # kinds of entries
_ENCRYPTED: Final = frozenset(("EncryptedPackage", "EncryptionInfo"))
_OTHERS: Final = {"WordDocument": "Word", "PowerPoint Document": "PowerPoint"}
_BOOKS: Final = ("workbook", "book")


class Stream(io.RawIOBase):
    """Bytes that lie in pieces: pieces of one size, each at its place in a file."""

    def __init__(self, source: IO[bytes], places: list[int], piece: int, size: int) -> None:
        self._source, self._places, self._piece = source, places, piece
        self._size = min(size, len(places) * piece)
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the stream; beyond its end nothing is read."""
        since = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, since + offset)
        return self._at

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]
        """Read up to the end of a piece."""
        number, inside = divmod(self._at, self._piece)
        count = min(len(into), self._piece - inside, self._size - self._at)
        if count <= 0:
            return 0
        self._source.seek(self._places[number] + inside)
        chunk = self._source.read(count)
        into[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


def workbook_stream(source: IO[bytes], limits: Limits) -> IO[bytes]:
    """Return the stream of a compound file that holds its workbook; CellError where none does."""
    try:
        stream: io.RawIOBase = _Container(source, limits).workbook()
        return io.BufferedReader(stream, 1 << 16)
    except (struct.error, IndexError, ValueError) as error:
        raise CellError("broken_workbook", str(error)[:80]) from error


class _Container:
    """The table of sectors and the directory of a compound file."""

    def __init__(self, source: IO[bytes], limits: Limits) -> None:
        self._source = source
        size = source.seek(0, io.SEEK_END)
        if size > limits.unpacked_bytes:
            raise CellError("bomb", f"> {limits.unpacked_bytes >> 20} MiB")
        source.seek(0)
        head = source.read(512)
        (_, _, _, sector, small, _, tables, directory, cutoff, first_small, _, further,
         _) = _HEADER.unpack_from(head)  # fmt: skip
        if sector not in (9, 12) or small != 6:
            raise CellError("broken_workbook", f"sector 2^{sector}")
        self._sector, self._small = 1 << int(sector), 1 << int(small)
        self._cutoff = int(cutoff)
        self._most = size // self._sector + 1
        self._next = self._table(head, tables, further)
        self._entries = list(self._directory(directory))
        self._first_small = first_small
        if not any(kind == _ROOT for _, kind, _, _ in self._entries):
            raise CellError("broken_workbook", "root")  # the file is cut off before its directory

    def workbook(self) -> Stream:
        """Return the workbook's stream."""
        found = {
            name: (start, size) for name, kind, start, size in self._entries if kind == _STREAM
        }
        if _ENCRYPTED & found.keys():
            raise CellError("encrypted", "")
        called = {name.lower(): name for name in found}
        for name in _BOOKS:
            if name in called:
                return self._stream(*found[called[name]])
        other = next((said for name, said in _OTHERS.items() if name in found), "OLE")
        raise CellError("not_a_table", other)

    def _place(self, sector: int) -> int:
        return (sector + 1) * self._sector

    def _numbers(self, sector: int) -> "array[int]":
        """Return a sector as numbers of sectors; what is cut off is missing."""
        if sector > self._most:
            raise CellError("broken_workbook", f"sector {sector}")
        self._source.seek(self._place(sector))
        data = self._source.read(self._sector)
        return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def _table(self, head: bytes, tables: int, further: int) -> "array[int]":
        """Return of each sector which one follows it."""
        places, tables = (
            list(struct.unpack_from(f"<{_IN_HEADER}I", head, 76)),
            min(tables, self._most),
        )
        while further < self._most and len(places) < tables:
            numbers = self._numbers(further)
            places += numbers[:-1]
            further = numbers[-1]
        table = array("I")
        for place in places[:tables]:
            table.extend(self._numbers(place))
            if len(table) > self._most:
                break
        return table

    def _chain(self, first: int, table: "array[int]", most: int) -> list[int]:
        """Return the sectors of a chain; one that returns to itself is broken."""
        found, now = [], first
        while now < len(table):
            found.append(now)
            if len(found) > most:
                raise CellError("broken_workbook", "loop")
            now = table[now]
        return found

    def _directory(self, first: int) -> Iterator[tuple[str, int, int, int]]:
        """Return name, kind, first sector and size of each entry."""
        for sector in self._chain(first, self._next, self._most):
            self._source.seek(self._place(sector))
            data = self._source.read(self._sector)
            for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
                entry = data[at : at + _ENTRY_BYTES]
                length = max(0, min(64, struct.unpack_from("<H", entry, 64)[0]) - 2)
                name = entry[:length].decode("utf-16-le", "replace")
                yield name, entry[66], *struct.unpack_from("<II", entry, 116)

    def _stream(self, first: int, size: int) -> Stream:
        if size >= self._cutoff:
            chain = self._chain(first, self._next, self._most)
            if size > len(chain) * self._sector:
                raise CellError("broken_workbook", f"{len(chain) * self._sector} / {size}")
            return Stream(self._source, [self._place(one) for one in chain], self._sector, size)
        return self._small_stream(first, size)

    def _small_stream(self, first: int, size: int) -> Stream:
        """Return a stream that lies in pieces of the root's stream."""
        root = next(start for _, kind, start, _ in self._entries if kind == _ROOT)
        inside = [self._place(one) for one in self._chain(root, self._next, self._most)]
        table = array("I")
        for sector in self._chain(self._first_small, self._next, self._most):
            table.extend(self._numbers(sector))
        each = self._sector // self._small
        chain = self._chain(first, table, len(table))
        places = [inside[one // each] + one % each * self._small for one in chain]
        return Stream(self._source, places, self._small, size)
