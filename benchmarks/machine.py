"""What the figures were measured on: machine, versions, and whether a commit is on the disk."""

import os
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psycopg

_BLOCK: Final = bytes(8192)
_SYNCS: Final = 60
_SETTINGS: Final = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def machine() -> dict[str, str]:
    """Return processor, cores, memory, kernel and how busy it is now."""
    return {
        "CPU": _field_of("/proc/cpuinfo", "model name")
        or platform.processor()
        or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "load": load(),
    }


def versions(database_url: str, broker: str) -> dict[str, str]:
    """Return the versions of what was measured, and the database's promises about the disk."""
    with psycopg.connect(database_url) as connection:
        found = {
            "Python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "psycopg", "paho-mqtt")},
            "PostgreSQL": _one(connection, "SHOW server_version"),
        }
        timescaledb = _one(
            connection, "SELECT max(extversion) FROM pg_extension WHERE extname = 'timescaledb'"
        )
        if timescaledb:
            found["TimescaleDB"] = timescaledb
        found["broker"] = broker
        return found | {name: _one(connection, f"SHOW {name}") for name in _SETTINGS}


def sync_ms(folder: Path) -> float:
    """Return how long the disk takes to make 8 kB durable: the median of some tries."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            file.write(_BLOCK)
            file.flush()
            before = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - before) * 1000)
    return statistics.median(took)


def load() -> str:
    """Return the load of the last minute: figures of a busy machine are worth less."""
    return f"{os.getloadavg()[0]:.1f}"


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row and row[0] is not None else ""


def _memory() -> str:
    value = _field_of("/proc/meminfo", "MemTotal")
    return f"{int(value.split()[0]) / 2**20:.0f} GiB" if value else "?"


def _field_of(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
