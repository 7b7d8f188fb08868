"""Tables as workbooks: figures as numbers where a spreadsheet keeps them whole, text as text."""

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from metering.errors import InputError

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS: Final = 1_048_575  # of a worksheet, less the header
_DIGITS: Final = 15  # that a spreadsheet's number holds
_WIDTHS: Final = (9, 44)
_LOOKED_AT: Final = 200  # rows, for the width of columns


def workbook(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, exact: Collection[str] = ()
) -> bytes:
    """Return a workbook with one sheet; its first row stays in sight.

    exact: columns whose texts are decimal numbers; those of more than 15 digits stay text. Other
    text is never read as a number, formula or address. Instants are ISO 8601 text, with offset.
    """
    import xlsxwriter  # forty modules that no page needs

    body = list(rows)
    if len(body) > _MOST_ROWS:
        raise _too_long(len(body))
    numeric = [name in exact for name in header]
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    worksheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    worksheet.write_row(0, 0, header, bold)
    worksheet.freeze_panes(1, 0)
    for place, width in enumerate(_widths(header, body)):
        worksheet.set_column(place, place, width)
    for row_place, row in enumerate(body, 1):
        for place, (value, number) in enumerate(zip(row, numeric, strict=True)):
            _write(worksheet, row_place, place, _cell(value, number))
    book.close()
    return file.getvalue()


def counted(name: str, form: str, rows: int, *, whole: bool) -> dict[str, str]:
    """Return headers that name a file by how many rows it holds, of when, and whether of all."""
    now = datetime.now(UTC)
    part = "" if whole else "-part"
    file = f"{name}-{rows}-rows{part}-{now:%Y%m%dT%H%MZ}.{form}"
    return {
        "Content-Disposition": f'attachment; filename="{file}"',
        "X-Rows": str(rows),
        "X-As-Of": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }


def _write(worksheet: Any, row: int, place: int, value: str | float | bool | None) -> None:
    if isinstance(value, bool):
        worksheet.write_boolean(row, place, value)
    elif isinstance(value, str):
        worksheet.write_string(row, place, value)
    elif value is not None:
        worksheet.write_number(row, place, value)


def _cell(value: object, number: bool) -> str | float | bool | None:
    """Return what a cell holds; nothing where nothing is known."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _whole(Decimal(str(value)), str(value))
    if isinstance(value, list | tuple):
        return ";".join("" if one is None else str(one) for one in value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    if not number:
        return text
    try:
        return _whole(Decimal(text), text)
    except InvalidOperation:
        return text


def _whole(value: Decimal, text: str) -> str | float:
    """Return a number that a double keeps whole, else its text."""
    if not value.is_finite() or len(value.normalize().as_tuple().digits) > _DIGITS:
        return text
    return float(value)


def _widths(header: Sequence[str], body: Sequence[Sequence[object]]) -> Iterator[int]:
    """Return the columns' widths in characters, of which Chinese ones count twice."""
    for place, name in enumerate(header):
        texts = [
            name,
            *("" if row[place] is None else str(row[place]) for row in body[:_LOOKED_AT]),
        ]
        longest = max(sum(1 if ord(one) < 0x2E80 else 2 for one in text) for text in texts)
        yield min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])


def _too_long(rows: int) -> InputError:
    return InputError(
        "table.too_long",
        zh=f"共 {rows} 行,超过一个工作表的 {_MOST_ROWS} 行。",
        en=f"These are {rows} rows; a worksheet holds {_MOST_ROWS}.",
        next_zh="请缩短时段,或改用 CSV。",
        next_en="Ask for a shorter period, or for CSV.",
    )
