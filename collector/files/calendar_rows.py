"""When the values of a row were used, where columns or rows are days or months of a calendar."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from collector.files.faults import Faults, Rows
from collector.files.gathered import Ints
from collector.files.instants import LOCAL
from collector.files.months import january, month_in_year, month_of, year_of
from collector.files.refusals import CellError
from collector.files.tables import text_of
from collector.files.values import Layout, ValueColumn

_DAY_MS: Final = 86_400_000
NO_MONTH: Final = -1


def bases(rows: Rows, layout: Layout, faults: Faults) -> Ints:
    """Return the month of each row, since January 1970; NO_MONTH where it says none.

    The year alone is its January. A row without either is of what the lines above say.
    """
    said = NO_MONTH if layout.said_month is None else layout.said_month
    found = np.full(len(rows), said, np.int64)
    for n in range(len(rows)) if layout.month is not None or layout.year is not None else ():
        one = _base(rows, n, layout)
        if isinstance(one, CellError):
            faults.wrong(rows, n, one, layout.year if layout.month is None else layout.month)
            one = NO_MONTH
        found[n] = one
    return found


def _base(rows: Rows, n: int, layout: Layout) -> int | CellError:
    said = layout.said_month
    year = None if said is None else 1970 + said // 12
    if layout.year is not None:
        cell = rows.columns[layout.year][n]
        year = year_of(cell)
        if year is None:
            return CellError("bad_year", text_of(cell))
    if layout.month is None:
        return NO_MONTH if year is None else january(year)
    cell = rows.columns[layout.month][n]
    whole = month_of(cell, headed=True)
    if whole is not None:
        return whole
    month = month_in_year(cell, bare=True)
    if month is None or year is None:
        return CellError("bad_month", text_of(cell))
    return january(year) + month - 1


def spans(base: Ints, one: ValueColumn) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return begin and end of a column's use in each row, of a wall clock, and which days exist.

    base: each row's month, NO_MONTH where it has none.
    """
    known = np.maximum(base, 0)
    months = known.astype("M8[M]") + (one.month or 0)
    first, following = (at.astype("M8[ms]").astype(np.int64) for at in (months, months + 1))
    if not one.day:
        return first + LOCAL, following + LOCAL, base != NO_MONTH
    begins = first + (one.day - 1) * _DAY_MS
    return begins + LOCAL, begins + (_DAY_MS + LOCAL), (base != NO_MONTH) & (begins < following)
