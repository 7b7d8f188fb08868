"""The MQTT shell of the collector: it does on the network what the machine decides."""

import logging
import select
import socket
import threading
import time
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector import notices
from collector.connection import (
    connect,
    make_client,
    offered,
    parsed,
    status,
)
from collector.delivery import effects as do
from collector.delivery.machine import Machine
from collector.intake import ReadingSink
from collector.listening import DROPPED, Listener, RoutesSource
from collector.notices import tell
from collector.packets import BlockClient, acknowledge, said_topic, shown_topic
from collector.settings import CollectorSettings
from collector.tally import Tally
from collector.writer import Writer
from metering.errors import EnergyError

_TURN_S: Final = 0.1  # the longest wait for the network, so that a stop is noticed
_READS_PER_TURN: Final = 500  # then acknowledgements and hand-over have their turn
_MOST_TOPICS: Final = 100_000  # that are remembered
_TAKEN_OVER: Final = 0x8E


class Collector:
    """Takes what gateways publish to a sink, and lets go of nothing before it is committed."""

    def __init__(
        self,
        settings: CollectorSettings,
        sink: ReadingSink,
        log: notices.Log,
        routes_file: RoutesSource | None = None,
    ) -> None:
        self.tally = Tally()
        self._settings = settings
        self._log = log
        self._address = parsed(settings.broker_url)
        self._bell_in, self._bell_out = socket.socketpair()
        self._bell_in.setblocking(False)
        self._bell_out.setblocking(False)
        self._writer = Writer(settings, sink, self.tally, self._ring_bell)
        self._client = make_client(settings, self._address)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        if isinstance(self._client, BlockClient):
            self._client.taken = self._taken
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_register_write = _later
        self._listener = Listener(self._client, settings, log, routes_file)
        self._machine = Machine(settings, self._listener.routing, self.tally)
        self._number_of: dict[int, int] = {}  # the machine's number of what paho has under way
        self._answered = True  # by the broker that was asked last
        self._topics: dict[bytes, str] = {}  # as they can be stored
        self._now_s, self._now_ms = 0.0, 0  # when the block came that is being read

    def reload(self) -> None:
        """Have the routes file read at once; a handler of signals may call it."""
        self._listener.reload()

    def run(self, stop: threading.Event) -> None:
        """Collect until told to stop; then finish what the writer has at hand, and leave.

        ConflictError where the first broker that answers would lose data.
        """
        self._writer.start()
        try:
            self._act()
            while not stop.is_set() and self._writer.alive:
                self._turn()
                if self._machine.refuses is not None:
                    raise self._machine.refuses
            self._machine.stop(time.monotonic())
            self._writer.finish()
            while not self._machine.over(time.monotonic()):
                self._turn()
        finally:
            self._writer.finish()
            self._bell_in.close()
            self._bell_out.close()

    def _turn(self) -> None:
        """Wait for the network or the writer, and do what there is to do."""
        self._wait_and_read()
        ended = not self._writer.alive  # asked before its last words are heard
        while self._writer.told:
            self._machine.heard(self._writer.told.popleft())
        if ended:
            self._machine.writer_ended()
        if not self._machine.stopping and self._listener.look():
            self._machine.rerouted(self._listener.routing)
        self._act()
        inbox = self._machine.inbox
        self.tally.held, self.tally.held_bytes = len(inbox), inbox.held_bytes
        client = self._client
        if client.socket() is not None:
            if client.want_write():
                client.loop_write()
            client.loop_misc()
        if client.socket() is None:
            self._machine.lost(time.monotonic(), self._unanswered())

    def _wait_and_read(self) -> None:
        """Return after something has arrived, can be sent, was committed, or is due."""
        sock: Any = self._client.socket()
        now_s = time.monotonic()
        reads = sock is not None and not self._machine.sated(now_s)
        wait_s = min(self._machine.due_in_s(now_s), _TURN_S)
        # TLS keeps what select misses.
        buffered = reads and hasattr(sock, "pending") and sock.pending() > 0
        ready, _, _ = select.select(
            [self._bell_in, sock] if reads else [self._bell_in],
            [sock] if sock is not None and self._client.want_write() else [],
            [],
            0 if buffered else wait_s,
        )
        if self._bell_in in ready:
            self._bell_in.recv(4096)
        if buffered or sock in ready:
            self._read()

    def _read(self) -> None:
        """Read while messages come, so that one wait serves many."""
        self._now_s, self._now_ms = time.monotonic(), time.time_ns() // 1_000_000
        if isinstance(self._client, BlockClient):
            self._client.loop_read()
            return
        for _ in range(_READS_PER_TURN):
            before = self.tally.messages
            rc = self._client.loop_read()
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or self.tally.messages == before:
                return

    def _act(self) -> None:
        """Do what the machine decides."""
        for effect in self._machine.decide(time.monotonic()):
            self._do(effect)

    def _do(self, effect: do.Effect) -> None:
        client = self._client
        match effect:
            case do.Give(batch):
                self._writer.give(batch)
            case do.Acknowledge(mids):
                acknowledge(client, mids)
            case do.Publish(topic, payload, number):
                info = client.publish(topic, payload, qos=1 if number else 0)
                if number:
                    self._number_of[info.mid] = number
            case do.State(state):
                self._publish_state(state)
            case do.Connect():
                self._connect()
            case do.Subscribe():
                self._listener.subscribe()
            case do.Disconnect():
                client.disconnect()
            case do.Tell(level, notice):
                tell(self._log, level, notice)
            case do.Log(level, event, facts):
                self._log(level, event, **facts)

    def _connect(self) -> None:
        self._answered = False
        try:
            connect(self._client, self._settings, self._address)
        except OSError as error:
            self._machine.unreachable(notices.broker_away(str(self._address), str(error)))

    def _unanswered(self) -> EnergyError | None:
        """Return what to tell of a broker that hung up without an answer, once an attempt."""
        answered, self._answered = self._answered, True
        return None if answered else notices.hung_up(str(self._address))

    def _publish_state(self, state: str) -> None:
        since_ms = time.time_ns() // 1_000_000
        payload = status(state, since_ms=since_ms, unacknowledged=self.tally.unacknowledged)
        self._client.publish(self._settings.status_topic, payload, qos=1, retain=True)

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        where, self._answered = str(self._address), True
        if reason.is_failure:  # paho ends the connection, and says so
            tell(self._log, logging.ERROR, notices.broker_refuses(where, str(reason)))
            return
        self._log(logging.INFO, f"listening at {where}", session_present=flags.session_present)
        offer = offered(properties, session_present=flags.session_present)
        self._machine.opened(time.monotonic(), offer)

    def _on_disconnect(
        self,
        client: Client,
        userdata: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        now_s = time.monotonic()
        if not self.tally.connected:
            self._machine.lost(now_s, self._unanswered())
        elif reason.value == _TAKEN_OVER:
            notice = notices.taken_over(self._settings.name)
            self._machine.lost(now_s, notice, logging.ERROR)
        elif reason.is_failure:
            lost = notices.connection_lost(str(self._address), str(reason))
            self._machine.lost(now_s, lost)
        else:
            self._machine.lost(now_s, None)

    def _on_subscribe(
        self,
        client: Client,
        userdata: Any,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        self._listener.answered(mid, reasons)

    def _on_publish(
        self,
        client: Client,
        userdata: Any,
        mid: int,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._machine.published(self._number_of.pop(mid, 0))

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        topic = said_topic(message)
        if not message.qos and topic == DROPPED:
            if message.payload.isdigit():
                self._machine.dropped(int(message.payload))
            return
        self._machine.arrived(
            message.mid,
            message.qos,
            topic,
            message.payload,
            time.monotonic(),
            time.time_ns() // 1_000_000,
            message.retain,
        )

    def _taken(self, mid: int, topic: bytes, payload: bytes, retained: bool) -> None:
        """Take a plain message out of a block; all of a block arrived at once."""
        name = self._topics.get(topic)
        if name is None:
            if len(self._topics) >= _MOST_TOPICS:
                self._topics.clear()
            name = self._topics[topic] = shown_topic(topic)
        self._machine.arrived(mid, 1, name, payload, self._now_s, self._now_ms, retained)

    def _ring_bell(self) -> None:
        try:
            self._bell_out.send(b"!")
        except OSError:  # full means that it rings already; closed, that nobody waits
            return


def _later(client: Client, userdata: Any, sock: Any) -> None:
    """Keep paho from writing at once, packet by packet: each turn writes."""
