"""What an import changes of what is known: channels that begin earlier, areas and persons."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

# Shares that began with the channel begin earlier with it; who came later did so.
_EARLIER_TERMS = """
    INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from, valid_to,
                              source, known_by)
    SELECT t.institution_id, t.carrier, t.channel_id, t.share, (w.since AT TIME ZONE c.zone)::date,
           t.valid_from, w.source, %s
      FROM unnest(%s::integer[], %s::timestamptz[], %s::text[]) AS w (id, since, source)
      JOIN channel c ON c.id = w.id
      JOIN account_term t ON t.channel_id = c.id AND t.known_until IS NULL
       AND t.valid_from = (c.since AT TIME ZONE c.zone)::date
     WHERE (w.since AT TIME ZONE c.zone)::date < t.valid_from
"""
_BEGIN_EARLIER = """
    UPDATE channel c SET since = w.since
      FROM unnest(%s::integer[], %s::timestamptz[]) AS w (id, since)
     WHERE c.id = w.id AND w.since < c.since
    RETURNING c.id, ((w.since AT TIME ZONE c.zone)::date)::text
"""

_SIZES = """
    SELECT f.number
      FROM unnest(%s::integer[], %s::text[], %s::date[]) WITH ORDINALITY AS w (id, name, day, place)
      LEFT JOIN institution_fact f ON f.institution_id = w.id AND f.attribute = w.name
           AND f.known_until IS NULL AND f.valid_from <= w.day
           AND (f.valid_to IS NULL OR w.day < f.valid_to)
     ORDER BY w.place
"""

_CODES = "SELECT code FROM institution_code WHERE namespace = %s ORDER BY code"


def codes(connection: Connection[Any], namespace: str) -> list[str]:
    """Return the codes that an import of this namespace has brought."""
    return [row[0] for row in connection.execute(_CODES, [namespace])]


def begin_earlier(
    connection: Connection[Any], since: Mapping[int, str], sources: Sequence[str], by: str
) -> dict[int, str]:
    """Let channels begin earlier, with the shares that began with them.

    since: by channel. sources: of the same order. returns: the civil day on which each begins.
    """
    ids, instants = list(since), list(since.values())
    connection.execute(_EARLIER_TERMS, [by, ids, instants, list(sources)])
    return dict(connection.execute(_BEGIN_EARLIER, [ids, instants]).fetchall())


def sizes(
    connection: Connection[Any], wanted: Sequence[tuple[int, str, date]]
) -> list[Decimal | None]:
    """Return the area or persons that each (institution, attribute) has on a day."""
    if not wanted:
        return []
    columns = [list(column) for column in zip(*wanted, strict=True)]
    return [row[0] for row in connection.execute(_SIZES, columns)]
