"""Times over several columns, and days without their year."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from collector.files.headings import plain
from collector.files.months import said_in, year_in
from collector.files.tables import Cell, text_of
from collector.files.tidied import Line, Looked, Step, cell, widened

_NUMBER: Final = re.compile(r"(\d{1,4})(?:\.0+)?\s*[年月日号时点]?", re.ASCII)
_DAY_WORDS: Final = frozenset(("日", "号", "day", "日期", "dd"))
_OFFSETS: Final = frozenset(("utcoffset(minutes)", "utcoffsetminutes", "utcoffset(min)"))
_MINUTES: Final = re.compile(r"[+-]?\d{1,3}(?=\.0+$|$)", re.ASCII)
_DAY_ALONE: Final = re.compile(r"(\d{1,2})[日号](.*)", re.ASCII)
_MONTH_DAY: Final = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?(.*)", re.ASCII)


def of_three_columns(looked: Looked) -> Step | None:
    """Join year, month and day, each in a column, to a date; merged cells hold for those below."""
    places = _three(looked)
    if places is None:
        return None
    head, width, kept = looked.line, len(looked.head), ["", ""]

    def step(line: Line) -> list[Line]:
        number, row = line
        if number < head:
            return [line]
        if number == head:
            kept[:] = "", ""  # a table may be read again
            return [(number, widened(_without(row, places), width, "日期"))]
        said = [_digits(cell(row, at)) for at in places]
        kept[:] = [one or before for one, before in zip(said[:2], kept, strict=True)]
        day = f"{kept[0]}-{kept[1]}-{said[2]}" if said[2] and all(kept) else ""
        if not day:  # a sum's word, or what else stands there
            day = next((text for at in places if (text := cell(row, at))), "")
        return [(number, widened(_without(row, places), width, day))]

    return step


def _three(looked: Looked) -> tuple[int, int, int] | None:
    years, months = looked.places("year"), looked.places("month")
    days = [at for at, one in enumerate(looked.head) if plain(str(one)) in _DAY_WORDS]
    if not (len(years) == len(months) == len(days) == 1):
        return None
    texts = [text for text in looked.column(days[0]) if any(sign.isdigit() for sign in text)]
    good = [one for one in map(_digits, texts) if one and 0 < int(one) < 32]
    return (years[0], months[0], days[0]) if texts and len(good) == len(texts) else None


def _digits(text: str) -> str:
    found = _NUMBER.fullmatch(text.strip())
    return found[1] if found else ""


def _without(row: Sequence[Cell], places: Sequence[int]) -> list[Cell]:
    return ["" if at in places else one for at, one in enumerate(row)]


def without_year(looked: Looked) -> Step | None:
    """Let days like 1月2日 be of the year that a line above says, and 2日 of its month."""
    places = looked.places("date") or looked.places("at")
    if len(places) != 1:
        return None
    above = [text_of(one) for _, row in looked.above for one in row]
    years = {year for one in above for year in year_in(one)}
    months = {month for one in above for month in said_in(one)[0]}
    texts = looked.column(places[0])
    if len(years) == 1 and any(map(_MONTH_DAY.fullmatch, texts)):
        year = years.pop()
        return _dated(looked, places[0], _MONTH_DAY, lambda one: (year, int(one[1]), int(one[2])))
    if len(months) == 1 and any(map(_DAY_ALONE.fullmatch, texts)):
        year, month = divmod(months.pop(), 12)
        return _dated(
            looked, places[0], _DAY_ALONE, lambda one: (1970 + year, month + 1, int(one[1]))
        )
    return None


def _dated(
    looked: Looked,
    at: int,
    form: re.Pattern[str],
    day_of: Callable[[re.Match[str]], tuple[int, int, int]],
) -> Step:
    head = looked.line

    def step(line: Line) -> list[Line]:
        number, row = line
        found = form.fullmatch(cell(row, at)) if number > head else None
        if not found:
            return [line]
        year, month, day = day_of(found)
        whole = f"{year}-{month:02}-{day:02}{found[form.groups]}"
        return [(number, [*row[:at], whole, *row[at + 1 :]])]

    return step


def with_offset(looked: Looked) -> Step | None:
    """Let local times beside a column of their offset from UTC, in minutes, be instants."""
    times = looked.places("at")
    offsets = [at for at, one in enumerate(looked.head) if plain(str(one)) in _OFFSETS]
    if not (len(times) == len(offsets) == 1):
        return None
    texts = looked.column(offsets[0])
    if not texts or not all(map(_MINUTES.fullmatch, texts)):
        return None
    at, beside, head = times[0], offsets[0], looked.line

    def step(line: Line) -> list[Line]:
        number, row = line
        if number < head or beside >= len(row):
            return [line]
        offset = _MINUTES.fullmatch(cell(row, beside)) if number > head else None
        row = _without(row, [beside])
        if offset and cell(row, at):
            minutes = abs(int(offset[0]))
            sign = "-" if offset[0].startswith("-") else "+"
            row[at] = f"{cell(row, at)}{sign}{minutes // 60:02}:{minutes % 60:02}"
        return [(number, row)]

    return step
