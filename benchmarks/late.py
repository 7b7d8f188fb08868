"""One reading that comes late to a noisy channel: from before its commit until its account."""

import contextlib
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import filling, ground
from benchmarks.figures import Figure, Section
from benchmarks.ground import Tables
from simulators import gateways
from simulators.series import Series
from storage.readings.store import Store
from worker.loop import Worker, WorkSettings

MOST_MS: Final = 200.0
_PERIOD_S: Final = 900
_LATE: Final = 20  # in a run
_MISREAD: Final = 0.05  # of the readings: half of what the register shows
_DIPPED: Final = 0.1  # of the readings: 3 Wh less than before
_RUNS: Final = 40  # of misread readings, each as long as an outlier may be
_RUN: Final = 48
_WHOLE: Final = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What each of some late readings took, and then the whole channel computed anew. [ms]"""

    late_ms: list[float]
    whole_ms: float


@dataclass(frozen=True, slots=True)
class Channel:
    """A disturbed register and where its readings go; its key is the meter's name."""

    tables: Tables
    store: Store
    gateway: str
    key: str
    at_ms: NDArray[np.int64]
    counted: NDArray[np.int64]

    def put(self, chosen: NDArray[np.intp]) -> None:
        """Store some of its readings."""
        filling.put(self.store, self.gateway, self.key, self.at_ms[chosen], self.counted[chosen])


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure on one register of the shipped data, cut into quarter hours and disturbed."""
    plan = ground.planned(ground.shipped(meters=1, into=root / "meters"))
    register = plan.series[0]
    building = register.meter.building
    gateway = gateways.gateway_of(building, plan.letters[building.site])
    with (
        ground.postgres(root) as server,
        ground.tables(server.url, plan, period_s=_PERIOD_S) as tables,
        contextlib.closing(Store(tables.logins["collector"], "benchmark")) as store,
    ):
        channel = Channel(tables, store, gateway, register.meter.name, *_disturbed(register))
        costs = [_cost(channel, 3 if quick else _LATE, seed) for seed in range(runs)]
        return [_section(channel, costs)]


def _disturbed(register: Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return instants, and what the register says there: small dips, and misread digits."""
    at_ms, counted = filling.finer(register, 3600 // _PERIOD_S)
    rng = np.random.default_rng(random.Random(register.meter.name).randrange(2**32))
    wrong = rng.random(len(counted)) < _MISREAD
    for first in rng.integers(0, len(counted) - _RUN, _RUNS):
        wrong[first : first + _RUN] = True
    dipped = np.flatnonzero(rng.random(len(counted) - 1) < _DIPPED) + 1
    said = counted.copy()
    said[dipped] = np.maximum(counted[dipped - 1] - 3, 0)
    return at_ms, np.where(wrong, said // 2, said)


def _cost(channel: Channel, late: int, seed: int) -> Cost:
    """Store all but a few readings and compute; then let these come, one by one."""
    channel.tables.empty()
    places = np.arange(len(channel.at_ms))
    missing = np.random.default_rng(seed).choice(places[1:-1], late, replace=False)
    channel.put(np.setdiff1d(places, missing))
    worker = Worker(channel.tables.logins["worker"], WorkSettings(), _complain)
    worker.drain()
    channel.tables.execute("ANALYZE")

    def come(place: int) -> None:
        channel.put(np.array([place]))
        worker.drain()

    late_ms = [_took_ms(partial(come, place)) for place in missing.tolist()]
    channel.tables.execute(_WHOLE)
    return Cost(late_ms, _took_ms(worker.drain))


def _section(channel: Channel, costs: list[Cost]) -> Section:
    medians = [statistics.median(one.late_ms) for one in costs]
    return Section(
        "one late reading",
        [
            f"{len(channel.at_ms):,} quarter-hourly readings of one register over two years;",
            f"{_MISREAD:.0%} of them and {_RUNS} runs of {_RUN} are misread, {_DIPPED:.0%} fall.",
            f"{len(costs[0].late_ms)} of them come late, one by one, at any time of these years:",
            "commit, and one worker from its connecting until usage and accounts hold it.",
            "Rival: the same worker computes the whole channel anew, once.",
        ],
        [
            Figure("whole channel / one late reading", "", _ratios(costs, medians)),
            Figure("one late reading, median", "ms", medians, MOST_MS, "most"),
            Figure("one late reading, slowest", "ms", [max(one.late_ms) for one in costs]),
            Figure("the whole channel anew", "ms", [one.whole_ms for one in costs]),
        ],
    )


def _ratios(costs: list[Cost], medians: list[float]) -> list[float]:
    return [one.whole_ms / median for one, median in zip(costs, medians, strict=True)]


def _took_ms(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _complain(event: str, **facts: object) -> None:
    raise RuntimeError(f"{event} {facts}")
