"""Routes as people keep them: which topics are whose, in which format, from when to when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import ALWAYS, Dated, supersede

_VALUES: Final = ("codec", "gateway", "key", "only_keys", "settings")
_ROUTE: Final = Dated("route", ("topic",), _VALUES, ends="codec")

_KNOWN = """
    SELECT topic, codec, gateway, key, only_keys, settings, since_ms, until_ms
      FROM access.routes() ORDER BY topic, since_ms
"""
_STATE = "SELECT access.routes_state()"
_ROW = """
    SELECT id AS route_id, topic, codec, gateway, key, only_keys, settings,
           nullif(valid_from, '-infinity') AS valid_from, valid_to, source, known_since, known_by
      FROM route WHERE known_until IS NULL
"""
_LIST = f"""
    {_ROW} AND (topic, id) > (%(topic)s, %(after)s)
       AND (%(text)s::text IS NULL OR strpos(lower(topic), lower(%(text)s)) > 0)
     ORDER BY topic, id LIMIT %(most)s
"""
_AT = f"""
    {_ROW} AND topic = %s AND valid_from <= %s::timestamptz
       AND (valid_to IS NULL OR %s::timestamptz < valid_to)
"""


@dataclass(frozen=True, slots=True)
class KnownRoute:
    """A route by which messages are decoded that arrived from one instant to before the other."""

    topic: str
    codec: str
    gateway: str
    key: str
    only_keys: list[str]
    settings: Mapping[str, Any]
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as its keepers see it; valid_from None has held ever since."""

    route_id: int
    topic: str
    codec: str
    gateway: str
    key: str
    only_keys: list[str]
    settings: Mapping[str, Any]
    valid_from: datetime | None
    valid_to: datetime | None
    source: str
    known_since: datetime
    known_by: str


def known(connection: Connection[Any]) -> list[KnownRoute]:
    """Return all routes; whoever takes messages may ask."""
    with connection.cursor(row_factory=class_row(KnownRoute)) as cursor:
        return cursor.execute(_KNOWN).fetchall()


def state(connection: Connection[Any]) -> str:
    """Return what differs after every change of the routes."""
    row = connection.execute(_STATE).fetchone()
    return str(row[0]) if row else ""


def listed(
    connection: Connection[Any],
    *,
    after: tuple[str, int] = ("", 0),
    most: int = 500,
    text: str | None = None,
) -> list[RouteRow]:
    """Return routes in order of topic; text: part of it."""
    asked = {"topic": after[0], "after": after[1], "most": most, "text": text}
    with connection.cursor(row_factory=class_row(RouteRow)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()


def at(connection: Connection[Any], topic: str, since: datetime | None) -> RouteRow | None:
    """Return the route of exactly this topic that holds at an instant; None: of ever since."""
    when = ALWAYS if since is None else since
    with connection.cursor(row_factory=class_row(RouteRow)) as cursor:
        return cursor.execute(_AT, [topic, when, when]).fetchone()


def put(
    connection: Connection[Any],
    topic: str,
    route: tuple[str, str, str, Sequence[str], Mapping[str, Any]] | None,
    since: datetime | None,
    source: str,
    by: str,
) -> bool:
    """Let a topic have this route, or none, from an instant until the next that is known of it.

    route: codec, gateway, key, keys that are wanted, settings. returns: whether that is new.
    """
    values: tuple[Any, ...] = (None,) * len(_VALUES)
    if route is not None:
        settings = json.dumps(route[4], ensure_ascii=False, sort_keys=True)
        values = (*route[:3], list(route[3]), settings)
    when = ALWAYS if since is None else since.isoformat()
    return bool(supersede(connection, _ROUTE, [(topic, *values, when, source)], by))
