"""The ministry's door: a TCP server whose reports take the way of every other message.

A report is acknowledged after its commit, as gateways on the broker are receipted; what is refused
is kept with its bytes, and acknowledged too. Its topic is mohurd/{building}/{gateway}, for which
the routes say whose it is.
"""

import logging
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from collector.codecs.payload import PayloadError
from collector.intake import ReadingSink, joined, take_in
from collector.ministry.frames import Deframer, Frame, Torn, framed, opened, sealed
from collector.ministry.keys import Keys
from collector.ministry.messages import said
from collector.ministry.session import Close, Reply, Session, Step, Take, heard
from collector.ministry.tls import Tls
from collector.notices import Log, unstorable
from metering.errors import UnavailableError
from metering.messages import Decoded, Message, Rejection

_CHINA: Final = ZoneInfo("Asia/Shanghai")
_CHUNK_BYTES: Final = 16 * 1024
_MOST_TORN: Final = 10  # of one connection: what sends them is no collector of ours
_LOOK_S: Final = 0.2
_SEND_S: Final = 10.0


class Routes(Protocol):
    """Whose topics are, and in which format."""

    def gateway_of(self, topic: str, at_ms: int | None = None) -> str: ...

    def decode(self, message: Message) -> Decoded: ...


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Where the door is, and how patient.

    tls: its certificate; None where frames come as they are. The handshake counts to the proof.
    proof_s: within which a peer has to prove itself; idle_s: without a word before it is let go.
    """

    host: str = "127.0.0.1"
    port: int = 9700
    most_connections: int = 1_000
    proof_s: float = 30.0
    idle_s: float = 900.0
    retry_s: float = 1.0
    tls: Tls | None = None


class Door:
    """Listens, and gives every collector a thread of its own; one of them commits at a time."""

    def __init__(
        self, settings: DoorSettings, keys: Keys, routes: Routes, sink: ReadingSink, log: Log
    ) -> None:
        self.settings, self.keys, self.log = settings, keys, log
        self._routes, self._sink = routes, sink
        self._turn = threading.Lock()
        self._lines: set[threading.Thread] = set()
        self._server = socket.create_server((settings.host, settings.port))
        self.port: int = self._server.getsockname()[1]

    def run(self, stop: threading.Event) -> None:
        """Let collectors in until told to stop; then wait for what is being committed."""
        self._server.settimeout(_LOOK_S)
        with self._server:
            while not stop.is_set():
                try:
                    peer, address = self._server.accept()
                except TimeoutError:
                    continue
                self._lines = {one for one in self._lines if one.is_alive()}
                if len(self._lines) >= self.settings.most_connections:
                    self.log(logging.WARNING, "too many collectors at the door", peer=address[0])
                    peer.close()
                    continue
                line = threading.Thread(target=_Line(self, peer, address[0], stop).run, daemon=True)
                self._lines.add(line)
                line.start()
        for line in self._lines:
            line.join(self.settings.retry_s + 5)

    def commit(self, topic: str, xml: bytes, stop: threading.Event) -> bool:
        """Store what a message says, waiting while the database is away; False where it ended."""
        now_ms = time.time_ns() // 1_000_000
        message = Message(topic, self._routes.gateway_of(topic, now_ms), xml, now_ms)
        while not stop.is_set():
            try:
                with self._turn:
                    self._store(message)
            except UnavailableError as away:
                self.log(logging.WARNING, away.text("en"), code=away.code)
                stop.wait(self.settings.retry_s)
            else:
                return True
        return False

    def _store(self, message: Message) -> None:
        """Store what a message says; where the sink chokes on it, that it does."""
        try:
            take_in([message], self._routes.decode, self._sink)
        except UnavailableError:
            raise
        except Exception as error:
            self.log(logging.ERROR, f"a message cannot be stored: {error!r}", topic=message.topic)
            refusal = Rejection(0, None, unstorable(error))
            self._sink.write([message], joined([message], ()), [refusal])


class _Line:
    """One connection."""

    def __init__(self, door: Door, peer: socket.socket, name: str, stop: threading.Event) -> None:
        self._door, self._peer, self._name, self._stop = door, peer, name, stop
        self._session = Session()
        self._since = self._heard = time.monotonic()
        self._torn = 0

    def run(self) -> None:
        """Hear a collector until it leaves, is shown out, or the door closes."""
        deframer = Deframer()
        try:
            self._shake_hands()
        except OSError as error:
            self._door.log(logging.INFO, "no TLS at the door", peer=self._name, why=str(error))
            self._peer.close()
            return
        with self._peer:
            self._peer.settimeout(_LOOK_S)
            try:
                while (why := self._overdue()) is None:
                    for one in deframer.feed(self._received()):
                        self._take(one)
            except _LeftError as end:
                why = str(end)
            except OSError as error:
                why = str(error)
            except Exception as error:  # a sink that is broken; the collector sends again
                why = f"not even a refusal can be stored: {error!r}"
        self._door.log(logging.INFO, "a collector left the door", peer=self._name, why=why)

    def _shake_hands(self) -> None:
        """Go over to TLS, where the door has a certificate."""
        settings = self._door.settings
        if settings.tls is not None:
            self._peer.settimeout(settings.proof_s)
            under_tls = settings.tls.wrapped(self._peer, self._door.log)
            self._peer = under_tls
            under_tls.do_handshake()

    def _overdue(self) -> str | None:
        now, settings = time.monotonic(), self._door.settings
        if self._stop.is_set():
            return "the door closes"
        if self._session.who is None and now - self._since > settings.proof_s:
            return "no proof of identity in time"
        return "silent" if now - self._heard > settings.idle_s else None

    def _received(self) -> bytes:
        try:
            data = self._peer.recv(_CHUNK_BYTES)
        except TimeoutError:
            return b""
        if not data:
            raise _LeftError("it hung up")
        self._heard = time.monotonic()
        return data

    def _take(self, one: Frame | Torn) -> None:
        if isinstance(one, Torn):
            self._torn += 1
            if self._torn > _MOST_TORN:
                raise _LeftError(f"no frames: {one.why}")
            return
        try:
            xml = opened(one.content, self._door.keys.aes)
        except ValueError as error:
            raise _LeftError(str(error)) from error
        try:
            what = said(xml)
        except PayloadError as error:
            self._keep(xml, str(error))
            return
        self._session, steps = heard(
            self._session,
            what,
            xml,
            key_of=self._door.keys.of,
            fresh=str(10_000_000 + secrets.randbelow(90_000_000)),
            time=f"{datetime.now(_CHINA):%Y%m%d%H%M%S}",
        )
        for step in steps:
            self._do(step, one)

    def _keep(self, xml: bytes, why: str) -> None:
        """Set aside what cannot be read of who proved itself; nobody else's is worth a row."""
        if self._session.who is None:
            raise _LeftError(why)
        self._commit(xml)

    def _do(self, step: Step, to: Frame) -> None:
        match step:
            case Close(why):
                raise _LeftError(why)
            case Reply(xml):
                self._send(xml, to)
            case Take(xml, then):
                self._commit(xml)
                self._send(then, to)

    def _commit(self, xml: bytes) -> None:
        building, gateway = self._session.who or ("", "")
        if not self._door.commit(f"mohurd/{building}/{gateway}", xml, self._stop):
            raise _LeftError("the door closes")

    def _send(self, xml: bytes, to: Frame) -> None:
        plain = to.content.lstrip().startswith(b"<")
        content = xml if plain else sealed(xml, self._door.keys.aes)
        self._peer.settimeout(_SEND_S)
        self._peer.sendall(framed(Frame(to.number, content, to.head)))
        self._peer.settimeout(_LOOK_S)


class _LeftError(Exception):
    """A connection is over."""
