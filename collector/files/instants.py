"""Times as people write them: instants, or wall clock times whose zone is said elsewhere."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from collector.codecs.payload import MAX_AT_MS
from collector.files.epochs import milliseconds, since_1970
from collector.files.han_days import in_digits
from collector.files.refusals import CellError
from collector.files.short_years import Order, readings_of
from collector.files.tables import Cell, text_of

LOCAL: Final = 1 << 60  # added to the milliseconds of a wall clock time
DOUBT: Final = -(1 << 61)  # day and month are not told apart yet
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_DAY_MS: Final = 86_400_000
_DAY_MINUTES: Final = 1440
_EXCEL_DAYS: Final = (25_570, 73_050)  # 1970 to 2100
_EXCEL_EPOCH: Final = 25_569  # 1970 in a spreadsheet's days
_MOST_KNOWN: Final = 20_000
MONTH_NAMES: Final = {
    name: n
    for n, names in enumerate(
        (
            "jan january januar", "feb february februar", "mar march märz mrz", "apr april",
            "may mai", "jun june juni", "jul july juli", "aug august", "sep sept september",
            "oct october okt oktober", "nov november", "dec december dez dezember",
        ), 1,
    )
    for name in names.split()
}  # fmt: skip
_TIME: Final = (
    r"(?:[T ,]*(?P<am>上午|下午|凌晨|晚上|中午)?\s*(?P<h>\d{1,2})(?:[:时点.](?P<mi>\d{1,2})?)?"
    r"(?:[:分.](?P<s>\d{1,2})?)?(?:[.,](?P<ms>\d{1,6}))?[分秒]?\s*(?P<pm>[ap]\.?m\.?)?)?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_FORMS: Final = tuple(
    re.compile(day + _TIME, re.IGNORECASE | re.ASCII)
    for day in (
        r"(?P<y>\d{4})(?P<p>[-/.年])(?P<m>\d{1,2})(?:[-/.月])(?P<d>\d{1,2})日?",
        r"(?P<a>\d{1,2})(?P<p>[-/.])(?P<b>\d{1,2})(?P=p)(?P<y>\d{4})",
        r"(?P<d>\d{1,2})[- ./]*(?P<n>[A-Za-zä]{3,9})\.?[-, ./]*(?P<y>\d{4})",
        r"(?P<n>[A-Za-zä]{3,9})\.?[- ]*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[- ]+(?P<y>\d{4})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?![\d.])",
        r"(?P<y>\d{2})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日?",
        r"(?P<a>\d{1,2})(?P<p>[-/.])(?P<b>\d{1,2})(?P=p)(?P<c>\d{1,2})",
    )
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?", re.ASCII)
_BARE: Final = re.compile(  # 202601010015 and 2026010100, which as milliseconds would be of 1976
    r"(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-4])([0-5]\d)?", re.ASCII
)
_WEEKDAY: Final = re.compile(
    r"\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?(?=\s|$)"
    r"|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[,.]?\s+(?=.*\d)",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(\.\d+)?", re.ASCII)


class Instants:
    """The cells of the columns with times, and what they have shown of the order of day and month.

    order: known from an answer, or from a day after the twelfth. short: of days whose year has two
    digits, known from an answer, or from one that can be read in one way only; what other days
    show says nothing about them. short_doubts: whether one was doubted. exact: as our own format
    has them, whole milliseconds; else counts of other units are known, and epoch names the last.
    """

    def __init__(self, order: Order | None, *, exact: bool = True) -> None:
        self.order = self.short = order
        self.short_doubts = False
        self.exact, self.epoch = exact, ""
        self.excel_days = 0
        self._known: dict[Cell, int | CellError] = {}

    def of(self, cell: Cell) -> int | CellError:
        """Return milliseconds since 1970, with LOCAL where no offset is said; or what is wrong."""
        found = self._known.get(cell)
        if found is None:
            try:
                found = self._read(cell)
            except CellError as error:
                found = error
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            if found != DOUBT:  # what is doubted now may be clear later
                self._known[cell] = found
        return found

    @property
    def learned(self) -> Order | None:
        """Return the order that the cells have shown, of those that are doubted."""
        return self.short if self.short_doubts else self.order

    def column(self, cells: Sequence[Cell]) -> list[int | CellError]:
        """Return what `of` says of each cell."""
        known, of = self._known.get, self.of
        return [known(cell) or of(cell) for cell in cells]

    def _read(self, cell: Cell) -> int:
        text = text_of(cell)
        counted = None if self.exact else since_1970(text)
        if counted is not None:
            self.epoch = counted[1]
            return counted[0]
        if text.isascii() and text.isdigit() and len(text) not in {5, 8, 14}:
            bare = _BARE.fullmatch(text)
            if not bare:
                return milliseconds(text)
            return self._written("{}-{}-{} {}:{}".format(*bare.groups(default="00")), text)
        try:
            at = datetime.fromisoformat(text) if len(text) > 9 and text[4:5] == "-" else None
        except ValueError:
            at = None
        if at is not None:
            return _within(at, text, exact=self.exact)
        if _SERIAL.fullmatch(text):
            return self._serial(text)
        return self._written(unicodedata.normalize("NFKC", text), text)

    def _serial(self, text: str) -> int:
        """Return a spreadsheet's days since 1900, to the second: it keeps no zone."""
        days = float(text)
        if not _EXCEL_DAYS[0] <= days < _EXCEL_DAYS[1]:
            raise CellError("bad_time", text)
        self.excel_days += 1
        return LOCAL + round((days - _EXCEL_EPOCH) * 86_400) * 1000

    def _written(self, text: str, raw: str) -> int:
        text = in_digits(_WEEKDAY.sub("", text).strip())
        compact = _COMPACT.fullmatch(text)
        if compact:
            text = "{}-{}-{} {}:{}:{}".format(*compact.groups(default="00"))
        for form in _FORMS:
            found = form.fullmatch(text)
            if found:
                break
        else:
            raise CellError("bad_time", raw)
        part = found.groupdict()
        year, month, day = self._day(part, raw)
        if day == 0:
            return DOUBT
        hour, after = _hour(part, raw)
        minute, second = int(part["mi"] or 0), int(part["s"] or 0)
        micro = int((part["ms"] or "0").ljust(6, "0"))
        try:
            at = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001
            at += timedelta(days=after)
        except (ValueError, OverflowError):
            raise CellError("bad_time", raw) from None
        at = at.replace(tzinfo=_offset(part["z"], raw)) if part["z"] else at
        return _within(at, raw, exact=self.exact)

    def _day(self, part: dict[str, str | None], raw: str) -> tuple[int, int, int]:
        """Return year, month and day, 0 where they cannot be told apart yet."""
        if part.get("c"):
            return self._short(part, raw)
        year = int(part["y"] or 0)
        year += 2000 if len(part["y"] or "") == 2 else 0
        if part.get("n"):
            month = MONTH_NAMES.get((part["n"] or "").casefold())
            if month is None:
                raise CellError("bad_time", raw)
            return year, month, int(part["d"] or 0)
        if part.get("m"):
            return year, int(part["m"] or 0), int(part["d"] or 0)
        month, day = self._by_order(part, raw)
        return year, month, day

    def _short(self, part: dict[str, str | None], raw: str) -> tuple[int, int, int]:
        """Return a day whose year has two digits, by the order that is known or the only one."""
        meant = readings_of((part["a"] or "", part["b"] or "", part["c"] or ""))
        if not meant:
            raise CellError("bad_time", raw)
        if self.short is None:
            if len(meant) == 1:
                (self.short,) = meant
            elif len(set(meant.values())) > 1:
                self.short_doubts = True
                return 0, 0, 0
        order = self.short or next(iter(meant))
        if order not in meant:
            raise CellError("two_orders", raw)
        return meant[order].year, meant[order].month, meant[order].day

    def _by_order(self, part: dict[str, str | None], raw: str) -> tuple[int, int]:
        """Return month and day of a year that stands last, 0 where they are doubted."""
        first, second = int(part["a"] or 0), int(part["b"] or 0)
        order: Order | None = "dmy" if part["p"] == "." or first > 12 else None
        if order is None and second > 12:
            order = "mdy"
        if order is None:
            if self.order is None and first != second:
                return 0, 0
            order = self.order or "dmy"
            if order == "ymd":  # the year stands last here
                raise CellError("two_orders", raw)
        elif part["p"] != ".":
            if self.order not in {None, order}:
                raise CellError("two_orders", raw)
            self.order = order
        return (second, first) if order == "dmy" else (first, second)


def _hour(part: dict[str, str | None], raw: str) -> tuple[int, int]:
    """Return the hour, and 1 for the next day where it is written as 24."""
    hour = int(part["h"] or 0)
    half = (part["pm"] or "").replace(".", "").lower()
    late = half == "pm" or part["am"] in {"下午", "晚上", "中午"}
    if half or part["am"]:
        if not 0 < hour <= 12 and half:
            raise CellError("bad_time", raw)
        return (hour % 12 + 12 if late else hour % 12) if hour <= 12 else hour, 0
    if hour == 24 and not int(part["mi"] or 0) and not int(part["s"] or 0):
        return 0, 1
    return hour, 0


def _offset(text: str | None, raw: str) -> timezone:
    if text is None or text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= _DAY_MINUTES:
        raise CellError("bad_time", raw)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _within(at: datetime, raw: str, *, exact: bool) -> int:
    local = at.tzinfo is None
    ms, rest = divmod((at.replace(tzinfo=UTC) if local else at) - _EPOCH, _MS)
    if (rest and exact) or not 0 <= ms <= MAX_AT_MS:
        raise CellError("bad_time", raw)
    return ms + LOCAL if local else ms


def duration_ms(cell: Cell) -> int:
    """Return how long a row lasts, from words, ISO 8601, h:mm or seconds."""
    text = text_of(cell).lower()
    if text in _LASTING:
        return _LASTING[text]
    clock = re.fullmatch(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", text, re.ASCII)
    if clock:
        hours, minutes, seconds = (int(one or 0) for one in clock.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    found = re.fullmatch(r"(?:pt)?(\d{1,7})\s*([a-z分秒小时钟]*)", text, re.ASCII | re.IGNORECASE)
    scale = None if found is None else _SCALES.get(found[2])
    if found is None or scale is None or int(found[1]) == 0:
        raise CellError("bad_duration", text)
    return int(found[1]) * scale


_SCALES: Final = dict.fromkeys(("", "s", "sec", "second", "seconds", "秒"), 1000) | dict.fromkeys(
    ("m", "min", "mins", "minute", "minutes", "分", "分钟"), 60_000
) | dict.fromkeys(("h", "hr", "hour", "hours", "小时", "时"), 3_600_000)  # fmt: skip
_LASTING: Final = {
    "hour": 3_600_000, "hourly": 3_600_000, "小时": 3_600_000, "1 hour": 3_600_000,
    "half hour": 1_800_000, "quarter": 900_000, "quarter hour": 900_000, "刻": 900_000,
    "day": _DAY_MS, "daily": _DAY_MS, "日": _DAY_MS, "天": _DAY_MS, "1 day": _DAY_MS,
}  # fmt: skip
