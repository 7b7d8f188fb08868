"""Accounts as readers see them: the live rows, with standard coal and CO2 under one profile."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.days import in_zone
from storage.readings.series import Grain, Span, UsageColumns, usage_columns

# The page is of institutions: an order that rows of one month do not break.
_WITH_ACCOUNTS = """
    SELECT DISTINCT institution_id FROM account
     WHERE institution_id > %(after)s AND month >= %(first)s AND month < %(until)s
       AND (%(carrier)s::text IS NULL OR carrier = %(carrier)s)
       AND (%(among)s::integer[] IS NULL OR institution_id = ANY(%(among)s))
     ORDER BY institution_id LIMIT %(most)s
"""

_ACCOUNTS = """
    SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, k.unit, k.per_unit,
           a.measured_s, e.known_s, e.expected_s,
           a.profile, a.coefficient_profile, a.kgce_per_unit,
           a.coefficient_verified, a.kgce_g, a.kgco2_per_unit, a.grid_scope, a.grid_code,
           a.grid_year, a.co2_verified, a.co2_g, a.coefficient_evidence,
           a.coefficient_outside, a.co2_evidence, a.co2_outside
      FROM report.account_energy a
      JOIN report.account e USING (institution_id, carrier, month, source)
      JOIN carrier k ON k.code = a.carrier
     WHERE a.profile = %(profile)s
       AND a.institution_id = ANY(%(ids)s) AND e.institution_id = ANY(%(ids)s)
       AND a.month >= %(first)s AND a.month < %(until)s
       AND e.month >= %(first)s AND e.month < %(until)s
       AND (%(carrier)s::text IS NULL OR a.carrier = %(carrier)s)
     ORDER BY a.institution_id, a.carrier, a.month, a.source
"""

_PROFILE = (
    "SELECT code FROM profile WHERE code = %(code)s OR (%(code)s::text IS NULL AND is_default)"
)

_TERMS = """
    SELECT t.channel_id, t.share, t.valid_from, t.valid_to, t.source, c.zone
      FROM account_term t LEFT JOIN channel c ON c.id = t.channel_id
     WHERE t.institution_id = %s AND (%s::text IS NULL OR t.carrier = %s)
       AND t.known_until IS NULL
     ORDER BY t.channel_id, t.valid_from
"""

_TERM_ROWS = """
    WITH term AS MATERIALIZED (
        SELECT t.channel_id, t.share, t.valid_from, t.valid_to, c.zone
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = %(institution)s AND t.carrier = %(carrier)s
           AND t.known_until IS NULL)
"""
_PART = "sum(storage.part_of(u.used, b.share_before, t.share))"
# A whole share needs no running sum.
_BEFORE = """
    CROSS JOIN LATERAL (SELECT CASE WHEN t.share = 1000000 THEN 0
        ELSE access.share_before(%(institution)s, t.channel_id, {day}) END AS share_before) b
"""
_BOUNDS = """
    {at} >= to_timestamp(%(first)s / 1000.0) AND {at} < to_timestamp(%(until)s / 1000.0)
"""

_HOURS = f"""
    {_TERM_ROWS}
    SELECT storage.ms(u.hour), to_char(u.hour AT TIME ZONE %(zone)s, 'YYYY-MM-DD"T"HH24:MI:SS'),
           extract(epoch FROM (u.hour AT TIME ZONE %(zone)s)
                              - (u.hour AT TIME ZONE 'UTC'))::integer,
           {_PART}, sum(u.measured_s)::integer, sum(u.known_s)::integer,
           CASE WHEN u.hour < report.today_began(min(t.zone)) THEN
               3600 * (SELECT count(*)::integer FROM term x
                        WHERE x.valid_from <= (u.hour AT TIME ZONE x.zone)::date
                          AND (x.valid_to IS NULL
                               OR (u.hour AT TIME ZONE x.zone)::date < x.valid_to))
                ELSE sum(u.known_s)::integer END
      FROM report.usage_hour u
      JOIN term t ON t.channel_id = u.channel_id
           AND (u.hour AT TIME ZONE t.zone)::date >= t.valid_from
           AND (t.valid_to IS NULL OR (u.hour AT TIME ZONE t.zone)::date < t.valid_to)
      {_BEFORE.format(day="(u.hour AT TIME ZONE t.zone)::date")}
     WHERE u.channel_id = ANY(%(channels)s) AND {_BOUNDS.format(at="u.hour")}
       AND u.hour > to_timestamp(%(after)s / 1000.0)
     GROUP BY u.hour ORDER BY u.hour LIMIT %(most)s
"""  # noqa: S608 - only our own text

_DAYS = f"""
    {_TERM_ROWS}
    SELECT storage.ms(u.day::timestamp AT TIME ZONE %(zone)s), u.day::text, 0,
           {_PART}, sum(u.measured_s)::integer, sum(u.known_s)::integer,
           CASE WHEN u.day < storage.today(%(zone)s) THEN
               (SELECT coalesce(sum(report.expected_s(x.valid_from, x.valid_to, x.zone, u.day,
                                                      u.day + 1)), 0)::integer FROM term x)
                ELSE sum(u.known_s)::integer END
      FROM report.usage_day u
      JOIN term t ON t.channel_id = u.channel_id AND u.day >= t.valid_from
           AND (t.valid_to IS NULL OR u.day < t.valid_to)
      {_BEFORE.format(day="u.day")}
     WHERE u.channel_id = ANY(%(channels)s)
       AND u.day >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE %(zone)s)::date
       AND u.day::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE %(zone)s
       AND u.day > (to_timestamp(%(after)s / 1000.0) AT TIME ZONE %(zone)s)::date
     GROUP BY u.day ORDER BY u.day LIMIT %(most)s
"""  # noqa: S608

_MONTHS = """
    SELECT storage.ms(month::timestamp AT TIME ZONE %(zone)s), to_char(month, 'YYYY-MM'), 0,
           quanta, measured_s::bigint, known_s::bigint, coalesce(expected_s, 0)::bigint
      FROM report.account
     WHERE institution_id = %(institution)s AND carrier = %(carrier)s AND source = 'meter'
       AND month > (to_timestamp(%(after)s / 1000.0) AT TIME ZONE %(zone)s)::date
       AND month >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE %(zone)s)::date
       AND month::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE %(zone)s
     ORDER BY month LIMIT %(most)s
"""
_OF_GRAIN: Final[dict[Grain, str]] = {"hour": _HOURS, "day": _DAYS, "month": _MONTHS}


@dataclass(frozen=True, slots=True)
class Account:
    """What an institution used of a carrier in a month, by one source.

    quanta: None where nothing is known; per_unit of them are one `unit`.
    measured_s: of which the shape is known too, known_s: the total; expected_s: the seconds a
    complete account would hold, as far as days are over; None unless metered.
    kgce_g, co2_g: whole grams; None where nothing is known, kgce_g also where the carrier is
    not in total energy.
    coefficient_profile: whose coefficient was taken; the default's where the profile has none.
    grid_scope, grid_code, grid_year: whose factor made the CO2 of electricity.
    …_evidence: yes, secondary or no. …_outside: before or after the days for which it holds.
    """

    institution_id: int
    carrier: str
    month: date
    source: str
    quanta: int | None
    unit: str
    per_unit: int
    measured_s: int
    known_s: int
    expected_s: int | None
    profile: str
    coefficient_profile: str | None
    kgce_per_unit: Decimal | None
    coefficient_verified: bool | None
    kgce_g: int | None
    kgco2_per_unit: Decimal | None
    grid_scope: str | None
    grid_code: str | None
    grid_year: int | None
    co2_verified: bool | None
    co2_g: int | None
    coefficient_evidence: str | None
    coefficient_outside: str | None
    co2_evidence: str | None
    co2_outside: str | None


@dataclass(frozen=True, slots=True)
class Term:
    """A channel that makes an account, with its share in millionths.

    zone: None where the viewer does not see the channel.
    """

    channel_id: int
    share: int
    valid_from: date
    valid_to: date | None
    source: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: from one month to before another, of one carrier or all."""

    first: date
    until: date
    carrier: str | None = None


def profile_of(connection: Connection[Any], code: str | None) -> str | None:
    """Return the profile's code, the default's where none is named, None where it is unknown."""
    row = connection.execute(_PROFILE, {"code": code}).fetchone()
    return str(row[0]) if row else None


def institutions_with_accounts(
    connection: Connection[Any],
    asked: AccountFilter,
    *,
    after: int,
    most: int,
    among: list[int] | None = None,
) -> list[int]:
    """Return institutions that have accounts in these months, those after one.

    among: these alone; None is all that the viewer sees.
    """
    parameters = {
        "first": asked.first,
        "until": asked.until,
        "carrier": asked.carrier,
        "after": after,
        "most": most,
        "among": among,
    }
    return [row[0] for row in connection.execute(_WITH_ACCOUNTS, parameters)]


def accounts(
    connection: Connection[Any], ids: list[int], asked: AccountFilter, profile: str
) -> list[Account]:
    """Return accounts, sorted by (institution, carrier, month, source)."""
    parameters = {
        "ids": ids,
        "first": asked.first,
        "until": asked.until,
        "carrier": asked.carrier,
        "profile": profile,
    }
    with connection.cursor(row_factory=class_row(Account)) as cursor:
        return cursor.execute(_ACCOUNTS, parameters).fetchall()


def terms(
    connection: Connection[Any], institution_id: int, carrier: str | None = None
) -> list[Term]:
    """Return what makes an institution's accounts of a carrier, or of all."""
    with connection.cursor(row_factory=class_row(Term)) as cursor:
        return cursor.execute(_TERMS, [institution_id, carrier, carrier]).fetchall()


def usage(
    connection: Connection[Any],
    institution_id: int,
    carrier: str,
    grain: Grain,
    channels: list[int],
    zone: str,
    span: Span,
    most: int,
) -> UsageColumns:
    """Return the use of an institution as its terms share the channels' use.

    Months are its accounts. Days add to them exactly; hours do, where shares are whole."""
    parameters = {
        "institution": institution_id,
        "carrier": carrier,
        "channels": channels,
        "zone": zone,
        "first": span.first_ms,
        "until": span.until_ms,
        "after": span.after_ms,
        "most": most,
    }
    rows = in_zone(lambda: connection.execute(_OF_GRAIN[grain], parameters).fetchall(), zone)
    return usage_columns(rows, grain)
