"""Feeding refused messages in again, after a key was bound or a setting mended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.desk import ours
from collector.codecs import Decode
from collector.intake import Portion, portions
from metering.messages import Message, Rejection
from storage import readings, rejects
from storage.binding import bind
from storage.rejects import Rejected

_TALLY_NAME = "replay-rejected"


@dataclass(frozen=True, slots=True)
class Again:
    """What became of refused messages: taken now, or refused as before."""

    taken: int
    refused: int
    reasons: dict[str, int]


def replay_rejected(
    url: str,
    decode: Decode,
    *,
    gateway: str | None = None,
    dry_run: bool = False,
    page: int = 500,
    said: Callable[[Again], None] = lambda _: None,
) -> Again:
    """Try every waiting refusal once more, in the order they came; a dry run stores nothing.

    What is stored already is not stored twice, so that a message of which only some readings were
    refused is simply sent as a whole.

    url: the collector's login. page: messages of a transaction at most. said: hears how far it is.
    """
    total = Again(0, 0, {})
    store = readings.Store(url, _TALLY_NAME)
    with ours(), readings.connect(url, _TALLY_NAME) as connection:
        after = 0
        while waiting := rejects.waiting(connection, after=after, most=page, gateway=gateway):
            after = waiting[-1].id
            batch = [_message(row) for row in waiting]
            refused = _try(connection, store, batch, decode, dry_run)
            still = {_identity(batch, refusal) for refusal in refused}
            taken = [row for row in waiting if _identity_of(row) not in still]
            if not dry_run:
                rejects.resolve(connection, [row.id for row in taken])
            total = _added(total, waiting, taken)
            said(total)
    store.close()
    return total


def _try(
    connection: Connection[Any],
    store: readings.Store,
    batch: Sequence[Message],
    decode: Decode,
    dry_run: bool,
) -> Sequence[Rejection]:
    """Store a page, or only look whether it could be; return what is refused."""
    (portion,) = portions(batch, decode)
    if dry_run:
        return _looked_at(connection, portion)
    return store.write(portion.batch, portion.readings, portion.rejected).rejected


def _looked_at(connection: Connection[Any], portion: Portion) -> list[Rejection]:
    _, refused = bind(connection, portion.batch, portion.readings)
    return [*portion.rejected, *refused]


def _message(row: Rejected) -> Message:
    received_ms = round(row.received_at.timestamp() * 1000)
    return Message(row.topic, row.gateway, row.payload, received_ms)


def _identity(batch: Sequence[Message], refusal: Rejection) -> bytes:
    message = batch[refusal.message]
    return rejects.identity(message.gateway, message.payload, refusal.reason.code, refusal.i)


def _identity_of(row: Rejected) -> bytes:
    return rejects.identity(row.gateway, row.payload, row.reason, row.i)


def _added(total: Again, waiting: Sequence[Rejected], taken: Sequence[Rejected]) -> Again:
    reasons = dict(total.reasons)
    gone = {row.id for row in taken}
    for row in waiting:
        if row.id not in gone:
            reasons[row.reason] = reasons.get(row.reason, 0) + 1
    return Again(total.taken + len(taken), total.refused + len(waiting) - len(taken), reasons)
