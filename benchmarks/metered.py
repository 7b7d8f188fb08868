"""The shipped meters as civil hours and days, two years each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulators import datasets
from simulators.datasets import HOUR_MS

SHIPPED: Final = Path(datasets.__file__).parent / "slice"
DAYS: Final = 728  # two years of whole weeks

_DAY_H: Final = 24
_LEAST_H: Final = 20  # known hours of a day, for it to be known
_KNOWN: Final = 0.9  # of the hours, for a meter to be taken


@dataclass(frozen=True, slots=True)
class Hours:
    """kwh: (m, DAYS · 24) by standard time from the first midnight, NaN where the source has none.

    site: (m,) names.
    """

    names: list[str]
    site: NDArray[Any]
    kwh: NDArray[np.float64]

    @property
    def days(self) -> NDArray[np.float64]:
        """(m, DAYS) kWh; a day that lacks some hours is scaled up, one that lacks many unknown."""
        by_day = self.kwh.reshape(len(self.kwh), -1, _DAY_H)
        known = np.isfinite(by_day).sum(axis=2)
        sums = np.where(np.isfinite(by_day), by_day, 0.0).sum(axis=2)
        return np.where(known >= _LEAST_H, sums * _DAY_H / np.maximum(known, 1), np.nan)


def hours(folder: Path = SHIPPED) -> Hours:
    """Return the meters of a folder of which enough is known, in the form of the shipped ones."""
    rows, names, sites = [], [], []
    for meter in datasets.read(folder):
        first = datetime.fromtimestamp(int(meter.start_ms[0]) / 1000, UTC)
        offset = datasets.standard_offset_ms(meter.building.zone, first)
        hour = (meter.start_ms + offset) // HOUR_MS
        midnight = -(-int(hour[0]) // _DAY_H) * _DAY_H
        kwh = np.full(DAYS * _DAY_H, np.nan)
        inside = (hour >= midnight) & (hour < midnight + len(kwh))
        kwh[hour[inside] - midnight] = meter.used[inside] / 1000
        if np.isfinite(kwh).mean() >= _KNOWN:
            rows.append(kwh)
            names.append(meter.name)
            sites.append(meter.building.site)
    return Hours(names, np.array(sites), np.array(rows))
