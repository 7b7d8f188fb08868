"""What befalls meters and gateways beyond what the source says; what was used stays as it is.

Buildings whose source has a hole are left alone. Of the others, those with most meters first, the
first has everything befall its main meter, in the second half of its time; every third building's
gateway is silent for some days, and every third one's registers come round. All of it follows from
the data set alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.channels import Kind
from simulators.datasets import HOUR_MS
from simulators.series import Series

_ENOUGH: Final = 480  # readings of a meter, below which nothing befalls it
_SILENT_H: Final = 72
_STILL_H: Final = 48
_AROUND: Final = 24  # hours around a wrap in which some hour must use as much
_EXCHANGE_MS: Final = 20 * 60_000  # into an hour
_NEW_METER: Final = 12_345  # what stands on it [Wh]


class Kinds(StrEnum):
    """What can befall a meter or its gateway."""

    OUTAGE = "outage"  # a gateway is silent, and what the source knows is not sent
    MISREAD = "misread"  # one digit is read as another
    ZEROS = "zeros"  # a gateway sends 0 where a register stood far from it
    WRAP = "wrap"  # a register comes round at its size
    EXCHANGE = "exchange"  # a new meter, recorded with the last and first values
    FROZEN = "frozen"  # the same value again and again, then all that was missed


@dataclass(frozen=True, slots=True)
class Incident:
    """What befell a meter, from an instant to another.

    final, initial: of an exchange, what stood on the old meter and on the new one. [Wh]
    """

    kind: Kinds
    meter: str
    start_ms: int
    end_ms: int
    final: int = 0
    initial: int = 0


@dataclass(slots=True)
class _Register:
    """A register's readings as they change."""

    series: Series
    values: NDArray[np.int64]
    sent: NDArray[np.bool_]
    wraps_at: int
    incidents: list[Incident]

    @property
    def at(self) -> NDArray[np.int64]:
        return self.series.at_ms

    @property
    def used(self) -> NDArray[np.int64]:
        return self.series.meter.used

    def note(self, kind: Kinds, start_ms: int, end_ms: int, *values: int) -> None:
        name = self.series.meter.name
        self.incidents.append(Incident(kind, name, int(start_ms), int(end_ms), *values))


def befallen(made: Sequence[Series]) -> tuple[list[Series], list[Incident]]:
    """Return what meters send with all that befalls them, and what that is."""
    told = {one.meter.name: _told(one) for one in made if _fit(one)}
    spoiled = {one.meter.building.name for one in made if not _fit(one)}
    buildings: dict[str, list[_Register]] = {}
    for one in told.values():
        if (name := one.series.meter.building.name) not in spoiled:
            buildings.setdefault(name, []).append(one)
    richest_first = sorted(buildings.items(), key=lambda one: (-len(one[1]), one[0]))
    for place, (_, meters) in enumerate(richest_first):
        _befall(place, sorted(meters, key=lambda one: one.series.carrier))
    found = [incident for one in told.values() for incident in one.incidents]
    return [_sent(told[one.meter.name]) if _fit(one) else one for one in made], found


def _fit(one: Series) -> bool:
    return one.kind is Kind.REGISTER and len(one) > _ENOUGH and bool(one.meter.used.any())


def _told(one: Series) -> _Register:
    assert one.wraps_at is not None
    return _Register(one, one.values.copy(), np.ones(len(one), np.bool_), one.wraps_at, [])


def _befall(place: int, meters: Sequence[_Register]) -> None:
    if place == 0:
        main = meters[0]
        _wrap(main, 0.73)
        _exchange(main, 0.80)
        _zeros(main, 0.66)
        _misread(main, 0.59)
        _freeze(main, 0.87)
    if place == 0 or place % 3 == 1:
        _silence(meters, 0.52 if place == 0 else 0.7)
    if place and place % 3 == 2:
        for one in meters:
            _wrap(one, 0.6)


def _wrap(one: _Register, share: float) -> None:
    """Let a register come round in an hour that is not out of the ordinary."""
    first = int(share * len(one.used))
    for row in range(first, first + len(one.used) // 25):
        used = int(one.used[row])
        beside = np.append(one.used[row - _AROUND : row], one.used[row + 1 : row + 1 + _AROUND])
        if 0 < used <= beside.max():
            before = one.wraps_at - (used + 1) // 2
            one.values = (one.values - one.values[row] + before) % one.wraps_at
            one.note(Kinds.WRAP, one.at[row], one.at[row + 1])
            return


def _exchange(one: _Register, share: float) -> None:
    """Let a new meter take over within an hour."""
    row = int(share * len(one.used))
    final = int(one.values[row] + one.used[row] // 3)
    if final >= one.wraps_at:
        return
    at_ms = int(one.at[row]) + _EXCHANGE_MS
    one.values[row + 1 :] = (one.values[row + 1 :] - final + _NEW_METER) % one.wraps_at
    one.note(Kinds.EXCHANGE, at_ms, at_ms, final, _NEW_METER)


def _zeros(one: _Register, share: float) -> None:
    row = int(share * len(one.used))
    if one.values[row] > one.series.max_per_hour:
        one.values[row : row + 2] = 0
        one.note(Kinds.ZEROS, one.at[row], one.at[row + 1])


def _misread(one: _Register, share: float) -> None:
    """Let a digit that stands for more than an hour can use be read as an 8, or an 8 as a 0."""
    row = int(share * len(one.used))
    weight: int = 10 ** math.ceil(math.log10(2 * one.series.max_per_hour))
    digit = int(one.values[row]) // weight % 10
    one.values[row] += ((0 if digit == 8 else 8) - digit) * weight
    one.note(Kinds.MISREAD, one.at[row], one.at[row])


def _freeze(one: _Register, share: float) -> None:
    """Let a register stand still, where what it then shows at once is too much for an hour."""
    row = int(share * len(one.used))
    last = row + _STILL_H
    if one.used[row:last].sum() > one.series.max_per_hour:
        one.values[row:last] = one.values[row]
        one.note(Kinds.FROZEN, one.at[row], one.at[last])


def _silence(meters: Sequence[_Register], share: float) -> None:
    """Let a gateway send nothing of any of its meters for some days."""
    begins = int(meters[0].at[int(share * len(meters[0].at))])
    ends = begins + min(_SILENT_H, len(meters[0].at) // 20) * HOUR_MS
    for one in meters:
        silent = (one.at > begins) & (one.at < ends)
        if one.at[0] <= begins and one.at[-1] >= ends:
            one.sent &= ~silent
            one.note(Kinds.OUTAGE, begins, ends)


def _sent(one: _Register) -> Series:
    return replace(one.series, at_ms=one.at[one.sent], values=one.values[one.sent])
