"""Meters of a file of one's own: the baseline of each, and what was saved after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.tables import by_day, columns, numbers, unusable, wall_days
from analytics import baselines, daykinds, degrees, savings, uncertainty
from analytics.baselines import KINDS
from analytics.daykinds import DayBaselines
from analytics.moments import Floats, Ints

TIMES: Final = ("day", "date", "ts", "time", "start", "month", "日期", "时间")
WARMTH: Final = ("temperature", "temp", "temp_c", "temp_f", "tempf", "t", "气温", "温度")

_EPOCH: Final = date(1970, 1, 1)
_YEAR: Final = 365
_LEAST: Final = {"day": 30, "month": 9}  # known periods of a baseline
_MONTH_FROM: Final = 27  # days between rows that are months
_DAY_LIMITS: Final = uncertainty.LIMITS["hour"]  # of days Guideline 14 says nothing: those of hours


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


def is_meters(path: Path) -> bool:
    """Return whether a file is a CSV with a time, a temperature and something else."""
    if not path.name.lower().endswith((".csv", ".csv.gz")):
        return False
    names = {name.strip().lower() for name in columns(path)}
    return bool(names & set(TIMES)) and bool(names & set(WARMTH)) and len(names) > 2


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


def baselines_of(path: Path, until: date | None, confidence: float) -> list[dict[str, Any]]:
    """Return what is told of each meter of a file: model, fit, and saving where time follows.

    until: the last day of the baseline; without it, of the file's first year.
    """
    metered = read(path)
    last = until or _EPOCH + timedelta(days=int(metered.starts[0]) + _YEAR - 1)
    first = metered.starts <= (last - _EPOCH).days
    _refuse_few(path, metered, first, last)
    made, kind, ways = _fitted(metered, first)
    would = np.array(
        [made[way].at(metered.temperature, kind[way])[row] for row, way in _each(ways)]
    )
    per_day = metered.use / metered.length
    return [
        _told(metered, row, made[way], per_day[row], would[row], first, last, confidence)
        for row, way in _each(ways)
    ]


def _each(ways: Ints) -> list[tuple[int, int]]:
    return list(enumerate(ways.tolist()))


def _fitted(metered: Metered, first: Any) -> tuple[list[DayBaselines], list[Ints], Ints]:
    """Return baselines by each way of telling days apart, the kinds of days, and each meter's."""
    at, per_day = metered.starts, metered.use / metered.length
    if metered.interval == "month":
        of = degrees.of_months(metered.temperature, metered.length)
        kinds, terms = [daykinds.all_alike(at)], baselines.MONTHLY
    else:
        of, terms = degrees.of_days(metered.temperature), baselines.DAILY
        work = daykinds.workdays(at)
        kinds = [daykinds.all_alike(at), work, daykinds.by_season(at, work)]
    some = [kind[first] for kind in kinds]
    made, ways = daykinds.chosen(per_day[:, first], of.only(first), some, terms)
    return made, kinds, ways


def _told(
    metered: Metered,
    row: int,
    made: DayBaselines,
    per_day: Floats,
    would: Floats,
    first: Any,
    last: date,
    confidence: float,
) -> dict[str, Any]:
    limits = uncertainty.LIMITS["month"] if metered.interval == "month" else _DAY_LIMITS
    cv = float(made.cvrmse[row])
    told: dict[str, Any] = {
        "meter": metered.names[row],
        "interval": metered.interval,
        "until": last.isoformat(),
        "models": [_model(part, row) for part in made.parts],
        "periods": int(made.count[row]),
        "r2": float(made.r2[row]),
        "cvrmse": cv,
        "cvrmse_limit": limits[0],
        "usable": cv <= limits[0],
    }
    if not first.all():
        told["saving"] = _saving(metered, row, made, per_day, would, first, confidence)
    return told


def _model(part: baselines.Baselines, row: int) -> dict[str, Any]:
    """Return one kind of day's coefficients; what a model lacks is left out."""
    fields = {"below": part.h, "slope_below": part.left, "above": part.c, "slope_above": part.right}
    sides = {name: float(one[row]) for name, one in fields.items()}
    if np.isnan(sides["below"]):
        del sides["below"], sides["slope_below"]
    if np.isnan(sides["above"]):
        del sides["above"], sides["slope_above"]
    kind = KINDS[int(part.kind[row])] if part.kind[row] >= 0 else None
    return {"model": kind, "per_day": float(part.base[row]), **sides}


def _saving(
    metered: Metered,
    row: int,
    made: DayBaselines,
    per_day: Floats,
    would: Floats,
    first: Any,
    confidence: float,
) -> dict[str, Any]:
    one = savings.only(made, row)
    residual = savings.left_over(per_day[first], would[first])
    used, expected = metered.use[row][~first], (would * metered.length)[~first]
    monthly = metered.interval == "month"
    found = savings.avoided(one, residual, used, expected, confidence=confidence, monthly=monthly)
    return {
        "periods": int(found.periods[0]),
        "used": float(found.used[0]),
        "expected": float(found.expected[0]),
        "saved": float(found.saved[0]),
        "share": float(found.share[0]),
        "plus_minus": float(found.half[0]),
        "confidence": confidence,
        "claimable": bool(savings.claimable(found, confidence)[0]),
    }


def _refuse_few(path: Path, metered: Metered, first: Any, last: date) -> None:
    known = np.isfinite(metered.use[:, first]) & np.isfinite(metered.temperature[first])
    least = _LEAST[metered.interval]
    for name, count in zip(metered.names, known.sum(axis=1).tolist(), strict=True):
        if count < least:
            raise unusable(
                path,
                f"中 {name} 截至 {last} 只有 {count} 个已知时段,至少需要 {least} 个",
                f"has {count} known periods of {name} until {last}, and {least} are needed",
            )
