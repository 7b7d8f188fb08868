"""Periods as addresses in Grafana have them: instants in ms or ISO, now-7d, now/M and so on."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from metering.errors import InputError

_RELATIVE: Final = re.compile(r"now((?:[+-]\d+[smhdwMy])*)(?:/([dwMy]))?")
_STEP: Final = re.compile(r"([+-]\d+)([smhdwMy])")
_LENGTH: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_INTERVALS_S: Final = (900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800, 2_592_000)
_LONGEST: Final = timedelta(days=3700)


def instant(text: str, now: datetime, zone: str, *, end: bool = False) -> datetime:
    """Return the instant that a text means; a rounded end is the end of its day or month.

    zone: the civil zone in which days begin.
    """
    if re.fullmatch(r"\d{9,14}", text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if (found := _RELATIVE.fullmatch(text)) is not None:
        return _relative(found, now, zone, end)
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return _civil(_later(first, 1) if end else first, zone)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return _civil(day + timedelta(days=1) if end else day, zone)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong(text) from error


def period(since: str, until: str, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return a period that a board can show, first to last instant."""
    first, last = instant(since, now, zone), instant(until, now, zone, end=True)
    if first >= last:
        raise _wrong(f"{since} … {until}")
    return max(first, last - _LONGEST), last


def interval(since: datetime, until: datetime, points: int) -> timedelta:
    """Return the width of a point, so that at most so many fit: one of a few round ones."""
    wanted = (until - since).total_seconds() / points
    return timedelta(seconds=next((one for one in _INTERVALS_S if one >= wanted), _INTERVALS_S[-1]))


def _relative(found: re.Match[str], now: datetime, zone: str, end: bool) -> datetime:
    at = now.astimezone(ZoneInfo(zone))
    try:
        for count, unit in _STEP.findall(found[1]):
            if unit in _LENGTH:
                at += int(count) * _LENGTH[unit]
            else:
                at = _months(at, int(count) * (12 if unit == "y" else 1))
    except (ValueError, OverflowError) as error:
        raise _wrong(found[0]) from error
    if found[2] is None:
        return at.astimezone(UTC)
    day = at.date()
    if found[2] == "d":
        return _civil(day + timedelta(days=1) if end else day, zone)
    if found[2] == "w":
        monday = day - timedelta(days=day.weekday())
        return _civil(monday + timedelta(days=7) if end else monday, zone)
    first = day.replace(day=1) if found[2] == "M" else day.replace(month=1, day=1)
    return _civil(_later(first, 1 if found[2] == "M" else 12) if end else first, zone)


def _months(at: datetime, count: int) -> datetime:
    first = _later(at.date().replace(day=1), count)
    last_day = (_later(first, 1) - timedelta(days=1)).day
    return at.replace(year=first.year, month=first.month, day=min(at.day, last_day))


def _later(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _civil(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _wrong(text: str) -> InputError:
    return InputError(
        "boards.period",
        zh=f"无法识别的时段:{text}。",
        en=f"This is no period: {text}.",
        next_zh="请用 2025-01 这样的月份、日期或 now-7d。",
        next_en="Use months such as 2025-01, days, or now-7d.",
        where={"field": "from"},
    )
