"""The cells of a file of rows that somebody sends: text in any encoding, or a workbook."""

import io
from collections.abc import Iterator
from typing import Final

from collector.files.grids import Grid, grids
from collector.files.limits import Limits
from metering.errors import InputError

_LIMITS: Final = Limits(unpacked_bytes=256 * 2**20, xml_bytes=128 * 2**20, columns=500)


def first_of(body: bytes, most_rows: int) -> Grid:
    """Return the first table of a file with the lines of its rows, the header first.

    Rows that are empty, or begin with `# `, are left out. InputError where it is no
    table, or larger than that.
    """
    return next(tables_in(body, most_rows))


def tables_in(body: bytes, most_rows: int) -> Iterator[Grid]:
    """Return the tables of a file that hold anything, as `first_of`; InputError without one."""
    found = False
    for one in _grids(body, "", most_rows):
        if one.rows:
            found = True
            yield one
    if not found:
        raise _empty()


def too_many(most: int) -> InputError:
    """Return the refusal of a file that holds too many rows."""
    return InputError(
        "import.too_many",
        zh=f"文件超过 {most} 行。",
        en=f"The file holds more than {most} rows.",
        next_zh="请拆分后分别提交。",
        next_en="Split it and send the parts.",
        where={"most": most},
    )


def _grids(body: bytes, name: str, most_rows: int) -> Iterator[Grid]:
    """Return the tables of a file; the header is no row of them."""
    for grid in grids(io.BytesIO(body), name or _called(body), most_rows + 1, _LIMITS):
        if len(grid.rows) > most_rows + 1:
            raise too_many(most_rows)
        yield grid


def _called(body: bytes) -> str:
    """Return a name for a file that came without one."""
    return "rows.xlsx" if body[:2] == b"PK" else "rows.csv"


def _empty() -> InputError:
    return InputError(
        "import.unreadable_file",
        zh="文件是空的。",
        en="The file is empty.",
        next_zh="请用模板填写,另存为 CSV 或 XLSX。",
        next_en="Fill in the template and save it as CSV or XLSX.",
    )
