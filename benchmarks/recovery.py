"""After a kill -9 under load: how soon readings are taken again, how fast what waited is taken."""

import contextlib
import os
import random
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import ground, watching
from benchmarks.district import District
from benchmarks.figures import Figure, Section
from benchmarks.ground import Crew, Tables
from benchmarks.watching import Watch
from cli import services
from cli.demo.children import Child

_GATEWAYS: Final = 500
_METERS: Final = 10  # of each, a reading a second: 5,000 readings/s
_COLLECTOR_S: Final = 5.0
_DATABASE_S: Final = 15.0
_DRAINED: Final = 2.0  # times the live rate
_PAUSE_S: Final = 6.0  # between kills, and as much again at random
_AWAY_S: Final = 20.0  # for what is to wait
_PATIENCE_S: Final = 120.0
_LOOK_S: Final = 0.02
_RECEIVED: Final = "SELECT coalesce(sum(messages), 0)::bigint FROM intake_tally"


@dataclass(slots=True)
class Recovered:
    """Seconds until something sent later was stored, by who was killed; and rates of catching up.

    drained: times the live rate.
    """

    collector_s: list[float] = field(default_factory=list)
    database_s: list[float] = field(default_factory=list)
    drained: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Scene:
    """What is killed, and who looks on."""

    server: services.Services
    crew: Crew
    tables: Tables
    watch: Watch

    @property
    def collector(self) -> Child:
        """The collector's keeper, which starts it again at once."""
        (child,) = (one for one in self.crew.children if one.name == "collector")
        return child

    def after(self, kill: Callable[[], None]) -> float:
        """Kill; return after how long something that was sent later can be queried."""
        killed_s = time.monotonic()
        kill()
        while time.monotonic() < killed_s + _PATIENCE_S:
            self.collector.tend()
            with contextlib.suppress(psycopg.OperationalError), self.watch.connected() as looking:
                while self.watch.newest_sent_s < killed_s:
                    self.collector.tend()
                    self.watch.look(looking, accounts=False)
                    time.sleep(_LOOK_S)
                return time.monotonic() - killed_s
            time.sleep(_LOOK_S)
        raise RuntimeError("nothing was taken any more")

    def kill_collector(self) -> None:
        """Kill it as it stands."""
        process = self.collector.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def kill_database(self) -> None:
        """Kill its first process, as the worst of ends."""
        pid = self.server.running.postgres_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def drained(self, rate: float) -> float:
        """Keep the collector away for a while; return at how many times `rate` it catches up."""
        self.kill_collector()
        time.sleep(_AWAY_S)
        with self.watch.connected() as looking:
            first = began_s = 0.0
            while True:
                self.collector.tend()
                (received,) = looking.execute(_RECEIVED).fetchone() or (0,)
                now, sent = time.monotonic(), watching.sent(self.watch.sent_s)
                if not began_s and received > first and first:
                    began_s, before = now, received
                first = first or received
                if began_s and received >= sent - rate * 0.25:
                    return float((received - before) / max(now - began_s, _LOOK_S) / rate)
                time.sleep(_LOOK_S)


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Kill collector and database in turn, each so often in a run, while gateways send."""
    district = District(_GATEWAYS * _METERS, 1, _METERS, 250)
    chance, found = random.Random(10), Recovered()
    kills = runs * (1 if quick else 5)
    folder = root / "recovery"
    with (
        services.up(folder, broker_url=ground.NO_BROKER) as server,
        ground.registered(server.running.database_url, district.registry()) as tables,
        ground.broker(root, "auto") as known,
        ground.crew(root / "crew") as crew,
    ):
        district.fill(tables)
        crew.collect(known, tables.logins["collector"])
        lasts_s = kills * (3 * _PAUSE_S + 40) + _AWAY_S * runs
        with watching.sending(known, district, lasts_s) as (sent_s, _):
            watch = Watch(tables.admin_url, district, district.watched(tables), sent_s)
            scene = Scene(server, crew, tables, watch)
            for _ in range(kills):
                time.sleep(_PAUSE_S * (1 + chance.random()))
                found.collector_s.append(scene.after(scene.kill_collector))
                time.sleep(_PAUSE_S * (1 + chance.random()))
                found.database_s.append(scene.after(scene.kill_database))
            for _ in range(runs):
                time.sleep(_PAUSE_S)
                found.drained.append(scene.drained(_GATEWAYS / district.period_s))
    services.remove(folder)
    return [_section(found, known.broker)]


def _section(found: Recovered, broker: str) -> Section:
    rate = _GATEWAYS * _METERS
    return Section(
        f"recovery, {broker}",
        [
            f"{_GATEWAYS} gateways send {rate:,} readings/s throughout; collector and database are",
            "killed with -9 in turn, 6 to 12 s apart, and started again by their keepers. Until a",
            "reading that was sent after the kill can be queried. Drained: of a collector that was",
            f"away for {_AWAY_S:.0f} s, from its first commit until nothing waits.",
        ],
        [
            Figure("collector killed", "s", found.collector_s, _COLLECTOR_S, "most"),
            Figure("database killed", "s", found.database_s, _DATABASE_S, "most"),
            Figure("backlog drained, live rates", "times", found.drained, _DRAINED),
            Figure("the longest of the collector", "s", [max(found.collector_s)]),
            Figure("the longest of the database", "s", [max(found.database_s)]),
            Figure("median of all kills", "s", [statistics.median(found.collector_s)]),
        ],
    )
