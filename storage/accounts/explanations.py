"""What an account stands on: terms, days, readings at its edges, coefficients and grid factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_PARTS = """
    SELECT t.channel_id, t.share, t.valid_from, t.valid_to, t.source,
           b.share_before, u.day::text AS day, u.used, u.measured_s,
           storage.part_of(u.used, b.share_before, t.share)::bigint AS quanta
      FROM account_term t
      LEFT JOIN report.usage_day u ON u.channel_id = t.channel_id
           AND u.day >= greatest(t.valid_from, %(month)s::date)
           AND u.day < least(coalesce(t.valid_to, 'infinity'), %(month)s::date + interval '1 month')
           AND u.channel_id = ANY(%(channels)s)
      CROSS JOIN LATERAL (SELECT access.share_before(t.institution_id, t.channel_id,
           coalesce(u.day, greatest(t.valid_from, %(month)s::date))) AS share_before) b
     WHERE t.institution_id = %(institution)s AND t.carrier = %(carrier)s
       AND t.known_until IS NULL AND t.valid_from < %(month)s::date + interval '1 month'
       AND (t.valid_to IS NULL OR t.valid_to > %(month)s::date)
     ORDER BY t.channel_id, t.valid_from, u.day
"""

_OWNERS = """
    SELECT channel_id, institution_id, name_zh, name_en FROM access.owners(%s, %s)
"""

# From civil midnight to civil midnight, as far as the month and the term reach.
_WINDOW = """
    SELECT storage.ms(greatest(%(month)s::date, %(since)s::date)::timestamp AT TIME ZONE c.zone),
           storage.ms(least(%(month)s::date + interval '1 month', %(until)s::date,
                            storage.today(c.zone) + 1)::timestamp AT TIME ZONE c.zone)
      FROM channel c WHERE c.id = %(channel)s
"""

# Those of a span, and so many before and after it.
_READINGS = """
    SELECT storage.ms(at) AS at_ms, value, rank, seq FROM (
        (SELECT at, value, rank, seq FROM report.reading
          WHERE channel_id = %(channel)s AND value IS NOT NULL
            AND at < to_timestamp(%(first)s / 1000.0) ORDER BY at DESC LIMIT %(rows)s)
         UNION ALL
        (SELECT at, value, rank, seq FROM report.reading
          WHERE channel_id = %(channel)s AND value IS NOT NULL
            AND at >= to_timestamp(%(first)s / 1000.0) AND at <= to_timestamp(%(last)s / 1000.0))
         UNION ALL
        (SELECT at, value, rank, seq FROM report.reading
          WHERE channel_id = %(channel)s AND value IS NOT NULL
            AND at > to_timestamp(%(last)s / 1000.0) ORDER BY at LIMIT %(rows)s)) r
     ORDER BY at LIMIT %(most)s
"""

_WAITS = """
    SELECT EXISTS (SELECT FROM stale_usage WHERE channel_id = ANY(%s))
        OR EXISTS (SELECT FROM stale_account WHERE institution_id = %s
                    AND first < %s::date + interval '1 month' AND last >= %s)
        OR EXISTS (SELECT FROM stale_figure
                    WHERE %s > next AND (whose IS NULL OR %s = ANY(whose)))
"""

_COEFFICIENT = """
    SELECT profile, kgce_per_unit AS value, nullif(valid_from, '-infinity') AS valid_from, valid_to,
           document, clause, source, verified, evidence,
           storage.outside(%(month)s, valid_from, valid_to) AS outside
      FROM storage.coefficient_span
     WHERE wanted = %(profile)s AND carrier = %(carrier)s
       AND %(month)s >= used_from AND %(month)s < used_until
"""

_CO2_FACTOR = """
    SELECT NULL AS profile, kgco2_per_unit AS value,
           nullif(valid_from, '-infinity') AS valid_from, valid_to, document, clause, source,
           verified, evidence, storage.outside(%(month)s, valid_from, valid_to) AS outside
      FROM storage.co2_span
     WHERE carrier = %(carrier)s AND %(month)s >= used_from AND %(month)s < used_until
"""

_PLACE = """
    SELECT r.province_code, r.grid_region
      FROM storage.located l JOIN storage.region_province r ON r.region_id = l.region_id
     WHERE l.institution_id = %(institution)s
       AND %(month)s >= l.first_month AND %(month)s < l.until_month
"""

# Nearest to farthest; of each kind of place the edition that would be taken there.
_GRID_CHAIN = """
    SELECT s.scope, s.code, f.name_zh, f.name_en, f.year, f.basis, f.kgco2_per_kwh AS value,
           f.document, f.clause, f.source, f.verified, f.evidence,
           CASE WHEN %(year)s < f.year THEN 'before' WHEN %(year)s > f.year THEN 'after' END
               AS outside
      FROM (VALUES (1, 'province', %(province)s::text), (2, 'grid_region', %(grid)s::text),
                   (3, 'national', NULL)) AS s (place, scope, code)
      LEFT JOIN LATERAL (
            SELECT g.*
              FROM storage.grid_edition g
             CROSS JOIN LATERAL (SELECT storage.grid_distance(
                    g.scope, g.code, g.year, %(province)s, %(grid)s, %(year)s) AS distance) d
             WHERE g.scope = s.scope AND d.distance IS NOT NULL
             ORDER BY d.distance LIMIT 1) f ON true
     ORDER BY s.place
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A channel's day in an account; day and what follows is None where there is no such day.

    share_before: the shares of institutions with smaller ids, where cascade rounding begins.
    quanta: the day's part in this account.
    """

    channel_id: int
    share: int
    valid_from: date
    valid_to: date | None
    source: str
    share_before: int
    day: str | None
    used: int | None
    measured_s: int | None
    quanta: int | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose meter a channel belongs to; the names are None where the owner is guarded."""

    channel_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class EffectiveReading:
    """One effective reading, in quanta of the channel."""

    at_ms: int
    value: int
    rank: int
    seq: int


@dataclass(frozen=True, slots=True)
class Coefficient:
    """What a unit counts as, and who says so; profile is None for a CO2 factor.

    valid_from: None where the document gives no day. evidence: yes, secondary or no.
    outside: before or after, where the month lies outside the days for which it holds.
    """

    profile: str | None
    value: Decimal
    valid_from: date | None
    valid_to: date | None
    document: str | None
    clause: str | None
    source: str
    verified: bool
    evidence: str
    outside: str | None


@dataclass(frozen=True, slots=True)
class GridFactor:
    """A grid factor that was looked for; without a value where that place has none.

    outside: before or after, where the month lies before or after the factor's year.
    """

    scope: str
    code: str | None
    name_zh: str | None
    name_en: str | None
    year: int | None
    basis: str | None
    value: Decimal | None
    document: str | None
    clause: str | None
    source: str | None
    verified: bool | None
    evidence: str | None
    outside: str | None


def parts(
    connection: Connection[Any],
    institution_id: int,
    carrier: str,
    month: date,
    channels: Sequence[int],
) -> list[Part]:
    """Return the terms of a month with the days of those channels that the viewer sees."""
    parameters = {
        "institution": institution_id,
        "carrier": carrier,
        "month": month,
        "channels": list(channels),
    }
    with connection.cursor(row_factory=class_row(Part)) as cursor:
        return cursor.execute(_PARTS, parameters).fetchall()


def owners(connection: Connection[Any], institution_id: int, carrier: str) -> dict[int, Owner]:
    """Return whose meters make an institution's accounts, by channel."""
    with connection.cursor(row_factory=class_row(Owner)) as cursor:
        found = cursor.execute(_OWNERS, [institution_id, carrier]).fetchall()
    return {owner.channel_id: owner for owner in found}


def window(
    connection: Connection[Any], channel_id: int, month: date, since: date, until: date | None
) -> tuple[int, int]:
    """Return a month's first and last instant for a channel and term, in ms."""
    parameters = {"channel": channel_id, "month": month, "since": since, "until": until}
    row = connection.execute(_WINDOW, parameters).fetchone()
    assert row is not None
    return row[0], row[1]


def around(
    connection: Connection[Any], channel_id: int, first_ms: int, last_ms: int, rows: int, most: int
) -> list[EffectiveReading]:
    """Return a channel's effective readings of a span, and so many before and after it."""
    parameters = {
        "channel": channel_id,
        "first": first_ms,
        "last": last_ms,
        "rows": rows,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(EffectiveReading)) as cursor:
        return cursor.execute(_READINGS, parameters).fetchall()


def waits(
    connection: Connection[Any], institution_id: int, channels: Sequence[int], month: date
) -> bool:
    """Return whether the account, or use below it, is still to be recomputed."""
    of = [list(channels), institution_id, month, month, institution_id, institution_id]
    row = connection.execute(_WAITS, of).fetchone()
    return bool(row and row[0])


def coefficient(
    connection: Connection[Any], carrier: str, profile: str, month: date
) -> Coefficient | None:
    """Return what makes standard coal of a carrier, the default's where the profile has none."""
    parameters = {"carrier": carrier, "profile": profile, "month": month}
    with connection.cursor(row_factory=class_row(Coefficient)) as cursor:
        return cursor.execute(_COEFFICIENT, parameters).fetchone()


def co2_factor(connection: Connection[Any], carrier: str, month: date) -> Coefficient | None:
    """Return the CO2 of a carrier that is no electricity."""
    with connection.cursor(row_factory=class_row(Coefficient)) as cursor:
        return cursor.execute(_CO2_FACTOR, {"carrier": carrier, "month": month}).fetchone()


def grid_chain(connection: Connection[Any], institution_id: int, month: date) -> list[GridFactor]:
    """Return the grid factors tried for an institution, nearest first; the first value stands."""
    place = connection.execute(_PLACE, {"institution": institution_id, "month": month}).fetchone()
    province, grid = place or (None, None)
    parameters = {"province": province, "grid": grid, "year": month.year}
    with connection.cursor(row_factory=class_row(GridFactor)) as cursor:
        return cursor.execute(_GRID_CHAIN, parameters).fetchall()
