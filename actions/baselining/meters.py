"""Meters of a file of one's own: the baseline of each, what was saved after it, a normal year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.calendars import off_days
from actions.baselining.metered import Metered, read, read_normal
from actions.baselining.tables import unusable
from analytics import baselines, daykinds, degrees, savings, uncertainty
from analytics.baselines import KINDS
from analytics.daykinds import DayBaselines
from analytics.moments import Bools, Floats, Ints

_EPOCH: Final = date(1970, 1, 1)
_YEAR: Final = 365
_LEAST: Final = {"day": 30, "month": 9}  # known periods of a baseline
_LIMITS: Final = {  # of days Guideline 14 says nothing: those of hours
    "day": uncertainty.LIMITS["hour"],
    "month": uncertainty.LIMITS["month"],
}
_DAYS: Final = (("all",), ("workdays", "days off"), (
    "workdays", "workdays, summer", "days off", "days off, summer",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know.

    until: the baseline's last day; None, the file's first year. confidence: of a saving's band.
    calendar: whose holidays and make-up workdays count; None, weekends only. normal: a file with
    the temperatures of a normal year.
    """

    until: date | None = None
    confidence: float = savings.USUAL
    calendar: str | None = None
    normal: Path | None = None


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The meters of a file with the baselines by each way of telling days apart.

    first: (n,) periods of the baseline. kinds: (n,) days by each way. ways: (m,) each meter's.
    """

    metered: Metered
    asked: Asked
    last: date
    first: Bools
    made: list[DayBaselines]
    kinds: list[Ints]
    ways: Ints

    def would(self, row: int, temperature: Floats) -> Floats:
        """Return (n,) what a meter would use per day of the file's periods at temperatures."""
        way = int(self.ways[row])
        return np.asarray(self.made[way].at(temperature, self.kinds[way])[row])


def baselines_of(path: Path, asked: Asked) -> list[dict[str, Any]]:
    """Return what is told of each meter of a file: model, fit, saving and normal year."""
    metered = read(path)
    last = asked.until or _EPOCH + timedelta(days=int(metered.starts[0]) + _YEAR - 1)
    first = np.asarray(metered.starts <= (last - _EPOCH).days)
    _refuse_few(path, metered, first, last)
    fitted = _Fitted(metered, asked, last, first, *_fitted(metered, first, asked.calendar))
    return [dict(_told(fitted, row)) for row in range(len(metered.names))]


def _fitted(
    metered: Metered, first: Bools, calendar: str | None
) -> tuple[list[DayBaselines], list[Ints], Ints]:
    at, per_day = metered.starts, metered.use / metered.length
    if metered.interval == "month":
        of = degrees.of_months(metered.temperature, metered.length)
        kinds, terms = [daykinds.all_alike(at)], baselines.MONTHLY
    else:
        of, terms = degrees.of_days(metered.temperature), baselines.DAILY
        work = daykinds.workdays(at, None if calendar is None else off_days(calendar, at))
        kinds = [daykinds.all_alike(at), work, daykinds.by_season(at, work)]
    some = [kind[first] for kind in kinds]
    made, ways = daykinds.chosen(per_day[:, first], of.only(first), some, terms)
    return made, kinds, ways


def _told(fitted: _Fitted, row: int) -> Iterator[tuple[str, Any]]:
    metered, way = fitted.metered, int(fitted.ways[row])
    made, limit = fitted.made[way], _LIMITS[metered.interval][0]
    cv = float(made.cvrmse[row])
    yield "meter", metered.names[row]
    yield "interval", metered.interval
    yield "until", fitted.last.isoformat()
    yield (
        "models",
        [
            {"days": days, **_model(part, row)}
            for days, part in zip(_DAYS[way], made.parts, strict=True)
        ],
    )
    yield "periods", int(made.count[row])
    yield "r2", float(made.r2[row])
    yield "cvrmse", cv
    yield "cvrmse_limit", limit
    yield "usable", cv <= limit
    if not fitted.first.all():
        yield "saving", _saving(fitted, row)
    if fitted.asked.normal is not None:
        yield "normal_year", _normal_year(fitted, row, fitted.asked.normal)


def _model(part: baselines.Baselines, row: int) -> dict[str, Any]:
    """Return one kind of day's coefficients; what a model lacks is left out."""
    kind = KINDS[int(part.kind[row])] if part.kind[row] >= 0 else None
    told: dict[str, Any] = {"model": kind, "per_day": float(part.base[row])}
    if not np.isnan(part.h[row]):
        told |= {"below": float(part.h[row]), "slope_below": float(part.left[row])}
    if not np.isnan(part.c[row]):
        told |= {"above": float(part.c[row]), "slope_above": float(part.right[row])}
    return told


def _saving(fitted: _Fitted, row: int) -> dict[str, Any]:
    metered, first, confidence = fitted.metered, fitted.first, fitted.asked.confidence
    would = fitted.would(row, metered.temperature)
    residual = savings.left_over((metered.use[row] / metered.length)[first], would[first])
    found = savings.avoided(
        savings.only(fitted.made[int(fitted.ways[row])], row),
        residual,
        metered.use[row][~first],
        (would * metered.length)[~first],
        confidence=confidence,
        monthly=metered.interval == "month",
    )
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


def _normal_year(fitted: _Fitted, row: int, file: Path) -> dict[str, Any]:
    """Return the last year's use, and what it would have been in a normal year's weather."""
    metered = fitted.metered
    last = metered.starts > metered.starts[-1] + metered.length[-1] - 1 - _YEAR
    known = last & np.isfinite(metered.use[row]) & np.isfinite(metered.temperature)
    normal = read_normal(file, metered)
    used = np.where(known, metered.use[row], 0.0)
    would = fitted.would(row, metered.temperature) * metered.length
    moved = fitted.would(row, normal) * metered.length
    found = savings.normal_year(used.sum(), np.where(known, would, 0), np.where(known, moved, 0))
    return {"periods": int(known.sum()), "used": float(used.sum()), "normal": float(found)}


def _refuse_few(path: Path, metered: Metered, first: Bools, last: date) -> None:
    known = np.isfinite(metered.use[:, first]) & np.isfinite(metered.temperature[first])
    least = _LEAST[metered.interval]
    for name, count in zip(metered.names, known.sum(axis=1).tolist(), strict=True):
        if count < least:
            raise unusable(
                path,
                f"中 {name} 截至 {last} 只有 {count} 个已知时段,至少需要 {least} 个",
                f"has {count} known periods of {name} until {last}, and {least} are needed",
            )
