"""Gateways as readers see them, and the keys with which they come in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from metering.clocks import shift_for, shift_text
from metering.credentials import hashed
from metering.gateways import Habits

_SHOWN = """
    SELECT g.id AS gateway_id, g.name, g.since, g.key_sha256 IS NOT NULL AS has_key,
           (SELECT count(DISTINCT b.channel_id)::integer FROM binding b
             WHERE b.gateway_id = g.id AND b.known_until IS NULL) AS channels,
           (SELECT max(r.at) FROM binding b
              CROSS JOIN LATERAL (SELECT at FROM report.reading
                   WHERE channel_id = b.channel_id ORDER BY at DESC LIMIT 1) r
             WHERE b.gateway_id = g.id AND b.known_until IS NULL AND b.valid_to IS NULL
           ) AS last_reading_at,
           (SELECT count(*)::integer FROM rejected_message x
             WHERE x.gateway = g.name AND x.resolved_at IS NULL) AS rejects,
           p.longest_s AS period_s, p.shortest_s AS soonest_s,
           g.keyed_at, g.revoked_at, k.ahead_ms AS clock_ahead_ms,
           greatest(k.heard_at, s.seen_at) AS heard_at, coalesce(s.every_s, '{}') AS every_s,
           coalesce(s.ahead_ms, '{}') AS offsets_ms,
           k.set_aside_at AS clock_set_aside_at,
           (SELECT max(x.off_ms) FROM rejected_message x WHERE x.gateway = g.name
               AND x.resolved_at IS NULL AND x.reason = 'clock.ahead') AS waits_ahead_ms
      FROM gateway g LEFT JOIN gateway_clock k ON k.gateway_id = g.id
      LEFT JOIN gateway_seen s ON s.gateway_id = g.id
      LEFT JOIN LATERAL (
           SELECT max(c.period_s) AS longest_s, min(c.period_s) AS shortest_s FROM binding b
             JOIN channel_setting c ON c.channel_id = b.channel_id AND c.known_until IS NULL
            WHERE b.gateway_id = g.id AND b.known_until IS NULL AND b.valid_to IS NULL) p ON true
"""
_LIST = f"""
    {_SHOWN}
     WHERE g.name > %(after)s AND strpos(lower(g.name), lower(%(text)s)) > 0
     ORDER BY g.name LIMIT %(most)s
"""
_ONE = f"{_SHOWN} WHERE g.id = %s"
_NAMED = f"{_SHOWN} WHERE g.name = %s"
# A page is chosen first, so that only its gateways' newest readings are looked up.
_SILENT = """
     WHERE g.id IN (
           SELECT h.id FROM gateway h LEFT JOIN gateway_clock c ON c.gateway_id = h.id
             LEFT JOIN gateway_seen n ON n.gateway_id = h.id
            WHERE strpos(lower(h.name), lower(%(text)s)) > 0
            ORDER BY greatest(c.heard_at, n.seen_at) NULLS FIRST, h.name
            LIMIT %(most)s OFFSET %(skip)s)
     ORDER BY heard_at NULLS FIRST, g.name
"""
_SILENT_FIRST = _SHOWN + _SILENT
_COUNT = "SELECT count(*) FROM gateway WHERE strpos(lower(name), lower(%s)) > 0"
# What is seen is asked as of before it was made, so nothing can be returned of a new row.
_NEXT = "SELECT nextval('gateway_id_seq')::integer"
_MAKE = "INSERT INTO gateway (id, name) VALUES (%s, %s)"
_SET_KEY = """
    UPDATE gateway SET key_sha256 = sha256(%s), key_pbkdf2 = %s, keyed_at = now(), revoked_at = NULL
     WHERE name = %s
"""
_REVOKE = """
    UPDATE gateway SET key_sha256 = NULL, key_pbkdf2 = NULL, keyed_at = NULL, revoked_at = now()
     WHERE id = %s
"""
_LOGINS = """
    SELECT name, key_pbkdf2 FROM gateway WHERE key_pbkdf2 IS NOT NULL ORDER BY name COLLATE "C"
"""
_OPENS = "SELECT access.opens_gateway(%s, %s)"
_KNOWS = "SELECT access.knows_gateway(%s)"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A field device that sends readings.

    channels: bound to it. last_reading_at: of those bound to it now. rejects: that still wait.
    period_s, soonest_s: the longest and the shortest between readings of these.
    keyed_at: when it got the key that it has. revoked_at: since when it is refused.
    clock_ahead_ms: the newest instant of its last message, less that message's arrival; far below
        0 where it sent what happened long before.
    clock_set_aside_at: when readings were last set aside for its clock.
    waits_ahead_ms: the farthest that waits, set aside as ahead of its arrival.
    every_s: between its last arrivals. offsets_ms: of its last messages from their arrival.
    """

    gateway_id: int
    name: str
    since: datetime
    has_key: bool
    channels: int
    last_reading_at: datetime | None
    rejects: int
    period_s: int | None
    soonest_s: int | None
    keyed_at: datetime | None
    revoked_at: datetime | None
    clock_ahead_ms: int | None
    heard_at: datetime | None
    every_s: list[int]
    offsets_ms: list[int]
    clock_set_aside_at: datetime | None
    waits_ahead_ms: int | None

    @property
    def habits(self) -> Habits:
        """Its own interval and clock, by which it is judged."""
        last = [] if self.clock_ahead_ms is None else [self.clock_ahead_ms]
        seen = (self.heard_at, self.every_s, self.offsets_ms or last, ())
        return Habits(*seen, self.period_s, self.soonest_s)

    def silent_at(self, now: datetime) -> bool:
        """Return whether it has said nothing for longer than it uses to."""
        return self.habits.offline(now)

    @property
    def clock_ahead_s(self) -> int | None:
        """By how much its last message was ahead of its arrival."""
        return None if self.clock_ahead_ms is None else self.clock_ahead_ms // 1000

    @property
    def shift_proposed(self) -> str | None:
        """What would set right that which waits, as `replay-rejected --shift` takes it."""
        return None if self.waits_ahead_ms is None else shift_text(shift_for(self.waits_ahead_ms))


def listed(connection: Connection[Any], *, after: str, most: int, text: str = "") -> list[Gateway]:
    """Return gateways in order of name, those after one; text: part of the name."""
    with connection.cursor(row_factory=class_row(Gateway)) as cursor:
        return cursor.execute(_LIST, {"after": after, "most": most, "text": text}).fetchall()


def one(connection: Connection[Any], gateway_id: int) -> Gateway | None:
    """Return one gateway."""
    with connection.cursor(row_factory=class_row(Gateway)) as cursor:
        return cursor.execute(_ONE, [gateway_id]).fetchone()


def named(connection: Connection[Any], name: str) -> Gateway | None:
    """Return the gateway of a name."""
    with connection.cursor(row_factory=class_row(Gateway)) as cursor:
        return cursor.execute(_NAMED, [name]).fetchone()


def silent_first(
    connection: Connection[Any], *, text: str, skip: int, most: int
) -> tuple[int, list[Gateway]]:
    """Return how many gateways have a text in their name, and some: the longest unheard first."""
    row = connection.execute(_COUNT, [text]).fetchone()
    with connection.cursor(row_factory=class_row(Gateway)) as cursor:
        asked = {"text": text, "skip": skip, "most": most}
        return (row[0] if row else 0), cursor.execute(_SILENT_FIRST, asked).fetchall()


def make(connection: Connection[Any], name: str) -> int:
    """Register a gateway without a key; return its id."""
    row = connection.execute(_NEXT).fetchone()
    assert row is not None
    connection.execute(_MAKE, [row[0], name])
    return int(row[0])


def set_key(connection: Connection[Any], name: str, key: str) -> bool:
    """Keep the hashes of a gateway's key, which ends its revocation; False where there is none."""
    return connection.execute(_SET_KEY, [key.encode(), hashed(key), name]).rowcount == 1


def revoke(connection: Connection[Any], gateway_id: int) -> None:
    """Forget a gateway's key, and have all refused that it sends."""
    connection.execute(_REVOKE, [gateway_id])


def logins(connection: Connection[Any]) -> list[tuple[str, str]]:
    """Return the gateways that have a key, each with its hash as mosquitto keeps it."""
    return connection.execute(_LOGINS).fetchall()


def opens(connection: Connection[Any], name: str, key: bytes) -> bool:
    """Return whether this is the gateway's key."""
    row = connection.execute(_OPENS, [name, key]).fetchone()
    return bool(row and row[0])


def knows(connection: Connection[Any], name: str) -> bool:
    """Return whether there is a gateway of this name that has a key."""
    row = connection.execute(_KNOWS, [name]).fetchone()
    return bool(row and row[0])
