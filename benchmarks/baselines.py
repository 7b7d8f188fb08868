"""How many meters are fitted in a second, beside a plain loop, and eemeter where it is here."""

import importlib
import importlib.util
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics import baselines, degrees
from benchmarks.figures import Figure, Section

METERS: Final = 20_000
MOST_S: Final = 5.0
_DAYS: Final = 365
_LOOPED: Final = 5  # meters that the loop is timed on
_GAPS: Final = 0.03


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Fit 20,000 made meters of a year of days, without gaps and with; then one by one."""
    meters = 1_000 if quick else METERS
    temperature, use = _made(meters)
    holed = use.copy()
    holed[np.random.default_rng(2).random(use.shape) < _GAPS] = np.nan
    of = degrees.of_days(temperature)
    whole = [_took(lambda: baselines.fitted(use, of)) for _ in range(runs)]
    gaps = [_took(lambda: baselines.fitted(holed, of)) for _ in range(runs)]
    looped = [_took(lambda: _loop(use[:_LOOPED], temperature)) / _LOOPED for _ in range(runs)]
    section = Section(
        "baselines",
        [
            f"{meters:,} made meters of {_DAYS} days; 1P, 3PH, 3PC or 5P, bends to a tenth of a",
            "degree. The loop tries every pair of whole degrees for each meter by numpy's lstsq.",
        ],
    )
    pairs = [(loop, one / meters) for loop, one in zip(looped, whole, strict=True)]
    section.figures = [
        Figure("times a loop over meters", "×", [loop / one for loop, one in pairs]),
        Figure("fitted without gaps", "s", whole, None if quick else MOST_S, "most"),
        Figure(f"fitted with {_GAPS:.0%} of days unknown", "s", gaps),
        Figure("meters a second, without gaps", "1/s", [meters / one for one in whole]),
    ]
    if importlib.util.find_spec("eemeter") is not None:
        theirs = [_took(lambda: _eemeter(use[0], temperature)) for _ in range(runs)]
        ratio = [one / (ours / meters) for one, ours in zip(theirs, whole, strict=True)]
        section.figures.append(Figure("times eemeter's DailyModel", "×", ratio, 10_000.0))
    else:
        section.notes.append("eemeter is not installed here: the ratio to it is not measured.")
    return [section]


def _made(meters: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng, days = np.random.default_rng(1), np.arange(_DAYS)
    temperature = 12 + 14 * np.sin((days - 110) / _DAYS * 2 * np.pi) + rng.normal(0, 3, _DAYS)
    kind = rng.integers(0, 4, meters)
    h = rng.uniform(8, 16, meters)
    c = h + rng.uniform(1, 8, meters)
    left, right = (
        np.where(some, rng.uniform(2, 6, meters), 0.0) for some in (kind % 2 == 1, kind >= 2)
    )
    use = 100 + left[:, None] * np.maximum(0, h[:, None] - temperature)
    use += right[:, None] * np.maximum(0, temperature - c[:, None])
    return temperature, use + rng.normal(0, 8, use.shape)


def _loop(use: NDArray[np.float64], temperature: NDArray[np.float64]) -> list[Any]:
    low, high = np.percentile(temperature, (3, 97))
    grid = np.arange(np.ceil(low), np.floor(high) + 1)
    found = []
    for one in use:
        best: tuple[float, Any] = (np.inf, None)
        for place, h in enumerate(grid):
            for c in grid[place:]:
                sides = [np.maximum(0, h - temperature), np.maximum(0, temperature - c)]
                columns = np.column_stack([np.ones(len(one)), *sides])
                slopes, rest, _, _ = np.linalg.lstsq(columns, one, rcond=None)
                if len(rest) and rest[0] < best[0]:
                    best = (float(rest[0]), (h, c, slopes))
        found.append(best)
    return found


def _eemeter(use: NDArray[np.float64], temperature: NDArray[np.float64]) -> Any:
    """Fit one meter by eemeter 4; whoever wants the ratio installs it beside this program."""
    theirs, pandas = importlib.import_module("eemeter"), importlib.import_module("pandas")
    days = pandas.date_range("2018-01-01", periods=len(use), freq="D", tz="UTC")
    table = pandas.DataFrame({"observed": use, "temperature": temperature * 1.8 + 32}, index=days)
    data = theirs.DailyBaselineData(table, is_electricity_data=True)
    return theirs.DailyModel().fit(data, ignore_disqualification=True)


def _took(act: Any) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before
