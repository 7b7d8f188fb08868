"""A file as rows of text: for files whose columns are known, such as rows that are actions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from collector.files.books import FEED, tables_of_part
from collector.files.containers import Part, parts
from collector.files.delimited import blank
from collector.files.limits import DEFAULT, Limits
from collector.files.refusals import CellError, Place, refusal
from collector.files.tables import REMARK, Table, text_of


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, or a text file, as text; rows that are empty, or remarks, are left out.

    lines: where each row stands in its file. how: what its format was found to be.
    """

    place: Place
    form: str
    how: dict[str, str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def grids(source: BinaryIO, name: str, most_rows: int, limits: Limits = DEFAULT) -> Iterator[Grid]:
    """Return the tables of a file in their order, each with its header in its first row.

    Reading ends one row after the most. InputError where a part of it is no table, or too wide.
    """
    for table in headed(source, name, limits):
        try:
            yield _grid(table, most_rows, limits)
        except CellError as error:
            raise refusal(error, table.place) from error


def headed(source: BinaryIO, name: str, limits: Limits = DEFAULT) -> Iterator[Table]:
    """Return the tables of a file whose first lines name their columns.

    InputError where a part of it is no table; CellError may come while one is read.
    """
    for part in parts(source, name, limits):
        if isinstance(part, tuple):
            raise refusal(part[1], Place(part[0]))
        try:
            yield from _tables(part, limits)
        except CellError as error:
            raise refusal(error, Place(part.name)) from error


def _tables(part: Part, limits: Limits) -> Iterator[Table]:
    if part.form == FEED:
        raise CellError("not_a_table", "XML")
    return tables_of_part(part, limits, headed=True)


def _grid(table: Table, most_rows: int, limits: Limits) -> Grid:
    grid = Grid(table.place, table.form, table.how)
    for block in table.blocks():
        for line, row in zip(block.lines, block.rows, strict=True):
            if blank(row):
                continue
            if len(row) > limits.columns:
                wrong = CellError("too_wide", str(limits.columns))
                raise refusal(wrong, table.place.at(line))
            if len(grid.rows) > most_rows:
                return grid
            if grid.rows and isinstance(row[0], str) and row[0].startswith(REMARK):
                continue
            texts = [cell if isinstance(cell, str) else text_of(cell) for cell in row]
            grid.rows.append(texts)
            grid.lines.append(line)
    return grid
