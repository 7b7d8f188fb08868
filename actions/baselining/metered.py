"""A file of one's own: days or months with temperature, and use of one or more meters."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from actions.baselining.tables import by_day, columns, numbers, unusable, wall_days
from analytics.moments import Floats, Ints

TIMES: Final = ("day", "date", "ts", "time", "start", "month", "日期", "时间")
WARMTH: Final = ("temperature", "temp", "temp_c", "temp_f", "tempf", "t", "气温", "温度")

_EPOCH: Final = date(1970, 1, 1)
_MONTH_FROM: Final = 27  # days between rows that are months


@dataclass(frozen=True, slots=True)
class Metered:
    """The days or months of a file. use: (m, n) per period, NaN where unknown.

    starts: (n,) days since 1970. length: (n,) days of each period.
    """

    names: list[str]
    starts: Ints
    length: Floats
    temperature: Floats
    use: Floats
    interval: str


def read(path: Path) -> Metered:
    """Return the meters of a file; hours are added to days, their temperatures averaged."""
    table = columns(path)
    found = {name.strip().lower(): name for name in table}
    at = next((found[name] for name in TIMES if name in found), None)
    warm = next((found[name] for name in WARMTH if name in found), None)
    if at is None or warm is None or len(table) < 3:
        raise unusable(
            path,
            f"须有时间列({TIMES[0]})、气温列({WARMTH[0]})和至少一个用量列",
            f"needs a column of time ({TIMES[0]}), one of temperature ({WARMTH[0]}) and one of use",
        )
    try:
        days = wall_days([_whole(text) for text in table[at]])
    except ValueError as wrong:
        raise unusable(
            path, f"{at} 列应为 YYYY-MM-DD({wrong})", f"needs days like YYYY-MM-DD ({wrong})"
        ) from None
    names = [name for name in table if name not in (at, warm)]
    values = {name: numbers(path, name, table[name]) for name in (warm, *names)}
    return _periods(path, days, values.pop(warm), values)


def _whole(text: str) -> str:
    """Return a month as its first day."""
    return f"{text}-01" if len(text) == 7 else text


def _periods(path: Path, days: Ints, warm: Floats, use: dict[str, Floats]) -> Metered:
    starts, _, temperature = by_day(days, warm)
    if len(starts) < 2:
        raise unusable(path, "天数不足", "has too few days")
    rows, hourly = list(use.items()), len(starts) < len(days)
    added = np.array([_added(days, starts, one, hourly=hourly) for _, one in rows])
    monthly = bool(np.median(np.diff(starts)) >= _MONTH_FROM)
    length = np.diff(starts, append=_end(starts)) if monthly else starts * 0 + 1
    interval = "month" if monthly else "day"
    names = [name for name, _ in rows]
    return Metered(names, starts, length.astype(float), temperature, added, interval)


def _end(starts: Ints) -> int:
    """Return where the last period ends: with the month that it begins, else as the one before."""
    last = _EPOCH + timedelta(days=int(starts[-1]))
    if last.day == 1:
        return ((last + timedelta(days=31)).replace(day=1) - _EPOCH).days
    return int(2 * starts[-1] - starts[-2])


def _added(days: Ints, starts: Ints, values: Floats, *, hourly: bool) -> Floats:
    """Return the sum of each day; a day with an hour that is not known is not known."""
    place = np.searchsorted(starts, days)
    sums = np.bincount(place, np.nan_to_num(values), len(starts))
    unknown = np.bincount(place, ~np.isfinite(values), len(starts)) > 0
    if hourly:
        hours = np.bincount(place, minlength=len(starts))
        unknown |= hours < np.median(hours) - 1  # a day of 23 hours is whole
    return np.where(unknown, np.nan, sums)


def read_normal(path: Path, metered: Metered) -> Floats:
    """Return (n,) the temperature of a normal year for each of the periods, by day or by month.

    The file has a year of days, or of months where the meters have months; the year itself is
    nothing. A 29th of February without its own is the 28th.
    """
    table = columns(path)
    found = {name.strip().lower(): name for name in table}
    at = next((found[name] for name in TIMES if name in found), None)
    warm = next((found[name] for name in WARMTH if name in found), None)
    if at is None or warm is None:
        raise unusable(path, "须有时间列和气温列", "needs a column of time and one of temperature")
    days = wall_days([_whole(text) for text in table[at]])
    values = numbers(path, warm, table[warm])
    monthly = metered.interval == "month"
    normal = dict(zip((_of_year(day, monthly) for day in days.tolist()), values, strict=True))
    if (2, 28) in normal:
        normal.setdefault((2, 29), normal[2, 28])
    wanted = [_of_year(day, monthly) for day in metered.starts.tolist()]
    for one in wanted:
        if not np.isfinite(normal.get(one, np.nan)):
            month, day = one
            raise unusable(
                path, f"缺少 {month} 月 {day} 日的气温", f"has no temperature of {month}-{day:02}"
            )
    return np.array([normal[one] for one in wanted], float)


def _of_year(day: int, monthly: bool) -> tuple[int, int]:
    at = _EPOCH + timedelta(days=day)
    return at.month, 1 if monthly else at.day
