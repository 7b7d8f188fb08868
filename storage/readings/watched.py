"""The last messages of gateways that somebody looks at: what came, what it said, why not."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection
from psycopg.rows import class_row

from metering.messages import Message, Readings, Rejection, Stored

_LOOK_S: Final = 2.0  # between looks at who is watched
LAST: Final = 50
_BYTES: Final = 2_000  # of a payload
_SHOWN: Final = 3  # readings of a message

_WATCHED: Final = """
    SELECT g.name, g.id FROM gateway_watch w JOIN gateway g ON g.id = w.gateway_id
     WHERE w.until > now()
"""
_ADD: Final = """
    INSERT INTO gateway_message (gateway_id, received_at, topic, payload, bytes, seq, said,
                                 readings, taken, reason, message_zh, message_en)
    VALUES (%s, to_timestamp(%s / 1000.0), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_CUT: Final = """
    DELETE FROM gateway_message WHERE gateway_id = ANY(%s) AND id NOT IN (
        SELECT m.id FROM unnest(%s) AS g (id) CROSS JOIN LATERAL (
            SELECT id FROM gateway_message WHERE gateway_id = g.id ORDER BY id DESC LIMIT %s) m)
"""
_WATCH: Final = """
    INSERT INTO gateway_watch AS w (gateway_id, until) VALUES (%s, now() + %s * interval '1 hour')
    ON CONFLICT (gateway_id) DO UPDATE SET until = greatest(w.until, EXCLUDED.until)
"""
_UNTIL: Final = "SELECT until FROM gateway_watch WHERE gateway_id = %s AND until > now()"
_MESSAGES: Final = """
    SELECT id AS message_id, received_at, topic, payload, bytes, seq, said, readings, taken, reason,
           message_zh, message_en
      FROM gateway_message WHERE gateway_id = %s ORDER BY id DESC LIMIT %s
"""
_FORGET: Final = """
    DELETE FROM gateway_message WHERE id IN (
        SELECT id FROM gateway_message WHERE received_at < now() - interval '2 days'
         ORDER BY id LIMIT %s)
"""
_FORGET_DAYS: Final = """
    DELETE FROM gateway_day WHERE (gateway_id, day) IN (
        SELECT gateway_id, day FROM gateway_day WHERE day < storage.today() - 400 LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a gateway that is watched, and what became of it.

    payload: its beginning. said: its first readings. taken: of its readings, stored or known.
    """

    message_id: int
    received_at: datetime
    topic: str
    payload: bytes
    bytes: int
    seq: int | None
    said: str
    readings: int
    taken: int
    reason: str | None
    message_zh: str | None
    message_en: str | None


class Watched:
    """Knows who is watched, and keeps their messages in the transaction that stores them."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._look_at_s = 0.0

    def __contains__(self, name: str) -> bool:
        """Return whether somebody looks at what a gateway sends, as of the last look."""
        return name in self._ids

    def keep(
        self,
        connection: Connection[Any],
        batch: Sequence[Message],
        readings: Readings,
        stored: Stored,
    ) -> None:
        """Write down the last messages of a batch that are of a gateway that is watched."""
        now_s = time.monotonic()
        if now_s >= self._look_at_s:
            self._ids = dict(connection.execute(_WATCHED).fetchall())
            self._look_at_s = now_s + _LOOK_S
        if not self._ids:
            return
        places = [place for place, one in enumerate(batch) if one.gateway in self._ids]
        if not places:
            return
        places = places[-LAST * len(self._ids) :]
        rows = [self._row(place, batch, readings, stored) for place in places]
        ids = sorted({row[0] for row in rows})
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, rows)
        connection.execute(_CUT, [ids, ids, LAST])

    def _row(
        self, place: int, batch: Sequence[Message], readings: Readings, stored: Stored
    ) -> tuple[Any, ...]:
        message = batch[place]
        own = np.flatnonzero(readings.message == place)
        refused = [one for one in stored.rejected if one.message == place]
        return (
            self._ids[message.gateway],
            message.received_ms,
            message.topic,
            message.payload[:_BYTES],
            len(message.payload),
            stored.seqs[place],
            _said(readings, own[:_SHOWN].tolist()),
            len(own),
            len(own) - _lost(refused, len(own)),
            *_why(refused),
        )


def _said(readings: Readings, rows: Sequence[int]) -> str:
    units = readings.unit or [None] * len(readings)
    parts = [
        f"{readings.channel_key[row]} = {readings.value[row]:.12g} {units[row] or ''}".strip()
        for row in rows
    ]
    return "; ".join(parts)


def _lost(refused: Sequence[Rejection], count: int) -> int:
    """Return how many readings were refused of those that were read."""
    if any(not one.i for one in refused):
        return count
    return min(count, len({i for one in refused for i in one.i}))


def _why(refused: Sequence[Rejection]) -> tuple[str | None, str | None, str | None]:
    if not refused:
        return None, None, None
    first = refused[0].reason
    return first.code, first.text("zh"), first.text("en")


def watch(connection: Connection[Any], gateway_id: int, hours: int) -> None:
    """Have a gateway's messages kept for some hours from now on."""
    connection.execute(_WATCH, [gateway_id, hours])


def watched_until(connection: Connection[Any], gateway_id: int) -> datetime | None:
    """Return until when its messages are kept, None where they are not."""
    row = connection.execute(_UNTIL, [gateway_id]).fetchone()
    return row[0] if row else None


def heard(connection: Connection[Any], gateway_id: int) -> list[Heard]:
    """Return the last messages that were kept, the newest first."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(_MESSAGES, [gateway_id, LAST]).fetchall()


def forget(connection: Connection[Any], most: int) -> int:
    """Delete some messages and counts that were kept long enough; return how many."""
    messages = connection.execute(_FORGET, [most]).rowcount
    return max(messages, connection.execute(_FORGET_DAYS, [most]).rowcount)
