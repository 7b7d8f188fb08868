"""Where a benchmark runs: its own services and database, and the processes of the program."""

import contextlib
import gzip
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.importing import Registry, register
from cli import services
from cli.demo import database, world
from cli.demo.children import Child, peak_bytes, stop
from cli.demo.listening import collector_up
from cli.demo.world import Plan
from simulators import datasets, gateways, series
from storage import migrate

Kind = Literal["auto", "mosquitto", "amqtt"]

NO_DATABASE: Final = "postgresql://elsewhere"  # what is named is not started
NO_BROKER: Final = "mqtt://elsewhere"
_FILLED: Final = """
    TRUNCATE reading, reading_revision, reading_start, rejected_message, stale_usage, stale_account,
             usage_hour, usage_day, usage_month, usage_end, account, intake_tally
"""
_PATIENCE_S: Final = 1800.0
_TICK_S: Final = 0.02
_LOOK_S: Final = 0.2


def asked_database() -> str | None:
    """Return the server that the environment names instead of the embedded one."""
    return os.environ.get("COMMONWATT_DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Server:
    """A database server, and its process where that is ours to look at."""

    url: str
    pid: int | None

    def busy_s(self) -> dict[str, float]:
        """Return the processor seconds it has used, by name; nothing where it is not ours."""
        return {} if self.pid is None else {"postgres": busy_s(self.pid)}


@contextlib.contextmanager
def postgres(root: Path) -> Iterator[Server]:
    """Lend a server to administer: the one that is named, else an embedded one."""
    if asked := asked_database():
        yield Server(make_conninfo(asked, dbname="postgres"), None)
        return
    folder = root / "postgres"
    try:
        with services.up(folder, broker_url=NO_BROKER) as running:
            yield Server(running.running.database_url, running.running.postgres_pid)
    finally:
        services.remove(folder)


@contextlib.contextmanager
def broker(root: Path, kind: Kind) -> Iterator[services.Running]:
    """Lend a broker of a kind, with an empty memory."""
    folder = root / f"broker-{secrets.token_hex(4)}"
    try:
        with services.up(folder, database_url=NO_DATABASE, broker_kind=kind) as running:
            yield running.running
    finally:
        services.remove(folder)


def shipped(*, meters: int | None = None, into: Path | None = None) -> Path:
    """Return the shipped data set, or a copy of so many of its meters in a folder."""
    if meters is None or into is None:
        return world.shipped()
    into.mkdir(exist_ok=True)
    (into / datasets.BUILDINGS).write_bytes((world.shipped() / datasets.BUILDINGS).read_bytes())
    kept: set[str] = set()
    with gzip.open(world.shipped() / "meters.csv.gz", "rt", encoding="utf-8") as file:
        lines = [next(file)]
        for line in file:
            name = line.partition(",")[0]
            if name in kept or len(kept) < meters:
                kept.add(name)
                lines.append(line)
    (into / "meters.csv").write_text("".join(lines), encoding="utf-8")
    return into


def planned(folder: Path) -> Plan:
    """Return a data set as registers without faults, its dates as they are."""
    meters = datasets.read(folder)
    made = [series.register(meter) for meter in meters]
    return Plan(folder, made, gateways.provinces(meters), [])


@dataclass(slots=True)
class Tables:
    """A migrated and registered database of our own on somebody's server."""

    name: str
    admin_url: str
    logins: dict[str, str]

    def empty(self) -> None:
        """Remove everything that readings fill."""
        self.execute(_FILLED)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Let the server write down what it owes, where this login may ask for that."""
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            self.execute("CHECKPOINT")

    def execute(self, statements: str) -> None:
        """Run statements that give nothing back."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statements.encode())

    def ask(self, query: str) -> int:
        """Return the one number that a query gives."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            return int(row[0])


@contextlib.contextmanager
def tables(server_url: str, plan: Plan, *, period_s: int | None = None) -> Iterator[Tables]:
    """Lend a database with the channels of a data set, dropped afterwards.

    period_s: of every channel, where it is not the data set's own.
    """
    registry = world.registry(plan)
    if period_s is not None:
        channels = [replace(one, period_s=period_s) for one in registry.channels]
        registry = replace(registry, channels=channels)
    with registered(server_url, registry) as made:
        yield made


@contextlib.contextmanager
def registered(server_url: str, registry: Registry) -> Iterator[Tables]:
    """Lend a database with the channels of a registry, dropped afterwards."""
    name = f"commonwatt_bench_{secrets.token_hex(4)}"
    passwords = {group: secrets.token_urlsafe(12) for group in migrate.GROUPS}
    database.ensure(server_url, name)
    admin_url = make_conninfo(server_url, dbname=name)
    try:
        migrate.migrate(admin_url, passwords=passwords)
        made = Tables(name, admin_url, database.logins(admin_url, passwords))
        with contextlib.closing(open_pool(made.logins["api"], max_size=2)) as pool:
            register(Actor(pool, SYSTEM), registry)
        yield made
    finally:
        database.drop(server_url, name)


@dataclass(slots=True)
class Crew:
    """The program's processes at work, the processor seconds each used, the most memory each held.

    others: processes that only are looked at, by name; of PostgreSQL's many the largest counts.
    """

    root: Path
    others: dict[str, int] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    busy_s: dict[str, float] = field(default_factory=dict)
    peaks_mb: dict[str, float] = field(default_factory=dict)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        heard: Callable[[bytes], None] | None = None,
    ) -> None:
        """Start one of the program's commands; `heard` takes its lines, and then it may end."""
        log = self.root / f"{name}.log"
        once = heard is not None
        child = Child(name, command, environment, log, print, heard=heard, once=once)
        self.children.append(child)
        child.start()

    def tend(self) -> None:
        """Look at everybody; a process that fell spoils the figure."""
        for child in self.children:
            child.tend()
            if child.falls:
                raise RuntimeError(f"{child.name} fell: see {child.log}")
        ours = {one.name: one.process.pid for one in self.children if one.process is not None}
        for name, pid in (ours | self.others).items():
            with contextlib.suppress(psutil.Error):
                self.busy_s[name] = busy_s(pid)
            mb = max(map(peak_bytes, family(pid)), default=0) / 1e6
            self.peaks_mb[name] = max(self.peaks_mb.get(name, 0.0), mb)

    def until(self, done: Callable[[], bool]) -> None:
        """Tend until something is done."""
        began_s, tended_s = time.monotonic(), 0.0
        while not done():
            now = time.monotonic()
            if now - began_s > _PATIENCE_S:
                raise RuntimeError("nothing came of it in half an hour")
            if now - tended_s >= _LOOK_S:
                self.tend()
                tended_s = now
            time.sleep(_TICK_S)
        self.tend()

    def collect(self, known: services.Running, url: str) -> None:
        """Start a collector, and wait until it listens."""
        environment = to_broker(known) | {"COMMONWATT_DATABASE_URL": url}
        self.start("collector", ["collect"], environment)
        with collector_up(known.broker_url, known.mqtt_version) as up:
            self.until(up.is_set)


@contextlib.contextmanager
def crew(root: Path, **others: int | None) -> Iterator[Crew]:
    """Lend a crew that ends with the block: who sends first, and then who takes."""
    root.mkdir(parents=True, exist_ok=True)
    hands = Crew(root, {name: pid for name, pid in others.items() if pid is not None})
    try:
        yield hands
    finally:
        stop(hands.children[::-1])


def to_broker(known: services.Running, *, gateways: bool = False) -> dict[str, str]:
    """Return what a process must be told to reach the broker, as collector or as gateways."""
    return {
        "COMMONWATT_BROKER_URL": known.gateway_url if gateways else known.broker_url,
        "COMMONWATT_BROKER_VERSION": str(known.mqtt_version),
    }


def busy_s(pid: int) -> float:
    """Return the processor seconds of a process and of its children, ended ones included."""
    times = psutil.Process(pid).cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in family(pid)[1:]:
        with contextlib.suppress(psutil.Error):
            own = psutil.Process(child).cpu_times()
            total += own.user + own.system
    return float(total)


def family(pid: int) -> list[int]:
    """Return a process with its children, as far as they can be seen."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children())]
    except psutil.Error:
        return []
