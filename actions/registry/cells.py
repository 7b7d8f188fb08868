"""Tables as people save them, row by row; complaints with file, line and field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any, Final, TypeVar

from actions.registry.values import Place
from collector.files.refusals import CellError, refusal
from collector.files.tables import REMARK, SHEETS, Table, text_of
from metering.errors import InputError

MOST_PROBLEMS: Final = 1000  # a file in which every row is wrong is not read to its end

T = TypeVar("T")
Words = tuple[str, str]  # zh and en


@dataclass(frozen=True, slots=True)
class Form:
    """Which columns a file must have, and which it may."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


@dataclass(slots=True)
class Row:
    """One line under reading; what cannot be read becomes a problem and a stand-in."""

    place: Place
    cells: dict[str, str]
    problems: list[InputError]

    def text(self, column: str, default: str = "") -> str:
        return self.cells.get(column, "").strip() or default

    def optional(self, column: str) -> str | None:
        return self.text(column) or None

    def read(self, column: str, parse: Callable[[str], T], default: T, then: Words) -> T:
        """Return a cell as a value, the default where it is empty."""
        if not (text := self.text(column)):
            return default
        try:
            return parse(text)
        except (ValueError, InvalidOperation, ZeroDivisionError):
            words = (f"无法识别“{text}”。", f"“{text}” cannot be read.")
            self.problems.append(complaint(self.place, column, words, then))
        except InputError as error:
            words, then = (error.zh, error.en), (error.next_zh, error.next_en)
            self.problems.append(complaint(self.place, column, words, then))
        return default

    def must(self, column: str, parse: Callable[[str], T], stand_in: T, then: Words) -> T:
        """Return a cell that may not be empty as a value."""
        if not self.text(column):
            words = ("不能为空。", "must not be empty.")
            self.problems.append(complaint(self.place, column, words, then))
        return self.read(column, parse, stand_in, then)


@dataclass(slots=True)
class Reader:
    """The tables of a registry by the names of its files, and all that is wrong with them.

    most: problems, after which no more is read.
    """

    tables: Mapping[str, Table]
    problems: list[InputError] = field(default_factory=list)
    most: int = MOST_PROBLEMS

    def rows(self, name: str, form: Form) -> Iterator[Row]:
        """Read one table line by line; a missing one is empty."""
        table = self.tables.get(name)
        if table is None:
            return
        try:
            yield from self._rows(table, form)
        except CellError as error:
            self.problems.append(_unread(refusal(error, table.place)))
        except InputError as error:  # of the file as a whole
            self.problems.append(_unread(error))

    def _rows(self, table: Table, form: Form) -> Iterator[Row]:
        called = called_of(table)
        header: list[str] = []
        for block in table.blocks():
            for line, cells in zip(block.lines, block.rows, strict=True):
                place, texts = Place(called, line), [text_of(cell) for cell in cells]
                if len(self.problems) > self.most:
                    return
                if not header:
                    header = texts
                    if wrong := _wrong_header(place, header, form):
                        self.problems.append(_unread(wrong))
                        return
                elif texts[0].startswith(REMARK):
                    continue
                elif table.form in SHEETS or len(texts) == len(header):
                    if any(texts):
                        yield Row(place, _by_heading(header, texts), self.problems)
                elif any(texts):
                    self.problems.append(_wrong_width(place, len(texts), len(header)))


def called_of(table: Table) -> str:
    """Return what the rows of a table call their file."""
    return " ".join(filter(None, (table.place.file, table.place.sheet)))


def _unread(error: InputError) -> InputError:
    """Say of a problem that the rows after it were not read."""
    error.where["unread"] = "rest"
    return error


def _by_heading(header: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Return a row by its columns; a workbook leaves empty ends out."""
    return dict(zip(header, texts, strict=False))


def complaint(place: Place, column: str, words: Words, then: Words) -> InputError:
    """Return what is wrong in a cell, or in a whole line, and the next step."""
    zh = f"{place.file} 第 {place.line} 行" + (f",{column}" if column else "")
    en = f"{place.file}, line {place.line}" + (f", {column}" if column else "")
    return InputError(
        "import.unreadable",
        zh=f"{zh}:{words[0]}",
        en=f"{en}: {words[1]}",
        next_zh=then[0],
        next_en=then[1],
        where={"file": place.file, "line": place.line, "field": column},
    )


def _wrong_header(place: Place, header: Sequence[str], form: Form) -> InputError | None:
    missing = [column for column in form.needs if column not in header]
    strange = [column for column in header if column not in (*form.needs, *form.may)]
    twice = sorted({column for column in header if header.count(column) > 1})
    if not missing and not strange and not twice:
        return None
    parts: list[tuple[Any, Words]] = [
        (missing, ("缺少列", "columns are missing")),
        (strange, ("未知的列", "unknown columns")),
        (twice, ("重复的列", "columns stand twice")),
    ]
    zh = ";".join(f"{words[0]} {', '.join(map(repr, found))}" for found, words in parts if found)
    en = "; ".join(f"{words[1]}: {', '.join(map(repr, found))}" for found, words in parts if found)
    return complaint(
        place,
        "",
        (f"{zh}。", f"{en}."),
        (
            f"必须有:{', '.join(form.needs)};可以有:{', '.join(form.may)}。",
            f"It must have {', '.join(form.needs)}; it may have {', '.join(form.may)}.",
        ),
    )


def _wrong_width(place: Place, has: int, needs: int) -> InputError:
    return complaint(
        place,
        "",
        (f"有 {has} 列,应为 {needs} 列。", f"it has {has} fields and needs {needs}."),
        ("请检查逗号和引号。", "Check commas and quotes."),
    )
