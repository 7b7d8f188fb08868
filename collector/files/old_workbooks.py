"""Old workbooks (.xls) as tables, read record by record: memory is that of a few rows."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import IO, Final, NamedTuple

from collector.files import compound, older_workbooks
from collector.files.limits import Limits
from collector.files.merged_cells import Below
from collector.files.old_cells import CELLS, OldCells
from collector.files.records import BIFF8, BOF, CONTINUE, UNSAID, page_of, records, text_in
from collector.files.refusals import CellError, Place
from collector.files.shared_texts import SharedTexts
from collector.files.sheet_days import DATES, EPOCHS, shows_time
from collector.files.tables import BLOCK_ROWS, Block, Cell, Table

RAW: Final = b"\x09\x08"  # of a workbook without its container, as some programs write them
_FILEPASS, _CODEPAGE, _DATEMODE, _SHEET = 0x002F, 0x0042, 0x0022, 0x0085
_FORMAT, _XF, _SST, _BOOK, _NAMES, _MERGED = 0x041E, 0x00E0, 0x00FC, 0x01AE, 0x0017, 0x00E5
_SHEET_ALONE: Final = 0x0010  # what some programs write has no book around its sheet
_OWN: Final = frozenset((0x0401, 0x3A01))  # books that are no others: this one, and functions
_MOST_TOLD: Final = 100_000  # formats, styles, sheets and merged cells, each
_MOST_UNSORTED: Final = 1_000_000  # cells of a sheet whose rows do not follow each other


class _Sheet(NamedTuple):
    """A sheet's title, where it begins, and whether it is shown."""

    title: str
    at: int
    hidden: bool


@dataclass(slots=True)
class OldBook:
    """What the sheets of an old workbook share.

    page: of its texts before BIFF8, else empty. dated: by style whether it shows a time.
    elsewhere: by number, the references that lead to another workbook.
    """

    page: str = ""
    since: datetime = EPOCHS[0]
    strings: list[str] = field(default_factory=list)
    dated: list[bool] = field(default_factory=list)
    sheets: list[_Sheet] = field(default_factory=list)
    elsewhere: set[int] = field(default_factory=set)


def old_tables(
    opened: Callable[[], IO[bytes]], place: Place, limits: Limits, *, refuse_formulas: bool
) -> Iterator[Table]:
    """Return the sheets of an old workbook in their order; CellError where it cannot be read."""
    try:
        with _errors():
            stream = _stream(opened(), limits)
            book = _book(stream, limits)
    except CellError as error:
        raise CellError(error.code, place.file) if error.code == "encrypted" else error from None
    if not book.sheets:
        raise CellError("broken_workbook", "")
    for sheet in book.sheets:
        how = {"hidden": "✓"} if sheet.hidden else {}
        read = partial(_blocks, stream, sheet, book, limits, how, refuse=refuse_formulas)
        yield Table(Place(place.file, sheet.title), "xls", how, read)


@contextmanager
def _errors() -> Iterator[None]:
    """Say what a damaged workbook makes the reader stumble over, as a refusal."""
    try:
        yield
    except (struct.error, IndexError, ValueError, OverflowError, OSError) as error:
        raise CellError("broken_workbook", str(error)[:80]) from error


def _stream(source: IO[bytes], limits: Limits) -> IO[bytes]:
    head = source.read(8)
    source.seek(0)
    if head[:4] in older_workbooks.HEADS:
        return older_workbooks.as_newer(source)
    return source if head.startswith(RAW) else compound.workbook_stream(source, limits)


def _book(stream: IO[bytes], limits: Limits) -> OldBook:
    """Return what stands before the sheets."""
    reader, last = _BookReader(), 0
    for kind, data in records(stream, 0):
        if kind == _SST or (kind == CONTINUE and last == _SST):
            reader.texts.append(data)
        elif kind in reader.takes:
            reader.takes[kind](data)
        last = kind if kind != CONTINUE else last
    book = reader.book
    book.strings = SharedTexts(reader.texts, limits).all() if reader.texts else []
    book.dated = [reader.formats.get(one, one in DATES) for one in reader.styles]
    return book


class _BookReader:
    """Takes the records before the sheets.

    formats: by number, whether it shows a time. styles: the format of each.
    """

    def __init__(self) -> None:
        self.book = OldBook()
        self.formats: dict[int, bool] = {}
        self.styles: list[int] = []
        self.texts: list[bytes] = []
        self._others: list[bool] = []
        self.takes: dict[int, Callable[[bytes], None]] = {
            BOF: self._begin, _FILEPASS: self._locked, _CODEPAGE: self._encoding,
            _DATEMODE: self._epoch, _SHEET: self._sheet, _FORMAT: self._format, _XF: self._style,
            _BOOK: self._other, _NAMES: self._references,
        }  # fmt: skip

    def _begin(self, data: bytes) -> None:
        self.book.page = "" if _whole(data, 0) == BIFF8 else UNSAID
        if _whole(data, 2) == _SHEET_ALONE:
            self.book.sheets.append(_Sheet("", 0, hidden=False))

    def _locked(self, _: bytes) -> None:
        raise CellError("encrypted", "")

    def _encoding(self, data: bytes) -> None:
        if self.book.page:
            self.book.page = page_of(_whole(data, 0))

    def _epoch(self, data: bytes) -> None:
        self.book.since = EPOCHS[_whole(data, 0) != 0]

    def _sheet(self, data: bytes) -> None:
        if len(self.book.sheets) < _MOST_TOLD and data[5] == 0:
            title = text_in(data, 6, self.book.page, short=True)
            at = int.from_bytes(data[:4], "little")
            self.book.sheets.append(_Sheet(title, at, hidden=data[4] & 3 > 0))

    def _format(self, data: bytes) -> None:
        if len(self.formats) < _MOST_TOLD:
            code = text_in(data, 2, self.book.page, short=bool(self.book.page))
            self.formats[_whole(data, 0)] = shows_time(code)

    def _style(self, data: bytes) -> None:
        if len(self.styles) < _MOST_TOLD:
            self.styles.append(_whole(data, 2))

    def _other(self, data: bytes) -> None:
        if not self.book.page and len(self._others) < _MOST_TOLD:
            self._others.append(_whole(data, 2) not in _OWN)

    def _references(self, data: bytes) -> None:
        """Take which of the references that a workbook lists lead to another one."""
        if self.book.page:
            return
        count = min(_whole(data, 0), (len(data) - 2) // 6)
        for number in range(count):
            other = _whole(data, 2 + 6 * number)
            if other < len(self._others) and self._others[other]:
                self.book.elsewhere.add(number)


def _whole(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _blocks(
    stream: IO[bytes], sheet: _Sheet, book: OldBook, limits: Limits, how: dict[str, str],
    *, refuse: bool,
) -> Iterator[Block]:  # fmt: skip
    with _errors():
        below, in_order = _beforehand(stream, sheet)
    if below:
        how["merged"] = str(len(below))
    cells = OldCells(book.strings, book.dated, book.since, book.page, limits)
    cells.refuse, cells.elsewhere = refuse, book.elsewhere
    rows = _rows(stream, sheet, cells)
    block = Block()
    for line, row in rows if in_order else _sorted(rows):
        block.lines.append(line)
        block.rows.append(below.filled(line, row) if below else row)
        if len(block.rows) >= BLOCK_ROWS:
            yield block
            block = Block()
    if cells.formulas:
        how["formulas"] = str(cells.formulas)
    yield block


def _rows(stream: IO[bytes], sheet: _Sheet, cells: OldCells) -> Iterator[tuple[int, list[Cell]]]:
    """Return the rows of a sheet as they come; a row may come in several parts."""
    with _errors():
        for kind, data in records(stream, sheet.at):
            done = cells.take(kind, data)
            if done is not None:
                yield done
        last = cells.rest()
    if last is not None:
        yield last


def _sorted(rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """Return rows in their order that came in another one, within bounds."""
    whole: dict[int, list[Cell]] = {}
    count = 0
    for line, row in rows:
        kept = whole.setdefault(line, [])
        kept.extend([""] * (len(row) - len(kept)))
        for at, cell in enumerate(row):
            if cell != "":
                kept[at] = cell
        count += len(row)
        if count > _MOST_UNSORTED:
            raise CellError("too_many_cells", str(_MOST_UNSORTED))
    return iter(sorted(whole.items()))


def _beforehand(stream: IO[bytes], sheet: _Sheet) -> tuple[Below, bool]:
    """Return the merged cells of a sheet, and whether its rows follow each other."""
    merged: list[tuple[int, int, int]] = []
    line, in_order = 0, True
    for kind, data in records(stream, sheet.at):
        if kind in CELLS:
            now = _whole(data, 0)
            in_order, line = in_order and now >= line, now
        elif kind == _MERGED and len(merged) < _MOST_TOLD:
            count = min(_whole(data, 0), (len(data) - 2) // 8)
            spans = struct.unpack_from(f"<{4 * count}H", data, 2)
            merged += zip(spans[2::4], (n + 1 for n in spans[::4]), (n + 1 for n in spans[1::4]),
                          strict=True)  # fmt: skip
    return Below(merged), in_order
