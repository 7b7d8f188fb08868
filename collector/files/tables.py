"""A table before its meaning is known: rows of cells, each with its line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from collector.files.refusals import Place
from metering.errors import InputError

Cell: TypeAlias = str | float  # numbers come typed out of workbooks only
BLOCK_ROWS: Final = 8192
SHEETS: Final = frozenset(("xlsx", "xls", "xml", "ods", "html"))  # forms whose short rows are whole
REMARK: Final = "# "  # begins a row that is no data, as the examples of templates do


class Merged(str):
    """What a cell above, of which this one is a part, says: whose or when, but no value again."""

    __slots__ = ()


@dataclass(slots=True)
class Block:
    """Rows that are read together. lines: where each stands; of a malformed one, `wrong` says."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, or a text file, that can be read again from its first row.

    how: of its format, told to people: encoding, separator. asks: what it leaves open as a whole.
    """

    place: Place
    form: str
    how: dict[str, str]
    blocks: Callable[[], Iterator[Block]]
    asks: Sequence[InputError] = ()


def text_of(cell: Cell) -> str:
    """Return a cell as text; a whole number has no decimals, as ids in workbooks are kept."""
    if isinstance(cell, str):
        return cell.strip()
    return f"{cell:.0f}" if cell == int(cell) and abs(cell) < 1e15 else repr(cell)
