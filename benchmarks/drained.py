"""A session that waits at the broker, drained into `reading`: one collector, beside plain writers.

The publisher has ended by then, so that broker, collector and database have the machine.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg
from paho.mqtt.client import Client

from benchmarks import flood, ground, telegraf, writers
from benchmarks.figures import Figure, Section, peaks, per_million
from benchmarks.ground import Crew, Server, Tables
from cli import services
from cli.demo.world import Plan
from collector.codecs import native
from collector.connection import connect, make_client, parsed
from collector.routing import NATIVE
from collector.settings import CollectorSettings
from metering.errors import EnergyError
from simulators import gateways
from simulators.series import PER_KWH, Series

Said = list[tuple[str, bytes]]  # topics and payloads

_LOOK_S: Final = 0.02
_SESSION_S: Final = 10.0
_RECEIVED: Final = "SELECT coalesce(sum(messages), 0)::bigint FROM intake_tally"
_MOST_MB: Final = {"collector": 150.0}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many readings a message has, how many messages wait, and what is to be reached.

    goal: readings (of one to a message: messages) a second; goals: ratios to rivals by name.
    """

    per_message: int
    messages: int
    goal: float
    goals: dict[str, float]


SHAPES: Final = (
    Shape(50, 20_000, 200_000, {"binary COPY": 0.55, "INSERT per message": 6}),
    Shape(1, 200_000, 50_000, {"mosquitto_sub | psql COPY": 0.65, "INSERT per message": 25}),
)


@dataclass(slots=True)
class Runs:
    """What the runs of one shape came to: readings a second, ours and by rival."""

    ours: list[float] = field(default_factory=list)
    rivals: dict[str, list[float]] = field(default_factory=dict)
    busy_s: list[dict[str, float]] = field(default_factory=list)
    peaks_mb: list[dict[str, float]] = field(default_factory=list)
    broker: str = ""


def run(root: Path, *, runs: int, quick: bool) -> Iterator[Section]:
    """Measure both shapes on mosquitto, each run with a broker that remembers nothing."""
    folder = ground.shipped(meters=6 if quick else None, into=root / "meters")
    plan = ground.planned(folder)
    with ground.postgres(root) as server, ground.tables(server.url, plan) as tables:
        for shape in SHAPES:
            said = messages(plan, shape, shape.messages // (10 if quick else 1))
            try:
                found = Runs()
                for number in range(runs):
                    place = root / f"drained-{shape.per_message}-{number}"
                    _once(place, server, tables, said, shape, found)
                yield _section(shape, len(said), found)
            except EnergyError as error:
                yield Section(f"drained, {shape.per_message} a message", [f"not measured: {error}"])


def messages(plan: Plan, shape: Shape, most: int) -> Said:
    """Return what the gateways of a plan say, meters taking turns, each number once a gateway."""
    numbers: dict[str, int] = {}
    said = []
    turns = [_turns(plan, one, shape.per_message) for one in plan.series]
    for gateway, key, at_ms, value in islice(_round_robin(turns), most):
        seq = numbers[gateway] = numbers.get(gateway, 0) + 1
        if shape.per_message == 1:
            payload = native.encode_one(seq, key, at_ms[0], value[0])
        else:
            payload = native.encode_columns(seq, key, at_ms, value)
        said.append((f"cw/v1/{gateway}/data", payload))
    return said


def _turns(
    plan: Plan, one: Series, per_message: int
) -> Iterator[tuple[str, str, list[int], list[float]]]:
    """Yield whole messages of one register: gateway, key, instants and values. [kWh]"""
    building = one.meter.building
    gateway = gateways.gateway_of(building, plan.letters[building.site])
    for first in range(0, len(one.at_ms) - per_message + 1, per_message):
        some = slice(first, first + per_message)
        yield (
            gateway,
            one.meter.name,
            one.at_ms[some].tolist(),
            (one.values[some] / PER_KWH).tolist(),
        )


def _round_robin(
    turns: Sequence[Iterator[tuple[str, str, list[int], list[float]]]],
) -> Iterator[tuple[str, str, list[int], list[float]]]:
    left = list(turns)
    while left:
        for one in tuple(left):
            try:
                yield next(one)
            except StopIteration:
                left.remove(one)


def _once(
    place: Path, server: Server, tables: Tables, said: Said, shape: Shape, found: Runs
) -> None:
    """Let a session fill, drain it, and let the rivals write the same."""
    tables.empty()
    with ground.broker(place, "mosquitto") as known:
        found.broker = known.broker
        _keep_session(known)
        shell = writers.shell_session(known)
        other = shape.per_message == 1 and telegraf.session(known, tables, place / "telegraf")
        flood.publish(known.gateway_url, known.mqtt_version, said)
        with ground.crew(place, broker=known.broker_pid, postgres=server.pid) as crew:
            found.ours.append(_drained(crew, known, tables, said, shape))
            found.busy_s.append(dict(crew.busy_s))
            found.peaks_mb.append(crew.peaks_mb)
        columns = writers.stored(tables)
        rivals = {
            "binary COPY": writers.copied(tables, columns),
            "INSERT per message": writers.inserted(tables, columns, shape.per_message),
            "executemany, 2,000 a commit": writers.in_batches(tables, columns),
        }
        if shell:
            name = "mosquitto_sub | psql COPY"
            rivals[name] = writers.by_shell(known, tables, len(said), shape.per_message)
        if other:
            rivals["Telegraf"] = telegraf.drained(known, tables, place / "telegraf", len(said))
    for name, rate in rivals.items():
        found.rivals.setdefault(name, []).append(rate)


def _drained(
    crew: Crew, known: services.Running, tables: Tables, said: Said, shape: Shape
) -> float:
    """Start a collector on the session; return readings a second from when it is up."""
    crew.tend()
    with psycopg.connect(tables.admin_url, autocommit=True) as connection:
        crew.collect(known, tables.logins["collector"])
        began_s, before = time.monotonic(), dict(crew.busy_s)
        while True:
            (received,) = connection.execute(_RECEIVED).fetchone() or (0,)
            if received >= len(said):
                break
            time.sleep(_LOOK_S)
        took_s = time.monotonic() - began_s
        crew.tend()
    crew.busy_s = {name: value - before.get(name, 0) for name, value in crew.busy_s.items()}
    stored, wanted = tables.ask("SELECT count(*) FROM reading"), len(said) * shape.per_message
    if stored != wanted:
        raise RuntimeError(f"{wanted} readings were sent, {stored} are stored")
    return stored / took_s


def _keep_session(known: services.Running) -> None:
    """Have the broker keep what comes for a collector that is not there yet."""
    settings = CollectorSettings(
        known.broker_url,
        version=known.mqtt_version,  # type: ignore[arg-type]
        reads_blocks=False,
    )
    client = make_client(settings, parsed(known.broker_url))
    asked = threading.Event()

    def let_in(client: Client, *_: Any) -> None:
        client.subscribe(NATIVE.topic_filter, qos=1)

    client.on_connect = let_in
    client.on_subscribe = lambda *_: asked.set()
    connect(client, settings, parsed(known.broker_url))
    client.loop_start()
    if not asked.wait(_SESSION_S):
        raise RuntimeError("the broker keeps no session")
    client.disconnect()
    client.loop_stop()


def _section(shape: Shape, count: int, found: Runs) -> Section:
    section = Section(
        f"drained session, {shape.per_message} readings a message, {found.broker}",
        [
            f"{count:,} messages wait in the collector's session; then one collector is started.",
            "Time from its “up” to the commit of the last; no publisher, no worker meanwhile.",
            "binary COPY: the same rows, made beforehand, into the same table, in one transaction.",
            "INSERT per message: made beforehand, pipelined, one commit each; a tenth of them.",
            "mosquitto_sub | psql COPY: a session of its own, awk between, into a table with the",
            "same key, one commit at the end; acknowledges before anything is durable.",
            "Telegraf: 2,000 a batch, acknowledged once written; no key, so what comes twice",
            "is stored twice; one reading a message alone, for it makes no rows of columns. "
            + ("" if telegraf.binary() else f"Not measured: no telegraf ({telegraf.BINARY})."),
        ],
    )
    for name, rates in found.rivals.items():
        ratio = [mine / other for mine, other in zip(found.ours, rates, strict=True)]
        section.figures.append(Figure(f"ratio to {name}", "", ratio, shape.goals.get(name)))
    unit = "messages/s" if shape.per_message == 1 else "readings/s"
    section.figures.append(Figure("session to reading", unit, found.ours, shape.goal))
    section.figures += [Figure(name, unit, rates) for name, rates in found.rivals.items()]
    section.figures += per_million(found.busy_s, count * shape.per_message)
    section.figures += peaks(found.peaks_mb, _MOST_MB)
    return section
