"""Workbooks of Excel 2 to 4, as some meters' programs still write them, in the records of Excel 5.

One sheet each. A book of several sheets, which only Excel 4 knew, is refused with the next step.
"""

import io
import struct
from collections.abc import Callable, Iterator
from typing import IO, Final

from collector.files.records import BOF, EOF
from collector.files.refusals import CellError

# First bytes, by version.
HEADS: Final = {b"\x09\x00\x04\x00": 2, b"\x09\x00\x06\x00": 2, b"\x09\x02\x06\x00": 3,
                b"\x09\x04\x06\x00": 4}  # fmt: skip
_HEAD: Final = struct.Struct("<HH")
_SHEET: Final = 0x0010
_MOST_BYTES: Final = 64 << 20
_NUMBER, _LABEL, _TRUTH, _FORMULA, _STRING = 0x0203, 0x0204, 0x0205, 0x0006, 0x0207
_FORMAT, _STYLE = 0x041E, 0x00E0
_AS_THEY_ARE: Final = frozenset((0x0042, 0x0022, 0x002F, 0x027E, _NUMBER, _LABEL, _TRUTH, _STRING))

Record = tuple[int, bytes]


def as_newer(source: IO[bytes]) -> IO[bytes]:
    """Return a workbook of before Excel 5 as one of Excel 5; CellError where it is no sheet."""
    version = HEADS[source.read(4)]
    source.seek(0)
    made = io.BytesIO()
    _write(made, BOF, struct.pack("<4H", 0x0500, _SHEET, 0, 0))
    takes = _Takes(version).kinds
    while len(head := source.read(4)) == _HEAD.size:
        kind, length = _HEAD.unpack(head)
        data = source.read(length)
        if len(data) < length:
            break
        if kind & 0xFF == 0x09 and int.from_bytes(data[2:4], "little") != _SHEET:
            raise CellError("older_workbook")
        for newer in takes[kind](data) if kind in takes else ():
            _write(made, *newer)
        if kind == EOF:
            _write(made, EOF, b"")
            break
        if made.tell() > _MOST_BYTES:
            raise CellError("bomb", f"> {_MOST_BYTES >> 20} MiB")
    made.seek(0)
    return made


def _write(made: IO[bytes], kind: int, data: bytes) -> None:
    made.write(_HEAD.pack(kind, len(data)) + data)


class _Takes:
    """What becomes of a record, by its kind. Before Excel 4 formats are numbered by their order."""

    def __init__(self, version: int) -> None:
        self._formats = 0
        self.kinds: dict[int, Callable[[bytes], Iterator[Record]]] = {
            0x001E: self._format, 0x041E: lambda data: self._format(data[2:]),
            0x0243: self._style, 0x0443: self._style,
            0x0206: self._formula, 0x0406: self._formula,
        } | {kind: _same(kind) for kind in _AS_THEY_ARE}  # fmt: skip
        if version == 2:
            self.kinds |= {
                0x0002: self._whole, 0x0003: self._number, 0x0004: self._label,
                0x0005: self._truth, 0x0006: self._formula_of_2, 0x0007: self._text,
            }  # fmt: skip
        self._of_2 = version == 2

    def _format(self, data: bytes) -> Iterator[Record]:
        yield _FORMAT, struct.pack("<H", self._formats) + data
        if self._of_2:  # whose cells name a format each, and no style
            yield _STYLE, struct.pack("<HH", 0, self._formats)
        self._formats += 1

    @staticmethod
    def _style(data: bytes) -> Iterator[Record]:
        yield _STYLE, struct.pack("<HH", data[0], data[1])

    @staticmethod
    def _formula(data: bytes) -> Iterator[Record]:
        yield _FORMULA, data[:16] + bytes(4) + data[16:]

    @staticmethod
    def _whole(data: bytes) -> Iterator[Record]:
        value = struct.pack("<d", int.from_bytes(data[7:9], "little"))
        yield _NUMBER, _cell(data) + value

    @staticmethod
    def _number(data: bytes) -> Iterator[Record]:
        yield _NUMBER, _cell(data) + data[7:15]

    @staticmethod
    def _label(data: bytes) -> Iterator[Record]:
        yield _LABEL, _cell(data) + bytes([data[7], 0]) + data[8:]

    @staticmethod
    def _truth(data: bytes) -> Iterator[Record]:
        yield _TRUTH, _cell(data) + data[7:9]

    @staticmethod
    def _formula_of_2(data: bytes) -> Iterator[Record]:
        yield _FORMULA, _cell(data) + data[7:15] + bytes(6) + data[16:]

    @staticmethod
    def _text(data: bytes) -> Iterator[Record]:
        yield _STRING, bytes([data[0], 0]) + data[1:]


def _same(kind: int) -> Callable[[bytes], Iterator[Record]]:
    return lambda data: iter(((kind, data),))


def _cell(data: bytes) -> bytes:
    """Return row, column and style of a cell of Excel 2, whose format is the second attribute."""
    return data[:4] + bytes([data[5] & 0x3F, 0])
