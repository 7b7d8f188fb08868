"""Cases of use against temperature whose values stand in the case, or in a file that it names."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.compared import Compared, relative
from actions.baselining.tables import by_day, columns, content, numbers, unusable, wall_days
from actions.solving.cases import RULES, plain, read, solve
from analytics import changepoints, daykinds, degrees, savings
from analytics.moments import Bools, Floats, Ints

_EPOCH: Final = date(1970, 1, 1)
_YEAR: Final = timedelta(days=365)
_ENDS: Final = (date(2016, 12, 26), date(2017, 1, 4))  # of the baseline; from when savings count
_DAILY: Final = "daily model, baseline 365 days before 2016-12-26, reporting 365 days from 2017-01"
_FIRST: Final = 364  # days of the office


def compare(path: Path) -> list[Compared]:
    """Return what the cases come to that have a model of use against temperature."""
    text = content(path)
    known = json.loads(text)["cases"]
    found: list[Compared] = []
    for case, told in zip(read(text), known, strict=True):
        if case["rule"].startswith(_DAILY[:40]):
            found += _savings(path, told)
        elif "file" in case["given"]:
            found += _line(path, told)
        elif case["rule"] in RULES:
            found += _flat(path, told, solve(case).result)
    return found


def _flat(path: Path, told: dict[str, Any], result: dict[str, Any]) -> list[Compared]:
    """Compare numbers and lists of numbers; of a fit, that no more is left than others leave."""
    wanted, source = dict(told["expect"]), path.stem
    if (most := wanted.pop("sse_at_most", None)) is not None:
        own = wanted.pop("sse_own_search", most)
        return [
            Compared(source, told["id"], name, one, result["sse"], relative(one, 1e-4), "most")
            for name, one in (("sse", most), ("sse of a search by 0.01°", own))
        ]
    pairs = [(name, plain(one), result[name]) for name, one in wanted.items()]
    return [
        Compared(source, told["id"], f"{name}{place}", one, other, told["tolerance"] or 0.0)
        for name, several, found in pairs
        for place, one, other in _each(several, found)
    ]


def _each(several: Any, found: Any) -> list[tuple[str, Any, Any]]:
    if not isinstance(several, list):
        return [("", several, found)]
    rows = zip(several, found, strict=True)
    return [(f" {place}", one, other) for place, (one, other) in enumerate(rows, 1)]


def _line(path: Path, told: dict[str, Any]) -> list[Compared]:
    file = _beside(path, told["given"]["file"])
    rows = columns(file)
    use, warm = (numbers(file, name, rows[name])[:_FIRST] for name in ("use_kwh", "temp_f"))
    fit = changepoints.fitted(told["rule"], warm, use).at(warm)
    r2 = 1 - float(((use - fit) ** 2).sum() / ((use - use.mean()) ** 2).sum())
    return [Compared(path.stem, told["id"], "r2", told["expect"]["r2"], r2, told["tolerance"])]


def _savings(path: Path, told: dict[str, Any]) -> list[Compared]:
    """Compare our own daily model, by civil days, with another program's bounds."""
    days, use, warm = _daily(path, told["given"])
    first, after = _year_before(days, _ENDS[0]), _year_before(days, _ENDS[1] + _YEAR)
    work = daykinds.workdays(days)
    kinds = [daykinds.all_alike(days), work, daykinds.by_season(days, work)]
    of = degrees.of_days(warm)
    made, way = daykinds.chosen(use[first], of.only(first), [one[first] for one in kinds])
    best, kind = made[int(way[0])], kinds[int(way[0])]
    would = best.at(warm, kind)
    residual = savings.left_over(use[first], would[:, first])
    saved = savings.avoided(best, residual, use[after], would[:, after])
    wanted, source, case = told["expect"], path.stem, told["id"]
    share, by = float(saved.share[0]), wanted["avoided_fraction_abs_tolerance"]
    cv = float(np.sqrt(np.nanmean(residual**2)) / np.nanmean(use[first]))
    return [
        Compared(source, case, "r2", wanted["r2_at_least"], float(best.r2[0]), way="least"),
        Compared(source, case, "cvrmse", wanted["cvrmse_at_most"], cv, way="most"),
        Compared(source, case, "avoided_fraction", wanted["avoided_fraction"], share, by),
        Compared(source, case, "true_fraction", wanted["true_fraction"], share, 2 * by),
    ]


def _daily(path: Path, given: dict[str, str]) -> tuple[Ints, Floats, Floats]:
    file, weather = (_beside(path, given[name]) for name in ("file", "temperature"))
    rows, hours = columns(file), columns(weather)
    days, use = wall_days(rows["start"]), numbers(file, "value", rows["value"])
    number, _, mean = by_day(wall_days(hours["dt"]), numbers(weather, "tempF", hours["tempF"]))
    known = dict(zip(number.tolist(), mean.tolist(), strict=True))
    return days, use, np.array([known.get(day, np.nan) for day in days.tolist()])


def _year_before(days: Ints, end: date) -> Bools:
    last = (end - _EPOCH).days
    return np.asarray((days >= last - _YEAR.days) & (days < last))


def _beside(path: Path, name: str) -> Path:
    """Return a file that a case names, from the nearest folder above in which it is."""
    for folder in path.resolve().parents:
        if (found := folder / name).is_file():
            return found
    raise unusable(path, f"所指文件 {name} 不存在", f"names {name}, which is not there")
