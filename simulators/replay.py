"""Gateways that replay a data set: what they measure is spooled, sent, kept until its receipt."""

import selectors
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from collector.codecs import native
from simulators.datasets import HOUR_MS
from simulators.link import Broker, Link, Receipt
from simulators.noise import Noise
from simulators.senders import Sender
from simulators.series import Series
from simulators.spool import Spool, Spooled

_GROUP: Final = 100  # messages that are synced to the disk together
_WINDOW: Final = 2_000  # messages without a receipt, beyond which nothing new is measured
_TURN_S: Final = 0.05
_SAY_S: Final = 0.5
_TIDY_S: Final = 1.0
_LIVE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How the data set is sent.

    batch: readings per message. speed: times real time, 0 for as fast as it is taken.
    live: whether it goes on in real time after the data set's end.
    """

    batch: int = 50
    speed: float = 0.0
    live: bool = False
    noise: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is, in readings; total: of the data set, without what is live."""

    made: int
    receipted: int
    refused: int
    total: int
    done: bool


class Replay:
    """Replays series through gateways until every reading has its receipt.

    gateways: of each series, the name of its gateway.
    """

    def __init__(
        self,
        series: Sequence[Series],
        gateways: Sequence[str],
        spool: Spool,
        broker: Broker,
        settings: ReplaySettings,
    ) -> None:
        self._series = series
        self._gateways = gateways
        self._spool = spool
        self._settings = settings
        self._noise = None if settings.noise is None else Noise(settings.noise)
        self._selector = selectors.DefaultSelector()
        names = sorted(set(gateways) | {gateway for gateway, _ in spool.waiting()})
        self._senders = {
            name: Sender(
                Link(name, broker, self._selector, self._heard, self._came_up, self._unheard)
            )
            for name in names
        }
        self._late: list[tuple[int, str, int, bytes]] = []  # groups to wait, and the message
        self._places = {one.meter.name: 0 for one in series} | spool.places()
        self._total = sum(len(one) for one in series)
        self._outstanding = 0
        self._done = False
        self._planned = self._history()
        self._next: tuple[int, int, int, int] | None = None
        self._began_s = time.monotonic()
        self._began_ms: int | None = None
        self._looked_s = 0.0
        for gateway, seq in spool.waiting():
            self._expect(gateway, seq, None)

    def run(self, stop: threading.Event, say: Callable[[Progress], None]) -> bool:
        """Go on until done, for ever where it is live, or until told to stop; return whether done.

        say: is told every half second, and at the end, how far it is.
        """
        told_s = tidied_s = 0.0
        while not stop.is_set():
            now = time.monotonic()
            if now - told_s >= _SAY_S:
                told_s = now
                self._spool.commit()
                say(self.progress())
            if now - tidied_s >= _TIDY_S:
                tidied_s = now
                for sender in self._senders.values():
                    sender.tidy(now)
            self._measure()
            self._send()
            if self._finished():
                break
            self._wait()
        self._spool.commit()
        for sender in self._senders.values():
            sender.link.leave()
        self._selector.close()
        say(self.progress())
        return self._done

    def progress(self) -> Progress:
        """Return how far it is."""
        spool = self._spool
        return Progress(spool.made, spool.receipted, spool.refused, self._total, self._done)

    def _finished(self) -> bool:
        if not (self._outstanding or self._late or self._planned_left()):
            self._done = True
        return self._done and not self._settings.live

    def _history(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield the messages still to be made in order of their last reading.

        yields: that instant, which series, and its readings first to last - 1
        """
        batch = self._settings.batch
        planned = []
        for index, one in enumerate(self._series):
            first = np.arange(self._places[one.meter.name], len(one), batch)
            last = np.minimum(first + batch, len(one))
            which = np.full(len(first), index)
            planned.append(np.column_stack([one.at_ms[last - 1], which, first, last]))
        if planned:
            rows = np.concatenate(planned)
            for row in rows[np.lexsort((rows[:, 1], rows[:, 0]))].tolist():
                yield row[0], row[1], row[2], row[3]

    def _planned_left(self) -> bool:
        if self._next is None:
            self._next = next(self._planned, None)
        return self._next is not None

    def _now_ms(self, first_ms: int) -> float:
        """Return the instant that the gateways' clocks show, at the speed that was asked for."""
        if not self._settings.speed:
            return float("inf")
        if self._began_ms is None:
            self._began_ms = first_ms
        return self._began_ms + (time.monotonic() - self._began_s) * 1000 * self._settings.speed

    def _measure(self) -> None:
        """Make the next group of messages, sync it to the disk, and only then let it go."""
        if self._outstanding + _GROUP > _WINDOW:
            return
        group: list[tuple[int, int, int]] = []
        while len(group) < _GROUP and self._planned_left() and self._next is not None:
            due_ms, index, first, last = self._next
            if due_ms > self._now_ms(due_ms):
                break
            group.append((index, first, last))
            self._next = None
        if not group and self._done:
            group = self._live()
        if group:
            messages = [self._message(*one) for one in group]
            places = {self._series[one].meter.name: last for one, _, last in group}
            self._spool.keep(messages, places)
            self._let_go(messages)
        elif self._late and not self._planned_left():
            self._let_go([])

    def _live(self) -> list[tuple[int, int, int]]:
        """Return what the hours since the data set's end have measured."""
        now = time.monotonic()
        if now - self._looked_s < _LIVE_S:
            return []
        group = []
        for index, one in enumerate(self._series):
            hours = (time.time_ns() // 1_000_000 - int(one.at_ms[-1])) // HOUR_MS
            first = self._places[one.meter.name]
            last = min(len(one) + max(hours, 0), first + self._settings.batch)
            if first < last:
                group.append((index, first, last))
        if not group:
            self._looked_s = now
        return group

    def _message(self, index: int, first: int, last: int) -> Spooled:
        one, gateway = self._series[index], self._gateways[index]
        seq = self._spool.number(gateway)
        payload = native.encode_columns(
            seq, one.meter.name, one.instants(first, last), one.shown(first, last)
        )
        self._places[one.meter.name] = last
        return Spooled(gateway, seq, last - first, payload)

    def _let_go(self, messages: Sequence[Spooled]) -> None:
        for one in messages:
            self._outstanding += 1
            self._senders[one.gateway].expect(one.seq)
        if self._noise is None:
            for one in messages:
                self._senders[one.gateway].to_send.append((one.seq, one.payload))
        else:
            self._disturbed(self._noise, messages)

    def _disturbed(self, noise: Noise, messages: Sequence[Spooled]) -> None:
        late, self._late = self._late, []
        for groups, gateway, seq, payload in late:
            if groups > 1:
                self._late.append((groups - 1, gateway, seq, payload))
            else:
                self._senders[gateway].to_send.append((seq, payload))
        for one, groups in noise.scatter(messages):
            if groups:
                self._late.append((groups, one.gateway, one.seq, one.payload))
            else:
                self._senders[one.gateway].to_send.append((one.seq, one.payload))
        for sender in noise.cuts(list(self._senders.values())):
            sender.link.cut()

    def _expect(self, gateway: str, seq: int, payload: bytes | None) -> None:
        sender = self._senders[gateway]
        self._outstanding += 1
        sender.expect(seq)
        sender.to_send.append((seq, payload))

    def _send(self) -> None:
        now = time.monotonic()
        for sender in self._senders.values():
            sender.send(now, self._spool)

    def _came_up(self, gateway: str) -> None:
        late = {seq for _, name, seq, _ in self._late if name == gateway}
        self._senders[gateway].begin_again(late)

    def _unheard(self, gateway: str, seq: int) -> None:
        self._senders[gateway].try_soon(seq, time.monotonic())

    def _heard(self, gateway: str, receipt: Receipt) -> None:
        sender = self._senders[gateway]
        refused = sum(len(one.i) or 1 for one in receipt.rejected)
        for seq in self._spool.forget(gateway, receipt.stored, refused):
            if sender.waiting.pop(seq, None) is not None:
                self._outstanding -= 1

    def _wait(self) -> None:
        """Wait for the network, briefly; read and write what can be."""
        if not self._selector.get_map():
            time.sleep(_TURN_S)
            return
        for key, events in self._selector.select(_TURN_S):
            if events & selectors.EVENT_READ:
                key.data.read()
            if events & selectors.EVENT_WRITE:
                key.data.write()
