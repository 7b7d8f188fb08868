"""Cells of old workbooks: records of a sheet as they come, and the rows that they end."""

import struct
from collections.abc import Callable
from datetime import datetime
from typing import Final

from collector.files.limits import Limits
from collector.files.records import text_in
from collector.files.refusals import CellError
from collector.files.sheet_days import instant
from collector.files.tables import Cell

_FORMULA, _STRING = 0x0006, 0x0207
_SHARED: Final = (0x04BC, 0x0221)  # formulas of several cells
_CELL: Final = struct.Struct("<HHH")
_DOUBLE: Final = struct.Struct("<d")
_WHOLE: Final = struct.Struct("<i")
_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
# Of the tokens of a formula those that lead to another sheet or workbook, before its number.
_TOKENS: Final = (0x39, 0x3A, 0x3B, 0x59, 0x5A, 0x5B, 0x79, 0x7A, 0x7B)


class OldCells:
    """Takes the records of one sheet, and gives each row once the next one begins.

    refuse: whether formulas are refused. elsewhere: references that lead to another workbook.
    """

    def __init__(
        self, strings: list[str], dated: list[bool], since: datetime, page: str, limits: Limits
    ) -> None:
        self.refuse = False
        self.elsewhere: set[int] = set()
        self.formulas = 0
        self._strings, self._dated, self._since = strings, dated, since
        self._page, self._limits = page, limits
        self._line, self._row, self._cells = -1, list[Cell](), 0
        self._text_at = -1  # the column of the formula whose text comes next

    def take(self, kind: int, data: bytes) -> tuple[int, list[Cell]] | None:
        """Take a record; return the row before, where another begins."""
        if kind == _STRING:
            self._text(data)
            return None
        if kind in _SHARED:
            self._check(data, len(self._row))
            return None
        read = CELLS.get(kind)
        if read is None:
            return None
        line, column, style = _CELL.unpack_from(data)
        ended = None
        if line != self._line:
            ended, self._line, self._row = self.rest(), line, []
        read(self, data, column, style)
        return ended

    def rest(self) -> tuple[int, list[Cell]] | None:
        """Return the row that has begun, its number counted from 1."""
        return (self._line + 1, self._row) if self._row else None

    def _put(self, column: int, value: Cell) -> None:
        row = self._row
        if column >= len(row):
            if column >= self._limits.columns:
                raise CellError("too_wide", str(self._limits.columns))
            row.extend([""] * (column + 1 - len(row)))
        row[column] = value
        self._cells += 1
        if self._cells > self._limits.cells:
            raise CellError("too_many_cells", str(self._limits.cells))

    def _number(self, column: int, style: int, number: float) -> None:
        if style < len(self._dated) and self._dated[style]:
            self._put(column, instant(number, self._since))
        else:
            self._put(column, number if abs(number) < float("inf") else str(number))

    def _double(self, data: bytes, column: int, style: int) -> None:
        self._number(column, style, _DOUBLE.unpack_from(data, 6)[0])

    def _short(self, data: bytes, column: int, style: int) -> None:
        self._number(column, style, _short(data[6:10]))

    def _shorts(self, data: bytes, column: int, _style: int) -> None:
        """Take numbers that stand beside each other, each with its style."""
        for at in range(4, len(data) - 7, 6):
            style = data[at] | data[at + 1] << 8
            self._number(column + (at - 4) // 6, style, _short(data[at + 2 : at + 6]))

    def _shared(self, data: bytes, column: int, _style: int) -> None:
        self._put(column, self._strings[int.from_bytes(data[6:10], "little")])

    def _label(self, data: bytes, column: int, _style: int) -> None:
        self._put(column, text_in(data, 6, self._page))

    def _truth(self, data: bytes, column: int, _style: int) -> None:
        self._put(column, _said(data[7], data[6]))

    def _formula(self, data: bytes, column: int, style: int) -> None:
        """Take the result that a formula had when the workbook was saved."""
        self.formulas += 1
        self._check(data[22:], column)
        if data[12:14] != b"\xff\xff":
            self._number(column, style, _DOUBLE.unpack_from(data, 6)[0])
        elif data[6] == 0:
            self._text_at = column
        elif data[6] in (1, 2):
            self._put(column, _said(data[6] - 1, data[8]))

    def _text(self, data: bytes) -> None:
        if self._text_at >= 0 and self._line >= 0:
            self._put(self._text_at, text_in(data, 0, self._page))
        self._text_at = -1

    def _check(self, tokens: bytes, column: int) -> None:
        where = f"{_letters(column)}{self._line + 1}"
        if self.elsewhere and any(
            bytes([token]) + number.to_bytes(2, "little") in tokens
            for number in self.elsewhere
            for token in _TOKENS
        ):
            raise CellError("external", where)
        if self.refuse:
            raise CellError("formula", where)


_Read = Callable[[OldCells, bytes, int, int], None]
CELLS: Final[dict[int, _Read]] = {
    0x0203: OldCells._double,
    0x027E: OldCells._short,
    0x00BD: OldCells._shorts,
    0x00FD: OldCells._shared,
    0x0204: OldCells._label,
    0x00D6: OldCells._label,
    0x0205: OldCells._truth,
    _FORMULA: OldCells._formula,
}


def _short(data: bytes) -> float:
    """Return a number of four bytes: half a float or a whole one, or a hundredth of either."""
    flags = data[0] & 3
    if flags & 2:
        number = float(_WHOLE.unpack(data)[0] >> 2)
    else:
        number = float(_DOUBLE.unpack(b"\0\0\0\0" + bytes([data[0] & 0xFC]) + data[1:])[0])
    return number / 100 if flags & 1 else number


def _said(is_error: int, value: int) -> str:
    return _ERRORS.get(value, "#N/A") if is_error else str(value)


def _letters(column: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0."""
    text, left = "", column + 1
    while left:
        left, at = divmod(left - 1, 26)
        text = chr(65 + at) + text
    return text
