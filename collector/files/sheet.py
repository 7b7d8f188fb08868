"""One sheet of a workbook: its elements as they come, and the rows that they end."""

import re
from collections.abc import Callable, Iterator, Set
from typing import Final

from collector.files.guarded_xml import parser
from collector.files.limits import Limits
from collector.files.refusals import CellError
from collector.files.tables import Cell

_REF: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ELSEWHERE: Final = re.compile(r"\[\d+\]|\bDDE\b|https?:|\\\\|WEBSERVICE", re.IGNORECASE)
_MOST_TEXT: Final = 32_768  # characters that a cell can hold


def local(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]


class SheetReader:
    """Handlers of one sheet; `take` gives the rows that have ended, each with its number."""

    def __init__(
        self,
        strings: list[str],
        dated: Set[str],
        instant: Callable[[float], Cell],
        limits: Limits,
        *,
        refuse: bool,
    ) -> None:
        self.parser = parser()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.formulas = 0
        self._strings, self._dated, self._instant = strings, dated, instant
        self._limits, self._refuse = limits, refuse
        self._done: list[tuple[int, list[Cell]]] = []
        self._row: list[Cell] = []
        self._line = 0
        self._column = 0
        self._columns: dict[str, int] = {}
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._keeps = self._formula = False
        self._cells = 0

    def take(self) -> Iterator[tuple[int, list[Cell]]]:
        """Return the rows that have ended since the last time."""
        done, self._done = self._done, []
        return iter(done)

    def _begin(self, tag: str, fields: dict[str, str]) -> None:
        name = tag if ":" not in tag else local(tag)
        if name == "c":
            self._cell(fields)
        elif name in {"v", "t"}:
            self._keeps = True
        elif name == "f":
            self._keeps = self._formula = True
            self.formulas += 1
        elif name == "row":
            number = fields.get("r", "")
            known = number.isdecimal() and len(number) < 8
            self._line = int(number) if known else self._line + 1
            self._row, self._column = [], -1

    def _cell(self, fields: dict[str, str]) -> None:
        self._kind, self._style = fields.get("t", "n"), fields.get("s", "")
        self._pieces = []
        self._cells += 1
        if self._cells > self._limits.cells:
            raise CellError("too_many_cells", str(self._limits.cells))
        ref = fields.get("r")
        self._column = self._column + 1 if ref is None else self._place(ref)
        if self._column >= self._limits.columns:
            raise CellError("too_wide", str(self._limits.columns))

    def _place(self, ref: str) -> int:
        letters = ref.rstrip("0123456789")
        known = self._columns.get(letters)
        if known is None:
            found = _REF.fullmatch(ref)
            if not found:
                raise CellError("broken_workbook", ref)
            known = 0
            for letter in found[1]:
                known = known * 26 + ord(letter) - 64
            known -= 1
            self._columns[letters] = known
        return known

    def _text(self, data: str) -> None:
        if self._keeps:
            self._pieces.append(data)
            if len(data) > _MOST_TEXT or len(self._pieces) > _MOST_TEXT:
                raise CellError("broken_workbook", f"> {_MOST_TEXT}")

    def _end(self, tag: str) -> None:
        name = tag if ":" not in tag else local(tag)
        if name == "c":
            self._keep()
        elif name in {"v", "t"}:
            self._keeps = False
        elif name == "f":
            self._keeps = self._formula = False
            self._check(f"={''.join(self._pieces)}")
            self._pieces = []
        elif name == "row" and self._row:
            self._done.append((self._line, self._row))

    def _check(self, formula: str) -> None:
        where = f"{self._line} {formula}"
        if _ELSEWHERE.search(formula):
            raise CellError("external", where)
        if self._refuse:
            raise CellError("formula", where)

    def _keep(self) -> None:
        text = "".join(self._pieces)
        if not text:
            return
        row, place = self._row, self._column
        if place < len(row):
            row[place] = self._value(text)
            return
        if place > len(row):
            row.extend([""] * (place - len(row)))
        row.append(self._value(text))

    def _value(self, text: str) -> Cell:
        if self._kind == "n":
            number = float(text)
            if self._style in self._dated:
                return self._instant(number)
            return number if abs(number) != float("inf") and number == number else text
        if self._kind == "s":
            place = int(text)
            if not 0 <= place < len(self._strings):
                raise CellError("broken_workbook", text)
            return self._strings[place]
        return text
