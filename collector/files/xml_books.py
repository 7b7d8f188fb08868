"""Workbooks that are one XML text: those of Excel 2003, and the content of ODS archives."""

from collections.abc import Callable, Iterator
from typing import IO, Final

from collector.files.guarded_xml import Depth, fed, parser
from collector.files.limits import Limits
from collector.files.refusals import CellError, Place
from collector.files.sheet import local
from collector.files.tables import BLOCK_ROWS, Block, Cell, Merged, Table, text_of

_MOST_TEXT: Final = 32_768
_MOST_EMPTY: Final = 1 << 20  # rows that an ODS says to be alike; the last of them end a sheet
_MOST_ALIKE: Final = 100_000  # rows with values, of a sheet
Opener = Callable[[], IO[bytes]]
Fields = dict[str, str]


def xml_tables(source: Opener, place: Place, limits: Limits, form: str) -> Iterator[Table]:
    """Return the sheets of a workbook. form: xml of Excel 2003, or ods."""
    titles = _titles(source, limits)
    if not titles:
        raise CellError("broken_workbook", "")
    for number, title in enumerate(titles):

        def blocks(number: int = number) -> Iterator[Block]:
            return _blocks(source, limits, number)

        # what is merged over rows is filled in, and no value counts again
        yield Table(Place(place.file, title), form, {"merged": "rows"}, blocks)


def _titles(source: Opener, limits: Limits) -> list[str]:
    reader = _Reader(limits, -1)
    with source() as raw:
        for _ in fed(reader.parser, raw, limits):
            pass
    return reader.titles


def _blocks(source: Opener, limits: Limits, number: int) -> Iterator[Block]:
    reader, block = _Reader(limits, number), Block()
    with source() as raw:
        for _ in fed(reader.parser, raw, limits):
            for line, row in reader.take():
                block.lines.append(line)
                block.rows.append(row)
            if len(block.rows) >= BLOCK_ROWS:
                yield block
                block = Block()
            if len(reader.titles) > number + 1:
                break
    yield block


class _Reader:
    """The rows of one sheet, the n-th; repeated cells and rows are written out within bounds."""

    def __init__(self, limits: Limits, number: int) -> None:
        self.parser = parser()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.titles: list[str] = []
        self._limits, self._number, self._depth = limits, number, Depth()
        self._done: list[tuple[int, list[Cell]]] = []
        self._row: list[Cell] = []
        self._line, self._again, self._times = 0, 1, 1
        self._cell: Fields | None = None
        self._text: list[str] = []
        self._below: dict[int, tuple[int, Cell]] = {}  # by column: rows still covered, and by what
        self._size = self._cells = self._beside = self._alike = 0

    def take(self) -> list[tuple[int, list[Cell]]]:
        """Return the rows that have ended."""
        done, self._done = self._done, []
        return done

    @property
    def _mine(self) -> bool:
        return len(self.titles) == self._number + 1

    def _begin(self, tag: str, fields: Fields) -> None:
        self._depth.enter()
        name, said = local(tag), {local(key): value for key, value in fields.items()}
        if name == "Worksheet" or (name == "table" and "name" in said):
            self.titles.append(said.get("Name", said.get("name", ""))[:200])
            self._line, self._below = 0, {}
        elif not self._mine:
            return
        elif name in {"Row", "table-row"}:
            self._row = []
            self._line = _whole(said.get("Index"), self._line + 1)
            self._again = _whole(said.get("number-rows-repeated"), 1)
        elif name in {"Cell", "table-cell", "covered-table-cell"}:
            self._begin_cell(said)
        elif name == "Data" and self._cell is not None:
            self._cell["Type"] = said.get("Type", "")
        elif name in {"annotation", "Comment"}:
            self._beside += 1
        elif name in {"p", "line-break", "s", "tab"} and self._text:
            self._text.append(" ")

    def _begin_cell(self, said: Fields) -> None:
        place = _whole(said.get("Index"), len(self._row) + 1) - 1
        if place >= self._limits.columns:
            raise CellError("too_wide", str(self._limits.columns))
        self._row.extend([""] * (place - len(self._row)))
        self._cell, self._text, self._size = said, [], 0
        self._times = _whole(said.get("number-columns-repeated"), 1)
        self._times += _whole(said.get("MergeAcross"), 0)

    def _said(self, text: str) -> None:
        if self._cell is None or self._beside:
            return
        self._size += len(text)
        if self._size > _MOST_TEXT:
            raise CellError("broken_workbook", f"> {_MOST_TEXT}")
        self._text.append(text)

    def _end(self, tag: str) -> None:
        self._depth.leave()
        name = local(tag)
        if name in {"annotation", "Comment"}:
            self._beside = max(0, self._beside - 1)
        elif name in {"Cell", "table-cell", "covered-table-cell"} and self._cell is not None:
            self._end_cell(self._cell)
        elif name in {"Row", "table-row"} and self._mine:
            self._end_row()

    def _end_cell(self, said: Fields) -> None:
        value = _value(said, " ".join("".join(self._text).split()))
        self._cell = None
        merged = "MergeAcross" in said
        below = _whole(said.get("MergeDown"), 0) or _whole(said.get("number-rows-spanned"), 1) - 1
        if below and value != "":
            self._below[len(self._row)] = (below + 1, value)
        room = self._limits.columns - len(self._row)
        if value == "":
            self._row.extend([""] * min(self._times, room))
            return
        self._cells += self._times
        if self._times > room or self._cells > self._limits.cells:
            raise CellError("too_wide", str(self._limits.columns))
        self._row.extend([value, *["" if merged else value] * (self._times - 1)])

    def _end_row(self) -> None:
        """Keep a row as often as it is said to be there; empty ones only count."""
        line, self._line = self._line, self._line + min(self._again, _MOST_EMPTY) - 1
        self._cover()
        if not any(cell != "" for cell in self._row):
            return
        self._cells += len(self._row) * self._again
        self._alike += self._again - 1
        if self._cells > self._limits.cells or self._alike > _MOST_ALIKE:
            raise CellError("too_many_cells", str(self._limits.cells))
        while self._row and self._row[-1] == "":
            self._row.pop()
        self._done += [(line + n, list(self._row)) for n in range(self._again)]

    def _cover(self) -> None:
        """Fill the places that cells of rows above cover."""
        for at, (left, value) in list(self._below.items()):
            if left < 1:
                del self._below[at]
                continue
            self._below[at] = (left - 1, value)
            self._row.extend([""] * (at + 1 - len(self._row)))
            self._row[at] = Merged(text_of(value)) if self._row[at] == "" else self._row[at]


def _value(said: Fields, text: str) -> Cell:
    """Return what a cell holds: numbers and times as they are kept, not as they are shown."""
    kind = said.get("value-type", said.get("Type", "")).lower()
    if kind in {"float", "number", "currency"}:
        return _number(said.get("value", text))
    if kind == "percentage":
        return text
    if kind in {"date", "datetime"}:
        at = said.get("date-value", text).removesuffix(".000")
        return at.removesuffix("T00:00:00").replace("T", " ")
    return text


def _number(text: str) -> Cell:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if abs(number) < float("inf") else text


def _whole(text: str | None, default: int) -> int:
    """Return a number of places; what is no number counts as none said."""
    plain = text is not None and text.isascii() and text.isdigit() and len(text) < 8
    return max(1, int(text or 1)) if plain else default
