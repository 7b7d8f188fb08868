"""From wall clock times to instants, where clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from metering.errors import InputError

_GRAIN_MS: Final = 900_000  # offsets change at quarters of an hour, where they do
_MS: Final = timedelta(milliseconds=1)


@cache
def _names() -> frozenset[str]:
    """Return the names of all zones, which are looked up in a folder of many files."""
    return frozenset(available_timezones())


def checked(zone: str) -> str:
    """Return the name of a zone; InputError where there is none of that name."""
    if zone in _names():
        return zone
    raise InputError(
        "file.unknown_zone",
        zh=f"没有时区“{zone}”。",
        en=f"There is no zone “{zone}”.",
        next_zh="请写 Asia/Shanghai 这样的名称。",
        next_en="Write a name like Asia/Shanghai.",
        where={"field": "zone", "value": zone},
    )


def instants(
    local_ms: NDArray[np.int64], zone: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return wall clock times as instants: the earlier, the later, and which do not exist.

    The two differ in the hour that occurs twice, and in the one that never does.
    """
    grains, of = np.unique(local_ms // _GRAIN_MS, return_inverse=True)
    of_zone = ZoneInfo(zone)
    offsets = np.array([_offsets(int(grain), of_zone) for grain in grains], np.int64)
    offsets = offsets.reshape(len(grains), 2)
    early, late = (local_ms - offsets[of, fold] for fold in (0, 1))
    gap = early > late  # the earlier offset is the smaller one just when clocks go forward
    return early, late, gap


def _offsets(grain: int, zone: ZoneInfo) -> tuple[int, int]:
    at = datetime(1970, 1, 1, tzinfo=zone) + timedelta(milliseconds=grain * _GRAIN_MS)
    first, second = (at.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first // _MS, second // _MS


def wall_ms(at_ms: int, zone: str) -> int:
    """Return what a clock of a zone shows at an instant, as if it were of UTC. [ms]"""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    return at_ms + (at.utcoffset() or timedelta()) // _MS


def second_time(
    local_ms: NDArray[np.int64], series: NDArray[np.int32], twice: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows of an hour that occurs twice are of its second time, and which are open.

    A series that says each wall clock time of that hour exactly twice says them in order: the
    first where the rows go on in time, the second where they go back.
    """
    second, unclear = np.zeros(len(twice), np.bool_), np.zeros(len(twice), np.bool_)
    rows = np.flatnonzero(twice)
    if not len(rows):
        return second, unclear
    order = rows[np.lexsort((rows, local_ms[rows], series[rows]))]
    starts = np.append(
        True,
        (np.diff(local_ms[order]) != 0) | (np.diff(series[order]) != 0),
    )
    group = np.cumsum(starts) - 1
    counts = np.bincount(group)
    first = np.flatnonzero(starts)
    paired = counts == 2
    second[order[first[paired] + 1]] = True
    falling = _falls(local_ms, series)
    for at in first[paired].tolist():  # newest first: the second time comes first
        if falling.get(int(series[order[at]]), False):
            second[order[at]], second[order[at + 1]] = True, False
    unclear[order[~paired[group]]] = True
    return second, unclear


def _falls(local_ms: NDArray[np.int64], series: NDArray[np.int32]) -> dict[int, bool]:
    """Return of each series whether its rows go from new to old."""
    order = np.argsort(series, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(series[order]) != 0, True))
    begins = np.append(0, ends[:-1] + 1)
    return {
        int(series[order[a]]): bool(local_ms[order[a]] > local_ms[order[b]])
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    }


def wall_clock(ms: int) -> str:
    """Return a wall clock time as text."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
