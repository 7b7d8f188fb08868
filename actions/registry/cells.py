"""CSV files as people save them: decoded, in cells, complaints with file, line and field."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation
from pathlib import Path
from typing import Any, Final, TypeVar

from actions.registry.values import Place
from metering.errors import InputError

_MOST_BYTES: Final = 256 * 2**20
_MOST_PROBLEMS: Final = 1000  # a file in which every row is wrong is not read to its end

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
    """The files of one folder, and everything that is wrong with them."""

    folder: Path
    problems: list[InputError] = field(default_factory=list)

    def rows(self, name: str, form: Form) -> Iterator[Row]:
        """Read one file line by line; a missing file is an empty one."""
        path = self.folder / name
        if not path.exists():
            return
        lines = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            if wrong := _wrong_header(name, header, form):
                self.problems.append(wrong)
                return
            for cells in lines:
                place = Place(name, lines.line_num)
                if len(self.problems) > _MOST_PROBLEMS:
                    return
                if len(cells) == len(header):
                    yield Row(place, dict(zip(header, cells, strict=True)), self.problems)
                elif cells:
                    self.problems.append(_wrong_width(place, len(cells), len(header)))
        except csv.Error as error:
            place = Place(name, lines.line_num)
            words = (f"不是有效的 CSV:{error}。", f"this is no valid CSV: {error}.")
            then = ("请检查引号和逗号。", "Check quotes and commas.")
            self.problems.append(complaint(place, "", words, then))


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


def _wrong_header(name: str, header: Sequence[str], form: Form) -> InputError | None:
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
        Place(name, 1),
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


def _decoded(path: Path) -> str:
    """Return a file's text: UTF-8 with or without mark, else GBK as older spreadsheets write it."""
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(
            "import.too_large",
            zh=f"{path.name} 超过 {_MOST_BYTES // 2**20} MB。",
            en=f"{path.name} is larger than {_MOST_BYTES // 2**20} MB.",
            next_zh="请拆分后分别导入。",
            next_en="Split it and import the parts.",
            where={"file": path.name},
        )
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as other:  # the encoding that is meant makes sense for longer
            line = data.count(b"\n", 0, max(error.start, other.start)) + 1
            raise complaint(
                Place(path.name, line),
                "",
                (
                    "既不是 UTF-8 也不是 GBK 编码。",
                    "the encoding is neither UTF-8 nor GBK.",
                ),
                ("请另存为“CSV UTF-8”。", "Save it as “CSV UTF-8”."),
            ) from error
