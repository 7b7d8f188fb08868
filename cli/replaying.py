"""Wiring of `commonwatt replay`: a data set, its registers, a spool, and how far it is."""

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cli.demo.progress import Meter
from cli.demo.state import fingerprint
from cli.services.words import say
from collector.connection import parsed
from metering.errors import InputError
from simulators import datasets, gateways, incidents, series
from simulators.link import Broker
from simulators.replay import Progress, Replay, ReplaySettings
from simulators.spool import Spool


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the person asked for."""

    folder: Path
    spool: Path
    broker_url: str
    broker_version: Literal[4, 5]
    noise: int | None
    seed: int
    speed: float
    batch: int
    live: bool
    shift_weeks: Mapping[str, int]


def run(
    wanted: ReplayOptions, stop: threading.Event, *, as_lines: bool = False, quiet: bool = False
) -> bool:
    """Replay until every reading has its receipt, or until told to stop; return whether done.

    as_lines: whether progress is lines of JSON for a program, or a bar for a person.
    quiet: whether nothing is said at all.
    """
    meters = datasets.read(wanted.folder)
    made, _ = incidents.befallen(
        series.made(meters, seed=wanted.seed, shift_weeks=wanted.shift_weeks)
    )
    letters = gateways.provinces(meters)
    named = [gateways.gateway_of(one.building, letters[one.building.site]) for one in meters]
    address = parsed(wanted.broker_url)
    broker = Broker(
        address.host,
        address.port,
        wanted.broker_version,
        tls=address.tls,
        user=address.user,
        password=address.password,
    )
    settings = ReplaySettings(wanted.batch, wanted.speed, wanted.live, wanted.noise)
    spool = Spool(wanted.spool, _source(wanted))
    meter = None if as_lines or quiet else Meter(sys.stderr, say("已回执", "receipted"))
    tell = _nothing if quiet else _line if meter is None else _shown(meter)
    try:
        replay = Replay(made, named, spool, broker, settings)
        return replay.run(stop, tell)
    finally:
        spool.close()
        if meter is not None:
            meter.close()


def shift(text: str) -> tuple[str, int]:
    """Return what SITE=WEEKS says."""
    site, _, weeks = text.rpartition("=")
    if not site or not weeks.removeprefix("-").isdecimal():
        raise InputError(
            "replay.bad_shift",
            zh=f"--shift-weeks {text} 应为 SITE=WEEKS。",
            en=f"--shift-weeks {text} is not SITE=WEEKS.",
            next_zh="例如 --shift-weeks Fox=52。",
            next_en="Write for example --shift-weeks Fox=52.",
            where={"field": "shift_weeks", "value": text},
        )
    return site, int(weeks)


def _source(wanted: ReplayOptions) -> str:
    """Return what the spooled readings are made from."""
    source = f"{fingerprint(wanted.folder)} {wanted.seed} {sorted(wanted.shift_weeks.items())}"
    return hashlib.sha256(source.encode()).hexdigest()


def _nothing(progress: Progress) -> None:
    """Say nothing: a log that grows for ever is no progress."""


def _line(progress: Progress) -> None:
    line = {"made": progress.made, "receipted": progress.receipted, "refused": progress.refused}
    line |= {"total": progress.total, "done": progress.done}
    print(json.dumps(line), flush=True)


def _shown(meter: Meter) -> Callable[[Progress], None]:
    def shown(progress: Progress) -> None:
        meter.show(progress.receipted, progress.total)

    return shown
