"""Tables of HTML, as many systems write them under the name .xls: all rows, as one sheet."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from collector.files.limits import Limits
from collector.files.refusals import CellError, Place
from collector.files.tables import BLOCK_ROWS, Block, Cell, Merged, Table
from collector.files.text import Opener, called, encoding_of, opened

_AT_ONCE: Final = 1 << 16  # characters
_MOST_TEXT: Final = 32_768  # characters of a cell
_SILENT: Final = frozenset(("script", "style", "title"))


def html_table(source: Opener, place: Place, limits: Limits) -> Table:
    """Return all tables of a page as one; rows are counted as a spreadsheet shows them."""
    encoding = encoding_of(source, place)
    how = {"encoding": called(encoding), "merged": "rows"}  # no value counts again
    return Table(place, "html", how, lambda: _blocks(source, encoding, limits))


def _blocks(source: Opener, encoding: str, limits: Limits) -> Iterator[Block]:
    reader, line, block = _Reader(limits), 0, Block()
    with opened(source, encoding) as text:
        while piece := text.read(_AT_ONCE):
            reader.feed(piece)
            for row in reader.take():
                line += 1
                block.lines.append(line)
                block.rows.append(row)
            if len(block.rows) >= BLOCK_ROWS:
                yield block
                block = Block()
    reader.close()
    reader.end_row()
    for row in reader.take():
        line += 1
        block.lines.append(line)
        block.rows.append(row)
    yield block


class _Reader(HTMLParser):
    """Cells as they come; what spans columns stands in the first, what spans rows in each."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._limits = limits
        self._done: list[list[Cell]] = []
        self._row: list[Cell] | None = None
        self._text: list[str] | None = None
        self._wide, self._high, self._size, self._cells = 1, 1, 0, 0
        self._below: dict[int, tuple[int, str]] = {}  # by column: rows still covered, and the text
        self._silent = 0

    def take(self) -> list[list[Cell]]:
        """Return the rows that have ended."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell, which ends the one before."""
        if tag in _SILENT:
            self._silent += 1
        elif tag in {"tr", "table"}:
            self.end_row()
            self._row = [] if tag == "tr" else None
            self._below = {} if tag == "table" else self._below
        elif tag in {"td", "th"}:
            self._end_cell()
            self._row = [] if self._row is None else self._row
            said = dict(attrs)
            self._wide, self._high = (_span(said.get(name)) for name in ("colspan", "rowspan"))
            self._text, self._size = [], 0
        elif tag in {"br", "p", "div"} and self._text:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table", "thead", "tbody"}:
            self.end_row()

    def handle_data(self, data: str) -> None:
        """Keep the text of a cell."""
        if self._text is None or self._silent:
            return
        self._size += len(data)
        if self._size > _MOST_TEXT:
            raise CellError("row", f"> {_MOST_TEXT}")
        self._text.append(data)

    def end_row(self) -> None:
        """End a row, with what cells above cover of it."""
        self._end_cell()
        if self._row is not None:
            self._covered()
            self._done.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._text is None or self._row is None:
            return
        text = " ".join("".join(self._text).split())
        self._text = None
        self._covered()
        self._cells += self._wide
        if self._cells > self._limits.cells:
            raise CellError("too_many_cells", str(self._limits.cells))
        at = len(self._row)
        if at + self._wide > self._limits.columns:
            raise CellError("too_wide", str(self._limits.columns))
        self._row.extend([text, *[""] * (self._wide - 1)])
        if self._high > 1:
            covered = {at + n: (self._high - 1, "" if n else text) for n in range(self._wide)}
            self._below.update(covered)

    def _covered(self) -> None:
        """Fill the places that cells of rows above cover."""
        row = self._row
        while row is not None and (left := self._below.pop(len(row), None)):
            if left[0] > 1:
                self._below[len(row)] = (left[0] - 1, left[1])
            row.append(Merged(left[1]) if left[1] else "")


def _span(text: str | None) -> int:
    return max(1, int(text[:4])) if text and text.isascii() and text.isdigit() else 1
