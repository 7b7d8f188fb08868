"""Messages that could not be taken: kept with their bytes and the reason, until they can be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from metering.errors import ConflictError
from metering.messages import Message, Rejection

_KEEP = """
    INSERT INTO rejected_message (received_at, topic, gateway, payload, seq, reason,
                                  message_zh, message_en, i, readings, off_ms, identity)
    VALUES (%(received_at)s, %(topic)s, %(gateway)s, %(payload)s, %(seq)s, %(reason)s,
            %(message_zh)s, %(message_en)s, %(i)s, %(readings)s,
            %(off_ms)s, %(identity)s)
    ON CONFLICT (identity) DO UPDATE SET resolved_at = NULL
     WHERE rejected_message.resolved_at IS NOT NULL AND rejected_message.shift_ms IS NULL
    RETURNING xmax = 0
"""

_WAITING = """
    SELECT id, received_at, topic, gateway, payload, seq, reason, message_zh, message_en, i,
           readings, off_ms
      FROM rejected_message
     WHERE resolved_at IS NULL AND id > %(after)s AND id <= %(until)s
       AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
       AND (%(reason)s::text IS NULL OR reason = %(reason)s)
       AND (%(reasons)s::text[] IS NULL OR reason = ANY(%(reasons)s))
       AND (%(topics)s::text IS NULL OR topic ~ %(topics)s)
     ORDER BY id LIMIT %(most)s
"""

# Without the bytes, of which a thousand messages have much.
_LISTED = """
    SELECT id AS reject_id, received_at, topic, gateway, octet_length(payload) AS bytes, seq,
           reason, message_zh, message_en, i, readings, off_ms
      FROM rejected_message
     WHERE resolved_at IS NULL AND id > %(after)s
       AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
       AND (%(reason)s::text IS NULL OR reason = %(reason)s)
     ORDER BY id LIMIT %(most)s
"""

_COUNTED = """
    SELECT gateway, reason, count(*)::integer AS messages, sum(readings)::bigint AS readings,
           min(received_at) AS first_at, max(received_at) AS last_at
      FROM rejected_message
     WHERE resolved_at IS NULL AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
     GROUP BY gateway, reason ORDER BY max(received_at) DESC, gateway, reason LIMIT %(most)s
"""
_NEWEST = "SELECT coalesce(max(id), 0) FROM rejected_message"
_RESOLVE = "UPDATE rejected_message SET resolved_at = now() WHERE id = ANY(%s)"
_SHIFTED = """
    UPDATE rejected_message SET resolved_at = now(), shift_ms = %s
     WHERE id = ANY(%s) AND resolved_at IS NULL
"""


# By when it was settled, or by when it came; some at a time, so that no lock is held for long.
_FORGET = """
    DELETE FROM rejected_message WHERE id IN (
        SELECT id FROM rejected_message
         WHERE resolved_at < now() - %(resolved)s * interval '1 day'
            OR resolved_at IS NULL AND received_at < now() - %(waiting)s * interval '1 day'
         ORDER BY id LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days refused messages are kept: those that were settled, those that wait."""

    resolved_days: int
    waiting_days: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """One refusal that still waits.

    off_ms: of clock.ahead from its arrival, of clock.behind from the gateway's newest.
    """

    id: int
    received_at: datetime
    topic: str
    gateway: str
    payload: bytes
    seq: int | None
    reason: str
    message_zh: str
    message_en: str
    i: list[int]
    readings: int
    off_ms: int | None


@dataclass(frozen=True, slots=True)
class RejectRow:
    """One refusal that still waits, in a list: how many bytes it has instead of the bytes."""

    reject_id: int
    received_at: datetime
    topic: str
    gateway: str
    bytes: int
    seq: int | None
    reason: str
    message_zh: str
    message_en: str
    i: list[int]
    readings: int
    off_ms: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages of a gateway wait for one reason, and since when."""

    gateway: str
    reason: str
    messages: int
    readings: int
    first_at: datetime
    last_at: datetime


def counted(
    connection: Connection[Any], *, gateway: str | None = None, most: int = 500
) -> list[Waiting]:
    """Return what waits by gateway and reason, what came last first."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(_COUNTED, {"gateway": gateway, "most": most}).fetchall()


def keep(
    connection: Connection[Any], batch: Sequence[Message], refusals: Sequence[Rejection]
) -> list[Rejection]:
    """Write refusals down, and return those that never were before.

    The same bytes refused again for the same reason are one row. One that was resolved waits
    again, unless it was taken with its times shifted.
    """
    if not refusals:
        return []
    new = []
    with connection.cursor() as cursor:
        rows = [_row(batch[refusal.message], refusal) for refusal in refusals]
        cursor.executemany(_KEEP, rows, returning=True)
        for refusal in refusals:
            if cursor.fetchone() == (True,):
                new.append(refusal)
            cursor.nextset()
    return new


def newest(connection: Connection[Any]) -> int:
    """Return the id of the refusal that was written down last, 0 where there is none."""
    row = connection.execute(_NEWEST).fetchone()
    return int(row[0]) if row else 0


def waiting(
    connection: Connection[Any],
    *,
    after: int = 0,
    until: int = 2**63 - 1,
    most: int = 500,
    gateway: str | None = None,
    reason: str | None = None,
    topics: str | None = None,
    reasons: Sequence[str] | None = None,
) -> list[Rejected]:
    """Return refusals in the order they came, a page at a time.

    reasons: any of these. topics: what their topics match, an expression of PostgreSQL.
    """
    with connection.cursor(row_factory=class_row(Rejected)) as cursor:
        parameters = {
            "after": after,
            "until": until,
            "most": most,
            "gateway": gateway,
            "reason": reason,
            "topics": topics,
            "reasons": None if reasons is None else list(reasons),
        }
        return cursor.execute(_WAITING, parameters).fetchall()


def listed(
    connection: Connection[Any],
    *,
    after: int,
    most: int,
    gateway: str | None = None,
    reason: str | None = None,
) -> list[RejectRow]:
    """Return refusals that the viewer sees in the order they came, without their bytes."""
    asked = {"after": after, "most": most, "gateway": gateway, "reason": reason}
    with connection.cursor(row_factory=class_row(RejectRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def resolve(connection: Connection[Any], ids: Sequence[int]) -> None:
    """Mark refusals as taken after all."""
    connection.execute(_RESOLVE, [list(ids)])


def resolve_shifted(connection: Connection[Any], ids: Sequence[int], shift_ms: int) -> None:
    """Mark refusals as taken with their times shifted; ConflictError unless all of them waited."""
    if connection.execute(_SHIFTED, [shift_ms, list(ids)]).rowcount != len(ids):
        raise _taken_meanwhile()


def _taken_meanwhile() -> ConflictError:
    return ConflictError(
        "rejects.taken_meanwhile",
        zh="部分拒收报文刚被他人处理。",
        en="Some of these messages were just taken by somebody else.",
        next_zh="请重新预览。",
        next_en="Look at the preview again.",
    )


def forget(connection: Connection[Any], keep: Retention, most: int) -> int:
    """Delete refusals that were kept long enough, at most so many; return how many."""
    parameters = {"resolved": keep.resolved_days, "waiting": keep.waiting_days, "most": most}
    return connection.execute(_FORGET, parameters).rowcount


def identity(gateway: str, payload: bytes, reason: str, i: Sequence[int]) -> bytes:
    """Return a digest of what makes a refusal the same one when it is refused again."""
    digest = hashlib.sha256(hashlib.sha256(payload).digest())
    digest.update(f"{reason}\0{','.join(map(str, i))}\0{gateway}".encode())
    return digest.digest()


def identity_of(row: Rejected) -> bytes:
    """Return what makes a refusal that waits the same one."""
    return identity(row.gateway, row.payload, row.reason, row.i)


def identity_in(batch: Sequence[Message], refusal: Rejection) -> bytes:
    """Return what makes a refusal of a batch the same one."""
    message = batch[refusal.message]
    return identity(message.gateway, message.payload, refusal.reason.code, refusal.i)


def _row(message: Message, refusal: Rejection) -> dict[str, Any]:
    return {
        "received_at": datetime.fromtimestamp(message.received_ms / 1000, UTC),
        "topic": message.topic,
        "gateway": message.gateway,
        "payload": message.payload,
        "seq": refusal.seq,
        "reason": refusal.reason.code,
        "message_zh": refusal.reason.text("zh"),
        "message_en": refusal.reason.text("en"),
        "i": list(refusal.i),
        "readings": len(refusal.i),
        "off_ms": refusal.reason.where.get("off_ms"),
        "identity": identity(message.gateway, message.payload, refusal.reason.code, refusal.i),
    }
