"""The most memory of collector and worker under full load, with the database up, away and back."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import ground
from benchmarks.figures import Figure, Section, peaks
from benchmarks.flood import BATCH, PERIOD_S, flood
from benchmarks.ground import Tables
from cli import services
from cli.demo.world import Plan
from simulators import gateways

MOST_MB: Final = {"collector": 150.0, "worker": 400.0}
_FLAT: Final = 1.05
_PHASE_S: Final = 60.0
_RATE: Final = 2_000.0  # messages a second: more than is taken, so that the broker is never empty


@dataclass(slots=True)
class Stoppable:
    """The embedded database, which can be stopped: one that is named is not ours to stop."""

    folder: Path
    running: services.Services

    def stop(self) -> None:
        """Stop it as an administrator would."""
        self.running.close()

    def start(self) -> None:
        """Start it again where it was."""
        self.running = services.up(self.folder, broker_url=ground.NO_BROKER)


@dataclass(slots=True)
class Observed:
    """One run: readings stored a second, peaks at the end, and how much they grew at last.

    grown: the whole peak over that of the first two thirds.
    """

    rates: dict[str, float] = field(default_factory=dict)
    peaks_mb: dict[str, float] = field(default_factory=dict)
    grown: dict[str, float] = field(default_factory=dict)


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure while gateways send more than can be taken."""
    phase_s = 10.0 if quick else _PHASE_S
    plan = ground.planned(ground.shipped(meters=6 if quick else None, into=root / "meters"))
    seen = []
    with (
        _server(root) as server,
        ground.tables(server.running.running.database_url, plan, period_s=PERIOD_S) as tables,
    ):
        for number in range(runs):
            tables.empty()
            with ground.broker(root, "auto") as known:
                place = root / f"memory-{number}"
                seen.append(_observed(place, known, server, tables, plan, phase_s))
    return [_section(seen, phase_s, known.broker)]


def _section(seen: list[Observed], phase_s: float, broker: str) -> Section:
    section = Section(
        "memory",
        [
            f"Gateways without a spool offer {_RATE * BATCH:,.0f} readings/s ({broker}, {BATCH} a",
            f"message) throughout. The embedded database is up for {phase_s:.0f} s, stopped for",
            f"{phase_s:.0f} s, and up again for {phase_s:.0f} s. The worker starts in the middle",
            "of the first of these, so that it meets a full queue from the beginning.",
            "Growth: the peak of the whole over the peak of the first two thirds; 1 is flat.",
        ],
    )
    for name in MOST_MB:
        grown = [one.grown[name] for one in seen]
        section.figures.append(
            Figure(f"growth in the last third, {name}", "", grown, _FLAT, "most")
        )
    section.figures += peaks([one.peaks_mb for one in seen], MOST_MB)
    for name in seen[0].rates:
        section.figures.append(Figure(name, "readings/s", [one.rates[name] for one in seen]))
    return section


@contextlib.contextmanager
def _server(root: Path) -> Iterator[Stoppable]:
    folder = root / "postgres"
    server = Stoppable(folder, services.up(folder, broker_url=ground.NO_BROKER))
    try:
        yield server
    finally:
        server.stop()
        services.remove(folder)


def _observed(
    root: Path,
    known: services.Running,
    server: Stoppable,
    tables: Tables,
    plan: Plan,
    phase_s: float,
) -> Observed:
    found = Observed()
    with ground.crew(root, broker=known.broker_pid) as crew:
        crew.collect(known, tables.logins["collector"])
        with _flooded(known, plan):
            crew.until(_in(phase_s / 2))
            crew.start("worker", ["work"], {"COMMONWATT_DATABASE_URL": tables.logins["worker"]})
            crew.until(_in(phase_s / 2))
            found.rates["stored with the database up"] = _stored(tables) / phase_s
            before = _stored(tables)
            server.stop()
            crew.until(_in(phase_s))
            server.start()
            earlier = dict(crew.peaks_mb)
            crew.until(_in(phase_s))
            found.rates["stored after its return"] = (_stored(tables) - before) / phase_s
    found.peaks_mb = crew.peaks_mb
    found.grown = {name: crew.peaks_mb[name] / earlier[name] for name in MOST_MB}
    return found


@contextlib.contextmanager
def _flooded(known: services.Running, plan: Plan) -> Iterator[None]:
    """Let gateways send as long as the block lasts."""
    meters = [
        (
            gateways.gateway_of(one.meter.building, plan.letters[one.meter.building.site]),
            one.meter.name,
            int(one.at_ms[0]),
        )
        for one in plan.series
    ]
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    given = (known.gateway_url, known.mqtt_version, meters, _RATE, stop)
    process = spawn.Process(target=flood, args=given, daemon=True)
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join()


def _in(seconds: float) -> Callable[[], bool]:
    ends_s = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends_s


def _stored(tables: Tables) -> int:
    if refused := tables.ask("SELECT count(*) FROM rejected_message"):
        raise RuntimeError(f"{refused} messages were refused")
    return tables.ask("SELECT count(*) FROM reading")
