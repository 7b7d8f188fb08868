"""From what buildings used to what their meters show: registers that start, count up and wrap."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.errors import InputError
from simulators.datasets import HOUR_MS, MeterRows

WEEK_MS: Final = 7 * 24 * HOUR_MS
PER_KWH: Final = 1000  # a register counts whole Wh and is sent in kWh
PERIOD_S: Final = 3600
CARRIERS: Final = {"electricity": "electricity", "gas": "natural_gas_energy"}
_YEAR_H: Final = 52 * 7 * 24
_WEEK_H: Final = 7 * 24
_MOST_DIGITS: Final = 15  # a double carries them


@dataclass(frozen=True, slots=True)
class Register:
    """A meter's register over the time of its data set, and on from there.

    at_ms: (n + 1,) the start of the first row, and each row's end. counted: (n + 1,) what stood
    there, unwrapped, from the start value on. [Wh]
    """

    meter: MeterRows
    carrier: str
    wraps_at: int
    max_per_hour: int
    at_ms: NDArray[np.int64]
    counted: NDArray[np.int64]
    later: NDArray[np.int64]  # (8736,) use of the hours after the last one, then again and again

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def quanta(self) -> int:
        """What was counted from the first reading to the last. [Wh]"""
        return int(self.counted[-1] - self.counted[0])

    def instants(self, first: int, last: int) -> list[int]:
        """Return the times of readings first to last - 1; beyond the data set, an hour apart."""
        beyond = np.arange(max(first, len(self)), last) - len(self) + 1
        at: list[int] = np.append(
            self.at_ms[first:last], self.at_ms[-1] + beyond * HOUR_MS
        ).tolist()
        return at

    def shown(self, first: int, last: int) -> list[float]:
        """Return what the register shows at readings first to last - 1. [kWh]"""
        beyond = np.arange(max(first, len(self)), last) - len(self) + 1
        years, hours = np.divmod(beyond, _YEAR_H)
        sums = np.append(0, np.cumsum(self.later))
        counted = np.append(
            self.counted[first:last], self.counted[-1] + years * sums[-1] + sums[hours]
        )
        return [float(one) for one in counted % self.wraps_at / PER_KWH]


def made(
    meters: Sequence[MeterRows], *, seed: int, shift_weeks: Mapping[str, int]
) -> list[Register]:
    """Return a register for each meter; its start and where it wraps follow from the seed.

    shift_weeks: by site, how far its readings move; a site that is not there stays.
    """
    return [
        _register(meter, seed, shift_weeks.get(meter.building.site, 0) * WEEK_MS)
        for meter in meters
    ]


def shift_to(meters: Sequence[MeterRows], now_ms: int) -> dict[str, int]:
    """Return by how many weeks each site moves to end within the week before an instant."""
    ends: dict[str, int] = {}
    for meter in meters:
        end = int(meter.start_ms[-1]) + HOUR_MS
        ends[meter.building.site] = max(end, ends.get(meter.building.site, end))
    return {site: (now_ms - end) // WEEK_MS for site, end in sorted(ends.items())}


def _register(meter: MeterRows, seed: int, shift_ms: int) -> Register:
    if meter.utility not in CARRIERS:
        raise InputError(
            "dataset.unknown_utility",
            zh=f"计量表 {meter.name} 的能源“{meter.utility}”未知。",
            en=f"The utility “{meter.utility}” of the meter {meter.name} is not known.",
            next_zh=f"可填写:{'、'.join(CARRIERS)}。",
            next_en=f"Write one of: {', '.join(CARRIERS)}.",
            where={"field": "utility", "value": meter.utility},
        )
    rng = random.Random(f"{seed} {meter.name}")
    most = max(int(meter.used.max()), 1)
    # No step may go all the way round, so the size is at least ten times the largest hour.
    digits = math.ceil(math.log10(10 * most)) + rng.randint(0, 3)
    wraps_at = 10 ** min(digits, _MOST_DIGITS)
    start = rng.randrange(wraps_at)
    counted = np.concatenate([[start], start + np.cumsum(meter.used)])
    at_ms = np.append(meter.start_ms[0], meter.start_ms + HOUR_MS) + shift_ms
    return Register(
        meter,
        CARRIERS[meter.utility],
        wraps_at,
        most + most // 4,
        at_ms,
        counted,
        _template(meter),
    )


def _template(meter: MeterRows) -> NDArray[np.int64]:
    """Return the last 52 weeks hour by hour, a gap filled from the same hour of other weeks."""
    end_ms = int(meter.start_ms[-1]) + HOUR_MS
    hours = (meter.start_ms - (end_ms - _YEAR_H * HOUR_MS)) // HOUR_MS
    known = np.zeros(_YEAR_H, np.bool_)
    used = np.zeros(_YEAR_H, np.int64)
    recent = hours >= 0
    known[hours[recent]] = True
    used[hours[recent]] = meter.used[recent]
    for _ in range(_YEAR_H // _WEEK_H):
        earlier = ~known & np.roll(known, _WEEK_H)
        if not earlier.any():
            break
        used[earlier] = np.roll(used, _WEEK_H)[earlier]
        known |= earlier
    return used
