"""Numbers as people write them: which sign comes before decimals is found, or asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from collector.files.refusals import CellError
from collector.files.tables import Cell

Sign = Literal[".", ","]
Brackets = Literal["minus", "mark"]
_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_PLAIN_ALL: Final = re.compile(r"[0-9.eE+\-\n]*")
_DOT_SURE: Final = re.compile(
    r"^[+-]?(0\d*\.|\d{4,}\.|\d*\.\d{0,2}$|\d*\.\d{4,}|\.|\d+\.\d*e)", re.MULTILINE | re.IGNORECASE
)
_DOT_DOUBT: Final = re.compile(r"^[+-]?[1-9]\d{0,2}\.\d{3}$", re.MULTILINE)
_GROUPED: Final = re.compile(r"\d{1,3}(?:([ .,'’])\d{3})(?:\1\d{3})*")
_SPACES: Final = str.maketrans(
    dict.fromkeys("\u00a0\u202f\u2009\u3000", " ") | {"−": "-", "‘": "’"}
)
_ERRORS: Final = {"#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NAME?", "#NUM!", "#NULL!"}
EMPTY: Final = {"", "-", "--", "—", "——", "/", "n/a", "na", "nan", "null", "none", "unknown",
                "unavailable", "无", "缺", "缺失", "缺测", "未抄", "空", "\\", "×",
                "#n/a"}  # fmt: skip


class Doubt(Exception):  # noqa: N818
    """Neither meaning is ruled out; the sign that would decide is not known yet."""


class BracketDoubt(Doubt):
    """A number in brackets: less than zero, or marked."""


class Numbers:
    """The cells of the columns with values, and what they have shown about their decimal sign.

    sign: known from an answer, or from a cell that can be read in one way only.
    own_format: the file is in the documented one, whose 1.234 has three decimals.
    doubtful: how many cells could mean two numbers, counted until the sign is known.
    brackets: what they mean around a number; bracketed: how many cells have them, and none knows.
    """

    def __init__(
        self, sign: Sign | None, *, own_format: bool, brackets: Brackets | None = None
    ) -> None:
        self.sign = sign
        self.brackets = brackets
        self.bracketed = 0
        self.own_format = own_format
        self.doubtful = 0

    def column(self, cells: Sequence[Cell]) -> tuple[NDArray[np.float64], dict[int, CellError]]:
        """Return numbers, and what is wrong with single cells; a doubtful one is NaN, without."""
        quick = self._quick(cells)
        if quick is not None:
            return quick, {}
        values, wrong = np.full(len(cells), np.nan), {}
        for place, cell in enumerate(cells):
            try:
                values[place] = self.number(cell)
            except BracketDoubt:
                self.bracketed += 1
            except Doubt:
                self.doubtful += 1
            except CellError as error:
                wrong[place] = error
        return values, wrong

    def _quick(self, cells: Sequence[Cell]) -> NDArray[np.float64] | None:
        """Return a whole column at once where nothing in it needs a second look."""
        try:
            text = "\n".join(cells)  # type: ignore[arg-type]
        except TypeError:
            if not all(isinstance(cell, float) for cell in cells):
                return None
            return np.array(cells, np.float64)
        if self.sign == ",":
            if "." in text:
                return None
            text = text.replace(",", ".")
        if not _PLAIN_ALL.fullmatch(text):
            return None
        if self.sign is None and "." in text:
            if not self.own_format and _DOT_DOUBT.search(text):
                return None
            if _DOT_SURE.search(text):
                self.sign = "."
        try:
            values = np.array(list(map(float, text.split("\n"))), np.float64)
        except ValueError:
            return None
        if len(values) != len(cells):
            return None
        return values if np.isfinite(values).all() else None

    def number(self, cell: Cell) -> float:
        """Return one cell's number; CellError where it is none, Doubt where it may be two."""
        if isinstance(cell, float):
            return cell
        text = unicodedata.normalize("NFKC", cell.strip()).translate(_SPACES)
        text = text.translate(_SPACES).strip()
        if cell.strip() in _ERRORS:
            raise CellError("spreadsheet_error", cell.strip())
        bare = bare_of(text)
        if bare is not None:
            number = self.number(bare)  # what is no number is no doubt either
            if self.brackets is None:
                raise BracketDoubt
            return -number if self.brackets == "minus" else number
        sign, digits = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("", text)
        plain = digits[:1] not in {"", "+", "-"}  # one sign, and something behind it
        value = float(sign + self._plain(digits, cell)) if plain else float("inf")
        if abs(value) == float("inf"):
            raise CellError("not_a_number", cell.strip())
        return value

    def _plain(self, digits: str, cell: str) -> str:
        """Return digits as a machine writes them."""
        dots, commas = digits.count("."), digits.count(",")
        if dots and commas:
            last: Sign = "." if digits.rfind(".") > digits.rfind(",") else ","
            return self._decimals(digits, last, cell)
        if dots + commas == 1:
            return self._one(digits, "." if dots else ",", cell)
        if dots or commas:  # several of one kind part thousands
            return self._decimals(digits, "," if dots else ".", cell)
        return self._joined(digits, cell)

    def _one(self, digits: str, mark: Sign, cell: str) -> str:
        whole, _, rest = digits.partition(mark)
        doubtful = len(rest) == 3 and rest.isdecimal() and whole.isdecimal()
        if doubtful and 0 < len(whole) < 4 and not whole.startswith("0"):
            if self.sign is not None:
                return self._decimals(digits, self.sign, cell)
            if mark == "," or not self.own_format:
                raise Doubt
            return digits
        return self._decimals(digits, mark, cell)

    def _decimals(self, digits: str, sign: Sign, cell: str) -> str:
        """Return digits of which the decimal sign is known, and take it for the column's."""
        if self.sign is not None and self.sign != sign:
            raise CellError("two_signs", cell.strip())
        whole, mark, rest = digits.rpartition(sign)
        if not mark:
            whole, rest = digits, ""
        elif "e" in whole.lower():
            raise CellError("not_a_number", cell.strip())
        joined = self._joined(whole or "0", cell)
        if mark and not (rest == "" or _PLAIN.fullmatch(f"0.{rest}")):
            raise CellError("not_a_number", cell.strip())
        self.sign = sign
        return f"{joined}.{rest}" if mark else joined

    def _joined(self, whole: str, cell: str) -> str:
        """Return the digits before the decimals, without what parts thousands."""
        if _PLAIN.fullmatch(whole) and "." not in whole:
            return whole
        if _GROUPED.fullmatch(whole):
            return re.sub(r"\D", "", whole)
        bad = "bad_group" if re.fullmatch(r"[\d.,'’ ]+", whole, re.ASCII) else "not_a_number"
        raise CellError(bad, cell.strip())


def bare_of(text: Cell) -> str | None:
    """Return what stands in brackets, without a sign of its own; None where nothing does."""
    if not isinstance(text, str):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    inner = text[1:-1].strip()
    return inner if text[:1] == "(" and text[-1:] == ")" and inner[:1].isdecimal() else None


def is_empty(cell: Cell) -> bool:
    """Return whether a cell says that nothing was read."""
    if not isinstance(cell, str):
        return False
    text = cell.strip().lower()
    return text in EMPTY or unicodedata.normalize("NFKC", text) in EMPTY
