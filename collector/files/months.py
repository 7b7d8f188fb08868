"""Months and years as people write them."""

import re
import unicodedata
from typing import Final

from collector.files.instants import MONTH_NAMES
from collector.files.tables import Cell, text_of

_MONTH: Final = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*(?:(?:年|[-/.])\s*(?P<m>\d{1,2})|(?P<m2>\d\d))\s*(?:月份?)?"
    r"|(?P<m3>\d{1,2})[-/.](?P<y3>(?:19|20)\d\d)"
    r"|(?P<m4>\d{1,2})月-(?P<y4>\d\d)"  # as spreadsheets in Chinese show a month
    r"|(?P<y5>\d\d)\s*年\s*(?P<m5>\d{1,2})\s*月(?:份)?",
    re.ASCII,
)
_FIRST_DAY: Final = re.compile(r"((?:19|20)\d\d)-(\d\d)-01(?: 00:00:00)?", re.ASCII)
_NAMED: Final = re.compile(r"(?P<n>[A-Za-zä]{3,9})\.?[- ,]*(?P<y>(?:19|20)\d\d)", re.ASCII)
_SHORT: Final = re.compile(r"(?P<n>[A-Za-zä]{3,9})\.?[- ,']+(?P<y>\d\d)", re.ASCII)
_PART: Final = re.compile(r"(\d{1,2})\s*月份?", re.ASCII)
_YEAR: Final = re.compile(r"((?:19|20)\d\d)\s*(?:年度?)?", re.ASCII)
_IN_TEXT: Final = re.compile(
    r"(?<![\d至到~–—-])\s*((?:19|20)\d\d)\s*(?:年|[-/.])\s*(1[0-2]|0?[1-9])(?![\d./~–—至到-])"
    r"\s*+月?+(?!\s*[\d~–—至到-])",
    re.ASCII,
)  # neither a day, nor the first or last of several months
_YEAR_IN_TEXT: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年", re.ASCII)


def year_in(cell: Cell) -> list[int]:
    """Return the years that a text says, each with its word."""
    return [int(one) for one in _YEAR_IN_TEXT.findall(_plain(cell))]


def month_of(cell: Cell, *, headed: bool = False) -> int | None:
    """Return a month with its year, in months since January 1970; None where it is none.

    headed: the column is one of months: there its first day is one, as spreadsheets keep months,
    and Jan-24 is of 2024 and no day.
    """
    text = _plain(cell)
    first = _FIRST_DAY.fullmatch(text) if headed else None
    if first:
        text = f"{first[1]}-{first[2]}"
    named = _NAMED.fullmatch(text) or (_SHORT.fullmatch(text) if headed else None)
    if named:
        month = MONTH_NAMES.get(named["n"].casefold())
        return (
            None
            if month is None
            else _months(int(named["y"].rjust(4, "x").replace("xx", "20")), month)
        )
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    year = found["y"] or found["y3"] or f"20{found['y4'] or found['y5']}"
    month = int(found["m"] or found["m2"] or found["m3"] or found["m4"] or found["m5"])
    return _months(int(year), month) if 0 < month < 13 else None


def month_in_year(cell: Cell, *, bare: bool = False) -> int | None:
    """Return a month without year, 1 to 12. bare: whether digits alone are one."""
    text = _plain(cell)
    found = _PART.fullmatch(text)
    if found or (bare and text.isascii() and text.isdigit() and len(text) < 3):
        month = int(found[1] if found else text)
        return month if 0 < month < 13 else None
    return MONTH_NAMES.get(text.rstrip(".").casefold())


def year_of(cell: Cell) -> int | None:
    """Return a year."""
    found = _YEAR.fullmatch(_plain(cell))
    return int(found[1]) if found else None


def january(year: int) -> int:
    """Return the months from January 1970 to that of a year."""
    return _months(year, 1)


def said_in(text: str) -> tuple[set[int], set[int]]:
    """Return the months, since January 1970, and the years that a line of text names."""
    plain = unicodedata.normalize("NFKC", text)
    months = {_months(int(year), int(month)) for year, month in _IN_TEXT.findall(plain)}
    return months, {int(year) for year in _YEAR_IN_TEXT.findall(plain)}


def _plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", text_of(cell))


def _months(year: int, month: int) -> int:
    return (year - 1970) * 12 + month - 1
