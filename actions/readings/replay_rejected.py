"""Feeding refused messages in again, after a key was bound or a setting mended."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.actor import ours
from actions.routes import Routes
from collector.codecs import Decode
from collector.intake import Portion, portions
from metering.messages import Message, Rejection
from storage.connections import WRITING, Bounds
from storage.readings import rejects, unbound
from storage.readings.binding import bind
from storage.readings.rejects import Rejected
from storage.readings.store import Store, connect

_TALLY_NAME = "replay-rejected"


@dataclass(frozen=True, slots=True)
class Again:
    """What became of refused messages: taken now, or refused, as before or for another reason."""

    taken: int
    refused: int
    reasons: dict[str, int]


def replay_rejected(
    url: str,
    routes: Routes,
    *,
    gateway: str | None = None,
    dry_run: bool = False,
    page: int = 500,
    told: Callable[[Again], None] = lambda _: None,
    bounds: Bounds = WRITING,
) -> Again:
    """Try every waiting refusal once more, in the order they came; a dry run stores nothing.

    What is stored already is not stored twice, so that a message of which only some readings were
    refused is simply sent as a whole. Whose it is the routes say anew: they may have been mended.

    url: the collector's login. page: messages of a transaction at most. told: hears how far it is.
    """
    total = Again(0, 0, {})
    store = Store(url, _TALLY_NAME, bounds=bounds)
    with ours(), connect(url, _TALLY_NAME, bounds) as connection:
        after, last = 0, rejects.newest(connection)
        while waiting := rejects.waiting(
            connection, after=after, until=last, most=page, gateway=gateway
        ):
            after = waiting[-1].id
            batch = [_message(row, routes) for row in waiting]
            noted = unbound.noted(waiting)
            refused = _try(connection, store, batch, routes.decode, noted, dry_run)
            if not dry_run:
                still = {rejects.identity_in(batch, refusal) for refusal in refused}
                gone = [row.id for row in waiting if rejects.identity_of(row) not in still]
                rejects.resolve(connection, gone)
            total = _added(total, waiting, refused)
            told(total)
    store.close()
    return total


def _try(
    connection: Connection[Any],
    store: Store,
    batch: Sequence[Message],
    decode: Decode,
    noted: Container[int],
    dry_run: bool,
) -> Sequence[Rejection]:
    """Store a page, or only look whether it could be; return what is refused."""
    (portion,) = portions(batch, decode)
    if dry_run:
        return _looked_at(connection, portion)
    written = store.write(portion.batch, portion.readings, portion.rejected, noted=noted)
    return written.rejected


def _looked_at(connection: Connection[Any], portion: Portion) -> list[Rejection]:
    _, refused = bind(connection, portion.batch, portion.readings)
    return [*portion.rejected, *refused]


def _message(row: Rejected, routes: Routes) -> Message:
    received_ms = round(row.received_at.timestamp() * 1000)
    found = routes.gateway_of(row.topic, received_ms)
    gateway = row.gateway if found == row.topic else found
    return Message(row.topic, gateway, row.payload, received_ms)


def _added(total: Again, waiting: Sequence[Rejected], refused: Sequence[Rejection]) -> Again:
    """Count rows as taken whose readings are refused for no reason, old or new."""
    taken, reasons = total.taken, dict(total.reasons)
    for place, row in enumerate(waiting):
        now = next((one for one in refused if one.message == place and _same(row, one)), None)
        if now is None:
            taken += 1
        else:
            reasons[now.reason.code] = reasons.get(now.reason.code, 0) + 1
    return Again(taken, sum(reasons.values()), reasons)


def _same(row: Rejected, refusal: Rejection) -> bool:
    """Return whether both speak of the same readings of a message; no place means all of it."""
    return not row.i or not refusal.i or not set(row.i).isdisjoint(refusal.i)
