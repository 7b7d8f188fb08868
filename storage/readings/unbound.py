"""Keys that gateways send and no channel is bound to, each with what came under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection
from psycopg.rows import class_row

from metering.messages import Message, Readings, Rejection
from storage.readings.elsewhere import UNBOUND, rows_of
from storage.readings.rejects import Rejected, Retention

_MOST_KEYS: Final = 1_000  # of one gateway: more are no keys, but something gone wrong
_MOST_NAME: Final = 200

_KNOWN = """
    SELECT p.place - 1, storage.ms(k.at), k.value
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (gateway, key, place)
      JOIN unbound_key k ON k.gateway = p.gateway AND k.key = p.key
"""
_NOTE = """
    INSERT INTO unbound_key AS u (gateway, key, first_at, last_at, readings, since, at, value, unit,
                                  rises, falls)
    SELECT e.* FROM unnest(
               %(gateway)s::text[], %(key)s::text[], %(first)s::timestamptz[],
               %(last)s::timestamptz[], %(readings)s::bigint[], %(since)s::timestamptz[],
               %(at)s::timestamptz[], %(value)s::float8[], %(unit)s::text[], %(rises)s::bigint[],
               %(falls)s::bigint[])
           AS e (gateway, key, first_at, last_at, readings, since, at, value, unit, rises, falls)
     WHERE (SELECT count(*) FROM unbound_key k WHERE k.gateway = e.gateway) < %(most)s
        OR EXISTS (SELECT FROM unbound_key k WHERE k.gateway = e.gateway AND k.key = e.key)
     ORDER BY e.gateway, e.key
    ON CONFLICT (gateway, key) DO UPDATE SET
        first_at = least(u.first_at, EXCLUDED.first_at),
        last_at = greatest(u.last_at, EXCLUDED.last_at),
        readings = u.readings + EXCLUDED.readings, since = least(u.since, EXCLUDED.since),
        at = greatest(u.at, EXCLUDED.at),
        value = CASE WHEN EXCLUDED.at >= u.at THEN EXCLUDED.value ELSE u.value END,
        unit = coalesce(CASE WHEN EXCLUDED.at >= u.at THEN EXCLUDED.unit END, u.unit),
        rises = u.rises + EXCLUDED.rises, falls = u.falls + EXCLUDED.falls
"""
_LIST = """
    SELECT unbound_id, gateway, gateway_id, key, first_at, last_at, readings, since, at, value,
           unit, rises, falls,
           ARRAY(SELECT DISTINCT g.name FROM binding b JOIN gateway g ON g.id = b.gateway_id
                  WHERE b.key = k.key AND g.name <> k.gateway AND b.known_until IS NULL
                  ORDER BY g.name LIMIT 20) AS bound_at
      FROM report.unbound_key k
     WHERE (gateway, key) > (%(gateway_after)s, %(key_after)s)
       AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
       AND (%(key)s::text IS NULL OR key = %(key)s)
     ORDER BY gateway, key LIMIT %(most)s
"""
_GATEWAYS = "SELECT DISTINCT gateway FROM report.unbound_key ORDER BY gateway LIMIT 500"
_FORGET = """
    DELETE FROM unbound_key WHERE id IN (
        SELECT id FROM unbound_key WHERE last_at < now() - %s * interval '1 day' LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class UnboundKey:
    """A key without a channel.

    first_at, last_at: arrivals. since: the oldest instant of its readings, at the newest; value:
    of that one, in the sender's unit. rises, falls: how often a value differed from the one before.
    bound_at: the other gateways at which it is bound, of those that the viewer sees.
    """

    unbound_id: int
    gateway: str
    gateway_id: int | None
    key: str
    first_at: datetime
    last_at: datetime
    readings: int
    since: datetime
    at: datetime
    value: float
    unit: str | None
    rises: int
    falls: int
    bound_at: list[str]


def listed(
    connection: Connection[Any],
    *,
    after: tuple[str, str] = ("", ""),
    most: int = 500,
    gateway: str | None = None,
    key: str | None = None,
) -> list[UnboundKey]:
    """Return keys of the gateways that the viewer sees, in order of gateway and key."""
    asked = {"gateway_after": after[0], "key_after": after[1], "most": most}
    with connection.cursor(row_factory=class_row(UnboundKey)) as cursor:
        return cursor.execute(_LIST, {**asked, "gateway": gateway, "key": key}).fetchall()


def gateways(connection: Connection[Any]) -> list[str]:
    """Return the gateways that have such keys."""
    return [row[0] for row in connection.execute(_GATEWAYS)]


def noted(rows: Sequence[Rejected]) -> set[int]:
    """Return the places of refusals whose readings are counted under their keys already."""
    return {place for place, row in enumerate(rows) if row.reason in UNBOUND}


def note(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    refused: Sequence[Rejection],
) -> None:
    """Count the readings of keys that no channel is bound to."""
    wanted = [one for one in refused if one.reason.code in UNBOUND]
    if not wanted:
        return
    rows: dict[tuple[str, str], list[int]] = {}
    for row, (message, _) in rows_of(readings, wanted):
        gateway = batch[message].gateway
        if len(gateway) <= _MOST_NAME:
            rows.setdefault((gateway, readings.channel_key[row]), []).append(row)
    if not rows:
        return
    pairs = sorted(rows)
    asked = [[gateway for gateway, _ in pairs], [key for _, key in pairs]]
    before = {place: (at, value) for place, at, value in connection.execute(_KNOWN, asked)}
    told = [
        _summary(batch, readings, np.array(rows[pair]), before.get(place))
        for place, pair in enumerate(pairs)
    ]
    columns = {name: [one[name] for one in told] for name in told[0]}
    connection.execute(_NOTE, {"gateway": asked[0], "key": asked[1], **columns, "most": _MOST_KEYS})


def forget(connection: Connection[Any], keep: Retention, most: int) -> int:
    """Delete keys of which nothing has come for long, at most so many; return how many."""
    return connection.execute(_FORGET, [keep.waiting_days, most]).rowcount


def _summary(
    batch: Sequence[Message],
    readings: Readings,
    rows: np.ndarray[Any, Any],
    before: tuple[int, float] | None,
) -> dict[str, Any]:
    """Return what a batch tells of a key. before: its newest instant and value so far."""
    rows = rows[np.argsort(readings.at_ms[rows], kind="stable")]
    at_ms, value = readings.at_ms[rows], readings.value[rows]
    series = value if before is None or before[0] >= at_ms[0] else np.append(before[1], value)
    steps = np.diff(series)
    arrivals = [batch[message].received_ms for message in readings.message[rows].tolist()]
    units = readings.unit
    return {
        "first": _instant(min(arrivals)),
        "last": _instant(max(arrivals)),
        "readings": len(rows),
        "since": _instant(int(at_ms[0])),
        "at": _instant(int(at_ms[-1])),
        "value": float(value[-1]),
        "unit": None if units is None else units[int(rows[-1])],
        "rises": int((steps > 0).sum()),
        "falls": int((steps < 0).sum()),
    }


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
