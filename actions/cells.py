"""The cells of a table that somebody sends: a CSV, or the sheets of a workbook."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree

from metering.errors import InputError

_MOST_UNPACKED: Final = 100_000_000  # bytes of a workbook's parts
_MOST_COLUMNS: Final = 200
_NS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATES: Final = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}  # built-in formats
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


def sheets_of(body: bytes, most_rows: int = 1_048_576) -> list[tuple[str, list[list[str]]]]:
    """Return all sheets of a workbook with their titles, rows that are empty left out.

    InputError where it is no workbook, or larger than that.
    """
    try:
        with _opened(body) as archive:
            book, found = _book(archive), []
            for title, path in _titles(archive).items():
                rows = [row for row in book.rows(path) if any(cell.strip() for cell in row)]
                if len(rows) > most_rows:
                    raise too_many(most_rows)
                found.append((title, rows))
            return found
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, IndexError, ValueError) as error:
        raise _unreadable() from error


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook: its shared texts, and which styles of cells show a day or a time."""

    archive: zipfile.ZipFile
    shared: list[str]
    dated: frozenset[str]

    def rows(self, path: str) -> Iterator[list[str]]:
        """Read a sheet row by row."""
        with self.archive.open(path) as file:
            for _, element in ElementTree.iterparse(file):  # noqa: S314
                if element.tag == f"{_NS}row":
                    yield self._row(element)
                    element.clear()

    def _row(self, element: ElementTree.Element) -> list[str]:
        cells: dict[int, str] = {}
        for cell in element.iter(f"{_NS}c"):
            place = _column(cell.get("r", ""), len(cells))
            if place < _MOST_COLUMNS:
                cells[place] = self._text(cell)
        return [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]

    def _text(self, cell: ElementTree.Element) -> str:
        if cell.get("t") == "inlineStr":
            return "".join(one.text or "" for one in cell.iter(f"{_NS}t"))
        text = cell.findtext(f"{_NS}v") or ""
        if cell.get("t") == "s" and text:
            return self.shared[int(text)]
        dated = text and cell.get("t", "n") == "n" and cell.get("s") in self.dated
        return _civil(float(text)) if dated else text


def _sheet(body: bytes) -> Iterator[list[str]]:
    """Read the first sheet row by row; what it unpacks to is bounded."""
    with _opened(body) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
        yield from _book(archive).rows(min(sheets, key=lambda name: (len(name), name)))


def _opened(body: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(body))
    if sum(one.file_size for one in archive.infolist()) > _MOST_UNPACKED:
        raise _unreadable()
    return archive


def _book(archive: zipfile.ZipFile) -> _Book:
    return _Book(archive, _shared(archive), _dated(archive))


def _titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return where each sheet is kept, by its title."""
    parts = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    paths = {one.get("Id"): one.get("Target", "").removeprefix("/xl/") for one in parts}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    sheets = book.iter(f"{_NS}sheet")
    return {one.get("name", ""): f"xl/{paths[one.get(_REL)]}" for one in sheets}


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))  # noqa: S314
    return ["".join(t.text or "" for t in one.iter(f"{_NS}t")) for one in root.iter(f"{_NS}si")]


def _dated(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the styles whose numbers are days since 1900, as spreadsheets keep dates."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    own = {one.get("numFmtId") for one in root.iter(f"{_NS}numFmt") if _tells_time(one)}
    formats = root.find(f"{_NS}cellXfs")
    kinds = [one.get("numFmtId", "0") for one in (formats if formats is not None else ())]
    return frozenset(
        str(place) for place, kind in enumerate(kinds) if kind in own or int(kind) in _DATES
    )


def _tells_time(form: ElementTree.Element) -> bool:
    """Return whether a format of a workbook's own shows a day or a time."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.get("formatCode", ""))
    return re.search(r"[ymdh]", bare, re.IGNORECASE) is not None


def _civil(days: float) -> str:
    """Return a spreadsheet's date as ISO 8601 writes it, to the second."""
    at = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400))  # noqa: DTZ001
    return f"{at:%Y-%m-%d}" if days == int(days) else at.isoformat()


def _column(ref: str, next_one: int) -> int:
    """Return the place of a column, A being 0."""
    letters, number = _LETTERS.match(ref), 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number - 1 if letters else next_one


def _unreadable() -> InputError:
    return InputError(
        "import.unreadable_file",
        zh="文件既不是 CSV,也不是 XLSX 工作簿,或者是空的。",
        en="The file is neither CSV nor an XLSX workbook, or it is empty.",
        next_zh="请用模板填写,另存为 CSV 或 XLSX。",
        next_en="Fill in the template and save it as CSV or XLSX.",
    )
