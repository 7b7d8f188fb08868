"""Spans that stand in one cell: 2026-01-01 00:00~01:00, 2025年1月-3月, 25.12.18-26.01.17.

Each becomes a start and an end; a month, a quarter and a half end when the next begins.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from collector.files.calendar_columns import calendar_of
from collector.files.headings import heading_of, plain
from collector.files.months import year_of
from collector.files.tables import Cell
from collector.files.tidied import Line, Looked, Step, cell, widened

_CLOCK: Final = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_DAY: Final = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{8}"
_SHORT: Final = r"\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
_OFFSET: Final = r"(?:Z|[+-]\d{2}:?\d{2})"
_AT: Final = rf"(?:{_DAY})(?:[T\s]+{_CLOCK}\s*{_OFFSET}?)?"
_TO: Final = r"\s*(?:--?|–|—|~|～|至|到|\bto\b)\s*"
_OF_CLOCKS: Final = re.compile(rf"({_CLOCK})(?:{_TO})({_CLOCK})", re.ASCII)
_IN_A_DAY: Final = re.compile(rf"({_DAY})\s+({_CLOCK})({_TO})({_CLOCK})", re.ASCII)
_OF_DAYS: Final = re.compile(rf"({_AT})(?:{_TO}|\s*/\s*(?=\d{{4}}-))({_AT})", re.ASCII)
_OF_SHORT_DAYS: Final = re.compile(rf"({_SHORT}){_TO}({_SHORT})", re.ASCII)
_OF_SHORTER_DAYS: Final = re.compile(
    rf"(\d{{4}})([-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?){_TO}(\d{{1,2}})[-/.月](\d{{1,2}})日?",
    re.ASCII,
)
_OF_MONTHS: Final = re.compile(
    rf"((?:19|20)\d\d)\s*[-/.年]\s*(\d{{1,2}})\s*月?{_TO}(?:((?:19|20)\d\d)\s*[-/.年]\s*)?"
    r"(\d{1,2})\s*月?份?",
    re.ASCII,
)
_A_DAY: Final = re.compile(r"[\d\s./-]+", re.ASCII)  # 2026-01-02 is no span of months
_OF_PART: Final = re.compile(
    r"((?:19|20)\d\d)\s*年?\s*[-/]?\s*(?:第?\s*([一二三四1-4])\s*季度?|Q([1-4])|([上下])半年)",
    re.IGNORECASE,
)
SPANS: Final = frozenset(
    (
        "时段", "时间段", "时间", "时刻", "时间区间", "区间", "周期", "计费周期", "抄表周期",
        "季度", "计费期间", "账单周期", "结算周期", "期间", "起止日期", "起止时间", "抄表区间",
        "账期", "月份",
        "用电周期", "用水周期", "用气周期", "用电期间", "用水期间", "用电时间", "抄表日期",
        "period", "billingperiod", "interval", "time", "range", "daterange", "quarter",
        "servicedates", "serviceperiod", "billdates", "usageperiod",
    )
)  # fmt: skip
_ROLES: Final = frozenset(("at", "date", "clock", "month", "from"))
_CLOCKS: Final = ("开始时间", "结束时间")
_DAYS: Final = ("开始日期", "结束日期")
_IN_DAY: Final = ("日期", *_CLOCKS)
_NUMBERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_SHORTEST: Final = frozenset((15, 30, 60))  # minutes, of what one row alone says
_DAY_MIN: Final = 1440

Parts = tuple[str, ...]
Form = Callable[[str], Parts | None]


def of_spans(looked: Looked) -> Step | None:
    """Part a column of spans into start and end."""
    dated = bool(looked.places("date"))
    for at, one in enumerate(looked.head):
        texts = looked.column(at)
        if _whole_years(looked, at, texts):
            return _spanned(looked, at, _of_year, _DAYS)
        if not texts or not (plain(str(one)) in SPANS or heading_of(one).role in _ROLES):
            continue
        for form, heads in _forms(texts, dated=dated and heading_of(one).role != "date"):
            if sum(form(text) is not None for text in texts) * 2 > len(texts):
                return _spanned(looked, at, form, heads)
    return None


def _whole_years(looked: Looked, at: int, texts: Sequence[str]) -> bool:
    """Return whether a column of years says all there is of when: each row is of a whole year."""
    if heading_of(looked.head[at]).role != "year" or any(map(looked.places, _ROLES | {"to"})):
        return False
    valued = len(looked.places("value")) == 1 and not calendar_of(looked.head).columns
    return valued and bool(texts) and all(map(_of_year, texts))


def _of_year(text: str) -> Parts | None:
    found = year_of(text)
    return None if found is None else _between(found, 1, found, 12)


def _forms(texts: Sequence[str], *, dated: bool) -> list[tuple[Form, Parts]]:
    """Return the forms that a column may have, each with the headings of its parts."""
    found: list[tuple[Form, Parts]] = [(_of_clocks, _CLOCKS)] if dated else []
    if _no_offsets(texts):
        found.append((_in_a_day, _IN_DAY))
    return [*found, (_of_days, _DAYS), (_of_months, _DAYS)]


def _no_offsets(texts: Sequence[str]) -> bool:
    """Return whether 2026-01-01 00:00-01:00 ends at one: -05:00 may be an offset from UTC.

    An offset is the same of all rows; the end of a span is as far behind each start. One row alone
    is taken for a span of a usual length only.
    """
    pairs = [
        (_minute(found[2]), _minute(found[4]))
        for text in texts
        if (found := _IN_A_DAY.fullmatch(text)) and "-" in found[3]
    ]
    if len({begins for begins, _ in pairs}) > 1:
        return len({ends for _, ends in pairs}) > 1
    return all((ends - begins) % _DAY_MIN in _SHORTEST for begins, ends in pairs)


def _minute(clock: str) -> int:
    hours, minutes = re.split("[:：]", clock)[:2]
    return int(hours) * 60 + int(minutes)


def _of_clocks(text: str) -> Parts | None:
    found = _OF_CLOCKS.fullmatch(text)
    return (found[1], found[2]) if found else None


def _in_a_day(text: str) -> Parts | None:
    found = _IN_A_DAY.fullmatch(text)
    return (found[1], found[2], found[4]) if found else None


def _of_days(text: str) -> Parts | None:
    """Return two days or instants; an end without year is the first after the start."""
    found = _OF_DAYS.fullmatch(text) or _OF_SHORT_DAYS.fullmatch(text)
    if found:
        return found[1], found[2]
    shorter = _OF_SHORTER_DAYS.fullmatch(text)
    if not shorter:
        return None
    begun = [int(one) for one in re.findall(r"\d+", shorter[2])]
    end = [int(shorter[3]), int(shorter[4])]
    year = int(shorter[1]) + (end < begun)
    return f"{shorter[1]}{shorter[2]}", f"{year}-{end[0]:02}-{end[1]:02}"


def _of_months(text: str) -> Parts | None:
    """Return when the first of several months begins, and when the last has ended."""
    found = _OF_MONTHS.fullmatch(text)
    if found and (found[3] or not _A_DAY.fullmatch(text)):
        first, last = int(found[2]), int(found[4])
        begun, end = int(found[1]), int(found[3] or found[1])
        return _between(begun, first, end, last)
    part = _OF_PART.fullmatch(text)
    if not part:
        return None
    if part[4]:
        first = 1 if part[4] == "上" else 7
        return _between(int(part[1]), first, int(part[1]), first + 5)
    number = part[2] or part[3]
    first = 3 * (_NUMBERS.get(number) or int(number)) - 2
    return _between(int(part[1]), first, int(part[1]), first + 2)


def _between(begun: int, first: int, end: int, last: int) -> Parts | None:
    if not (0 < first < 13 and 0 < last < 13 and (begun, first) <= (end, last)):
        return None
    after = datetime(end + last // 12, last % 12 + 1, 1)  # noqa: DTZ001
    return f"{begun}-{first:02}-01 00:00", f"{after:%Y-%m-%d} 00:00"


def _spanned(looked: Looked, at: int, form: Form, heads: Parts) -> Step:
    head, width = looked.line, len(looked.head)

    def step(line: Line) -> list[Line]:
        number, row = line
        if number < head:
            return [line]
        more: Sequence[Cell] = heads
        if number > head:
            text = cell(row, at)
            more = form(text) or (text, *[""] * (len(heads) - 1))
        bare = ["" if n == at else one for n, one in enumerate(row)]
        return [(number, widened(bare, width, *more))]

    return step
