"""Files of one and of ten million readings, and 100,000 institutions, by the product's command."""

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import ground
from benchmarks.figures import Figure, Section
from benchmarks.ground import Tables
from cli.demo.children import peak_bytes
from cli.demo.world import Plan
from simulators import gateways
from simulators.series import PER_KWH
from storage.columns import Columns, copy_in, copy_out

READINGS_S: Final = 30.0
INSTITUTIONS_S: Final = 60.0
MOST_MB: Final = 200.0
_TICK_S: Final = 0.05
_ROW: Final = {"channel_id": "int4", "at": "at", "rank": "int2", "seq": "int8", "value": "int8"}
_ALL: Final = "SELECT channel_id, at, rank, seq, value FROM reading"
_LIKE: Final = "CREATE TABLE like_reading (LIKE reading INCLUDING ALL)"
_HEADER: Final = (
    "code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,"
    "area_m2,persons,valid_from\n"
)
_REGIONS: Final = """code,kind,name_zh,name_en,parent_code,valid_from
990000,province,测试省,Test province,000000,2000-01-01
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a command. busy_s: processor seconds, of itself and of the database."""

    took_s: float
    busy_s: dict[str, float]
    peak_mb: float


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Import readings plain and gzipped, then institutions."""
    plan = ground.planned(ground.shipped(meters=6 if quick else None, into=root / "meters"))
    count = 2_000 if quick else 100_000
    with ground.postgres(root) as server:
        with ground.tables(server.url, plan) as tables:
            readings = _readings(root, server, tables, plan, runs)
            large = _large(root, server, tables, plan, 100_000 if quick else 10_000_000)
        institutions = []
        for number in range(runs):
            with ground.tables(server.url, plan) as tables:
                folder = _institutions(root / f"registry-{number}", count)
                institutions.append(_ran(["registry", str(folder)], tables, server))
    return [
        readings,
        large,
        _section(f"registry: {count:,} institutions", institutions, INSTITUTIONS_S, None),
    ]


def _readings(root: Path, server: ground.Server, tables: Tables, plan: Plan, runs: int) -> Section:
    file, packed = root / "readings.csv", root / "readings.csv.gz"
    file.write_text("gateway,channel,at,value\n" + "".join(_lines(plan)), encoding="utf-8")
    packed.write_bytes(gzip.compress(file.read_bytes(), 6))
    ours, theirs, gzipped = [], [], []
    for _ in range(runs):
        tables.empty()
        ours.append(_ran(["readings", str(file)], tables, server))
        theirs.append(_copied(tables))
        tables.empty()
        gzipped.append(_ran(["readings", str(packed)], tables, server))
    made = sum(len(one.at_ms) for one in plan.series)
    stored = tables.ask("SELECT count(*) FROM reading")
    if stored != made:
        raise RuntimeError(f"the file says {made} readings, {stored} are stored")
    section = _section(f"a file of {made:,} readings", ours, READINGS_S)
    section.notes += [
        "binary COPY: the same rows, made beforehand, into a like table with its index.",
        "The command from its start to its end, worker stopped.",
    ]
    ratio = [one.took_s / other for one, other in zip(ours, theirs, strict=True)]
    section.figures.insert(0, Figure("times as long as binary COPY", "×", ratio))
    section.figures.append(Figure("binary COPY", "s", theirs))
    section.figures.append(Figure("gzipped", "s", [one.took_s for one in gzipped]))
    peak = [one.peak_mb for one in gzipped]
    section.figures.append(Figure("peak memory, gzipped", "MB", peak, MOST_MB, "most"))
    return section


def _large(root: Path, server: ground.Server, tables: Tables, plan: Plan, count: int) -> Section:
    """Import a file of so many readings, then the same once more; each once, for it takes long."""
    file = root / "large.csv.gz"
    _write_large(file, plan, count)
    tables.empty()
    first = _ran(["large", str(file)], tables, server)
    stored = tables.ask("SELECT count(*) FROM reading")
    if stored != count:
        raise RuntimeError(f"the large file says {count} readings, {stored} are stored")
    copied_s = _copied_within(tables)
    again = _ran(["large", str(file)], tables, server)
    section = _section(f"a large file of {count:,} readings, gzipped", [first])
    section.figures.insert(0, Figure("readings in a second", "/s", [count / first.took_s]))
    section.figures.insert(1, Figure("times as long as a copy", "×", [first.took_s / copied_s]))
    section.figures += [
        Figure("copy", "s", [copied_s]),
        Figure("the same file again", "s", [again.took_s]),
        Figure("peak memory, again", "MB", [again.peak_mb], MOST_MB, "most"),
    ]
    section.notes.append("copy: INSERT … SELECT of the same rows into a like table with its index.")
    return section


def _write_large(file: Path, plan: Plan, count: int) -> None:
    """Write readings of every channel, minute by minute, as a program does that goes by time."""
    names = [
        f"{gateways.gateway_of(one.meter.building, plan.letters[one.meter.building.site])},"
        f"{one.meter.name}"
        for one in plan.series
    ]
    start_ms = max(int(one.at_ms.min()) for one in plan.series)
    with gzip.open(file, "wt", compresslevel=1, encoding="utf-8") as out:
        out.write("gateway,channel,at,value\n")
        for n in range(count):
            minute, of = divmod(n, len(names))
            at = datetime.fromtimestamp(start_ms / 1000 + 60 * minute, UTC)
            out.write(f"{names[of]},{at:%Y-%m-%dT%H:%M:%S}Z,{minute / 100}\n")


def _copied_within(tables: Tables) -> float:
    """Copy what is stored into a like table, within the server; return the seconds."""
    with psycopg.connect(tables.admin_url, autocommit=True) as connection:
        connection.execute(_LIKE)
        before = time.monotonic()
        connection.execute("INSERT INTO like_reading SELECT * FROM reading")
        took_s = time.monotonic() - before
        connection.execute("DROP TABLE like_reading")
    return took_s


def _section(
    name: str, ran: Sequence[Ran], goal_s: float | None = None, most_mb: float | None = MOST_MB
) -> Section:
    section = Section(f"files, {name}")
    section.figures = [
        Figure("import", "s", [one.took_s for one in ran], goal_s, "most"),
        Figure("peak memory", "MB", [one.peak_mb for one in ran], most_mb, "most"),
    ]
    for process in ran[0].busy_s:
        busy = [one.busy_s[process] for one in ran]
        section.figures.append(Figure(f"processor, {process}", "s", busy))
    return section


def _lines(plan: Plan) -> Iterator[str]:
    for one in plan.series:
        gateway = gateways.gateway_of(one.meter.building, plan.letters[one.meter.building.site])
        head = f"{gateway},{one.meter.name},"
        at = one.at_ms.astype("datetime64[ms]").astype("datetime64[s]").tolist()
        for then, value in zip(at, (one.values / PER_KWH).tolist(), strict=True):
            yield f"{head}{then.isoformat()}Z,{value}\n"


def _institutions(folder: Path, count: int) -> Path:
    folder.mkdir()
    (folder / "regions.csv").write_text(_REGIONS, encoding="utf-8")
    with (folder / "institutions.csv").open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for n in range(count):
            file.write(
                f"i{n},机构{n},Institution {n},,GOV,education,county,990000,"
                f"{1000 + n % 9000},{10 + n % 90},2025-01-01\n"
            )
    return folder


def _ran(command: Sequence[str], tables: Tables, server: ground.Server) -> Ran:
    """Run `commonwatt import …` to its end.

    Its peak is looked at while it runs: what the system says at the end holds the benchmark's own
    memory too, out of which it was begun.
    """
    environment = os.environ | _logins(tables)
    before, began = server.busy_s(), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", "import", *command],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    peak_b = 0
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        peak_b = max(peak_b, peak_bytes(process.pid))
        time.sleep(_TICK_S)
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    took_s = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    busy_s = {"command": used.ru_utime + used.ru_stime}
    busy_s |= {name: value - before[name] for name, value in server.busy_s().items()}
    return Ran(took_s, busy_s, peak_b / 1e6)


def _logins(tables: Tables) -> Mapping[str, str]:
    return {
        "COMMONWATT_DATABASE_URL": tables.logins["api"],
        "COMMONWATT_COLLECTOR_DATABASE_URL": tables.logins["collector"],
    }


def _copied(tables: Tables) -> float:
    """Copy what is stored into a like table; return the seconds."""
    with psycopg.connect(tables.admin_url, autocommit=True) as connection:
        columns: Columns = copy_out(connection, _ALL, _ROW)
        connection.execute(_LIKE)
        took = _copy(connection, columns)
        connection.execute("DROP TABLE like_reading")
    return took


def _copy(connection: psycopg.Connection[Any], columns: Columns) -> float:
    before = time.monotonic()
    with connection.transaction(), connection.cursor() as cursor:
        copy_in(cursor, "like_reading", _ROW, columns)
    return time.monotonic() - before
