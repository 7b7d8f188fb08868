"""What a collector counts, for metrics and for its own judgement."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Plain counters since the start; each is written by one thread and may be read by any.

    messages: delivered by the broker, redelivered ones included.
    retained: replayed from the broker's store, so not fresh: acknowledged and left out.
    overflowed: left unacknowledged, to be redelivered, because more came than may be held.
    readings, batches: written, in how many transactions.
    unacknowledged, most_unacknowledged: messages now, and at the worst moment.
    last_commit_ms: how long the last transaction took.
    broker_dropped: messages that the broker itself says it threw away, since we listen.
    """

    messages: int = 0
    retained: int = 0
    overflowed: int = 0
    connects: int = 0
    connected: bool = False
    unacknowledged: int = 0
    most_unacknowledged: int = 0
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
