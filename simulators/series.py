"""From what buildings used to what their meters send: registers that count, or hours with holes."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.channels import Kind
from metering.errors import InputError
from simulators.datasets import HOUR_MS, MeterRows

WEEK_MS: Final = 7 * 24 * HOUR_MS
PER_KWH: Final = 1000  # whole Wh are counted, and sent in kWh
PERIOD_S: Final = 3600
CARRIERS: Final = {"electricity": "electricity", "gas": "natural_gas_energy"}
LIMIT: Final = 3  # a connection is taken to carry so many times the source's largest hour
_SPARE: Final = 4  # a register can count so many times the whole data set
_YEAR_H: Final = 52 * 7 * 24
_WEEK_H: Final = 7 * 24
_MOST_DIGITS: Final = 15  # a double carries them


@dataclass(frozen=True, slots=True)
class Series:
    """What a meter sends over the time of its data set, and on from there.

    kind: a register, or an interval: the use of each hour.
    wraps_at: how far a register counts; None of intervals.
    at_ms: (n,) instants of readings. values: (n,) what is sent then. [Wh]
    quanta: what the source says was used, as far as it knows. [Wh]
    """

    meter: MeterRows
    carrier: str
    kind: Kind
    wraps_at: int | None
    max_per_hour: int
    at_ms: NDArray[np.int64]
    values: NDArray[np.int64]
    quanta: int
    later: NDArray[np.int64]  # (8736,) use of the hours after the last one, then again and again

    def __len__(self) -> int:
        return len(self.at_ms)

    def instants(self, first: int, last: int) -> list[int]:
        """Return the times of readings first to last - 1; beyond the data set, an hour apart."""
        beyond = np.arange(max(first, len(self)), last) - len(self) + 1
        at: list[int] = np.append(
            self.at_ms[first:last], self.at_ms[-1] + beyond * HOUR_MS
        ).tolist()
        return at

    def shown(self, first: int, last: int) -> list[float]:
        """Return what readings first to last - 1 say. [kWh]"""
        beyond = np.arange(max(first, len(self)), last) - len(self) + 1
        if self.wraps_at is None:
            after = self.later[(beyond - 1) % _YEAR_H]
        else:
            years, hours = np.divmod(beyond, _YEAR_H)
            sums = np.append(0, np.cumsum(self.later))
            after = (self.values[-1] + years * sums[-1] + sums[hours]) % self.wraps_at
        return [float(one) for one in np.append(self.values[first:last], after) / PER_KWH]


def made(meters: Sequence[MeterRows], *, seed: int, shift_weeks: Mapping[str, int]) -> list[Series]:
    """Return what each meter sends; where a register starts follows from the seed.

    What a register counted in a hole of the source nobody saw, so there is no register to be
    made of it: such a meter sends the use of each hour that is known, and nothing for the others.
    shift_weeks: by site, how far its readings move; a site that is not there stays.
    """
    return [
        (register if whole(meter) else intervals)(
            meter, seed=seed, shift_ms=shift_weeks.get(meter.building.site, 0) * WEEK_MS
        )
        for meter in meters
    ]


def whole(meter: MeterRows) -> bool:
    """Whether the source knows every hour from a meter's first to its last."""
    return bool((np.diff(meter.start_ms) == HOUR_MS).all())


def intervals(meter: MeterRows, *, seed: int = 0, shift_ms: int = 0) -> Series:
    """Return the use of each hour that the source knows, stamped with the hour's end."""
    del seed  # an interval starts nowhere
    ends = meter.start_ms + HOUR_MS + shift_ms
    return _series(meter, Kind.INTERVAL, None, ends, meter.used)


def register(meter: MeterRows, *, seed: int = 0, shift_ms: int = 0) -> Series:
    """Return a register that counts what a meter used, and stands still in a hole.

    It is large enough not to come round within the data set.
    """
    total, most = int(meter.used.sum()), int(meter.used.max())
    rng = random.Random(f"{seed} {meter.name}")
    enough = max(_SPARE * total, 100 * most, 1000)
    wraps_at = 10 ** min(math.ceil(math.log10(enough)) + rng.randint(0, 1), _MOST_DIGITS)
    start = rng.randrange(wraps_at // 10, wraps_at // 2)
    at_ms = np.append(meter.start_ms[0], meter.start_ms + HOUR_MS) + shift_ms
    counted = np.concatenate([[start], start + np.cumsum(meter.used)])
    return _series(meter, Kind.REGISTER, wraps_at, at_ms, counted % wraps_at)


def shift_to(meters: Sequence[MeterRows], now_ms: int) -> dict[str, int]:
    """Return by how many weeks each site moves to end within the week before an instant."""
    ends: dict[str, int] = {}
    for meter in meters:
        end = int(meter.start_ms[-1]) + HOUR_MS
        ends[meter.building.site] = max(end, ends.get(meter.building.site, end))
    return {site: (now_ms - end) // WEEK_MS for site, end in sorted(ends.items())}


def _series(
    meter: MeterRows,
    kind: Kind,
    wraps_at: int | None,
    at_ms: NDArray[np.int64],
    values: NDArray[np.int64],
) -> Series:
    if meter.utility not in CARRIERS:
        raise InputError(
            "dataset.unknown_utility",
            zh=f"计量表 {meter.name} 的能源“{meter.utility}”未知。",
            en=f"The utility “{meter.utility}” of the meter {meter.name} is not known.",
            next_zh=f"可填写:{'、'.join(CARRIERS)}。",
            next_en=f"Write one of: {', '.join(CARRIERS)}.",
            where={"field": "utility", "value": meter.utility},
        )
    return Series(
        meter,
        CARRIERS[meter.utility],
        kind,
        wraps_at,
        LIMIT * max(int(meter.used.max()), 1),
        at_ms,
        values,
        int(meter.used.sum()),
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
