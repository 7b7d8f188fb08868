"""From gateways through a broker to `reading`, and what plain writers do with the same readings."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import ground
from benchmarks.figures import Figure, Section, peaks, per_million
from benchmarks.ground import Kind, Server, Tables
from cli import services
from metering.errors import EnergyError
from storage.columns import Columns, copy_in, copy_out

BATCH: Final = 50
GOAL: Final = 60_000.0
MOST_MB: Final = {"collector": 150.0}
_ROW: Final = {"channel_id": "int4", "at": "at", "rank": "int2", "seq": "int8", "value": "int8"}
_ALL: Final = "SELECT channel_id, at, rank, seq, value FROM reading ORDER BY at, channel_id"
_PLAIN: Final = """
    INSERT INTO reading (channel_id, at, rank, seq, value) VALUES (%s, %s, %s, %s, %s)
"""
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
    with psycopg.connect(tables.admin_url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        columns = copy_out(connection, _ALL, _ROW)
        tables.empty()
        copied = _copy(connection, columns)
        tables.empty()
        inserted = _insert(connection, columns)
    return {"binary COPY": copied, "INSERT per message": inserted}


def _copy(connection: psycopg.Connection[Any], columns: Columns) -> float:
    before = time.monotonic()
    with connection.transaction(), connection.cursor() as cursor:
        copy_in(cursor, "reading", _ROW, columns)
    return len(columns["at"]) / (time.monotonic() - before)


def _insert(connection: psycopg.Connection[Any], columns: Columns) -> float:
    messages = _messages(columns)
    before = time.monotonic()
    for rows in messages:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(_PLAIN, rows)
    return sum(map(len, messages)) / (time.monotonic() - before)


def _messages(columns: Columns) -> list[list[tuple[Any, ...]]]:
    """Return one message in ten: rows of one channel, in order of their last reading."""
    open_: dict[int, list[tuple[Any, ...]]] = {}
    whole = []
    rows = zip(*(columns[name].tolist() for name in _ROW), strict=True)
    for channel, at_ms, rank, seq, value in rows:
        message = open_.setdefault(channel, [])
        message.append((channel, _1970 + timedelta(milliseconds=at_ms), rank, seq, value))
        if len(message) == BATCH:
            whole.append(open_.pop(channel))
    return whole[::10]
