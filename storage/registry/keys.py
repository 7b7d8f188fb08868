"""The keys of gateways: which channel each one means, and whose that channel is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import args_row, class_row

from storage.dated import ALWAYS, Dated, supersede

BINDING: Final = Dated("binding", ("gateway_id", "key"), ("channel_id",))
MEANS: Final = Dated("binding", ("gateway_id", "key"), ("channel_id",), ends="channel_id")

_BINDINGS = """
    SELECT g.name, b.key, b.channel_id FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE b.known_until IS NULL AND g.name = ANY(%s) ORDER BY b.id
"""

# An institution is named by its id, its code of the unified social credit, or any keeper's code.
_HOLDERS = """
    SELECT c.id AS channel_id, m.institution_id, m.code AS meter, c.code AS channel,
           array_remove(ARRAY[m.institution_id::text, v.credit_code] || ARRAY(
               SELECT k.code FROM institution_code k WHERE k.institution_id = m.institution_id
                ORDER BY k.code), NULL) AS names,
           coalesce(v.name_zh, v.name_en, '#' || m.institution_id) AS label
      FROM channel c JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = m.institution_id
     WHERE c.id = ANY(%s)
"""


_AT = """
    SELECT b.channel_id FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE g.name = %s AND b.key = %s AND b.known_until IS NULL
       AND b.valid_from <= %s::timestamptz AND (b.valid_to IS NULL OR %s::timestamptz < b.valid_to)
"""
_SUGGESTED = """
    SELECT p.place - 1,
           (SELECT b.channel_id FROM binding b JOIN gateway g ON g.id = b.gateway_id
             WHERE b.key = p.key AND b.known_until IS NULL
               AND NOT EXISTS (SELECT FROM binding n WHERE n.channel_id = b.channel_id
                                  AND n.known_until IS NULL AND n.valid_to IS NULL
                                  AND n.key <> p.key)
             ORDER BY (g.name = p.gateway) DESC, b.id DESC LIMIT 1),
           (SELECT m.institution_id FROM binding b JOIN gateway g ON g.id = b.gateway_id
              JOIN channel c ON c.id = b.channel_id JOIN meter m ON m.id = c.meter_id
             WHERE g.name = p.gateway AND b.known_until IS NULL
             GROUP BY m.institution_id ORDER BY count(*) DESC, m.institution_id LIMIT 1)
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (gateway, key, place)
"""
_CHANNEL = """
    SELECT c.id, m.code, c.code, c.carrier, c.unit, coalesce(v.name_zh, v.name_en, ''),
           coalesce(v.name_en, v.name_zh, '')
      FROM channel c JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = m.institution_id
     WHERE c.id IN (SELECT * FROM access.covers_channels('register'))
"""
_NAMED = f"{_CHANNEL} AND c.id = %s"
_LIKE = f"""
    {_CHANNEL} AND strpos(lower(concat(m.code, ' ', m.name_zh, ' ', m.name_en, ' ', c.code, ' ',
                                       v.name_zh, ' ', v.name_en)), lower(%s)) > 0
     ORDER BY c.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """A channel that the viewer may register keys for, and what people call it."""

    channel_id: int
    meter: str
    channel: str
    carrier: str
    unit: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A channel that a key means, and whose it is; names: by which its institution is known."""

    channel_id: int
    institution_id: int
    meter: str
    channel: str
    names: list[str]
    label: str


def holders(connection: Connection[Any], channel_ids: Sequence[int]) -> list[Holder]:
    """Return whose these channels are."""
    with connection.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(_HOLDERS, [list(channel_ids)]).fetchall()


def gateways(connection: Connection[Any], names: Sequence[str]) -> dict[str, int]:
    """Return gateways by name."""
    rows = connection.execute("SELECT name, id FROM gateway WHERE name = ANY(%s)", [list(names)])
    return dict(rows.fetchall())


def bindings(
    connection: Connection[Any], gateway_names: Sequence[str]
) -> dict[tuple[str, str], set[int]]:
    """Return which channels each key of gateways means, now or at other times."""
    found: dict[tuple[str, str], set[int]] = {}
    for name, key, channel_id in connection.execute(_BINDINGS, [list(gateway_names)]):
        found.setdefault((name, key), set()).add(channel_id)
    return found


def means(
    connection: Connection[Any], gateway: str, key: str, since: datetime | None
) -> int | None:
    """Return the channel that a key means at an instant, of those that the viewer sees."""
    when = ALWAYS if since is None else since
    row = connection.execute(_AT, [gateway, key, when, when]).fetchone()
    return int(row[0]) if row else None


def let_mean(
    connection: Connection[Any],
    gateway_id: int,
    key: str,
    channel_id: int | None,
    since: datetime | None,
    source: str,
    by: str,
) -> None:
    """Let a key mean a channel, or none, from an instant until the next that is known of it."""
    when = ALWAYS if since is None else since.isoformat()
    supersede(connection, MEANS, [(gateway_id, key, channel_id, when, source)], by)


def suggested(
    connection: Connection[Any], pairs: Sequence[tuple[str, str]]
) -> list[tuple[int | None, int | None]]:
    """Return the channel that each (gateway, key) may mean, and whose the gateway's meters are.

    The channel had the key before, or has it at another gateway; None where there is none.
    """
    found: list[tuple[int | None, int | None]] = [(None, None)] * len(pairs)
    asked = [[gateway for gateway, _ in pairs], [key for _, key in pairs]]
    for place, channel, institution in connection.execute(_SUGGESTED, asked):
        found[place] = (channel, institution)
    return found


def registrable(connection: Connection[Any], text: str, most: int) -> list[Registered]:
    """Return channels that the viewer may bind keys to, whose names hold a text."""
    with connection.cursor(row_factory=args_row(Registered)) as cursor:
        return cursor.execute(_LIKE, [text, most]).fetchall()


def one_registrable(connection: Connection[Any], channel_id: int) -> Registered | None:
    """Return a channel that the viewer may bind keys to."""
    with connection.cursor(row_factory=args_row(Registered)) as cursor:
        return cursor.execute(_NAMED, [channel_id]).fetchone()
