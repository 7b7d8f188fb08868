"""From `reading` to hours, days, months and accounts, beside the bare loop over the same rows."""

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg

from benchmarks import filling, ground
from benchmarks.figures import Figure, Section, peaks, per_million
from benchmarks.ground import Server
from cli.demo.children import peak_bytes
from simulators.datasets import HOUR_MS
from storage.columns import Columns, copy_in, gathered
from worker.loop import Worker, WorkSettings
from worker.usage import Limits

MOST_MB: Final = {"worker": 400.0}
RATIO: Final = 0.5
_DAY_MS: Final = 24 * HOUR_MS
_AT_ONCE: Final = Limits().readings
_READING: Final = {"channel_id": "int4", "at": "at", "value": "int8"}
_HOUR: Final = {"channel_id": "int4", "hour": "at", "used": "int8", "measured_s": "int2"}
_DAY: Final = {"channel_id": "int4", "day": "int4", "used": "int8", "measured_s": "int4"}
_AGAIN: Final = """
    TRUNCATE stale_usage, stale_account, usage_hour, usage_day, usage_month, account;
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id ORDER BY channel_id
"""


@dataclass(frozen=True, slots=True)
class Work:
    """What a process did: how long it took and computed, and the most memory it held."""

    seconds: float
    busy_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely the shipped hours are cut, and what is to be reached with them."""

    name: str
    parts: int
    goal: float


GRAINS: Final = (Grain("hourly", 1, 100_000.0), Grain("15-minute", 4, 250_000.0))


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure on hourly and on 15-minute readings."""
    folder = ground.shipped(meters=6 if quick else None, into=root / "meters")
    with ground.postgres(root) as server:
        return [_section(server, folder, grain, runs) for grain in GRAINS]


def worked(url: str) -> Work:
    """Let one worker work until nothing waits; runs in a process of its own."""
    worker = Worker(url, WorkSettings(), _complain)
    before = time.monotonic(), time.process_time()
    worker.drain()
    return _work(before)


def looped(url: str) -> Work:
    """Do what no program can do without, and nothing else; runs in a process of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        counts = connection.execute(
            "SELECT channel_id, count(*) FROM reading GROUP BY 1 ORDER BY 1"
        ).fetchall()
        before = time.monotonic(), time.process_time()
        chunk: list[int] = []
        held = 0
        for channel, count in counts:
            if chunk and held + count > _AT_ONCE:
                _bare(connection, chunk)
                chunk, held = [], 0
            chunk.append(channel)
            held += count
        _bare(connection, chunk)
        return _work(before)


def apart(task: Callable[[str], Work], url: str) -> Work:
    """Run in a new process, so that its memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(task, url).result()


def _section(server: Server, folder: Path, grain: Grain, runs: int) -> Section:
    plan = ground.planned(folder)
    ours: list[Work] = []
    bare: list[Work] = []
    busy: list[dict[str, float]] = []
    with ground.tables(server.url, plan, period_s=3600 // grain.parts) as tables:
        readings = filling.fill(tables, plan, parts=grain.parts)
        tables.execute("ANALYZE reading")
        for _ in range(runs):
            tables.execute(_AGAIN)
            tables.checkpoint()
            before = server.busy_s()
            ours.append(apart(worked, tables.logins["worker"]))
            after = server.busy_s()
            database = {name: value - before[name] for name, value in after.items()}
            busy.append({"worker": ours[-1].busy_s, **database})
            hours, days, accounts = (
                tables.ask(f"SELECT count(*) FROM {name}")
                for name in ("usage_hour", "usage_day", "account")
            )
            tables.execute("TRUNCATE usage_hour, usage_day")
            tables.checkpoint()
            bare.append(apart(looped, tables.logins["worker"]))
            if (made := tables.ask("SELECT count(*) FROM usage_hour")) < hours * 0.9:
                raise RuntimeError(f"the bare loop made {made} hours, the worker {hours}")
    section = Section(f"accounts, {grain.name} data", _notes(readings, hours, days, accounts))
    rates = [readings / one.seconds for one in ours], [readings / one.seconds for one in bare]
    ratio = [a / b for a, b in zip(*rates, strict=True)]
    section.figures += [
        Figure("ratio to the bare loop", "", ratio, RATIO),
        Figure("reading to accounts, one worker", "readings/s", rates[0], grain.goal),
        Figure("bare loop", "readings/s", rates[1]),
        *per_million(busy, readings),
        *peaks([{"worker": one.peak_mb} for one in ours], MOST_MB),
    ]
    return section


def _notes(readings: int, hours: int, days: int, accounts: int) -> list[str]:
    return [
        f"{readings:,} readings become {hours:,} hours, {days:,} days and {accounts:,} accounts.",
        "One worker in a process of its own, from its connecting to an empty queue.",
        f"Bare loop: {_AT_ONCE:,} readings at a time as arrays, sort and differences in numpy,",
        "COPY in as many hours, day sums in numpy, COPY in, commit.",
    ]


def _bare(connection: psycopg.Connection[Any], channels: list[int]) -> None:
    query = "SELECT channel_id, at, value FROM reading WHERE channel_id = ANY(%(channels)s)"
    with connection.transaction(), connection.cursor() as cursor:
        rows = gathered(connection, query, _READING, {"channels": channels})
        order = np.lexsort((rows["at"], rows["channel_id"]))
        channel, at, value = (rows[name][order] for name in _READING)
        own = channel[1:] == channel[:-1]
        used, at, channel = np.diff(value)[own], at[:-1][own], channel[1:][own]
        hours = _summed(channel, at // HOUR_MS, used)
        copy_in(cursor, "usage_hour", _HOUR, hours | {"hour": hours.pop("time") * HOUR_MS})
        days = _summed(channel, at // _DAY_MS, used)
        # PostgreSQL counts days from 2000-01-01.
        copy_in(cursor, "usage_day", _DAY, days | {"day": days.pop("time") - 10_957})


def _summed(channel: Any, when: Any, used: Any) -> Columns:
    starts = np.flatnonzero(
        np.append(True, (channel[1:] != channel[:-1]) | (when[1:] != when[:-1]))
    )
    return {
        "channel_id": channel[starts],
        "time": when[starts],
        "used": np.add.reduceat(used, starts),
        "measured_s": np.full(len(starts), 3600),
    }


def _work(before: tuple[float, float]) -> Work:
    seconds, busy_s = time.monotonic() - before[0], time.process_time() - before[1]
    return Work(seconds, busy_s, peak_bytes(os.getpid()) / 1e6)


def _complain(event: str, **facts: object) -> None:
    raise RuntimeError(f"{event} {facts}")
