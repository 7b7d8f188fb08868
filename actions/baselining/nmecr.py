"""Answers of nmecr: a measured office and school, by lines, and by weekday and weather."""

import json
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.compared import Compared, printed
from actions.baselining.tables import by_day, columns, content, numbers, wall_days
from analytics import changepoints, student, towt
from analytics.moments import Floats, Ints
from analytics.towt import WeekModel
from analytics.uncertainty import POLYNOMIALS, effective_n

_EPOCH: Final = date(1970, 1, 1)
_THURSDAY: Final = 3  # 1970-01-01, Monday being 0
_BASE_F: Final = 65.0
_SIMILAR: Final = 0.5  # a lag-1 correlation below is taken for none


def compare(path: Path) -> list[Compared]:
    """Return what each answer of the folder comes to."""
    found: list[Compared] = []
    for answer in json.loads(content(path)):
        found += _answer(path, answer)
    return found


def _answer(path: Path, answer: dict[str, Any]) -> list[Compared]:
    source, folder, model = path.parent.name, path.parent, str(answer.get("model", ""))
    if "aggregate" in answer["input"]:
        return _aggregated(source, folder)
    days, use, temperature = _office(folder) if "daily" in answer["input"] else _school(folder)
    if model.startswith("TOWT"):
        made = towt.fitted(use, temperature, (days + _THURSDAY) % 7)
        figures = _week(answer, made, use)
    else:
        figures = _line("2P" if model.startswith("SLR") else "4P", use, temperature)
    case = f"{answer['input'].partition('_')[0]}, {model.partition(':')[0].partition(' on ')[0]}"
    asked = {name: one for name, one in answer.items() if name in figures}
    return [
        Compared(source, case, name, one, figures[name], _within(name, one))
        for name, one in asked.items()
        if not isinstance(one, list)
    ] + [
        Compared(source, case, f"{name} {place}", one, figures[name][place], printed(one))
        for name, several in asked.items()
        if isinstance(several, list)
        for place, one in enumerate(several)
    ]


def _within(name: str, value: Any) -> float:
    return printed(value) if not isinstance(value, str | int) else 0.005 * (name == "nmbe_pct")


def _office(folder: Path) -> tuple[Ints, Floats, Floats]:
    path = folder / "building_daily_baseline.csv"
    rows = columns(path)
    use, temperature = (numbers(path, name, rows[name]) for name in ("kwh", "temp_f"))
    return wall_days(rows["day"]), use, temperature


def _school(folder: Path) -> tuple[Ints, Floats, Floats]:
    """Return the school's days; an hour without a value counts as 0, as the answers have it."""
    days, use, temperature = _daily(folder, "school_hourly")
    return days, use, temperature


def _daily(folder: Path, name: str) -> tuple[Ints, Floats, Floats]:
    """Return the days of hourly files: use added up, temperature as the mean of its hours."""
    energy, weather = (folder / f"{name}_{one}.csv.gz" for one in ("energy", "temp"))
    used, warm = columns(energy), columns(weather)
    days, sums, _ = by_day(wall_days(used["time"]), numbers(energy, "kwh", used["kwh"]))
    of, _, means = by_day(wall_days(warm["time"]), numbers(weather, "temp_f", warm["temp_f"]))
    known = dict(zip(of.tolist(), means.tolist(), strict=True))
    return days, sums, np.array([known.get(day, np.nan) for day in days.tolist()])


def _line(kind: str, use: Floats, temperature: Floats) -> dict[str, Any]:
    fit = changepoints.fitted(kind, temperature, use).at(temperature)
    sse, parameters = float(((use - fit) ** 2).sum()), 1 if kind == "2P" else 2
    total, n = float(((use - use.mean()) ** 2).sum()), len(use)
    return {
        "r2": 1 - sse / total,
        "cvrmse_pct": 100 * sqrt(sse / (n - parameters)) / float(use.mean()),
        "n": n,
        "parameters": parameters,
        "dof": n - parameters - 1,
    }


def _week(answer: dict[str, Any], made: WeekModel, use: Floats) -> dict[str, Any]:
    left = use - made.fit
    rho = float(np.corrcoef(left[1:], left[:-1])[0, 1])
    worth = effective_n(made.count, rho) if rho >= _SIMILAR else float(made.count)
    n = made.count
    free = worth - made.parameters if rho >= _SIMILAR else made.degrees
    band = _band(made, worth, free) if "lag1_correlation" in answer else 0.0
    return {
        "r2": made.r2,
        "r2_adj": 1 - (1 - made.r2) * n / made.degrees,
        "cvrmse_pct": 100 * made.cvrmse,
        "nmbe_pct": 100 * float(left.sum()) / (n * made.mean),
        "n": n,
        "parameters": made.parameters,
        "dof": made.degrees,
        "knots_f": made.knots.tolist(),
        "savings_uncertainty": band / 0.1,
        "savings_fraction_for_50pct_uncertainty": band / 0.5,
        "lag1_correlation": rho,
        "effective_n": worth,
    }


def _band(made: WeekModel, worth: float, free: float) -> float:
    """Return half the width of a saving's band over an equal time, as a share of all use."""
    a, b, c = POLYNOMIALS["daily"]
    months, m = made.count / 30, made.count
    factor = a * months**2 + b * months + c
    t = student.two_sided(0.9, free)
    return t * factor / (m * made.mean) * sqrt(made.sse / free * (1 + 2 / worth) * m)


def _aggregated(source: str, folder: Path) -> list[Compared]:
    days, use, temperature = _daily(folder, "aggregate_hourly")
    heat, cool = np.maximum(0.0, _BASE_F - temperature), np.maximum(0.0, temperature - _BASE_F)
    path = folder / "aggregate_expected_daily.csv"
    rows, daily = columns(path), {"kwh": use, "temp_f": temperature, "hdd65": heat, "cdd65": cool}
    place = np.searchsorted(days, wall_days(rows["period_end"]) - 1)
    found = [
        _worst(
            source, "aggregate, daily", name, numbers(path, name, rows[name]), daily[name][place]
        )
        for name in daily
    ]
    return found + _monthly(source, folder, days, daily)


def _monthly(source: str, folder: Path, days: Ints, daily: dict[str, Floats]) -> list[Compared]:
    """Compare months: sums, and means per day of the calendar, even where a month begins late."""
    path = folder / "aggregate_expected_monthly.csv"
    rows = columns(path)
    ends = wall_days(rows["period_end"])
    starts = np.array([_first_of_month(int(end) - 1) for end in ends])
    spans = zip(*(np.searchsorted(days, one).tolist() for one in (starts, ends)), strict=True)
    span, length = [slice(*one) for one in spans], (ends - starts).astype(float)
    made = {name: np.array([np.nansum(one[s]) for s in span]) for name, one in daily.items()}
    made["temp_f"] = np.array([np.nanmean(daily["temp_f"][s]) for s in span])
    made |= {"days": length, "kwh_perday": made["kwh"] / length}
    return [
        _worst(source, "aggregate, monthly", name, numbers(path, name, rows[name]), one)
        for name, one in made.items()
    ]


def _worst(source: str, case: str, name: str, wanted: Floats, found: Floats) -> Compared:
    """Return the figure that is most off among many, unknown being equal to unknown.

    Monthly weather is printed to two digits.
    """
    within = 0.00501 if "monthly" in case and name in ("temp_f", "hdd65", "cdd65") else 1e-4
    off = np.where(np.isnan(wanted) & np.isnan(found), 0.0, np.abs(wanted - found))
    at = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    figure = f"{name}, worst of {len(wanted)}"
    return Compared(source, case, figure, float(wanted[at]), float(found[at]), within)


def _first_of_month(day: int) -> int:
    return ((_EPOCH + timedelta(days=day)).replace(day=1) - _EPOCH).days
