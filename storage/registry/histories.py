"""What an import says of channels beyond their beginning: which they are, exchanges and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_CHANNELS = """
    SELECT w.place, c.id, m.institution_id, c.kind, c.carrier, r.quantum, c.unit, c.per_unit,
           c.since
      FROM unnest(%s::integer[], %s::text[], %s::text[]) WITH ORDINALITY
           AS w (institution_id, meter, channel, place)
      JOIN meter m ON m.institution_id = w.institution_id AND m.code = w.meter
      JOIN channel c ON c.meter_id = m.id AND c.code = w.channel
      JOIN carrier r ON r.code = c.carrier
"""
_EXCHANGES = """
    SELECT channel_id, at, final, initial FROM exchange
     WHERE known_until IS NULL AND channel_id = ANY(%s)
"""
_EXCHANGED = """
    SELECT w.place - 1
      FROM unnest(%s::integer[], %s::timestamptz[]) WITH ORDINALITY AS w (id, at, place)
      JOIN exchange e ON e.channel_id = w.id AND e.at = w.at AND e.known_until IS NULL
"""
_RECORD = """
    INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
    SELECT w.id, w.at, w.final, w.initial, w.source, %s
      FROM unnest(%s::integer[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::text[])
           AS w (id, at, final, initial, source)
"""
# The reading before an exchange, for the step that it divides is computed anew.
_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT w.id, coalesce(b.at, w.at), coalesce(a.at, w.at)
      FROM unnest(%s::integer[], %s::timestamptz[]) AS w (id, at)
      LEFT JOIN LATERAL (SELECT max(at) AS at FROM report.reading
                          WHERE channel_id = w.id AND at <= w.at) b ON true
      LEFT JOIN LATERAL (SELECT min(at) AS at FROM report.reading
                          WHERE channel_id = w.id AND at >= w.at) a ON true
"""
# What each key means at an instant; an institution is named by any of its codes.
_MEANT = """
    SELECT w.place - 1, b.channel_id, m.institution_id,
           coalesce(v.name_zh, v.name_en, '#' || m.institution_id),
           ARRAY(SELECT k.code FROM institution_code k
                  WHERE k.institution_id = m.institution_id)
               || ARRAY[m.institution_id::text, v.credit_code]
      FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) WITH ORDINALITY
           AS w (gateway, key, at, place)
      JOIN gateway g ON g.name = w.gateway
      JOIN binding b ON b.gateway_id = g.id AND b.key = w.key AND b.known_until IS NULL
       AND b.valid_from <= w.at AND (b.valid_to IS NULL OR w.at < b.valid_to)
      JOIN channel c ON c.id = b.channel_id
      JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = m.institution_id
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A channel that an import names by its codes, and how it was made.

    place: of the codes by which it was asked, from 1.
    """

    place: int
    id: int
    institution_id: int
    kind: int
    carrier: str
    quantum: str
    unit: str
    per_unit: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Meant:
    """What a key means at an instant, and by which names its institution goes."""

    channel_id: int
    institution_id: int
    label: str
    names: list[str | None]


ExchangeRow = tuple[int, datetime, int | None, int]  # channel, at, final, initial


def channels(
    connection: Connection[Any], asked: Sequence[tuple[int, str, str]]
) -> dict[tuple[int, str, str], Made]:
    """Return channels by (institution, meter, channel); those that there are."""
    columns = [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], []]
    with connection.cursor(row_factory=class_row(Made)) as cursor:
        found = cursor.execute(_CHANNELS, columns).fetchall()
    return {asked[one.place - 1]: one for one in found}


def exchanges(connection: Connection[Any], channel_ids: Sequence[int]) -> set[ExchangeRow]:
    """Return the exchanges of channels as they are known now."""
    return set(connection.execute(_EXCHANGES, [list(channel_ids)]).fetchall())


def exchanged(
    connection: Connection[Any], channel_ids: Sequence[int], at: Sequence[datetime]
) -> set[int]:
    """Return the places of (channel, instant) at which a meter was exchanged."""
    return {row[0] for row in connection.execute(_EXCHANGED, [list(channel_ids), list(at)])}


def record(
    connection: Connection[Any], rows: Sequence[ExchangeRow], sources: Sequence[str], by: str
) -> None:
    """Write exchanges down of which nothing is known, and have the use around them computed."""
    if not rows:
        return
    ids, at, final, initial = (list(column) for column in zip(*rows, strict=True))
    connection.execute(_RECORD, [by, ids, at, final, initial, list(sources)])
    connection.execute(_QUEUE, [ids, at])


def meant(connection: Connection[Any], asked: Sequence[tuple[str, str, str]]) -> dict[int, Meant]:
    """Return by place what each (gateway, key, instant) means; none where it means nothing."""
    columns = [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], []]
    return {row[0]: Meant(*row[1:]) for row in connection.execute(_MEANT, columns)}
