"""How long the demo takes to its URL, at first and again, and whether all of it ends."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from benchmarks.figures import Figure, Section, peaks
from cli import services
from cli.demo.children import peak_bytes
from cli.services import ports

COLD_S: Final = 120.0
WARM_S: Final = 15.0
_TICK_S: Final = 0.05
_PATIENCE_S: Final = 900.0
_NAMED: Final = ("COMMONWATT_DATABASE_URL", "COMMONWATT_BROKER_URL")
_SERVERS: Final = ("postgres", "mosquitto")
_OURS: Final = ("replay", "collect", "work", "serve", "demo", "supervisor", "amqtt_child")


@dataclass(slots=True)
class Shown:
    """One start: seconds to the URL and from Ctrl-C to the end, peaks, and who outlived it."""

    seconds: float = 0.0
    stop_s: float = 0.0
    peaks_mb: dict[str, float] = field(default_factory=dict)
    left: int = 0


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Start the demo in an empty state folder and once more, as often as asked."""
    cold, warm = [], []
    for number in range(1 if quick else runs):
        state = root / f"demo-{number}"
        try:
            cold.append(_shown(state))
            warm.append(_shown(state))
        finally:
            services.remove(state)
    section = Section(
        "demo",
        [
            "`python -m cli demo` from an installed environment on the shipped data, with its own",
            "services; to the line that names the URL, which then answers; ended by Ctrl-C.",
        ],
    )
    section.figures += [
        Figure("first start to the URL", "s", [one.seconds for one in cold], COLD_S, "most"),
        Figure("second start to the URL", "s", [one.seconds for one in warm], WARM_S, "most"),
        Figure("Ctrl-C to the end", "s", [one.stop_s for one in [*cold, *warm]]),
        Figure("processes that outlive it", "", [one.left for one in [*cold, *warm]], 0, "most"),
        *peaks([one.peaks_mb for one in cold], {"collect": 150.0, "work": 400.0}),
    ]
    return [section]


def _shown(state: Path) -> Shown:
    """Start it, wait for its URL, end it."""
    found = Shown()
    port = ports.choose()
    url = f"http://{ports.HOST}:{port}"
    command = [sys.executable, "-P", "-m", "cli", "demo", "--state", str(state)]
    log = state.with_suffix(".log")
    before = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )
    family: set[psutil.Process] = set()
    while url not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() - before > _PATIENCE_S:
            raise RuntimeError(f"the demo did not come up:\n{log.read_text(encoding='utf-8')}")
        family |= _look(process.pid, found)
        time.sleep(_TICK_S)
    found.seconds = time.monotonic() - before
    if not ports.answers(port):
        raise RuntimeError("the URL was named, but nothing answers")
    family |= _look(process.pid, found)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(_PATIENCE_S)
    found.stop_s = time.monotonic() - before
    found.left = sum(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)
    return found


def _environment() -> dict[str, str]:
    """Return ours without services that it names: the demo is to start its own."""
    ours = {name: value for name, value in os.environ.items() if name not in _NAMED}
    return ours | {"COMMONWATT_LANG": "en", "PYTHONUNBUFFERED": "1"}


def _look(pid: int, found: Shown) -> set[psutil.Process]:
    """Note everybody's memory; return all who are there."""
    try:
        here = {psutil.Process(pid), *psutil.Process(pid).children(recursive=True)}
    except psutil.Error:
        return set()
    for one in here:
        if name := _name(one):
            found.peaks_mb[name] = max(found.peaks_mb.get(name, 0.0), peak_bytes(one.pid) / 1e6)
    return here


def _name(process: psutil.Process) -> str | None:
    """Return what a process is, None where it is gone; of PostgreSQL's many the largest counts."""
    try:
        program = process.name()
        words = [word.rpartition(".")[2] for word in process.cmdline()]
    except psutil.Error:
        return None
    return program if program in _SERVERS else next((one for one in _OURS if one in words), None)
