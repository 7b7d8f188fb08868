"""What a collector counts, for metrics and for its own judgement."""

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.messages import Message, Readings

_COMMIT_S: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_ARRIVED_S: Final = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_READ_S: Final = (1.0, 3.0, 5.0, 10.0, 60.0, 600.0, 3600.0, 86_400.0, 2_592_000.0)


class Histogram:
    """How often a figure was at most so much: one count a bound, and one for what is beyond.

    Written by one thread; who reads it meanwhile may miss what is being added.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Count a figure."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times

    def add_all(self, values: NDArray[np.float64]) -> None:
        """Count many."""
        places = np.searchsorted(self.bounds, values)
        for place, times in enumerate(np.bincount(places, minlength=len(self.counts)).tolist()):
            self.counts[place] += times
        self.total += float(values.sum())

    def __len__(self) -> int:
        """Return how many figures were counted."""
        return sum(self.counts)


@dataclass(slots=True)
class Tally:
    """Plain counters since the start; each is written by one thread and may be read by any.

    `HELP` says what each of them is. arrived: when each message came that is not acknowledged, in
    order, by the monotonic clock.
    """

    messages: int = 0
    retained: int = 0
    overflowed: int = 0
    connects: int = 0
    connected: bool = False
    unacknowledged: int = 0
    most_unacknowledged: int = 0
    held: int = 0
    held_bytes: int = 0
    receipts: int = 0
    receipts_dropped: int = 0
    readings: int = 0
    batches: int = 0
    inserted: int = 0
    revised: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    sink_away: bool = False
    last_commit_ms: float = 0.0
    broker_dropped: int = 0
    commit_seconds: Histogram = field(default_factory=lambda: Histogram(_COMMIT_S))
    arrival_to_queryable_seconds: Histogram = field(default_factory=lambda: Histogram(_ARRIVED_S))
    reading_to_queryable_seconds: Histogram = field(default_factory=lambda: Histogram(_READ_S))
    arrived: deque[float] = field(default_factory=deque)

    @property
    def oldest_unacknowledged_seconds(self) -> float:
        """For how long the first message waits that is not acknowledged, 0 where none does."""
        try:
            return max(0.0, time.monotonic() - self.arrived[0])
        except IndexError:
            return 0.0

    def came(self, now_s: float) -> None:
        """Note that a message came which the broker wants acknowledged; now_s: monotonic."""
        self.arrived.append(now_s)

    def let_go(self, messages: int) -> None:
        """Note that the oldest of them are acknowledged."""
        for _ in range(min(messages, len(self.arrived))):
            self.arrived.popleft()

    def committed(self, batch: Sequence[Message], readings: Readings, commit_ms: float) -> None:
        """Note how long a transaction took, and how old what it stored was after it."""
        self.commit_seconds.add(commit_ms / 1000)
        now_ms = time.time_ns() // 1_000_000
        arrived = np.array([one.received_ms for one in batch], np.int64)
        self.arrival_to_queryable_seconds.add_all(_seconds(now_ms - arrived))
        timed = readings.at_ms[~readings.arrival]
        self.reading_to_queryable_seconds.add_all(_seconds(now_ms - timed))


def _seconds(
    ms: NDArray[np.int64],
) -> NDArray[np.float64]:
    return np.maximum(ms, 0) / 1000.0


HELP: Final[dict[str, str]] = {
    "messages": "Messages that the broker delivered, redelivered ones included.",
    "retained": "Messages replayed from the broker's store: acknowledged and left out.",
    "overflowed": "Messages left to be redelivered, because more came than may be held.",
    "connects": "Connections that the broker took.",
    "broker_dropped": "Messages that the broker itself says it threw away, since we listen.",
    "connected": "1 while the broker is connected.",
    "unacknowledged": "Messages that are not acknowledged yet.",
    "most_unacknowledged": "The most of these that there ever were.",
    "oldest_unacknowledged_seconds": "For how long the oldest of these waits, 0 where none does.",
    "held": "Messages in the inbox, which wait for the writer.",
    "held_bytes": "Memory that these take.",
    "receipts": "Receipts published.",
    "receipts_dropped": "Receipts left out, for too many waited; gateways ask again.",
    "readings": "Readings written, those that were there already included.",
    "batches": "Transactions committed.",
    "inserted": "Readings stored that were not there.",
    "revised": "Readings kept as revisions, beside another of their channel and instant.",
    "duplicates": "Readings that were there already.",
    "rejected": "Refusals, of a message or of its readings for one reason, by reason.",
    "retries": "Attempts to write that found the database away.",
    "sink_away": "1 while the database is away.",
    "last_commit_ms": "How long the last transaction took, in milliseconds.",
    "commit_seconds": "How long transactions took, their commit included.",
    "arrival_to_queryable_seconds": "From a message's arrival until its readings can be queried.",
    "reading_to_queryable_seconds": "From a reading's own instant until it can be queried; what "
    "gateways buffered and files of old months lie in the last buckets.",
}
