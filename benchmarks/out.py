"""Bulk export of readings as CSV: rows a second and memory, beside a bare COPY of the same rows."""

import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import psycopg

from actions.actor import SYSTEM, Actor, open_pool
from benchmarks import ground
from benchmarks.figures import Figure, Section, peaks
from benchmarks.ground import Tables
from cli.demo.children import peak_bytes

MOST_MB: Final = {"export": 100.0}
LEAST_RATE: Final = 500_000.0
_PERIOD_S: Final = 900
_METERS: Final = 100
_ROWS: Final = 10_000_000

_FILL: Final = """
    SELECT storage.ensure_months('2016-01-01', '2016-01-01'::timestamptz + {instants}
                                               * interval '15 minutes');
    INSERT INTO reading (at, value, seq, channel_id, rank)
    SELECT '2016-01-01'::timestamptz + g * interval '15 minutes', g * 137 + c.id, g, c.id, 0
      FROM generate_series(1, {instants}) g CROSS JOIN channel c ORDER BY g;
    UPDATE channel SET since = '2016-01-01'
"""
_BARE: Final = "COPY (SELECT channel_id, at, value, seq FROM reading) TO STDOUT (FORMAT csv)"


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure both in turn, on the same rows and in the same run."""
    plan = ground.planned(ground.shipped(meters=_METERS, into=root / "meters"))
    seen = []
    with (
        ground.postgres(root) as server,
        ground.tables(server.url, plan, period_s=_PERIOD_S) as tables,
    ):
        channels = tables.ask("SELECT count(*) FROM channel")
        tables.execute(_FILL.format(instants=_ROWS // (20 if quick else 1) // channels))
        tables.execute("VACUUM ANALYZE reading")
        tables.checkpoint()
        rows = tables.ask("SELECT count(*) FROM reading")
        for number in range(runs):
            bare = rows / _copied(tables)
            took_s, peak_mb = _exported(tables, root / f"out-{number}.csv", rows)
            seen.append((bare, rows / took_s, peak_mb))
    return [_section(seen, rows, channels)]


def _section(seen: list[tuple[float, float, float]], rows: int, channels: int) -> Section:
    section = Section(
        "out",
        [
            f"{rows:,} readings of {channels} channels, one a quarter of an hour, go out as CSV",
            "with gateway, channel, instant with offset, exact number, unit and seq, in order, to",
            "a file that could be resumed; the bare COPY reads four raw columns in no order.",
        ],
    )
    section.figures += [
        Figure("rate of the export", "rows/s", [one[1] for one in seen], LEAST_RATE),
        Figure("ratio to bare COPY", "", [one[1] / one[0] for one in seen]),
        Figure("rate of bare COPY", "rows/s", [one[0] for one in seen]),
    ]
    section.figures += peaks([{"export": one[2]} for one in seen], MOST_MB)
    return section


def _copied(tables: Tables) -> float:
    """Return the seconds that the bare COPY takes."""
    began_s = time.perf_counter()
    with (
        psycopg.connect(tables.admin_url) as connection,
        connection.cursor() as cursor,
        cursor.copy(_BARE) as copy,
    ):
        while copy.read():
            pass
    return time.perf_counter() - began_s


def _exported(tables: Tables, file: Path, rows: int) -> tuple[float, float]:
    """Return the seconds that an export takes in a process of its own, and its peak of memory."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_export, args=(tables.logins["api"], file, theirs))
    process.start()
    took_s, peak_mb, written = ours.recv()
    process.join()
    if written != rows:
        raise RuntimeError(f"{written} of {rows} rows were written")
    file.unlink()
    return took_s, peak_mb


def _export(url: str, file: Path, answer: Connection) -> None:
    from actions.readings.bulk import Asked
    from actions.readings.bulk_files import write_export

    with _actor(url) as actor:
        began_s = time.perf_counter()
        done = write_export(actor, Asked(zone="Asia/Shanghai"), file, "csv")
        took_s = time.perf_counter() - began_s
    peak_mb = peak_bytes(os.getpid()) / 1e6
    answer.send((took_s, peak_mb, done.rows))


@contextlib.contextmanager
def _actor(url: str) -> Iterator[Actor]:
    with contextlib.closing(open_pool(url, max_size=2)) as pool:
        yield Actor(pool, SYSTEM)
