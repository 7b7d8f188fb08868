"""Meters and channels as readers see them: settings, bindings, and what was read last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_METERS = """
    SELECT m.id AS meter_id, m.institution_id, m.code, m.name_zh, m.name_en,
           ARRAY(SELECT c.id FROM channel c WHERE c.meter_id = m.id ORDER BY c.id) AS channel_ids
      FROM meter m
     WHERE m.id > %(after)s
       AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
       AND (%(meter)s::integer IS NULL OR m.id = %(meter)s)
     ORDER BY m.id LIMIT %(most)s
"""

_CHANNEL = """
    SELECT c.id AS channel_id, c.meter_id, m.code AS meter, m.institution_id, c.code, c.carrier,
           c.kind, c.unit, c.per_unit, c.net, c.zone, c.since, c.sealed_before,
           k.unit AS carrier_unit, k.per_unit AS carrier_per_unit,
           k.quantum AS carrier_quantum
      FROM channel c JOIN carrier k ON k.code = c.carrier LEFT JOIN meter m ON m.id = c.meter_id
"""
_CHANNELS = f"{_CHANNEL} WHERE c.id = ANY(%s) ORDER BY c.id"
_CHANNELS_AFTER = f"""
    {_CHANNEL}
     WHERE c.id > %(after)s
       AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
       AND (%(carrier)s::text IS NULL OR c.carrier = %(carrier)s)
     ORDER BY c.id LIMIT %(most)s
"""

_WRITABLE = """
    SELECT id FROM unnest(%s::integer[]) AS id
     WHERE id IN (SELECT * FROM access.covers_channels('correct_readings'))
"""

_SETTINGS = """
    SELECT channel_id, factor, under, period_s, max_per_hour, wraps_at,
           nullif(valid_from, '-infinity') AS valid_from, valid_to, source
      FROM channel_setting WHERE channel_id = %s AND known_until IS NULL ORDER BY valid_from
"""

_BINDINGS = """
    SELECT g.name AS gateway, b.key, nullif(b.valid_from, '-infinity') AS valid_from, b.valid_to
      FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE b.channel_id = %s AND b.known_until IS NULL ORDER BY b.valid_from
"""

_TERMS = """
    SELECT institution_id, carrier, share, valid_from, valid_to, source FROM account_term
     WHERE channel_id = %s AND known_until IS NULL ORDER BY institution_id, valid_from
"""

_LAST = """
    SELECT storage.ms(at) AS at_ms, value FROM report.reading
     WHERE channel_id = %s AND value IS NOT NULL ORDER BY at DESC LIMIT 1
"""

_NET = """
    SELECT DISTINCT t.channel_id FROM account_term t JOIN channel c ON c.id = t.channel_id
     WHERE t.institution_id = %(institution)s AND t.carrier = 'electricity' AND c.net
       AND t.known_until IS NULL AND t.share > 0 AND (t.valid_to IS NULL OR t.valid_to > %(day)s)
       AND NOT EXISTS (SELECT FROM formula f WHERE f.channel_id = c.id)
     ORDER BY t.channel_id
"""

_WAITS = "SELECT EXISTS (SELECT FROM stale_usage WHERE channel_id = ANY(%s))"


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of an institution, and its channels."""

    meter_id: int
    institution_id: int
    code: str
    name_zh: str
    name_en: str
    channel_ids: list[int]


@dataclass(frozen=True, slots=True)
class Channel:
    """One measured quantity of a meter.

    kind: 0 register, 1 interval, 2 power. per_unit: channel quanta in one `unit` of the sender;
    carrier_per_unit: carrier quanta in one `carrier_unit`.
    meter, institution_id: None where the meter is somebody else's.
    """

    channel_id: int
    meter_id: int
    meter: str | None
    institution_id: int | None
    code: str
    carrier: str
    kind: int
    unit: str
    per_unit: int
    net: bool
    zone: str
    since: datetime
    sealed_before: datetime | None
    carrier_unit: str
    carrier_per_unit: int
    carrier_quantum: str


@dataclass(frozen=True, slots=True)
class DatedSetting:
    """How a channel's quanta counted in a span of time; valid_from None is from the beginning."""

    channel_id: int
    factor: int
    under: int
    period_s: int
    max_per_hour: int | None
    wraps_at: int | None
    valid_from: datetime | None
    valid_to: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Under which key of which gateway a channel was read."""

    gateway: str
    key: str
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Last:
    """The newest effective reading, in quanta of the channel."""

    at_ms: int
    value: int


@dataclass(frozen=True, slots=True)
class UsedIn:
    """In whose account a channel counts, and with which share, in millionths."""

    institution_id: int
    carrier: str
    share: int
    valid_from: date
    valid_to: date | None
    source: str


def listed(
    connection: Connection[Any],
    *,
    institution_id: int | None,
    after: int,
    most: int,
    meter_id: int | None = None,
) -> list[Meter]:
    """Return meters in order of id, those after one."""
    parameters = {
        "institution": institution_id,
        "meter": meter_id,
        "after": after,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(Meter)) as cursor:
        return cursor.execute(_METERS, parameters).fetchall()


def channels_after(
    connection: Connection[Any],
    *,
    institution_id: int | None,
    carrier: str | None,
    after: int,
    most: int,
) -> list[Channel]:
    """Return channels in order of id, those after one."""
    asked = {"institution": institution_id, "carrier": carrier, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute(_CHANNELS_AFTER, asked).fetchall()


def channels(connection: Connection[Any], ids: list[int]) -> list[Channel]:
    """Return those of the channels that the viewer sees."""
    with connection.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute(_CHANNELS, [ids]).fetchall()


def writable(connection: Connection[Any], ids: list[int]) -> set[int]:
    """Return those of the channels for which the viewer may write."""
    return {row[0] for row in connection.execute(_WRITABLE, [ids])}


def settings(connection: Connection[Any], channel_id: int) -> list[DatedSetting]:
    """Return a channel's settings in order of time."""
    with connection.cursor(row_factory=class_row(DatedSetting)) as cursor:
        return cursor.execute(_SETTINGS, [channel_id]).fetchall()


def bindings(connection: Connection[Any], channel_id: int) -> list[Binding]:
    """Return where a channel's readings have come from."""
    with connection.cursor(row_factory=class_row(Binding)) as cursor:
        return cursor.execute(_BINDINGS, [channel_id]).fetchall()


def used_in(connection: Connection[Any], channel_id: int) -> list[UsedIn]:
    """Return the accounts that a channel makes, as far as the viewer sees them."""
    with connection.cursor(row_factory=class_row(UsedIn)) as cursor:
        return cursor.execute(_TERMS, [channel_id]).fetchall()


def last(connection: Connection[Any], channel_id: int) -> Last | None:
    """Return what a channel said last."""
    with connection.cursor(row_factory=class_row(Last)) as cursor:
        return cursor.execute(_LAST, [channel_id]).fetchone()


def net_counted(connection: Connection[Any], institution_id: int, day: date) -> list[int]:
    """Return the net meters that count in an institution's electricity on or after a day."""
    asked = {"institution": institution_id, "day": day}
    return [row[0] for row in connection.execute(_NET, asked)]


def waits(connection: Connection[Any], channel_ids: list[int]) -> bool:
    """Return whether use of these channels is still to be recomputed."""
    row = connection.execute(_WAITS, [channel_ids]).fetchone()
    return bool(row and row[0])
