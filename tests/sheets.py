"""The cells of a file that was made, read back by the reader of files that people send."""

import io

from collector.files.grids import Grid, grids
from collector.files.limits import Limits


def sheets_of(body: bytes) -> list[tuple[str, list[list[str]]]]:
    """Return the sheets of a workbook with their titles, empty rows left out."""
    return [(one.place.sheet, one.rows) for one in _grids(body)]


def cells_of(body: bytes) -> list[list[str]]:
    """Return the rows of the first table, the header first; empty ones are left out."""
    return next(one.rows for one in _grids(body) if one.rows)


def _grids(body: bytes) -> list[Grid]:
    name = "rows.xlsx" if body[:2] == b"PK" else "rows.csv"
    return list(grids(io.BytesIO(body), name, 1_048_576, Limits()))
