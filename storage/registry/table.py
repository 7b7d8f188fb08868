"""Regions, institutions, meters and channels as an import finds them again, and makes new ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString

from psycopg import Connection, sql

from storage.dated import Dated

REGION: Final = Dated(
    "region_fact",
    ("region_id",),
    ("parent_id", "code", "kind", "name_zh", "name_en", "climate_zone", "grid_region", "is_demo"),
    fills=frozenset({"climate_zone", "grid_region"}),
    carried=("verified", "document", "clause", "evidence"),
)
FACT: Final = Dated(
    "institution_fact", ("institution_id", "attribute"), ("value", "number"), carried=("derived",)
)
AFFILIATION: Final = Dated(
    "affiliation", ("institution_id",), ("region_id", "level", "department_line")
)
LOCATION: Final = Dated(
    "location",
    ("institution_id",),
    ("region_id", "latitude", "longitude"),
    fills=frozenset({"latitude", "longitude"}),
)
SETTING: Final = Dated(
    "channel_setting", ("channel_id",), ("factor", "under", "period_s", "max_per_hour", "wraps_at")
)

# factor, under, period_s, max_per_hour, wraps_at
SettingRow = tuple[int, int, int, int | None, int | None]

_LONG = "SET LOCAL statement_timeout = '10min'"  # a whole province may be in one file
_LOCK = "SELECT pg_advisory_xact_lock(3, 0)"  # two imports at once would make things twice

# Days on which a zone's offset is looked at: rules change on any of them, but hold for weeks.
_ZONES = """
    SELECT w.zone, n.name IS NOT NULL,
           n.name IS NOT NULL AND (
               SELECT bool_and(extract(epoch FROM (at AT TIME ZONE n.name)
                                                  - (at AT TIME ZONE 'UTC'))::integer %% 3600 = 0)
                 FROM generate_series(w.since, timestamptz '2050-01-01', interval '10 days') at)
      FROM unnest(%s::text[], %s::timestamptz[]) AS w (zone, since)
      LEFT JOIN pg_timezone_names n ON n.name = w.zone
"""

_REGIONS = """
    SELECT code, region_id FROM region_fact WHERE known_until IS NULL AND code IS NOT NULL
"""

# Their own code, or the credit code that they carry or carried.
_INSTITUTIONS = """
    SELECT w.place, c.institution_id, f.institution_id
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w (code, credit_code, place)
      LEFT JOIN institution_code c ON c.namespace = %s AND c.code = w.code
      LEFT JOIN LATERAL (SELECT min(institution_id) AS institution_id FROM institution_fact
            WHERE attribute = 'credit_code' AND value = w.credit_code AND known_until IS NULL) f
        ON true
     ORDER BY w.place
"""

_METERS = """
    SELECT institution_id, code, id, name_zh, name_en FROM meter WHERE institution_id = ANY(%s)
"""

_CHANNELS = """
    SELECT c.meter_id, c.code, c.id, c.carrier, c.kind, c.unit, c.per_unit, c.net, c.zone, c.since
      FROM channel c WHERE c.meter_id = ANY(%s)
"""

_SETTINGS = """
    SELECT channel_id, factor, under, period_s, max_per_hour, wraps_at
      FROM channel_setting WHERE channel_id = ANY(%s) AND known_until IS NULL
     ORDER BY channel_id, valid_from
"""


_EXCHANGED = """
    SELECT channel_id FROM exchange e JOIN unnest(%s::integer[], %s::timestamptz[]) AS w (id, at)
        ON e.channel_id = w.id AND e.at = w.at
     WHERE e.known_until IS NULL
"""

_CIVIL_DAYS = """
    SELECT (at AT TIME ZONE zone)::date
      FROM unnest(%s::timestamptz[], %s::text[]) WITH ORDINALITY AS w (at, zone, place)
     ORDER BY place
"""

_STALE_USAGE = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT w.id, greatest(w.valid_from, r.first), r.last
      FROM unnest(%s::integer[], %s::timestamptz[]) AS w (id, valid_from)
      JOIN LATERAL (SELECT min(at) AS first, max(at) AS last FROM report.reading
                     WHERE channel_id = w.id) r ON r.last >= w.valid_from
"""


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel as it was made; none of this ever changes, but since may move earlier."""

    id: int
    carrier: str
    kind: int
    unit: str
    per_unit: int
    net: bool
    zone: str
    since: datetime


def administers(connection: Connection[Any]) -> bool:
    """Return whether the actor may change everything."""
    row = connection.execute("SELECT access.administers()").fetchone()
    return bool(row and row[0])


def lock_imports(connection: Connection[Any]) -> None:
    """Wait until no other import runs, and keep others waiting until this one commits."""
    connection.execute(_LONG)
    connection.execute(_LOCK)


def quanta(connection: Connection[Any]) -> dict[str, str]:
    """Return each carrier's quantum."""
    return dict(connection.execute("SELECT code, quantum FROM carrier").fetchall())


def codes(connection: Connection[Any], table: LiteralString) -> set[str]:
    """Return the codes of `institution_class` or `department_line`."""
    wanted = sql.SQL("SELECT code FROM {}").format(sql.Identifier(table))
    return {row[0] for row in connection.execute(wanted)}


def zones(
    connection: Connection[Any], since: Mapping[str, datetime]
) -> dict[str, tuple[bool, bool]]:
    """Return for each zone whether it exists, and whether it keeps to whole hours until 2050."""
    rows = connection.execute(_ZONES, [list(since), list(since.values())])
    return {row[0]: (row[1], row[2]) for row in rows}


def regions(connection: Connection[Any]) -> dict[str, int]:
    """Return the known regions by code."""
    return dict(connection.execute(_REGIONS).fetchall())


def institutions(
    connection: Connection[Any],
    namespace: str,
    wanted: Sequence[tuple[str, str | None]],
) -> list[tuple[int | None, int | None]]:
    """Return for each (code, credit code) the institution that has the one, and the other."""
    columns = [[code for code, _ in wanted], [credit for _, credit in wanted]]
    rows = connection.execute(_INSTITUTIONS, [*columns, namespace])
    return [(row[1], row[2]) for row in rows]


def new_ids(connection: Connection[Any], table: LiteralString, count: int) -> list[int]:
    """Take ids before inserting: what is inserted is not visible to its maker at once."""
    rows = connection.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, count],
    )
    return [row[0] for row in rows]


def insert(
    connection: Connection[Any],
    table: LiteralString,
    columns: Mapping[LiteralString, LiteralString],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Append rows to a table that has no dates.

    columns: names to types.
    """
    if not rows:
        return
    statement = sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.SQL(f"%s::{kind}[]") for kind in columns.values()),
    )
    connection.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def meters(
    connection: Connection[Any], institution_ids: Sequence[int]
) -> dict[tuple[int, str], tuple[int, str, str]]:
    """Return meters by institution and code, each with its names."""
    rows = connection.execute(_METERS, [list(institution_ids)])
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def channels(
    connection: Connection[Any], meter_ids: Sequence[int]
) -> dict[tuple[int, str], KnownChannel]:
    """Return channels by meter and code."""
    rows = connection.execute(_CHANNELS, [list(meter_ids)])
    return {(row[0], row[1]): KnownChannel(*row[2:]) for row in rows}


def settings(
    connection: Connection[Any], channel_ids: Sequence[int]
) -> dict[int, list[SettingRow]]:
    """Return the settings of channels, in order of their days."""
    found: dict[int, list[SettingRow]] = {}
    for channel, *row in connection.execute(_SETTINGS, [list(channel_ids)]):
        found.setdefault(channel, []).append(tuple(row))
    return found


def exchanged(
    connection: Connection[Any], channel_ids: Sequence[int], at: Sequence[datetime]
) -> set[int]:
    """Return the channels whose meter was exchanged at that very instant."""
    rows = connection.execute(_EXCHANGED, [list(channel_ids), list(at)])
    return {row[0] for row in rows}


def civil_days(connection: Connection[Any], instants: Sequence[tuple[datetime, str]]) -> list[date]:
    """Return on which day of its zone each instant lies."""
    columns = [[at for at, _ in instants], [zone for _, zone in instants]]
    return [row[0] for row in connection.execute(_CIVIL_DAYS, columns)]


def queue_usage(
    connection: Connection[Any], channel_ids: Sequence[int], since: Sequence[str]
) -> None:
    """Have the use of channels recomputed from an instant on."""
    if channel_ids:
        connection.execute(_STALE_USAGE, [list(channel_ids), list(since)])


def new_gateway(connection: Connection[Any], name: str) -> int:
    """Register a gateway, and return its id."""
    (made,) = new_ids(connection, "gateway", 1)
    insert(connection, "gateway", {"id": "integer", "name": "text"}, [(made, name)])
    return made
