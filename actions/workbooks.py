"""Workbooks, written row by row into a file: however many rows, in constant memory."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from math import isfinite
from typing import IO, Any, Final

from metering.errors import InputError

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"
MOST_ROWS: Final = 1_048_575  # of a worksheet, less the header
_WIDTHS: Final = (9, 44)
_LOOKED_AT: Final = 200  # rows, for the width of columns
_MOST_TEXT: Final = 32_767  # characters of a cell
# Characters that XML has no place for.
_UNSAYABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Each row is on the disk before the next; text stays text, whatever it looks like.
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, its header, and its rows, which may come as they are asked for."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_workbook(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write sheets one after the other; the header of each stays in sight.

    Numbers are numbers, all else is text that is never read as a number, formula or address.
    A sheet is asked for when the one before it is written. InputError where it has too many rows.
    """
    import xlsxwriter  # forty modules that no page needs

    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1})
        for one in sheets:
            _write(book.add_worksheet(one.title), one, heading)


def workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a small workbook with one sheet."""
    file = io.BytesIO()
    write_workbook(file, [Sheet("1", head, rows)])
    return file.getvalue()


def _write(sheet: Any, one: Sheet, heading: Any) -> None:
    rows = iter(one.rows)
    first = list(islice(rows, _LOOKED_AT))
    sheet.freeze_panes(1, 0)
    for place, width in enumerate(_widths(one.head, first)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, one.head[place], heading)
    for number, row in enumerate(chain(first, rows), 1):
        if number > MOST_ROWS:
            raise _too_long()
        for place, value in enumerate(row):
            _cell(sheet, number, place, value)


def _cell(sheet: Any, row: int, column: int, value: object) -> None:
    """Write what a cell holds; nothing where nothing is known."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and (number := _number(value)) is not None:
        sheet.write_number(row, column, number)
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
        sheet.write_string(row, column, written_text(text))


def written_text(text: str) -> str:
    """Return a text as a cell can hold it."""
    return _UNSAYABLE.sub("\ufffd", text[:_MOST_TEXT])


def _number(value: float | Decimal) -> float | None:
    """Return a number as a spreadsheet holds it, a double; None for what is none."""
    try:
        double = float(value)
    except OverflowError:
        return None
    return double if isfinite(double) else None


def _widths(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[int]:
    """Return the columns' widths in characters, of which Chinese ones count twice."""
    for place, name in enumerate(head):
        texts = [name, *("" if row[place] is None else str(row[place]) for row in rows)]
        longest = max(sum(1 if ord(one) < 0x2E80 else 2 for one in text) for text in texts)
        yield min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])


def _too_long() -> InputError:
    return InputError(
        "table.too_long",
        zh=f"超过一个工作表的 {MOST_ROWS} 行。",
        en=f"These are more than the {MOST_ROWS} rows that a worksheet holds.",
        next_zh="请缩小筛选范围,或改用 CSV。",
        next_en="Narrow the filter, or ask for CSV.",
    )
