"""Readings of the shipped meters, hourly or finer, written without a broker."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.ground import Tables
from cli.demo.world import Plan
from metering.messages import Message, Readings
from simulators import gateways
from simulators.datasets import HOUR_MS
from simulators.series import PER_KWH, Series
from storage.readings.store import Store

_AT_ONCE: Final = 50_000


def fill(tables: Tables, plan: Plan, *, parts: int) -> int:
    """Write every register's readings, each hour cut into so many parts; return how many.

    The parts of an hour have a seeded shape and add to the hour; a gap is not cut.
    """
    store = Store(tables.logins["collector"], "benchmark")
    count = 0
    try:
        for register in plan.series:
            building = register.meter.building
            gateway = gateways.gateway_of(building, plan.letters[building.site])
            at_ms, counted = finer(register, parts)
            put(store, gateway, register.meter.name, at_ms, counted)
            count += len(at_ms)
    finally:
        store.close()
    return count


def put(
    store: Store,
    gateway: str,
    key: str,
    at_ms: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> None:
    """Write readings of one channel as its gateway's messages; counted: in Wh."""
    for seq, (at, value) in enumerate(_cut(at_ms, counted), 1):
        message = Message("", gateway, b"", int(datetime.now(UTC).timestamp() * 1000))
        store.write([message], _readings(key, seq, at, value / PER_KWH), [])


def finer(register: Series, parts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return instants, and what a register had counted by then."""
    at_ms, counted = register.at_ms, register.values
    if parts == 1:
        return at_ms, counted
    rng = np.random.default_rng(random.Random(register.meter.name).randrange(2**32))
    used, hours = np.diff(counted), np.diff(at_ms)
    weights = np.cumsum(rng.integers(1, 100, (len(used), parts)), axis=1)
    within = used[:, None] * weights // weights[:, -1:]
    offsets = np.arange(1, parts + 1) * (HOUR_MS // parts)
    cut = np.repeat((hours == HOUR_MS)[:, None], parts, axis=1)
    cut[:, -1] = True  # a gap keeps its one step
    at = np.where(cut[:, :1], at_ms[:-1, None] + offsets, 0)
    at[:, -1] = at_ms[1:]
    return (
        np.append(at_ms[0], at[cut]),
        np.append(counted[0], (counted[:-1, None] + within)[cut]),
    )


def _cut(
    at_ms: NDArray[np.int64], counted: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    for first in range(0, len(at_ms), _AT_ONCE):
        yield at_ms[first : first + _AT_ONCE], counted[first : first + _AT_ONCE]


def _readings(key: str, seq: int, at_ms: NDArray[np.int64], value: NDArray[np.float64]) -> Readings:
    count = len(at_ms)
    return Readings(
        message=np.zeros(count, np.int32),
        i=np.arange(count, dtype=np.int32),
        channel_key=[key] * count,
        seq=np.full(count, seq, np.int64),
        at_ms=at_ms,
        value=value,
        arrival=np.zeros(count, np.bool_),
    )
