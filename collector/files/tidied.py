"""What a step of tidying looks at, and what it does to a row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from collector.files.headings import heading_of
from collector.files.tables import Cell, text_of

Line = tuple[int, list[Cell]]
# No row, where it says nothing of its own. A step that keeps rows back has a method `rest`.
Step = Callable[[Line], Iterable[Line]]
SAMPLE: Final = 60  # rows below the headings


@dataclass(frozen=True, slots=True)
class Looked:
    """The first rows of a table that are not blank.

    header: the place of the headings' row. named: somebody said of which channel all rows are.
    """

    rows: Sequence[Line]
    header: int | None
    named: bool = False

    @property
    def head(self) -> list[Cell]:
        """The headings, none where no row has any."""
        return self.rows[self.header][1] if self.header is not None else []

    @property
    def line(self) -> int:
        """The line of the headings."""
        return self.rows[self.header][0] if self.header is not None else 0

    @property
    def above(self) -> Sequence[Line]:
        """The rows above the headings."""
        return self.rows[: self.header or 0]

    @property
    def below(self) -> Sequence[Line]:
        """The first rows below the headings."""
        return [] if self.header is None else self.rows[self.header + 1 :][:SAMPLE]

    def places(self, role: str) -> list[int]:
        """Return the columns whose headings have a role."""
        return [at for at, cell in enumerate(self.head) if heading_of(cell).role == role]

    def column(self, at: int) -> list[str]:
        """Return what stands below a heading, blanks left out."""
        found = (text_of(row[at]) for _, row in self.below if len(row) > at)
        return [text for text in found if text]


def widened(row: list[Cell], width: int, *more: Cell) -> list[Cell]:
    """Return a row with cells behind its table."""
    return [*row[:width], *[""] * (width - len(row)), *more]


def cell(row: Sequence[Cell], at: int) -> str:
    """Return the text of a cell, empty beyond the end of a row."""
    return text_of(row[at]) if at < len(row) else ""
