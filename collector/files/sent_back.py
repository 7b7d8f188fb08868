"""Rows that could not be taken, apart from the others; and the columns that say why, left out."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from collector.files.delimited import blank
from collector.files.refusals import Place
from collector.files.tables import Block, Cell, Table

WHY: Final = ("问题", "What is wrong")  # zh and en, as all that a person reads
ROW: Final = ("行号", "Row")
_OURS: Final = frozenset((*WHY, *ROW))
_MOST_HEAD: Final = 60  # rows down to the one that names the columns


@dataclass(frozen=True, slots=True)
class RowsApart:
    """Some rows of a table under what stands above all of them.

    head: the rows down to the one that names the columns. rows: each with its line.
    """

    place: Place
    head: list[list[Cell]]
    rows: list[tuple[int, list[Cell]]]


def ours(row: Sequence[Cell]) -> int:
    """Return how many columns of a first row say what was wrong with those below."""
    found = 0
    while found < min(2, len(row)) and row[found] in _OURS:
        found += 1
    return found


def as_sent(table: Table) -> Table:
    """Return a table without the columns that say what was wrong with its rows."""
    return replace(table, blocks=lambda: _stripped(table.blocks()))


def apart(table: Table, header_line: int | None, lines: Set[int]) -> RowsApart:
    """Return the rows of these lines. header_line: None where the first row names the columns."""
    found = RowsApart(table.place, [], [])
    for block in table.blocks():
        for line, row in zip(block.lines, block.rows, strict=True):
            if header_line is None and not blank(row):
                header_line = line
            if header_line is None or line <= header_line:
                found.head.extend([row] if len(found.head) < _MOST_HEAD else [])
            elif line in lines:
                found.rows.append((line, row))
    return found


def _stripped(blocks: Iterator[Block]) -> Iterator[Block]:
    columns: int | None = None
    for block in blocks:
        if columns is None and block.rows:
            columns = ours(block.rows[0])
        if columns:
            block = Block(block.lines, [row[columns:] for row in block.rows])
        yield block
