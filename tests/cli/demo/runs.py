"""Runs of `commonwatt demo --once --json`, and kills in their middle."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from cli import services
from cli.services.state import Layout

# What kills may change: how often something was delivered, how long it took, how much it held.
MAY_DIFFER = {"duplicates", "seconds", "peak_mb"}

_REFUSED = """
    SELECT reason, message_en, count(*), min(off_ms), max(off_ms), min(received_at)
      FROM rejected_message GROUP BY reason, message_en
"""


@dataclass
class Run:
    """A run that has ended."""

    status: int
    output: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def fixed(self) -> dict[str, Any]:
        """The figures that nothing may change."""
        return {k: v for k, v in self.figures.items() if k not in MAY_DIFFER}


@dataclass
class Killer:
    """Kills a process of the demo now and then, chosen at random."""

    state: Path
    seed: int
    times: int
    pause_s: tuple[float, float]
    names: tuple[str, ...] = ("collector", "worker", "broker", "database")
    begins_with: str = "collector"  # once that runs
    killed: list[str] = field(default_factory=list)

    def victims(self, root: int) -> dict[str, int]:
        """Return the pids of what runs now: the demo's children, its broker and its database."""
        found: dict[str, int] = {}
        for child in psutil.Process(root).children():
            for name, command in (("collector", "collect"), ("worker", "work")):
                if command in child.cmdline():
                    found[name] = child.pid
        for folder in self.state.glob("once-*"):
            record = Layout(folder).read_record()
            if record is not None and record.running is not None:
                found["broker"] = record.running.broker_pid or 0
                found["database"] = record.running.postgres_pid or 0
        return {name: pid for name, pid in found.items() if pid and psutil.pid_exists(pid)}

    def run(self, root: int, over: threading.Event) -> None:
        """Kill, from its beginning on, until it was often enough or the run is over."""
        rng = random.Random(self.seed)
        while not over.wait(self.pause_s[0]):
            with contextlib.suppress(psutil.NoSuchProcess):
                if self.begins_with in self.victims(root):
                    break
        while len(self.killed) < self.times and not over.wait(rng.uniform(*self.pause_s)):
            name = rng.choice(self.names)
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                pid = self.victims(root).get(name)
                if pid is not None:
                    os.kill(pid, signal.SIGKILL)
                    self.killed.append(name)


def once(
    data: Path, state: Path, *more: str, killer: Killer | None = None, within_s: float = 500
) -> Run:
    """Run the demo once over a data set, in a state folder of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMMONWATT_")}
    command = [sys.executable, "-m", "cli", "demo", "--once", "--json"]
    command += ["--data", str(data), "--state", str(state), *more]
    process = subprocess.Popen(
        command,
        env=environment | {"COMMONWATT_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    over = threading.Event()
    if killer is not None:
        threading.Thread(target=killer.run, args=(process.pid, over), daemon=True).start()
    try:
        out, errors = process.communicate(timeout=within_s)
    finally:
        over.set()
        if process.poll() is None:
            process.terminate()
            process.wait(60)
    lines = out.strip().splitlines()
    figures = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Run(process.returncode, errors, figures)


def refused(state: Path) -> list[tuple[Any, ...]]:
    """Return why messages of a run that has ended were refused, and how many, for who looks."""
    (folder,) = state.glob("once-*")
    name = json.loads((folder / "demo.json").read_text())["database"]
    with services.up(folder, broker_url="mqtt://127.0.0.1:1") as up:
        url = psycopg.conninfo.make_conninfo(up.running.database_url, dbname=name)
        with psycopg.connect(url) as connection:
            return connection.execute(_REFUSED).fetchall()
