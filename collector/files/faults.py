"""What is wrong in the rows of a block, told once a row; rows that say nothing are no fault."""

import re
from dataclasses import dataclass, field

from collector.files.delimited import blank
from collector.files.gathered import Problems, Told
from collector.files.headings import is_total, plain
from collector.files.refusals import CellError, Place
from collector.files.tables import REMARK, SHEETS, Cell, text_of
from collector.files.values import Layout

_FIRST = 4  # cells, of which one says that its row sums others
# What stands below a table: who made it, of when, and what is to be said of it.
_REMARK = re.compile(
    r"(?:备\s*注|说\s*明|注\s*释?|附\s*注|制\s*表|填\s*[表报]|审\s*[核批]|复\s*核|编\s*制|统\s*计\s*[人单]|负\s*责\s*人|经\s*办|"
    r"单位负责|数据来源|资料来源|打\s*印|导\s*出|报\s*送|联\s*系\s*[人电]|签\s*[字章名]|盖\s*章|第\s*\d+\s*页|共\s*\d+\s*[页条行]|"
    r"notes?\b|remarks?\b|source\b|prepared\b|printed\b|exported\b|generated\b|page \d)",
    re.IGNORECASE,
)
_DELIVERED = "deliverydate"
_FIGURE = re.compile(r"[+-]?\d[\d,.]*")
_CALLED = {"bad_time": "at", "bad_key": "channel", "bad_gateway": "gateway"}


@dataclass(slots=True)
class Rows:
    """The rows of a block below the header, all of one width, and the same by column."""

    lines: list[int]
    cells: list[list[Cell]]
    columns: list[tuple[Cell, ...]]

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(slots=True)
class Faults:
    """Where what is wrong goes; settled: rows of this block of which nothing more is said."""

    layout: Layout
    place: Place
    problems: Problems
    told: Told
    settled: set[int] = field(default_factory=set)

    def fitted(self, lines: list[int], rows: list[list[Cell]]) -> Rows:
        """Return the rows below the header, all of one width; what does not fit is told."""
        layout, width = self.layout, self.layout.width
        if lines and lines[0] <= layout.header_line:
            below = [n for n, line in enumerate(lines) if line > layout.header_line]
            lines, rows = [lines[n] for n in below], [rows[n] for n in below]
        if not all(len(row) == width for row in rows):
            pairs = [(a, self._fitted(a, b)) for a, b in zip(lines, rows, strict=True)]
            lines = [line for line, row in pairs if row is not None]
            rows = [row for _, row in pairs if row is not None]
        if not (layout.at or layout.start):
            kept = [n for n, row in enumerate(rows) if not self._summed(lines[n], row)]
            lines, rows = [lines[n] for n in kept], [rows[n] for n in kept]
        self.settled = set()
        self.told.rows += len(rows)
        return Rows(lines, rows, list(zip(*rows, strict=True)))

    def wrong(self, rows: Rows, n: int, error: CellError, column: int | None) -> None:
        """Tell what is wrong with a cell, once a row."""
        if n in self.settled:
            return
        self.settled.add(n)
        row, line = rows.cells[n], rows.lines[n]
        if blank(row) or (self.layout.own_format and text_of(row[0]).startswith(REMARK)):
            self.told.rows -= 1
        elif self._sums(row):
            self.told.total(line)
        elif self._remarks(row):
            self.told.remark(line)
        elif self._delivered(row):
            self.told.deliveries += 1
        elif [text_of(cell) for cell in row] == list(self.layout.headings):
            self.told.repeated += 1
        else:
            self.problems.cell(error, self.place.at(line, self._heading(column, error)))

    def _delivered(self, row: list[Cell]) -> bool:
        """Return whether a row is of one day, on which something was delivered, and no reading."""
        days = [n for n, one in enumerate(self.layout.headings) if plain(one) == _DELIVERED]
        times = [row[at] for at in self.layout.at or self.layout.start]
        return any(n < len(row) and text_of(row[n]) for n in days) and not any(map(text_of, times))

    def passed_over(self, n: int, *, money: bool = False) -> None:
        """Count a row that says nothing of a channel, or only what something cost."""
        if n not in self.settled:
            self.settled.add(n)
            self.told.money += money
            self.told.empty += not money

    def _fitted(self, line: int, row: list[Cell]) -> list[Cell] | None:
        width = self.layout.width
        if len(row) == width:
            return row
        if blank(row):
            return None
        if row and is_total(row[0]):
            self.told.total(line)
            return None
        if self.told.form in SHEETS and len(row) < width:
            return [*row, *[""] * (width - len(row))]
        if len(row) > width and blank(row[width:]):
            return row[:width]
        if self._remarks(row):
            self.told.remark(line)
            return None
        wrong = CellError("row", f"{len(row)} / {width}")
        self.problems.cell(wrong, self.place.at(line, "row"))
        return None

    def _summed(self, line: int, row: list[Cell]) -> bool:
        """Tell a row that sums others, where no row has a time by which it could be known."""
        if blank(row) or not self._sums(row):
            return False
        self.told.total(line)
        return True

    def _sums(self, row: list[Cell]) -> bool:
        """Return whether a row sums others: it says so, and has no time of its own."""
        times = [row[at] for at in self.layout.at or self.layout.start]
        timeless = all(is_total(cell) or not text_of(cell) for cell in times)
        return timeless and any(is_total(cell) for cell in (*row[:_FIRST], *times))

    def _remarks(self, row: list[Cell]) -> bool:
        """Return whether a row is a remark below the table: it begins as one and holds no value."""
        said = [text for cell in row if (text := text_of(cell))]
        values = (row[one.place] for one in self.layout.values if one.place < len(row))
        figures = len(row) == self.layout.width and any(
            _FIGURE.fullmatch(text_of(v)) for v in values
        )
        return bool(said) and _REMARK.match(said[0]) is not None and not figures

    def _heading(self, column: int | None, error: CellError) -> str:
        headings = self.layout.headings
        if column is not None and column < len(headings) and headings[column]:
            return headings[column]
        return _CALLED.get(error.code, "value")
