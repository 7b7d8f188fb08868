"""Refused messages being taken after all: decoded anew, without what is not the actor's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.actor import denied
from actions.routes import Routes
from collector.intake import portions
from metering.messages import Message, Readings
from storage.readings import rejects
from storage.readings.binding import bind
from storage.readings.rejects import Rejected
from storage.registry import meters

MOST: Final = 10_000  # messages of one transaction
_UNKNOWN: Final = "reading.unknown_key"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that wait, and their refused readings.

    left: whether more of them wait. skipped: reasons of messages that wait on in any case.
    ahead_ms: the farthest that any of them, skipped or not, is ahead of its arrival.
    """

    rows: list[Rejected]
    batch: list[Message]
    readings: Readings
    left: bool
    skipped: list[str]
    ahead_ms: int

    @property
    def ids(self) -> list[int]:
        """The refusals that the messages come from."""
        return [row.id for row in self.rows]


def waiting(
    connection: Connection[Any], gateway: str, routes: Routes, reason: str | None = None
) -> Waiting:
    """Return what waits of a gateway, for one reason where one is meant, decoded anew.

    gateway: or a topic that had no route; whose it is the routes of today say.
    """
    rows = rejects.waiting(connection, gateway=gateway, reason=reason, most=MOST + 1)
    rows, left = rows[:MOST], len(rows) > MOST
    batch = [
        Message(row.topic, _whose(row, routes), row.payload, _ms(row.received_at)) for row in rows
    ]
    (portion,) = portions(batch, routes.decode)
    ahead_ms = max((row.off_ms or 0 for row in rows), default=0)
    found = Waiting(rows, batch, _refused(portion.readings, rows), left, [], ahead_ms)
    still = {
        one.message: one.reason.code
        for one in portion.rejected
        if not one.i or not rows[one.message].i or set(one.i) & set(rows[one.message].i)
    }
    return without(found, still)


def without(waiting: Waiting, skipped: dict[int, str]) -> Waiting:
    """Leave out messages, by their places, for the reasons given."""
    if not skipped:
        return waiting
    stay = [place for place in range(len(waiting.batch)) if place not in skipped]
    place_of = np.full(len(waiting.batch), -1, np.int32)
    place_of[stay] = np.arange(len(stay), dtype=np.int32)
    kept = waiting.readings.only(place_of[waiting.readings.message] >= 0)
    return replace(
        waiting,
        rows=[waiting.rows[place] for place in stay],
        batch=[waiting.batch[place] for place in stay],
        readings=replace(kept, message=place_of[kept.message]),
        skipped=[*waiting.skipped, *skipped.values()],
    )


def of_actor(connection: Connection[Any], waiting: Waiting, act: str) -> Waiting:
    """Leave out what the actor does not see; DeniedError where he may not write for the rest."""
    _, refused = bind(connection, waiting.batch, waiting.readings)
    hidden = {one.message: _UNKNOWN for one in refused if one.reason.code == _UNKNOWN}
    theirs = without(waiting, hidden)
    bound, _ = bind(connection, theirs.batch, theirs.readings)
    ids = np.unique(bound.channel_id).tolist()
    if set(ids) - meters.writable(connection, ids):
        raise denied(act)
    return theirs


def _whose(row: Rejected, routes: Routes) -> str:
    return routes.gateway_of(row.topic) if row.gateway == row.topic else row.gateway


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _refused(readings: Readings, rows: Sequence[Rejected]) -> Readings:
    """Return the refused readings of each message; no place means all of it."""
    kept = np.zeros(len(readings), np.bool_)
    for place, row in enumerate(rows):
        of = readings.message == place
        kept |= of & np.isin(readings.i, row.i) if row.i else of
    return readings.only(kept)
