"""`python -m tests.collector.files`: mangles files of all forms, and imports some of them."""

import argparse
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from actions.actor import SYSTEM, Actor
from actions.readings.import_readings import import_readings
from cli import memory, services
from collector.files.answers import Answers
from metering.errors import EnergyError
from storage import migrate
from storage.readings.store import Store
from tests.collector.files.mangling import MOST_BYTES, judged, mangled, most_bytes
from tests.storage.world import make_channels

_KINDS = [0, 1, 2]  # register, interval, power
_NOW_MS = 1_800_000_000_000
_SAID = """
    SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM reading_revision),
           (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM audit_entry)
"""
Keep = Callable[[str, bytes, Answers], str]


def main() -> int:
    """Try so many files; tell the seed of the first that breaks a law."""
    asks = argparse.ArgumentParser(prog="python -m tests.collector.files")
    asks.add_argument("--files", type=int, default=10_000)
    asks.add_argument("--seed", type=int, help="of the first file; else of this moment")
    asks.add_argument("--store", type=int, default=0, help="each so-manieth is imported; 0: none")
    asked = asks.parse_args()
    first = time.time_ns() // 1_000_000 if asked.seed is None else asked.seed
    print(f"seed {first}", flush=True)
    memory.give_back()
    outcomes: Counter[str] = Counter()
    most = Most()
    with (
        tempfile.TemporaryDirectory(prefix="commonwatt-mangled-") as folder,
        _storing(Path(folder) / "state", bool(asked.store)) as keep,
    ):
        for seed in range(first, first + asked.files):
            outcomes[_tried(seed, most)] += 1
            if keep is not None and seed % asked.store == 0:
                outcomes[f"imported: {keep(*mangled(seed))}"] += 1
    for outcome, count in sorted(outcomes.items()):
        print(f"{outcome:45} {count}")
    print(f"{asked.files:,} files, no crash; the slowest took {most.took_s:.2f} s", end=" ")
    print(f"(seed {most.slowest}), the largest {most.peak / 1e6:.0f} MB (seed {most.largest})")
    return 0


class Most:
    """What the slowest and the largest file took, and their seeds."""

    def __init__(self) -> None:
        self.took_s, self.slowest = 0.0, 0
        self.peak, self.largest = 0, 0

    def hear(self, seed: int, took_s: float, peak: int) -> None:
        """Keep what is more than ever."""
        if took_s > self.took_s:
            self.took_s, self.slowest = took_s, seed
        if peak > self.peak:
            self.peak, self.largest = peak, seed


def _tried(seed: int, most: Most) -> str:
    """Return what became of a file; tell the seed where it breaks a law."""
    name, data, answers = mangled(seed)
    memory.trim()  # of what the one before left
    most_bytes(anew=True)
    try:
        found, took_s = judged(name, data, answers)
        peak = most_bytes() - len(data)  # which whoever uploads it keeps on disk
        assert peak < MOST_BYTES, f"{peak / 1e6:.0f} MB"
    except Exception as error:
        print(f"\nThe file of seed {seed} breaks a law: {error!r}\n{data[:2000]!r}\n{answers}")
        print(f"Again: python -m tests.collector.files --files 1 --seed {seed}")
        raise
    most.hear(seed, took_s, peak)
    if found.errors:
        asked = found.errors[0].where.get("question")
        return f"asked: {asked}" if asked else f"refused: {found.errors[0].code}"
    return "read" if len(found.readings) else "nothing said"


@contextmanager
def _storing(folder: Path, wanted: bool) -> Iterator[Keep | None]:
    """Lend what imports a file into a database of its own; None if unwanted."""
    if not wanted:
        yield None
        return
    embedded = services.up(folder)
    url = embedded.running.database_url
    passwords = dict.fromkeys(migrate.GROUPS, "mangled")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE mangled")
    admin = psycopg.conninfo.make_conninfo(url, dbname="mangled")
    migrate.migrate(admin, passwords=passwords)
    make_channels(admin, _KINDS, wraps_at=10**9)
    logins = {
        one: psycopg.conninfo.make_conninfo(admin, user=f"mangled_{one}", password="mangled")
        for one in ("api", "collector")
    }
    try:
        with (
            ConnectionPool(logins["api"], min_size=1, max_size=2) as pool,
            psycopg.connect(admin, autocommit=True) as looking,
        ):
            sink = Store(logins["collector"], "mangled")
            yield Importing(Actor(pool, SYSTEM), sink, looking)
            sink.close()
    finally:
        embedded.close()
        services.remove(folder)


class Importing:
    """Imports files whole or not at all: what is refused leaves the database as it was."""

    def __init__(self, actor: Actor, sink: Store, looking: psycopg.Connection[Any]) -> None:
        self._actor, self._sink, self._looking = actor, sink, looking

    def __call__(self, name: str, data: bytes, answers: Answers) -> str:
        """Import one, and return what became of it."""
        before = self._said()
        try:
            done = import_readings(
                self._actor, self._sink, io.BytesIO(data), name, answers, now_ms=_NOW_MS
            )
        except EnergyError:
            assert self._said() == before, f"{name} left something of itself"
            return "refused, and nothing kept"
        after = self._said()
        assert after[0] - before[0] == done.inserted, f"{name} is half there"
        assert after[3] > before[3], f"{name} is not written down"
        return "whole"

    def _said(self) -> tuple[int, ...]:
        return self._looking.execute(_SAID).fetchone() or ()


if __name__ == "__main__":
    sys.exit(main())
