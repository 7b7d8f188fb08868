"""Gateways over a real broker to a real collector: every reading arrives, and is then forgotten."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.mqtt import Collector
from collector.settings import CollectorSettings
from metering.errors import InputError
from metering.messages import Rejection, Stored
from simulators import datasets, gateways, series
from simulators.link import Broker
from simulators.replay import Progress, Replay, ReplaySettings
from simulators.spool import Spool
from tests.collector.rig import Mosquitto, until
from tests.simulators.folders import BUILDINGS, hours, write


class Sink:
    """Keeps readings in memory; tests may make it wait."""

    def __init__(self) -> None:
        self.readings: Counter[tuple[str, int, float]] = Counter()
        self.go_on = threading.Event()
        self.go_on.set()

    def write(self, batch, readings, rejected) -> Stored:
        self.go_on.wait(30)
        columns = (readings.channel_key, readings.at_ms, readings.value)
        self.readings.update((k, int(a), float(v)) for k, a, v in zip(*columns, strict=True))
        seqs = tuple(int(one) if one else None for one in _seqs(batch, readings))
        return Stored(seqs, (), len(readings.at_ms), 0, 0)


def _seqs(batch, readings) -> list[int]:
    of = dict(zip(readings.message.tolist(), readings.seq.tolist(), strict=True))
    return [of.get(place, 0) for place in range(len(batch))]


@contextmanager
def collecting(url: str, sink: Sink) -> Iterator[Collector]:
    """Run a collector on a thread."""
    stop = threading.Event()
    quick = CollectorSettings(url, reconnect_first_s=0.1, reconnect_most_s=0.5, batch_ms=20)
    collector = Collector(quick, sink, lambda *_, **__: None)
    thread = threading.Thread(target=collector.run, args=(stop,))
    thread.start()
    try:
        until(lambda: collector.tally.connected)
        yield collector
    finally:
        sink.go_on.set()
        stop.set()
        thread.join(30)


@pytest.fixture
def broker(tmp_path, mosquitto) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    running = Mosquitto(mosquitto, folder)
    running.start()
    yield running
    running.end()


@pytest.fixture
def made(tmp_path) -> list[series.Series]:
    rows = []
    for place in range(12):
        values = [float((7 * hour + place) % 11) for hour in range(90)]
        gaps = [None if hour % (place + 20) == 19 else v for hour, v in enumerate(values)]
        rows += hours(f"b{1 + place % 2}__meter{place}", gaps)
    for row in rows:
        row[3] = "gas"
    return series.made(datasets.read(write(tmp_path / "set", rows)), seed=3, shift_weeks={})


def expected(made: list[series.Series]) -> Counter[tuple[str, int, float]]:
    found: Counter[tuple[str, int, float]] = Counter()
    for one in made:
        for at, kwh in zip(one.instants(0, len(one)), one.shown(0, len(one)), strict=True):
            found[one.meter.name, at, kwh] += 1
    return found


def replay(
    made: list[series.Series],
    folder: Path,
    broker: Mosquitto,
    stop: threading.Event | None = None,
    **how,
) -> tuple[bool, Progress]:
    """Replay on this thread until done or stopped."""
    named = [gateways.gateway_of(one.meter.building, "a") for one in made]
    spool = Spool(folder, "test")
    steps: list[Progress] = []
    try:
        one = Replay(made, named, spool, Broker("127.0.0.1", broker.port), ReplaySettings(**how))
        done = one.run(stop or threading.Event(), steps.append)
        assert not done or spool.waiting() == []
    finally:
        spool.close()
    return done, steps[-1]


@pytest.mark.parametrize(
    "how", [{}, {"batch": 1}, {"batch": 7, "noise": 1}, {"batch": 3, "noise": 2}]
)
def test_every_reading_arrives_and_is_receipted(made, broker, tmp_path, how):
    sink = Sink()
    with collecting(broker.url, sink):
        done, progress = replay(made, tmp_path / "spool", broker, **how)

    total = sum(len(one) for one in made)
    assert done
    assert progress == Progress(total, total, 0, total, done=True)
    assert set(sink.readings) == set(expected(made))
    if "noise" in how:
        assert sink.readings.total() > total
    else:
        assert sink.readings == expected(made)


class Refusing(Sink):
    """Takes nothing, and says so."""

    def write(self, batch, readings, rejected) -> Stored:
        reason = InputError("reading.unknown_key", zh="没有此键。", en="No such key.")
        stored = super().write(batch, readings, rejected)
        places = [readings.i[readings.message == one].tolist() for one in range(len(batch))]
        refused = [
            Rejection(one, stored.seqs[one], reason, tuple(i)) for one, i in enumerate(places)
        ]
        return replace(stored, rejected=refused)


def test_what_is_refused_is_receipted_too_and_not_sent_again(made, broker, tmp_path):
    sink = Refusing()
    with collecting(broker.url, sink):
        done, progress = replay(made, tmp_path / "spool", broker)

    total = sum(len(one) for one in made)
    assert done
    assert progress == Progress(total, total, total, total, done=True)
    assert sink.readings == expected(made)


def test_messages_that_nobody_heard_are_sent_again_soon(made, broker, tmp_path):
    sink, stop = Sink(), threading.Event()
    result: list[tuple[bool, Progress]] = []
    thread = threading.Thread(
        target=lambda: result.append(replay(made, tmp_path / "spool", broker, stop))
    )
    thread.start()
    until(lambda: (tmp_path / "spool").exists())
    threading.Event().wait(1.0)  # the broker has acknowledged it all by now, and kept nothing
    with collecting(broker.url, sink):
        thread.join(20)
        stop.set()

    assert result[0][0]
    assert sink.readings.keys() == expected(made).keys()


@pytest.mark.crash
def test_a_broker_that_is_killed_costs_nothing(made, broker, tmp_path):
    sink, stop = Sink(), threading.Event()
    result: list[tuple[bool, Progress]] = []
    with collecting(broker.url, sink):
        sink.go_on.clear()
        thread = threading.Thread(
            target=lambda: result.append(replay(made, tmp_path / "spool", broker, stop, batch=2))
        )
        thread.start()
        threading.Event().wait(0.7)
        broker.end(9)
        broker.start()
        sink.go_on.set()
        thread.join(40)
        stop.set()

    assert result[0][0]
    assert sink.readings.keys() == expected(made).keys()


def test_a_gateway_that_was_stopped_goes_on_where_it_was(made, broker, tmp_path):
    sink, stop = Sink(), threading.Event()
    with collecting(broker.url, sink):
        sink.go_on.clear()
        threading.Timer(0.5, stop.set).start()
        done, before = replay(made, tmp_path / "spool", broker, stop, batch=3)
        assert not done
        sink.go_on.set()
        done, after = replay(made, tmp_path / "spool", broker, batch=9)

    assert done
    assert before.receipted < before.made <= after.made == sum(len(one) for one in made)
    assert sink.readings.keys() == expected(made).keys()


def test_at_a_speed_readings_come_no_sooner_than_their_clock(made, broker, tmp_path):
    sink, stop = Sink(), threading.Event()
    with collecting(broker.url, sink):
        threading.Timer(2.0, stop.set).start()
        done, progress = replay(made, tmp_path / "spool", broker, stop, batch=1, speed=10 * 3600.0)

    # Two seconds at ten hours a second are twenty of ninety hours.
    assert not done
    assert 12 * 10 < progress.made <= 12 * 25


def test_live_it_goes_on_to_the_hour_that_has_ended_and_a_restart_repeats_nothing(broker, tmp_path):
    ends = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
    first = (ends - timedelta(hours=200)).strftime("%Y-%m-%d %H:%M:%S")
    rows = hours("b2__gas", [float(n % 24) for n in range(200)], first)
    zoneless = BUILDINGS.replace("America/New_York", "UTC")
    meters = datasets.read(write(tmp_path / "live", rows, buildings=zoneless))
    (one,) = made = series.made(meters, seed=1, shift_weeks={})
    sink = Sink()
    with collecting(broker.url, sink):
        for _ in range(2):
            stop = threading.Event()
            threading.Timer(2.5, stop.set).start()
            done, progress = replay(made, tmp_path / "spool", broker, stop, live=True)

    at = sorted(at for _, at, _ in sink.readings)
    assert done
    assert len(at) == progress.made == len(one) + 30
    assert at == one.instants(0, len(one) + 30)
    assert set(sink.readings.values()) == {1}
