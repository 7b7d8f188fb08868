"""A real broker, gateways that publish to it, and a sink in memory that can be told to fail."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector.codecs import native
from collector.mqtt import Collector
from collector.routes_file import RoutesFile
from collector.settings import CollectorSettings
from metering.errors import UnavailableError
from metering.messages import Stored

CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
persistence true
persistence_location {folder}/
autosave_interval 1
log_dest none
{more}
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait until something is true, and fail where it does not become so."""
    ends = time.monotonic() + within_s
    while not true():
        if time.monotonic() > ends:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)


class Mosquitto:
    """The C broker in a folder of its own."""

    def __init__(self, program: str, folder: Path, more: str = "") -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._program = program
        self._file = folder / "mosquitto.conf"
        self._file.write_text(CONFIGURATION.format(port=self.port, folder=folder, more=more))
        folder.chmod(0o777)  # started as root it becomes another user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen([self._program, "-c", str(self._file)])
        until(self._answers)

    def end(self, with_signal: int = signal.SIGTERM) -> None:
        """End it, and wait until it has."""
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Gateways:
    """Publishes for any gateway, and collects the receipts of all."""

    def __init__(self, port: int, version: int = 5) -> None:
        self.receipted: dict[str, set[int]] = {}
        self.rejected: list[tuple[str, dict]] = []
        self.states: list[str] = []
        self._ready = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"gateways-{os.urandom(4).hex()}",
            protocol=MQTTv5 if version == 5 else MQTTv311,
        )
        self._client.max_inflight_messages_set(1_000)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_disconnect = lambda *_: self._ready.clear()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def connected(self) -> bool:
        """Return whether the broker is there and will pass receipts on."""
        return self._client.is_connected() and self._ready.is_set()

    def say(self, gateway: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish a payload as a gateway, and wait until the broker has it."""
        topic = f"cw/v1/{gateway}/data"
        self._client.publish(topic, payload, qos, retain).wait_for_publish(20)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish under any topic, and wait until the broker has it."""
        self._client.publish(topic, payload, 1).wait_for_publish(20)

    def say_many(self, gateway: str, seqs: range, readings: int = 3) -> None:
        """Publish numbered messages, and wait until the broker has them all."""
        infos = [
            self._client.publish(f"cw/v1/{gateway}/data", payload_of(seq, readings), 1)
            for seq in seqs
        ]
        for info in infos:
            info.wait_for_publish(30)

    def has_receipts(self, gateway: str, seqs: range) -> bool:
        """Return whether every one of these numbers was receipted."""
        return self.receipted.get(gateway, set()) >= set(seqs)

    def _on_connect(self, client, userdata, flags, reason, properties) -> None:
        client.subscribe([("cw/v1/+/+/receipt", 1), ("cw/v1/collector/+/status", 1)])

    def _on_message(self, client, userdata, message) -> None:
        line = json.loads(message.payload)
        if message.topic.endswith("/status"):
            self.states.append(line["state"])
            return
        gateway = "/".join(message.topic.split("/")[2:4])
        assert not message.retain
        for first, last in line["stored"]:
            self.receipted.setdefault(gateway, set()).update(range(first, last + 1))
        self.rejected += [(gateway, one) for one in line["rejected"]]


def payload_of(seq: int, readings: int = 3) -> bytes:
    """Return the message of a number: readings that tell by their instants which it is."""
    first = 1_700_000_000_000 + seq * readings
    return native.encode_columns(
        seq, "e1", list(range(first, first + readings)), [float(seq)] * readings
    )


class MemorySink:
    """Keeps what is committed; while `away`, nothing is, and the collector has to wait."""

    def __init__(self) -> None:
        self.away = threading.Event()
        self.rows: set[tuple[str, int, str, int, float]] = set()
        self.writes: list[int] = []  # readings in each
        self.rejected: list[tuple[bytes, str]] = []
        self.topics: list[str] = []  # of every message that was committed, refused or not
        self.delay_s = 0.0
        self.chokes_on: bytes | None = None

    def write(self, batch, readings, rejected) -> Stored:
        """Commit a batch."""
        if self.away.is_set():
            raise UnavailableError("database.unavailable", zh="数据库暂不可用。", en="Away.")
        if self.chokes_on is not None and len(readings):
            told = [batch[place].payload for place in readings.message.tolist()]
            if any(self.chokes_on in payload for payload in told):
                raise ValueError("cannot be written")
        time.sleep(self.delay_s)
        seqs: list[int | None] = [None] * len(batch)
        places = readings.message.tolist()
        for row, place in enumerate(places):
            seqs[place] = int(readings.seq[row]) or None
            self.rows.add(
                (
                    batch[place].gateway,
                    int(readings.seq[row]),
                    readings.channel_key[row],
                    int(readings.at_ms[row]),
                    float(readings.value[row]),
                )
            )
        for one in rejected:
            seqs[one.message] = one.seq
            self.rejected.append((batch[one.message].payload, one.reason.code))
        self.writes.append(len(readings))
        self.topics += [message.topic for message in batch]
        return Stored(seqs, rejected, len(places))

    def seqs(self, gateway: str) -> set[int]:
        """Return the numbers whose readings are committed."""
        return {seq for name, seq, *_ in self.rows if name == gateway}


class Lines:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.events: list[str] = []

    def __call__(self, level: int, event: str, **facts: object) -> None:
        self.events.append(event)
        self.codes.append(str(facts.get("code", "")))


class Running:
    """A collector on a thread of its own."""

    def __init__(
        self, settings: CollectorSettings, sink: MemorySink, routes_file: RoutesFile | None = None
    ) -> None:
        self.log = Lines()
        self.collector = Collector(settings, sink, self.log, routes_file)
        self.tally = self.collector.tally
        self.failed_by: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Stop it as a service manager would, and wait."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.collector.run(self._stop)
        except BaseException as error:
            self.failed_by = error


@contextmanager
def running(
    sink: MemorySink, broker_url: str, routes_file: RoutesFile | None = None, **settings
) -> Iterator[Running]:
    """A collector that waits little, stopped in the end."""
    quick = {"retry_first_s": 0.05, "retry_most_s": 0.2, "reconnect_first_s": 0.1, "stop_s": 5.0}
    made = Running(CollectorSettings(broker_url, **{**quick, **settings}), sink, routes_file)
    try:
        yield made
    finally:
        made.stop()


def forget_session(port: int, client_id: str) -> None:
    """End a session that the broker keeps."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5)
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 0
    client.connect("127.0.0.1", port, clean_start=True, properties=properties)
    client.loop_start()
    until(client.is_connected)
    client.disconnect()
    client.loop_stop()
