"""Regions, institutions, meters and channels as an import finds them again, and makes new ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString

from psycopg import Connection, sql
from psycopg.rows import class_row

from storage.dated import Dated

REGION: Final = Dated(
    "region_fact",
    ("region_id",),
    ("parent_id", "code", "kind", "name_zh", "name_en", "climate_zone", "grid_region", "is_demo"),
    fills=frozenset({"climate_zone", "grid_region"}),
    carried=("verified", "document", "clause", "evidence"),
)
FACT: Final = Dated("institution_fact", ("institution_id", "attribute"), ("value", "number"))
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
BINDING: Final = Dated("binding", ("gateway_id", "key"), ("channel_id",))
TERM: Final = Dated(
    "account_term", ("institution_id", "channel_id"), ("carrier", "share"), ends="share"
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

_TERMS = """
    SELECT channel_id, share FROM account_term
     WHERE known_until IS NULL AND channel_id = ANY(%s) AND institution_id = ANY(%s)
"""

_ENDS = """
    SELECT channel_id, institution_id, valid_to FROM account_term
     WHERE known_until IS NULL AND channel_id = ANY(%s)
"""

# Rates of a meter are parts of its total, and what a second gateway sends is the same again.
_TOGETHER = """
    SELECT coalesce(v.name_zh, v.name_en, '#' || t.institution_id), m.code, t.carrier,
           array_agg(DISTINCT c.code ORDER BY c.code)
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
      JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = t.institution_id
     WHERE m.id = ANY(%s) AND t.known_until IS NULL AND t.valid_to IS NULL AND t.share > 0
     GROUP BY 1, 2, 3, t.institution_id HAVING count(DISTINCT c.id) > 1
     ORDER BY t.institution_id, 2, 3
"""

# Of each channel the first day on which more than the whole of it counts.
_BEYOND = """
    SELECT DISTINCT ON (c.id) m.code, c.code, d.day, sum(t.share)::integer
      FROM (SELECT DISTINCT channel_id, valid_from AS day FROM account_term
             WHERE known_until IS NULL AND channel_id = ANY(%s)) d
      JOIN account_term t ON t.channel_id = d.channel_id AND t.known_until IS NULL
       AND t.valid_from <= d.day AND (t.valid_to IS NULL OR d.day < t.valid_to)
      JOIN channel c ON c.id = d.channel_id
      JOIN meter m ON m.id = c.meter_id
     GROUP BY c.id, m.code, c.code, d.day HAVING sum(t.share) > 1000000
     ORDER BY c.id, d.day
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

# Shares of one channel-day are rounded one after the other, so all its institutions are concerned.
_STALE_ACCOUNTS = """
    INSERT INTO stale_account (institution_id, first, last)
    SELECT t.institution_id, min(w.first), greatest(min(w.first), storage.civil_day() + 2)
      FROM unnest(%s::integer[], %s::date[]) AS w (id, first)
      JOIN account_term t ON t.channel_id = w.id
     GROUP BY t.institution_id
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


def term_ends(
    connection: Connection[Any], channel_ids: Sequence[int]
) -> list[tuple[int, int, date | None]]:
    """Return (channel, institution, day before which its share ends or None) of all shares."""
    return connection.execute(_ENDS, [list(channel_ids)]).fetchall()


def beyond_whole(
    connection: Connection[Any], channel_ids: Sequence[int]
) -> list[tuple[str, str, date, int]]:
    """Return (meter, channel, first day, shares in millionths) where shares exceed the whole."""
    return connection.execute(_BEYOND, [list(channel_ids)]).fetchall()


def together(
    connection: Connection[Any], meter_ids: Sequence[int]
) -> list[tuple[str, str, str, list[str]]]:
    """Return (institution, meter, carrier, channels) where several channels of a meter count."""
    return connection.execute(_TOGETHER, [list(meter_ids)]).fetchall()


def administers(connection: Connection[Any]) -> bool:
    """Return whether the actor may change everything."""
    row = connection.execute("SELECT access.administers()").fetchone()
    return bool(row and row[0])


def alone(connection: Connection[Any]) -> None:
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


def shares(
    connection: Connection[Any], channel_ids: Sequence[int], institution_ids: Sequence[int]
) -> dict[int, set[int]]:
    """Return the shares that these institutions have, or had, of channels."""
    found: dict[int, set[int]] = {}
    for channel_id, share in connection.execute(_TERMS, [list(channel_ids), list(institution_ids)]):
        found.setdefault(channel_id, set()).add(share)
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


def queue_accounts(
    connection: Connection[Any], channel_ids: Sequence[int], since: Sequence[str]
) -> None:
    """Have the accounts that channels make rebuilt from a day on."""
    if channel_ids:
        connection.execute(_STALE_ACCOUNTS, [list(channel_ids), list(since)])
