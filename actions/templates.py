"""Templates of files: columns to fill in, what each means with an example, and what it may be."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actions.fields import Lang, Option, Words
from collector.files.leaves import GUIDES
from collector.files.tables import REMARK

_ROWS: Final = 20_000  # that are checked while they are filled in
_MOST_LISTED: Final = 5_000
_WIDTHS: Final = (10, 30, 60)
_GUIDE, _VALUES = (Words(*pair) for pair in GUIDES)
_HEADS: Final = tuple(
    Words(*pair)
    for pair in (
        ("列名", "Column"), ("必填", "Needed"), ("含义", "Meaning"), ("示例", "Example"),
    )
)  # fmt: skip
_YES: Final = Words("是", "yes")
_CHOOSE: Final = Words("请从列表中选择。", "Choose one of the list.")


@dataclass(frozen=True, slots=True)
class Blank:
    """A column to fill in. values: all that may stand there, none where it is free."""

    heading: str
    meaning: str
    example: str = ""
    needed: bool = False
    values: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """A table to fill in."""

    title: str
    columns: Sequence[Blank]


def template_workbook(sheets: Sequence[BlankSheet], lang: Lang) -> bytes:
    """Return a workbook with the sheets to fill in, a guide, and the values to choose from."""
    import xlsxwriter  # forty modules that no page needs

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        formats = _Formats(book)
        pages = [book.add_worksheet(one.title) for one in sheets]
        _guide(book.add_worksheet(_GUIDE.say(lang)), sheets, formats, lang)
        lists = _lists(book, sheets, formats, lang)
        for page, one in zip(pages, sheets, strict=True):
            _blank(page, one, formats, lists, lang)
    return file.getvalue()


def template_csv(sheet: BlankSheet) -> bytes:
    """Return a CSV of the columns and an example, which is left out when it is sent back."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([one.heading for one in sheet.columns])
    example = [one.example for one in sheet.columns]
    writer.writerow([f"{REMARK}{example[0]}", *example[1:]])
    return text.getvalue().encode("utf-8-sig")


class _Formats:
    """How cells of a template look."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.needed = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#FFF2CC", "text_wrap": True}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})  # so that an id keeps its zeros


def _blank(
    page: Any, sheet: BlankSheet, formats: _Formats, lists: dict[int, str], lang: Lang
) -> None:
    page.freeze_panes(1, 0)
    for place, one in enumerate(sheet.columns):
        page.set_column(place, place, max(_WIDTHS[0], 2 * len(one.heading) + 2), formats.text)
        page.write_string(0, place, one.heading, formats.needed if one.needed else formats.head)
        if one.meaning:
            page.write_comment(0, place, _long(one, lang))
        if id(one) in lists:
            rule = {
                "validate": "list",
                "source": lists[id(one)],
                "error_message": _CHOOSE.say(lang),
            }
            page.data_validation(1, place, _ROWS, place, rule)


def _long(one: Blank, lang: Lang) -> str:
    example = f"\n{_HEADS[3].say(lang)}: {one.example}" if one.example else ""
    return f"{one.meaning}{example}"


def _guide(page: Any, sheets: Sequence[BlankSheet], formats: _Formats, lang: Lang) -> None:
    """Write what each column means."""
    page.set_column(0, 0, _WIDTHS[1])
    page.set_column(1, 1, _WIDTHS[0])
    page.set_column(2, 2, _WIDTHS[2], formats.wrapped)
    page.set_column(3, 3, _WIDTHS[1], formats.text)
    for place, words in enumerate(_HEADS):
        page.write_string(0, place, words.say(lang), formats.head)
    for line, (sheet, one) in enumerate(((s, c) for s in sheets for c in s.columns), 1):
        name = one.heading if len(sheets) == 1 else f"{sheet.title}: {one.heading}"
        needed = _YES.say(lang) if one.needed else ""
        for place, text in enumerate((name, needed, one.meaning, one.example)):
            page.write_string(line, place, text)


def _lists(
    book: Any, sheets: Sequence[BlankSheet], formats: _Formats, lang: Lang
) -> dict[int, str]:
    """Write the values to choose from; return where those of each column stand."""
    chosen = [one for sheet in sheets for one in sheet.columns if one.values]
    if not chosen:
        return {}
    title = _VALUES.say(lang)
    page, found = book.add_worksheet(title), {}
    for place, one in enumerate(chosen):
        page.set_column(2 * place, 2 * place + 1, _WIDTHS[1], formats.text)
        page.write_string(0, 2 * place, one.heading, formats.head)
        page.write_string(0, 2 * place + 1, _HEADS[2].say(lang), formats.head)
        values = one.values[:_MOST_LISTED]
        for line, option in enumerate(values, 1):
            page.write_string(line, 2 * place, option.value)
            page.write_string(line, 2 * place + 1, option.words.say(lang))
        if len(values) == len(one.values):
            column = _letters(2 * place)
            found[id(one)] = f"='{title}'!${column}$2:${column}${len(values) + 1}"
    return found


def _letters(place: int) -> str:
    return "".join(reversed(list(_digits(place))))


def _digits(place: int) -> Iterator[str]:
    """Return a column's letters, the last first: 0 is A, 26 is AA."""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        yield chr(ord("A") + rest)
