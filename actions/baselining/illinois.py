"""Answers of eemeter: simulated homes of Illinois, with the published values of its own tests."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.compared import Compared, relative
from actions.baselining.tables import DAY_S, by_day, columns, content, instants, numbers, wall_days
from analytics import caltrack, degrees
from analytics.baselines import Baselines
from analytics.degrees import Degrees
from analytics.moments import Bools, Floats, Ints

TEMPERATURE: Final = "il-tempF.csv.gz"
_YEAR: Final = timedelta(days=365)
_WINTER_S: Final = 6 * 3600  # bills begin at midnight of standard time, whose days they are made of
_EPOCH: Final = date(1970, 1, 1)
_NAMES: Final = {
    "intercept": "base",
    "beta_hdd": "left",
    "beta_cdd": "right",
    "heating_balance_point": "h",
    "cooling_balance_point": "c",
}


@dataclass(frozen=True, slots=True)
class Meter:
    """The periods of one meter: what each used, how many days it has, and its degrees."""

    used: Floats
    days: Floats
    degrees: Degrees
    starts: Ints
    cooling: bool
    monthly: bool

    def before(self, day: date) -> Bools:
        """Return which periods lie in the year before a day."""
        first, last = (_number(one) for one in (day - _YEAR, day))
        return (self.starts >= first) & (self.starts + self.days <= last) & np.isfinite(self.used)

    def after(self, day: date) -> Bools:
        """Return which periods lie in the year from a day on."""
        return self.before(day + _YEAR)


def compare(path: Path) -> list[Compared]:
    """Return what each meter comes to by CalTRACK 2.0."""
    found: list[Compared] = []
    for sample in json.loads(content(path)):
        meter = read(path.parent, sample["file"])
        found += _sample(path.parent.name, sample, meter)
    return found


def _sample(source: str, sample: dict[str, Any], meter: Meter) -> list[Compared]:
    told, case = sample["caltrack2_reference_run"], sample["sample"]
    first = meter.before(date.fromisoformat(sample["blackout_start_date"]))
    after = meter.after(date.fromisoformat(sample["blackout_end_date"]))
    per_day = (meter.used / meter.days)[first]
    made = caltrack.fitted(per_day, meter.degrees.only(first), cooling=meter.cooling)
    facts = caltrack.told(made, 0)
    would = _expected(made, meter.degrees) * meter.days
    used, expected = float(meter.used[after].sum()), float(would[after].sum())
    left = (would - meter.used)[first]
    monthly, periods = meter.monthly, int(after.sum())
    half = caltrack.band(left, meter.used[first], facts.slopes, periods, monthly=monthly)
    figures: dict[str, tuple[Any, Any]] = {
        "model_type": (told["model_type"], caltrack.NAMES[int(made.kind[0])]),
        "r_squared_adj": (told["r_squared_adj"], facts.r2_adjusted),
        "reporting_observed": (told["reporting_observed"], used),
        "counterfactual": (told["counterfactual"], expected),
        "metered_savings": (told["metered_savings"], expected - used),
        "savings_pct": (told["savings_pct"], 100 * (expected - used) / expected),
        "fsu_error_band": (told["fsu_error_band"], half),
    }
    for name, wanted in told["params"].items():
        figures[name] = (wanted, float(getattr(made, _NAMES[name])[0]))
    truth = 100 * _true_share(sample["truth"])
    return [
        *(_equal(source, case, name, *pair) for name, pair in figures.items()),
        Compared(source, case, "true saving, %", truth, figures["savings_pct"][1], 2.5),
        *_published(source, sample, made, left, meter.used[first], facts.slopes),
    ]


def _published(
    source: str, sample: dict[str, Any], made: Baselines, left: Floats, used: Floats, slopes: int
) -> list[Compared]:
    """Return the values that the project's own tests hold."""
    found: list[Compared] = []
    for told in sample["published_test_values"]:
        wanted, values = told["expected"], {}
        if "metered_savings_sum" in wanted:  # 59 days at 30, 31, … °F, on each of which 1 was used
            would = made.at(np.arange(30.0, 89.0))[0]
            values["metered_savings_sum"] = float((would - 1).sum())
            values["fsu_error_band"] = caltrack.band(left, used, slopes, len(would))
        else:
            names = {"intercept_per_day": "base", "beta_cdd": "right", "beta_hdd": "left"}
            values = {name: float(getattr(made, names[name])[0]) for name in wanted}
        found += [
            Compared(source, sample["sample"], f"test: {name}", one, values[name], 0.005)
            for name, one in wanted.items()
        ]
    return found


def _equal(source: str, case: str, name: str, wanted: Any, found: Any) -> Compared:
    by = 0.0 if isinstance(wanted, str) else relative(wanted, 1e-9)
    return Compared(source, case, name, wanted, found, by)


def _expected(made: Baselines, of: Degrees) -> Floats:
    """Return (n,) the use per day of periods, from their own degree days."""
    use = np.full(len(of), float(made.base[0]))
    for side, slope, bend in ((of.below, made.left, made.h), (of.above, made.right, made.c)):
        if slope[0]:
            use += slope[0] * side[:, int(np.searchsorted(of.bends, bend[0]))]
    return use


def _true_share(truth: dict[str, float]) -> float:
    before = truth["annual_baseline_total_load"]
    return (before - truth["annual_reporting_total_load"]) / before


def read(folder: Path, name: str) -> Meter:
    """Return a meter of the folder with degrees of its weather, as CalTRACK has them.

    Days of temperature are those of UTC for daily use, and of standard time within bills: so the
    program did it with which the answers were made.
    """
    rows, weather = columns(folder / name), columns(folder / TEMPERATURE)
    used = numbers(folder / name, "value", rows["value"])[:-1]
    starts, at = wall_days(rows["start"]), instants(weather["dt"])
    warmth = numbers(folder / TEMPERATURE, "tempF", weather["tempF"])
    monthly = "monthly" in name
    days = np.diff(starts).astype(float)
    if monthly:
        number, _, mean = by_day((at - _WINTER_S).astype(np.int64) // DAY_S, warmth)
        period = np.searchsorted(starts, number, "right") - 1
        period[period >= len(used)] = -1
        of = degrees.of_periods(mean, period, caltrack.BENDS_F)
    else:
        number, _, mean = by_day(at.astype(np.int64) // DAY_S, warmth)
        known = dict(zip(number.tolist(), mean.tolist(), strict=True))
        temperature = [known.get(day, np.nan) for day in starts[:-1].tolist()]
        of = degrees.of_days(temperature, caltrack.BENDS_F)
    return Meter(used, days, of, starts[:-1], "gas" not in name, monthly)


def _number(day: date) -> int:
    return (day - _EPOCH).days
