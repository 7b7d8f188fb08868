"""The shell around paho: it collects, hands over, and says what was stored, on one thread.

Only the thread in `run` touches the client. Whole batches go to the writer's thread; what it has
committed comes back to be receipted and then acknowledged.
"""

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
    parsed,
    receipt_window,
    status,
)
from collector.inbox import Inbox
from collector.intake import ReadingSink
from collector.listening import Listener, RoutesSource
from collector.notices import tell
from collector.outbox import Outbox
from collector.settings import CollectorSettings
from collector.tally import Tally
from collector.writer import Writer

_TURN_S: Final = 0.1  # the longest wait for the network, so that a stop is noticed
_READS_PER_TURN: Final = 500  # then acknowledgements and hand-over have their turn
_STABLE_S: Final = 10.0  # a connection that held so long starts the back-off anew
_TAKEN_OVER: Final = 0x8E
_NARROW: Final = 20  # the window of brokers that were told nothing else
_NARROW_AFTER: Final = 1_000  # messages


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
        self._writer = Writer(settings, sink, self.tally, log, self._ring_bell)
        self._client = make_client(settings, self._address)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_register_write = _later
        self._listener = Listener(self._client, settings, log, routes_file)
        self._inbox = Inbox(settings, self._listener.routing)
        self._outbox = Outbox(self._client, self.tally, settings.queued_receipts)
        self._stopping = False
        self._warned = False
        self._logged = ""
        self._wait_s = settings.reconnect_first_s
        self._try_at_s = 0.0
        self._up_since_s = 0.0

    def reload(self) -> None:
        """Have the routes file read at once; a handler of signals may call it."""
        self._listener.reload()

    def run(self, stop: threading.Event) -> None:
        """Collect until told to stop; then finish what the writer has at hand, and leave."""
        self._writer.start()
        try:
            while not stop.is_set() and self._writer.alive:
                self._keep_connected()
                self._turn()
            self._finish()
        finally:
            self._writer.finish()
            self._bell_in.close()
            self._bell_out.close()

    def _keep_connected(self) -> None:
        """Connect where there is no connection and the wait is over."""
        now = time.monotonic()
        if self._client.socket() is not None or now < self._try_at_s:
            return
        self._try_at_s = now + self._wait_s
        self._wait_s = min(2 * self._wait_s, self._settings.reconnect_most_s)
        try:
            connect(self._client, self._settings, self._address)
        except OSError as error:
            tell(self._log, logging.WARNING, notices.broker_away(str(self._address), str(error)))

    def _turn(self) -> None:
        """Wait for the network or the writer, and do what there is to do."""
        client = self._client
        self._wait_and_read()
        self._say_state()
        while self._writer.settled:
            settled = self._writer.settled.popleft()
            current = settled.connection == self.tally.connects and self.tally.connected
            self._outbox.send(settled, current=current)
        self._outbox.flush()
        if not self._stopping:
            if self._listener.look():
                self._inbox.reroute(self._listener.routing)
            self._hand_over()
        if client.socket() is not None:
            if client.want_write():
                client.loop_write()
            client.loop_misc()

    def _wait_and_read(self) -> None:
        """Return after something has arrived, can be sent, was committed, or is due."""
        sock: Any = self._client.socket()
        wait_s = min(self._inbox.due_in_s(), _TURN_S) if self._writer.has_room else _TURN_S
        buffered = hasattr(sock, "pending") and sock.pending() > 0  # TLS keeps what select misses
        ready, _, _ = select.select(
            [self._bell_in] if sock is None else [self._bell_in, sock],
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
        for _ in range(_READS_PER_TURN):
            before = self.tally.messages
            rc = self._client.loop_read()
            if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or self.tally.messages == before:
                return

    def _hand_over(self) -> None:
        """Give the writer a batch that is due, and fetch what overflowed once all is done."""
        if self._writer.has_room and not self._inbox.due_in_s():
            self._writer.give(self._inbox.next_batch(self.tally.connects))
        elif self._inbox.overflowed and not (
            self._inbox or self._writer.at_hand or self._writer.settled or self._outbox
        ):
            self._inbox.overflowed = False
            self._try_at_s = 0.0
            self._client.disconnect()  # under the same session it will be delivered again

    def _say_state(self) -> None:
        """Publish the state where it changed; the broker keeps it for whoever looks later."""
        state = "database_away" if self.tally.sink_away else "up"
        if self.tally.connected and not self._stopping and state != self._logged:
            self._publish_state(state)

    def _publish_state(self, state: str) -> None:
        self._logged = state
        since_ms = time.time_ns() // 1_000_000
        payload = status(state, since_ms=since_ms, unacknowledged=self.tally.unacknowledged)
        self._client.publish(self._settings.status_topic, payload, qos=1, retain=True)

    def _finish(self) -> None:
        """Finish what the writer has at hand; all else stays with the broker, in the session."""
        self._stopping = True
        self._writer.finish()
        ends_s = time.monotonic() + self._settings.stop_s
        while time.monotonic() < ends_s and (
            self._writer.alive or self._writer.settled or self._under_way()
        ):
            self._turn()
        if self.tally.connected:
            self._publish_state("stopped")
            self._client.disconnect()
        while self._client.socket() is not None and time.monotonic() < ends_s:
            self._turn()

    def _under_way(self) -> bool:
        return self.tally.connected and (bool(self._outbox) or self._client.want_write())

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        where = str(self._address)
        if reason.is_failure:
            tell(self._log, logging.ERROR, notices.broker_refuses(where, str(reason)))
            return
        self._outbox.window = receipt_window(properties)
        self.tally.connects += 1
        self.tally.connected = True
        self._up_since_s = time.monotonic()
        self._logged = ""
        self._inbox.make_room()
        self._log(logging.INFO, f"listening at {where}", session_present=flags.session_present)
        self._listener.subscribe()

    def _on_disconnect(
        self,
        client: Client,
        userdata: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if not self.tally.connected:
            return
        self.tally.connected = False
        self._inbox.disown()
        self._outbox.disown()
        if time.monotonic() - self._up_since_s >= _STABLE_S:
            self._wait_s = self._settings.reconnect_first_s
        if reason.value == _TAKEN_OVER:
            tell(self._log, logging.ERROR, notices.taken_over(self._settings.name))
        elif reason.is_failure:
            lost = notices.connection_lost(str(self._address), str(reason))
            tell(self._log, logging.WARNING, lost)

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
        self._outbox.published(mid)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        tally = self.tally
        tally.messages += 1
        if self._stopping:
            return
        if message.retain:
            tally.retained += 1
            client.ack(message.mid, message.qos)
            return
        if not self._inbox.take_in(message):
            tally.overflowed += 1
            if tally.overflowed == 1:
                tell(self._log, logging.WARNING, notices.overflowed(len(self._inbox)))
            return
        if message.qos:
            tally.unacknowledged += 1
            tally.most_unacknowledged = max(tally.most_unacknowledged, tally.unacknowledged)
            self._judge_window()

    def _judge_window(self) -> None:
        """Warn once where the broker's window, which 3.1.1 cannot set, holds the flow back."""
        tally = self.tally
        if (
            self._settings.version == 4
            and tally.most_unacknowledged == _NARROW
            and tally.messages >= _NARROW_AFTER
            and not self._warned
        ):
            self._warned = True
            tell(self._log, logging.WARNING, notices.narrow_window())

    def _ring_bell(self) -> None:
        try:
            self._bell_out.send(b"!")
        except OSError:  # full means that it rings already; closed, that nobody waits
            return


def _later(client: Client, userdata: Any, sock: Any) -> None:
    """Keep paho from writing at once, packet by packet: each turn writes."""
