"""Workbooks, written row by row into a file: however many rows, in constant memory."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from metering.errors import InputError

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS: Final = 1_048_575  # of a worksheet, less the header
_WIDTHS: Final = (9, 44)
_LOOKED_AT: Final = 200  # rows, for the width of columns
_AT_ONCE: Final = 500  # rows
_MOST_TEXT: Final = 32_767  # characters of a cell
# Characters that XML has no place for.
_UNSAYABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Style 0 is plain, style 1 the heading: bold, with a line under it.
_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1"'
    ' applyBorder="1"/></cellXfs></styleSheet>'
)


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
    titles: list[str] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for one in sheets:
            titles.append(one.title)
            name = f"xl/worksheets/sheet{len(titles)}.xml"
            with archive.open(name, "w", force_zip64=True) as part:
                for text in _sheet(one):
                    part.write(text.encode())
        for name, text in _frame(titles):
            archive.writestr(name, text)


def workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a small workbook with one sheet."""
    file = io.BytesIO()
    write_workbook(file, [Sheet("1", head, rows)])
    return file.getvalue()


def _sheet(one: Sheet) -> Iterator[str]:
    rows = iter(one.rows)
    first = list(islice(rows, _LOOKED_AT))
    cols = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(_widths(one.head, first), 1)
    )
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews>{f'<cols>{cols}</cols>' if cols else ''}<sheetData>"
    )
    letters = [_letters(place) for place in range(len(one.head))]
    yield _row(1, letters, one.head, ' s="1"')
    buffer: list[str] = []
    for place, row in enumerate(chain(first, rows), 2):
        if place > _MOST_ROWS + 1:
            raise _too_long()
        buffer.append(_row(place, letters, row))
        if len(buffer) == _AT_ONCE:
            yield "".join(buffer)
            buffer.clear()
    yield f"{''.join(buffer)}</sheetData></worksheet>"


def _row(place: int, letters: Sequence[str], row: Sequence[object], style: str = "") -> str:
    cells = (_cell(f"{of}{place}", one, style) for of, one in zip(letters, row, strict=True))
    return f'<row r="{place}">{"".join(cells)}</row>'


def _cell(at: str, value: object, style: str) -> str:
    """Return what a cell holds; nothing where nothing is known."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{at}"{style} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal) and (number := _number(value)):
        return f'<c r="{at}"{style}><v>{number}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = escape(_UNSAYABLE.sub("\ufffd", text[:_MOST_TEXT]))
    return f'<c r="{at}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _number(value: float | Decimal) -> str:
    """Return a number as a spreadsheet holds it, a double; empty for what is none."""
    try:
        double = float(value)
    except OverflowError:
        return ""
    whole = isinstance(value, int) and abs(value) < 2**53
    return str(value) if whole else repr(double) if abs(double) < float("inf") else ""


def _widths(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[int]:
    """Return the columns' widths in characters, of which Chinese ones count twice."""
    for place, name in enumerate(head):
        texts = [name, *("" if row[place] is None else str(row[place]) for row in rows)]
        longest = max(sum(1 if ord(one) < 0x2E80 else 2 for one in text) for text in texts)
        yield min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])


def _letters(place: int) -> str:
    """Return what a spreadsheet calls a column; the first is 0."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _frame(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the parts that say which sheets there are."""
    places = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{place}" r:id="rId{place}"/>'
        for place, title in zip(places, titles, strict=True)
    )
    yield "xl/styles.xml", _STYLES
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    yield "xl/workbook.xml", _XML + book
    parts = {f"rId{one}": ("worksheet", f"worksheets/sheet{one}.xml") for one in places}
    parts["rIdStyles"] = ("styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", _relations(parts)
    yield "_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")})
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{one}.xml", "worksheet") for one in places]
    yield (
        "[Content_Types].xml",
        (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            + "".join(
                f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>'
                for name, kind in overrides
            )
            + "</Types>"
        ),
    )


def _relations(parts: dict[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in parts.items()
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _too_long() -> InputError:
    return InputError(
        "table.too_long",
        zh=f"超过一个工作表的 {_MOST_ROWS} 行。",
        en=f"These are more than the {_MOST_ROWS} rows that a worksheet holds.",
        next_zh="请缩小筛选范围,或改用 CSV。",
        next_en="Narrow the filter, or ask for CSV.",
    )
