"""A document as a workbook: the same tables, where sums and products are worked out by formulas."""

import io
from datetime import datetime
from typing import Any, Final

from actions.printed import Block, Cell, Figure, Paper
from actions.workbooks import written_text

_WIDTHS: Final = (34, 20, 20, 20, 24)
_FORMULAS: Final = {"sum": "=SUM({0}:{1})", "product": "=PRODUCT({0}:{1})"}


class _Writer:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: Any, title: str) -> None:
        self._book, self._row = book, 0
        self._sheet = book.add_worksheet(title)
        self._styles: dict[tuple[Any, ...], Any] = {}
        for place, width in enumerate(_WIDTHS):
            self._sheet.set_column(place, place, width)
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)

    def line(self, *cells: Cell, **style: Any) -> None:
        """Write a line; long texts run on over the empty cells beside them."""
        for place, one in enumerate(cells):
            self._cell(place, one, self._row, style)
        self._row += 1

    def table(self, block: Block) -> None:
        """Write a block's rows under its head; formulas reach from the first row down."""
        self.line(*block.head, bold=True, bottom=1)
        first = self._row
        for number, row in enumerate(block.rows):
            foot = block.foot and number == len(block.rows) - 1
            for place, one in enumerate(row):
                self._cell(place, one, first, {"bold": True, "top": 1} if foot else {})
            self._row += 1

    def _cell(self, place: int, cell: Cell, first: int, style: dict[str, Any]) -> None:
        if cell is None:
            return
        if not isinstance(cell, Figure):
            self._sheet.write_string(self._row, place, written_text(cell), self._style(**style))
            return
        shape = self._style(num_format=_format(cell), **style)
        if not cell.of:
            self._sheet.write_number(self._row, place, float(cell.value), shape)
            return
        column = chr(ord("A") + place)
        reach = f"{column}{first + 1}", f"{column}{self._row}"
        formula = _FORMULAS[cell.of].format(*reach)
        self._sheet.write_formula(self._row, place, formula, shape, float(cell.value))

    def _style(self, **style: Any) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self._styles:
            self._styles[key] = self._book.add_format(style)
        return self._styles[key]


def workbook_of(paper: Paper, at: datetime) -> bytes:
    """Return a document as XLSX; at: the instant of which it says that it was made."""
    import xlsxwriter  # forty modules that no page needs

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{paper.title} {paper.number}", "created": at})
        write_paper(book, paper, "1")
    return file.getvalue()


def write_paper(book: Any, paper: Paper, title: str) -> None:
    """Write a document as a sheet of its own."""
    sheet = _Writer(book, title)
    sheet.line(paper.title, bold=True, font_size=14)
    sheet.line(paper.number, paper.to, bold=True)
    if paper.state:
        sheet.line(paper.state, font_color="#8a4b00")
    for label, value in paper.told:
        sheet.line(label, value)
    sheet.line(paper.headline, bold=True)
    for text in paper.meaning:
        sheet.line(text)
    for block in paper.blocks:
        sheet.line()
        sheet.line(block.title, bold=True)
        for text in block.lead:
            sheet.line(text)
        if block.rows:
            sheet.table(block)
        for text in block.notes:
            sheet.line(text, font_color="#595959")
    sheet.line()
    for text in (*paper.foot, paper.above):
        sheet.line(text, font_color="#595959")


def _format(cell: Figure) -> str:
    places = f".{'0' * cell.places}" if cell.places else ""
    shown = f"#,##0{places}"
    return f"+{shown};-{shown};{shown}" if cell.signed else shown
