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
from metering.messages import Message, Readings, Rejection
from storage.readings import rejects
from storage.readings.binding import bind
from storage.readings.elsewhere import UNBOUND
from storage.readings.rejects import Rejected
from storage.registry import meters

MOST: Final = 10_000  # messages of one transaction
_UNKNOWN: Final = "reading.unknown_key"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that wait, and their refused readings.

    left: whether more of them wait. skipped: reasons of messages that wait on in any case.
    ahead_ms: the farthest that any of them, skipped or not, is ahead of its arrival.
    rejected: what the format itself refuses of messages of which the rest can be taken.
    last: the id of the last refusal that was looked at.
    """

    rows: list[Rejected]
    batch: list[Message]
    readings: Readings
    left: bool
    skipped: list[str]
    ahead_ms: int
    rejected: tuple[Rejection, ...] = ()
    last: int = 0

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
    batch = [
        Message(row.topic, _whose(row, routes), row.payload, _ms(row.received_at))
        for row in rows[:MOST]
    ]
    return _decoded(rows, batch, routes, whole=False)


def under(connection: Connection[Any], topics: str, routes: Routes, after: int = 0) -> Waiting:
    """Return what waits of topics, whatever the reason, as these routes say it.

    They may say something else than those of before: whose it is, and all that it holds.

    topics: an expression that the topics match. after: the refusals that came later than this one.
    """
    rows = rejects.waiting(connection, topics=topics, after=after, most=MOST + 1)
    batch = [_anew(row, routes) for row in rows[:MOST]]
    return _decoded(rows, batch, routes, whole=True)


def holding(
    connection: Connection[Any], gateway: str, keys: Sequence[str], routes: Routes, after: int = 0
) -> Waiting:
    """Return what waits of a gateway for want of a channel, where it holds one of these keys.

    Other keys of the same messages are tried with them.
    """
    rows = rejects.waiting(connection, gateway=gateway, reasons=UNBOUND, after=after, most=MOST + 1)
    batch = [
        Message(row.topic, row.gateway, row.payload, _ms(row.received_at)) for row in rows[:MOST]
    ]
    found = _decoded(rows, batch, routes, whole=False)
    wanted = np.array([key in set(keys) for key in found.readings.channel_key], np.bool_)
    meant = set(found.readings.message[wanted].tolist())
    strange = {place: "" for place in range(len(found.batch)) if place not in meant}
    return replace(without(found, strange), skipped=[])


def _decoded(rows: list[Rejected], batch: list[Message], routes: Routes, *, whole: bool) -> Waiting:
    """Return messages as they read now; whole: with readings that were not refused, too."""
    rows, left = rows[:MOST], len(rows) > MOST
    (portion,) = portions(batch, routes.decode)
    ahead_ms = max((row.off_ms or 0 for row in rows), default=0)
    readings = portion.readings if whole else _refused(portion.readings, rows)
    partly = [one for one in portion.rejected if one.i and (whole or not rows[one.message].i)]
    last = rows[-1].id if rows else 0
    found = Waiting(rows, batch, readings, left, [], ahead_ms, tuple(partly), last)
    still = {
        one.message: one.reason.code
        for one in portion.rejected
        if not one.i or (not whole and set(one.i) & set(rows[one.message].i))
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
        rejected=tuple(
            replace(one, message=int(place_of[one.message]))
            for one in waiting.rejected
            if place_of[one.message] >= 0
        ),
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
    if row.gateway != row.topic:
        return row.gateway
    return routes.gateway_of(row.topic, _ms(row.received_at))


def _anew(row: Rejected, routes: Routes) -> Message:
    received_ms = _ms(row.received_at)
    found = routes.gateway_of(row.topic, received_ms)
    gateway = row.gateway if found == row.topic else found
    return Message(row.topic, gateway, row.payload, received_ms)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _refused(readings: Readings, rows: Sequence[Rejected]) -> Readings:
    """Return the refused readings of each message; no place means all of it."""
    kept = np.zeros(len(readings), np.bool_)
    for place, row in enumerate(rows):
        of = readings.message == place
        kept |= of & np.isin(readings.i, row.i) if row.i else of
    return readings.only(kept)
