"""Cases whose values stand in files that they name: lines of some days, and savings by a model."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.tables import by_day, columns, numbers, unusable, wall_days
from actions.solving.cases import Answer, plain, solve
from analytics import changepoints, daykinds, degrees, savings, uncertainty
from analytics.changepoints import KINDS
from analytics.moments import Bools, Floats, Ints
from metering.errors import EnergyError

Result = dict[str, Any]

_EPOCH: Final = date(1970, 1, 1)
_DAILY: Final = re.compile(
    r"daily model, baseline (\d+) days before (\d{4}-\d\d-\d\d), "
    r"reporting (\d+) days from (\d{4}-\d\d-\d\d)"
)
_ROWS: Final = re.compile(r"first (\d+) rows")
_TEXT: Final = ("date", "day", "start", "dt", "ts", "time")
_WARMTH: Final = ("temp_f", "tempf", "temp_c", "temp", "temperature", "t")


def solve_beside(path: Path, cases: Sequence[Any]) -> list[Answer]:
    """Return an answer to each case of a file; files that cases name are looked for beside it."""
    return [_answer(path, case, place) for place, case in enumerate(cases, 1)]


def names_file(case: Any) -> bool:
    """Return whether a case's values stand in a file."""
    given = case.get("given") if isinstance(case, dict) else None
    return isinstance(given, dict) and isinstance(given.get("file"), str)


def _answer(path: Path, case: Any, place: int) -> Answer:
    if not names_file(case):
        return solve(case, place)
    name = case.get("id", f"#{place}")
    try:
        return Answer(name, plain(result_of(path, case)))
    except EnergyError as error:
        return Answer(name, {"error": error.code.rpartition(".")[2]}, error)


def result_of(path: Path, case: dict[str, Any]) -> Result:
    """Return what a case comes to whose values stand in files."""
    rule, given = str(case.get("rule")), case["given"]
    if (asked := _DAILY.match(rule)) is not None:
        return _savings(path, given, asked)
    if rule in KINDS:
        return _line(path, rule, given)
    known = ", ".join([*KINDS, "daily model, baseline N days before D, reporting N days from D"])
    raise unusable(
        path,
        f"规则 {rule} 不能从文件计算(可用:{known})",
        f"has no rule {rule} ({known} take files)",
    )


def _line(path: Path, kind: str, given: dict[str, Any]) -> Result:
    file = beside(path, given["file"])
    rows = columns(file)
    some = _ROWS.match(str(given.get("days", "")))
    last = int(some[1]) if some else None
    warm = next((name for name in rows if name.lower() in _WARMTH), None)
    used = next((name for name in rows if name.lower() not in (*_WARMTH, *_TEXT)), None)
    if warm is None or used is None:
        raise unusable(file, "缺少气温列或用量列", "lacks a column of temperature, or of use")
    t, y = (numbers(file, name, rows[name])[:last] for name in (warm, used))
    known = np.isfinite(t) & np.isfinite(y)
    model = changepoints.fitted(kind, t[known], y[known])
    fit, found = model.at(t[known]), model.coefficients()
    how = uncertainty.statistics(y[known].tolist(), fit.tolist(), len(found))
    sse = float(((y[known] - fit) ** 2).sum())
    return {**found, "sse": sse, "cvrmse": how.cvrmse, "nmbe": how.nmbe, "r2": how.r2}


def _savings(path: Path, given: dict[str, Any], asked: re.Match[str]) -> Result:
    """Return the fit of our own daily model, by civil days, and what it says was saved."""
    days, use, warm = _daily(path, given)
    first = _before(days, date.fromisoformat(asked[2]), int(asked[1]))
    after = _before(days, date.fromisoformat(asked[4]) + timedelta(int(asked[3])), int(asked[3]))
    work = daykinds.workdays(days)
    kinds = [daykinds.all_alike(days), work, daykinds.by_season(days, work)]
    of = degrees.of_days(warm)
    made, way = daykinds.chosen(use[first], of.only(first), [one[first] for one in kinds])
    best = made[int(way[0])]
    would = best.at(warm, kinds[int(way[0])])
    residual = savings.left_over(use[first], would[:, first])
    saved = savings.avoided(best, residual, use[after], would[:, after])
    return {
        "r2": float(best.r2[0]),
        "cvrmse": float(best.cvrmse[0]),
        "cvrmse_n": float(np.sqrt(np.nanmean(residual**2)) / np.nanmean(use[first])),
        "avoided": float(saved.saved[0]),
        "avoided_fraction": float(saved.share[0]),
        "plus_minus": float(saved.half[0]),
    }


def _daily(path: Path, given: dict[str, Any]) -> tuple[Ints, Floats, Floats]:
    file, weather = (beside(path, str(given.get(name))) for name in ("file", "temperature"))
    rows, hours = columns(file), columns(weather)
    days, use = wall_days(rows["start"]), numbers(file, "value", rows["value"])
    number, _, mean = by_day(wall_days(hours["dt"]), numbers(weather, "tempF", hours["tempF"]))
    known = dict(zip(number.tolist(), mean.tolist(), strict=True))
    return days, use, np.array([known.get(day, np.nan) for day in days.tolist()])


def _before(days: Ints, end: date, count: int) -> Bools:
    last = (end - _EPOCH).days
    return np.asarray((days >= last - count) & (days < last))


def beside(path: Path, name: str) -> Path:
    """Return a file that a case names, from the nearest folder above in which it is."""
    for folder in path.resolve().parents:
        if (found := folder / name).is_file():
            return found
    raise unusable(path, f"所指文件 {name} 不存在", f"names {name}, which is not there")
