"""The rows of a file that cannot be taken, as they came: mended, they are sent again."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from actions.fields import Lang, Words
from actions.workbooks import written_text

_WHY: Final = Words("问题", "What is wrong")
_ROW: Final = Words("行号", "Row")
_OURS: Final = frozenset((_WHY.zh, _WHY.en, _ROW.zh, _ROW.en))
_WIDTHS: Final = (60, 8, 18)


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row with what is wrong with it. line: where it stood; bad: the places of wrong cells."""

    line: int
    cells: Sequence[str]
    why: str
    bad: frozenset[int] = frozenset()


def failed_workbook(header: Sequence[str], rows: Iterable[FailedRow], lang: Lang) -> bytes:
    """Return rows under their header, what is wrong first, each wrong cell marked."""
    import xlsxwriter  # forty modules that no page needs

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("1")
        head = book.add_format({"bold": True, "bottom": 1})
        bad = book.add_format({"bg_color": "#FFC7CE", "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        why = book.add_format({"font_color": "#9C0006", "text_wrap": True})
        sheet.freeze_panes(1, 2)
        for place, name in enumerate((_WHY.say(lang), _ROW.say(lang), *header)):
            sheet.set_column(place, place, _WIDTHS[min(place, 2)], text if place > 1 else None)
            sheet.write_string(0, place, name, head)
        for number, row in enumerate(rows, 1):
            sheet.write_string(number, 0, written_text(row.why), why)
            sheet.write_number(number, 1, row.line)
            for place, cell in enumerate(_wide(row)):
                look = bad if place in row.bad else text
                if cell:
                    sheet.write_string(number, place + 2, written_text(cell), look)
                elif look is bad:
                    sheet.write_blank(number, place + 2, None, bad)
    return file.getvalue()


def as_sent(rows: list[list[str]]) -> list[list[str]]:
    """Return a table without the columns that say what was wrong with its rows."""
    ours = 0
    while rows and ours < min(2, len(rows[0])) and rows[0][ours] in _OURS:
        ours += 1
    return [row[ours:] for row in rows] if ours else rows


def _wide(row: FailedRow) -> list[str]:
    """Return the cells of a row, as many as it takes to mark those that are not there."""
    width = max((one + 1 for one in row.bad), default=0)
    return [*row.cells, *[""] * (width - len(row.cells))]
