"""Tables whose first heading is of the others: 时间 above ids, instants above the columns."""

from collections.abc import Sequence
from dataclasses import replace

from collector.files.calendar_columns import calendar_of
from collector.files.headings import Heading
from collector.files.instants import Instants
from collector.files.refusals import CellError
from collector.files.tables import Cell, text_of


def as_turned(headings: list[Heading], sample: Sequence[list[Cell]]) -> list[Heading]:
    """Return headings of which one of time names channels, where times head the other columns."""
    named = [n for n, one in enumerate(headings) if one.role in {"at", "date"}]
    if len(named) != 1 or any(one.role == "channel" for one in headings):
        return headings
    (at,) = named
    others = ["" if n == at else one.text for n, one in enumerate(headings)]
    below = [row[at] for row in sample if len(row) > at and text_of(row[at])]
    if not below or len(calendar_of(others).columns) < 2 or any(map(_a_time, below)):
        return headings
    return [replace(one, role="channel") if n == at else one for n, one in enumerate(headings)]


def _a_time(cell: Cell) -> bool:
    return not isinstance(Instants(None).of(cell), CellError)
