"""From gateways through a broker to `reading`, and what plain writers do with the same readings."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import ground, writers
from benchmarks.figures import Figure, Section, peaks, per_million
from benchmarks.ground import Kind, Server, Tables
from cli import services
from metering.errors import EnergyError

BATCH: Final = 50
GOAL: Final = 60_000.0
MOST_MB: Final = {"collector": 150.0}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One run: readings, their rate, processor seconds meanwhile, and peaks of memory."""

    readings: int
    rate: float
    busy_s: dict[str, float]
    peaks_mb: dict[str, float]


@dataclass(slots=True)
class Heard:
    """When the replay said that it begins and that all has its receipt, and how much it sent."""

    began_s: float = 0.0
    ended_s: float = 0.0
    made: int = 0

    def line(self, text: bytes) -> None:
        """Take one line of what it says."""
        now = time.monotonic()
        message = json.loads(text)
        self.began_s = self.began_s or now
        if message["done"]:
            self.made, self.ended_s = message["made"], now

    @property
    def rate(self) -> float:
        """Readings a second, from the first one made to the last receipt."""
        return self.made / (self.ended_s - self.began_s)


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure on mosquitto with rivals, then on amqtt."""
    whole = ground.shipped(meters=6 if quick else None, into=root / "meters")
    part = ground.shipped(meters=3 if quick else 10, into=root / "fewer-meters")
    sections = []
    with ground.postgres(root) as server:
        for kind, folder in (("mosquitto", whole), ("amqtt", part)):
            try:
                sections.append(_section(root, server, kind, folder, runs))  # type: ignore[arg-type]
            except EnergyError as error:
                sections.append(Section(f"ingest on {kind}", [f"not measured: {error}"]))
    return sections


def _section(root: Path, server: Server, kind: Kind, folder: Path, runs: int) -> Section:
    rivals = kind == "mosquitto"
    plan = ground.planned(folder)
    ours: list[Replayed] = []
    theirs: dict[str, list[float]] = {}
    with ground.broker(root, kind) as known, ground.tables(server.url, plan) as tables:
        for number in range(runs):
            tables.empty()
            with ground.crew(
                root / f"{kind}-{number}", broker=known.broker_pid, postgres=server.pid
            ) as crew:
                ours.append(_replayed(crew, known, tables, folder))
            for name, value in (_rivals(tables) if rivals else {}).items():
                theirs.setdefault(name, []).append(value)
    made = ours[0].readings
    section = Section(f"ingest on {known.broker}", _notes(made, rivals=rivals))
    rates = [one.rate for one in ours]
    for name, values in theirs.items():
        ratio = [mine / other for mine, other in zip(rates, values, strict=True)]
        section.figures.append(Figure(f"ratio to {name}", "", ratio))
    section.figures.append(
        Figure("gateways to reading", "readings/s", rates, GOAL if rivals else None)
    )
    section.figures += [Figure(name, "readings/s", values) for name, values in theirs.items()]
    section.figures += per_million([one.busy_s for one in ours], made)
    section.figures += peaks([one.peaks_mb for one in ours], MOST_MB)
    return section


def _notes(made: int, *, rivals: bool) -> list[str]:
    notes = [
        f"{made:,} readings, {BATCH} per message; worker stopped; everything on this machine.",
        "Time from the first reading made to the last receipt: spool synced per group of messages,",
        "broker, collector, queue, look for revisions, commit, receipt.",
    ]
    if rivals:
        notes += [
            "binary COPY: the same rows, made beforehand, by one COPY in one transaction.",
            f"INSERT per message: {BATCH} rows by executemany (pipelined), made beforehand, and a",
            "commit; no broker, no decoding, no queue, no receipt; one message in ten.",
        ]
    return notes


def _replayed(crew: ground.Crew, known: services.Running, tables: Tables, folder: Path) -> Replayed:
    """Replay a data set through the crew's processes."""
    heard = Heard()
    crew.collect(known, tables.logins["collector"])
    spool = crew.root / "spool"
    command = ["replay", str(folder), "--spool", str(spool), "--batch", str(BATCH)]
    crew.start("gateways", command, ground.to_broker(known, gateways=True), heard=heard.line)
    crew.until(lambda: heard.began_s > 0)
    before = dict(crew.busy_s)
    crew.until(lambda: heard.ended_s > 0)
    stored = tables.ask("SELECT count(*) FROM reading")
    if stored != heard.made:
        raise RuntimeError(f"{heard.made} readings were sent, {stored} are stored")
    busy_s = {name: crew.busy_s[name] - value for name, value in before.items()}
    return Replayed(heard.made, heard.rate, busy_s, crew.peaks_mb)


def _rivals(tables: Tables) -> dict[str, float]:
    """Write the readings that are there once more, in two plain ways; return readings a second."""
    columns = writers.stored(tables)
    copied = writers.copied(tables, columns)
    return {
        "binary COPY": copied,
        "INSERT per message": writers.inserted(tables, columns, BATCH),
    }
