"""CalTRACK 2.0 on the meters of one university: a baseline of 2018, and what 2019 was beside it."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.compared import Compared, Words, printed
from actions.baselining.tables import columns, parquet
from analytics import caltrack, degrees
from analytics.moments import Floats

METERS: Final = ("..", "..", "cambridge-estates")
_FIRST: Final = 17_532  # 2018-01-01, as a day since 1970
_YEAR: Final = 365
_HOURS: Final = 24
_SAME_FIT: Final = 1e-9  # of R²: bends between which the data cannot tell
_BY: Final = 1e-6  # relative; hours are stored as float32
_TIED: Final[Words] = (
    "两个平衡点拟合得同样好(差异小于 1e-9),预测值相同",
    "two balance points fit alike (within 1e-9 of R²), and predict the same",
)
_NAMES: Final = {
    "intercept_kwh_per_day": "base",
    "beta_hdd_kwh_per_f": "left",
    "heating_balance_f": "h",
    "beta_cdd_kwh_per_f": "right",
    "cooling_balance_f": "c",
}


def compare(path: Path) -> list[Compared]:
    """Return what each meter comes to; its hours are read from the folder of the meters."""
    answers = columns(path)
    folder = path.parent.joinpath(*METERS)
    names = answers["meter_id"]
    warm, used = _weather(folder), _daily(folder, names)
    of = degrees.of_days(warm, caltrack.BENDS_F)
    found: list[Compared] = []
    for gas in (False, True):
        rows = [row for row, name in enumerate(names) if name.endswith("__gas") == gas]
        made = caltrack.fitted(used[rows][:, :_YEAR], of.only(slice(_YEAR)), cooling=not gas)
        for place, row in enumerate(rows):
            one = made.only(np.array([place]))
            told = {name: column[row] for name, column in answers.items()}
            found += _meter(
                path.parent.name, told, _figures(one, used[row], warm), one, used[row], of
            )
    return found


def _figures(one: Any, used: Floats, warm: Floats) -> dict[str, Any]:
    facts, would = caltrack.told(one, 0), one.at(warm)[0]
    known = np.isfinite(used) & np.isfinite(would)
    first, after = known.copy(), known.copy()
    first[_YEAR:] = after[:_YEAR] = False
    left = (would - used)[first]
    observed, expected = float(used[after].sum()), float(would[after].sum())
    saved = expected - observed
    return {
        "model_type": caltrack.NAMES[int(one.kind[0])],
        **{name: float(getattr(one, field)[0]) for name, field in _NAMES.items()},
        "r2_adj": facts.r2_adjusted,
        "cvrmse_adj": caltrack.cvrmse(left, used[first], facts.slopes),
        "baseline_days": float(first.sum()),
        "reporting_days": float(after.sum()),
        "observed_kwh": observed,
        "counterfactual_kwh": expected,
        "saving_kwh": saved,
        "fsu_error_band_kwh": caltrack.band(left, used[first], facts.slopes, int(after.sum())),
        "saving_pct": 100 * saved / expected,
    }


def _meter(
    source: str, told: dict[str, str], figures: dict[str, Any], one: Any, used: Floats, of: Any
) -> list[Compared]:
    why = None if _same_bends(told, figures) else _tie(told, one, used, of)
    found = []
    for name, value in figures.items():
        if (text := told[name]) == "":
            continue
        wanted: Any = text if name == "model_type" else float(text)
        within = 0.0 if name == "model_type" else printed(text) + _BY * abs(wanted)
        if name in ("saving_kwh", "fsu_error_band_kwh"):  # small differences of great sums
            within = printed(text) + _BY * figures["counterfactual_kwh"]
        tied = why if name in _NAMES else None
        found.append(Compared(source, told["meter_id"], name, wanted, value, within, why=tied))
    return found


def _same_bends(told: dict[str, str], figures: dict[str, Any]) -> bool:
    bends = ("heating_balance_f", "cooling_balance_f")
    return all(told[name] == "" or float(told[name]) == figures[name] for name in bends)


def _tie(told: dict[str, str], one: Any, used: Floats, of: Any) -> Words | None:
    """Return the words for it where the bends that were printed fit just as well."""
    bends = sorted({float(told[n]) for n in ("heating_balance_f", "cooling_balance_f") if told[n]})
    candidates = degrees.of_days(of.temperature, np.array(bends)).only(slice(_YEAR))
    other = caltrack.fitted(used[None, :_YEAR], candidates, cooling=bool(told["cooling_balance_f"]))
    return _TIED if abs(float(other.r2[0] - one.r2[0])) < _SAME_FIT else None


def _weather(folder: Path) -> Floats:
    """Return the mean temperature of each day of both years, in Fahrenheit."""
    path = folder / "weather.parquet"
    read = parquet(path, ("ts", "air_temperature_c"))
    hours = np.full(2 * _YEAR * _HOURS, np.nan)
    place = read["ts"] // 3600 - _FIRST * _HOURS
    inside = (place >= 0) & (place < len(hours))
    hours[place[inside]] = read["air_temperature_c"][inside]
    return np.asarray(hours.reshape(-1, _HOURS).mean(axis=1) * 1.8 + 32)


def _daily(folder: Path, names: list[str]) -> Floats:
    """Return (m, days) of use; a day of electricity with an hour of 0 is an outage, and unknown."""
    read = parquet(folder / "meters.parquet", ("meter_id", "ts", "value"))
    place = {name: at for at, name in enumerate(names)}
    wanted = np.array([place.get(name, -1) for name in read["meter_id"].tolist()])
    hour = read["ts"] // 3600 - _FIRST * _HOURS
    inside = (wanted >= 0) & (hour >= 0) & (hour < 2 * _YEAR * _HOURS)
    hours = np.full((len(names), 2 * _YEAR * _HOURS), np.nan)
    hours[wanted[inside], hour[inside]] = read["value"][inside]
    by_hour = hours.reshape(len(names), -1, _HOURS)
    days = by_hour.sum(axis=2)
    electric = np.array([not name.endswith("__gas") for name in names])
    days[electric[:, None] & (by_hour == 0).any(axis=2)] = np.nan
    return np.asarray(days)
