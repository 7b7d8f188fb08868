"""The rows of a file that cannot be taken, as they came: mended, they are sent again."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from actions.fields import Lang, Words
from actions.workbooks import written_text
from collector.files.sent_back import ROW, WHY
from collector.files.tables import Cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_WHY: Final = Words(*WHY)
_ROW: Final = Words(*ROW)
_WIDTHS: Final = (60, 8, 18)
_NO_TITLE: Final = re.compile(r"[\[\]:*?/\\']")
_MOST_TITLE: Final = 31


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row with what is wrong with it. line: where it stood; bad: the places of wrong cells."""

    line: int
    cells: Sequence[Cell]
    why: str
    bad: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FailedTable:
    """The failed rows of one table. head: the rows above them, the last names the columns."""

    title: str
    head: Sequence[Sequence[Cell]]
    rows: Iterable[FailedRow]


def failed_workbook(tables: Iterable[FailedTable], lang: Lang) -> bytes:
    """Return rows under their heads, what is wrong first, each wrong cell marked."""
    import xlsxwriter  # forty modules that no page needs

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        known: set[str] = set()
        for table in tables:
            _write(book, _title(table.title, known), table, lang)
    return file.getvalue()


def _write(book: "Workbook", title: str, table: FailedTable, lang: Lang) -> None:
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bottom": 1})
    bad = book.add_format({"bg_color": "#FFC7CE", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    why = book.add_format({"font_color": "#9C0006", "text_wrap": True})
    above = [list(row) for row in table.head] or [[]]
    sheet.freeze_panes(len(above), 2)
    for place in range(2 + max(map(len, above))):
        sheet.set_column(place, place, _WIDTHS[min(place, 2)], text if place > 1 else None)
    sheet.write_row(0, 0, (_WHY.say(lang), _ROW.say(lang)), head)
    for number, cells in enumerate(above):
        for place, cell in enumerate(cells):
            _put(sheet, number, place, cell, head)
    for number, row in enumerate(table.rows, len(above)):
        sheet.write_string(number, 0, written_text(row.why), why)
        sheet.write_number(number, 1, row.line)
        for place, cell in enumerate(_wide(row)):
            _put(sheet, number, place, cell, bad if place in row.bad else text)


def _put(sheet: Any, number: int, place: int, cell: Cell, look: Any) -> None:
    """Write a cell as it came beside the two that are ours; a number stays one."""
    if isinstance(cell, float):
        sheet.write_number(number, place + 2, cell, look)
    elif cell:
        sheet.write_string(number, place + 2, written_text(cell), look)
    else:
        sheet.write_blank(number, place + 2, None, look)


def _title(wanted: str, known: set[str]) -> str:
    """Return a title that a sheet may have, and no other of the workbook has; it is then known."""
    plain = _NO_TITLE.sub(" ", wanted).strip()[:_MOST_TITLE] or "1"
    title, count = plain, 1
    while title.lower() in known:
        count += 1
        title = f"{plain[: _MOST_TITLE - len(str(count)) - 1]} {count}"
    known.add(title.lower())
    return title


def _wide(row: FailedRow) -> list[Cell]:
    """Return the cells of a row, as many as it takes to mark those that are not there."""
    width = max((one + 1 for one in row.bad), default=0)
    return [*row.cells, *[""] * (width - len(row.cells))]
