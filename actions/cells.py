"""The cells of a table that somebody sends: a CSV, or the first sheet of a workbook."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree import ElementTree

from metering.errors import InputError

_MOST_UNPACKED: Final = 100_000_000  # bytes of a workbook's parts
_MOST_COLUMNS: Final = 200
_NS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


def cells_of(body: bytes, most_rows: int) -> list[list[str]]:
    """Return all rows, the header first; empty ones are left out.

    InputError where it is neither CSV nor XLSX, or larger than that.
    """
    found: list[list[str]] = []
    try:
        for row in _sheet(body) if body[:2] == b"PK" else _csv(body):
            if any(cell.strip() for cell in row):
                found.append(row)
            if len(found) > most_rows + 1:
                raise too_many(most_rows)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, IndexError, ValueError) as error:
        raise _unreadable() from error
    except csv.Error as error:
        raise _unreadable() from error
    if not found:
        raise _unreadable()
    return found


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


def _csv(body: bytes) -> Iterator[list[str]]:
    """Read UTF-8 with or without mark, else GBK as older spreadsheets write it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030")
    return iter(csv.reader(io.StringIO(text, newline="")))


def _sheet(body: bytes) -> Iterator[list[str]]:
    """Read the first sheet row by row; what it unpacks to is bounded."""
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        if sum(one.file_size for one in book.infolist()) > _MOST_UNPACKED:
            raise _unreadable()
        shared = _shared(book)
        sheets = [one for one in book.namelist() if one.startswith("xl/worksheets/sheet")]
        with book.open(min(sheets, key=lambda name: (len(name), name))) as file:
            for _, element in ElementTree.iterparse(file):  # noqa: S314
                if element.tag == f"{_NS}row":
                    yield _row(element, shared)
                    element.clear()


def _shared(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
    return ["".join(t.text or "" for t in one.iter(f"{_NS}t")) for one in root.iter(f"{_NS}si")]


def _row(element: ElementTree.Element, shared: Sequence[str]) -> list[str]:
    cells: dict[int, str] = {}
    for cell in element.iter(f"{_NS}c"):
        place = _column(cell.get("r", ""), len(cells))
        if place < _MOST_COLUMNS:
            cells[place] = _text(cell, shared)
    return [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]


def _column(ref: str, next_one: int) -> int:
    """Return the place of a column, A being 0."""
    letters, number = _LETTERS.match(ref), 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number - 1 if letters else next_one


def _text(cell: ElementTree.Element, shared: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(one.text or "" for one in cell.iter(f"{_NS}t"))
    text = cell.findtext(f"{_NS}v") or ""
    return shared[int(text)] if cell.get("t") == "s" and text else text


def _unreadable() -> InputError:
    return InputError(
        "import.unreadable_file",
        zh="文件既不是 CSV,也不是 XLSX 工作簿,或者是空的。",
        en="The file is neither CSV nor an XLSX workbook, or it is empty.",
        next_zh="请用模板填写,另存为 CSV 或 XLSX。",
        next_en="Fill in the template and save it as CSV or XLSX.",
    )
