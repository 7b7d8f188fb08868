"""What needs somebody today: months beside the year before, use while closed, what is missing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.connections import give_room
from storage.whole import whole_row

# Of the reader's institutions those that used most in a month; year on year by what both years
# measured, in carriers that have a coefficient in both: a month of nothing is compared as nothing.
_MONTHS: Final = """
    WITH top AS MATERIALIZED (
        SELECT f.institution_id, sum(f.kgce_g) AS kgce_g
          FROM report.account_figure f
         WHERE f.profile = %(profile)s AND f.counts AND f.month = %(month)s
         GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT %(most)s
    ), ids AS MATERIALIZED (
        SELECT array_agg(institution_id) AS all FROM top
    ), figure AS (
        SELECT f.institution_id, f.carrier, f.month, f.quanta, f.kgce_g
          FROM report.account_figure f
         WHERE f.profile = %(profile)s AND f.counts
           AND f.institution_id = ANY((SELECT ids.all FROM ids)::integer[])
           AND f.month IN (%(month)s, (%(month)s - interval '1 year')::date)
    ), pair AS (
        SELECT c.institution_id, c.days, c.of_days,
               CASE WHEN b.quanta = 0 THEN b.kgce_g
                    ELSE storage.half_up(b.kgce_g * c.before_quanta, b.quanta) END AS before_g,
               CASE WHEN a.quanta = 0 THEN a.kgce_g
                    ELSE storage.half_up(a.kgce_g * c.quanta, a.quanta) END AS after_g
          FROM ids, report.compared(ids.all, %(month)s, (%(month)s + interval '1 month')::date, 1) c
          JOIN report.carrier k ON k.code = c.carrier AND k.in_total_energy
          LEFT JOIN figure a ON a.institution_id = c.institution_id AND a.carrier = c.carrier
               AND a.month = c.month
          LEFT JOIN figure b ON b.institution_id = c.institution_id AND b.carrier = c.carrier
               AND b.month = (c.month - interval '1 year')::date
    ), year AS (
        SELECT institution_id, sum(before_g) AS before_g, sum(after_g) AS after_g,
               sum(days) AS days, sum(of_days) AS of_days
          FROM pair WHERE before_g IS NOT NULL AND after_g IS NOT NULL GROUP BY 1)
    SELECT t.institution_id, i.name_zh, i.name_en, t.kgce_g, y.before_g, y.after_g,
           coalesce(y.days, 0) AS days, coalesce(y.of_days, 0) AS of_days
      FROM top t
      JOIN report.named((SELECT ids.all FROM ids)) i USING (institution_id)
      LEFT JOIN year y USING (institution_id)
     ORDER BY t.kgce_g DESC NULLS LAST, t.institution_id
"""

_EVIDENCE: Final = """
    SELECT min(a.coefficient_evidence) AS evidence, count(a.coefficient_outside) > 0 AS outside
      FROM report.account_energy a
     WHERE a.profile = %(profile)s AND a.counts AND a.month = %(month)s
       AND a.institution_id = ANY(%(ids)s)
"""

# Hours in which every counted meter of an institution was measured. Quiet is the load below which a
# tenth of them lie: what runs all the time. Each hour is open, or else a holiday's (a vacation's
# too), a weekend's or a workday's night. A price holds on the month's last day.
_CLOSED: Final = """
    WITH term AS MATERIALIZED (
        SELECT t.institution_id, t.channel_id, t.share, t.valid_from, t.valid_to, c.zone
          FROM report.account_term t JOIN report.channel c USING (channel_id)
         WHERE t.carrier = 'electricity' AND t.share <> 0
           AND t.institution_id = ANY(%(ids)s)
           AND t.valid_from < %(until)s AND (t.valid_to IS NULL OR t.valid_to > %(month)s)
    ), told AS (
        SELECT t.institution_id, u.hour AT TIME ZONE t.zone AS local, count(*) AS meters,
               sum(u.used * t.share / 1000000.0) / 1000.0 AS kwh,
               bool_and(u.measured_s = 3600 AND u.used IS NOT NULL) AS whole
          FROM term t
          JOIN report.usage_hour u ON u.channel_id = t.channel_id
           AND u.hour >= %(month)s::timestamp AT TIME ZONE t.zone
           AND u.hour < %(until)s::timestamp AT TIME ZONE t.zone
           AND (u.hour AT TIME ZONE t.zone)::date >= t.valid_from
           AND (t.valid_to IS NULL OR (u.hour AT TIME ZONE t.zone)::date < t.valid_to)
         GROUP BY 1, u.hour, t.zone
    ), day AS MATERIALIZED (
        SELECT * FROM report.opening(%(ids)s, %(month)s, %(until)s)
    ), load AS MATERIALIZED (
        SELECT l.institution_id, l.kwh,
               CASE WHEN extract(hour FROM l.local) * 60 < d.closes
                     AND extract(hour FROM l.local) * 60 + 60 > d.opens THEN 'open'
                    WHEN d.kind = 'vacation' THEN 'holiday'
                    WHEN d.kind = 'workday' THEN 'night' ELSE d.kind END AS kind
          FROM told l
          LEFT JOIN (SELECT DISTINCT institution_id FROM day) own USING (institution_id)
          JOIN day d ON d.institution_id = coalesce(own.institution_id, 0)
               AND d.day = l.local::date
         WHERE l.whole AND l.meters = (
                SELECT count(*) FROM term t
                 WHERE t.institution_id = l.institution_id AND t.valid_from <= l.local::date
                   AND (t.valid_to IS NULL OR l.local::date < t.valid_to))
    ), quiet AS (
        SELECT institution_id, percentile_disc(0.1) WITHIN GROUP (ORDER BY kwh) AS kw,
               count(*) AS hours
          FROM load GROUP BY 1)
    SELECT l.institution_id, l.kind, q.kw AS quiet_kw, q.hours AS measured_h, count(*) AS hours,
           sum(l.kwh) AS kwh, sum(greatest(l.kwh - q.kw, 0)) AS above_kwh,
           sum(greatest(l.kwh - q.kw, 0)) * (
               SELECT p.yuan_per_unit FROM price p
                WHERE p.institution_id = l.institution_id AND p.carrier = 'electricity'
                  AND p.known_until IS NULL AND p.valid_from < %(until)s
                  AND (p.valid_to IS NULL OR p.valid_to >= %(until)s)) AS above_yuan
      FROM load l JOIN quiet q USING (institution_id)
     WHERE l.kind <> 'open' AND q.hours >= %(least_h)s
     GROUP BY 1, 2, 3, 4
     ORDER BY above_kwh DESC, l.institution_id, l.kind
     LIMIT %(most)s
"""

# Channels that lack most of the last 31 days that are over.
_MISSING: Final = """
    WITH span AS MATERIALIZED (
        SELECT c.channel_id, c.institution_id, c.code, c.name_zh, c.name_en, c.zone, c.since,
               greatest((c.since AT TIME ZONE c.zone)::date, storage.today(c.zone) - 31) AS first,
               storage.today(c.zone) AS until
          FROM report.channel c
         WHERE c.institution_id = ANY(%(ids)s) AND c.since < now()
    ), held AS (
        SELECT s.channel_id, sum(u.known_s) AS known_s, sum(u.measured_s) AS measured_s,
               max(u.day) FILTER (WHERE u.known_s > 0) AS last
          FROM span s JOIN report.usage_day u ON u.channel_id = s.channel_id
           AND u.day >= s.first AND u.day < s.until
         GROUP BY 1
    ), lacking AS (
        SELECT s.*, coalesce(h.known_s, 0) AS known_s, coalesce(h.measured_s, 0) AS measured_s,
               h.last,
               extract(epoch FROM s.until::timestamp AT TIME ZONE s.zone
                                  - greatest(s.since, s.first::timestamp AT TIME ZONE s.zone))
                   ::bigint AS expected_s
          FROM span s LEFT JOIN held h USING (channel_id))
    SELECT l.institution_id, i.name_zh, i.name_en, l.channel_id, l.code AS channel,
           l.name_zh AS meter_zh, l.name_en AS meter_en, l.known_s, l.measured_s, l.expected_s,
           l.last, count(*) OVER () AS all
      FROM lacking l
      JOIN report.named(%(ids)s) i USING (institution_id)
     WHERE l.known_s * 100 < l.expected_s * 99
     ORDER BY l.expected_s - l.known_s DESC, l.channel_id
     LIMIT %(most)s
"""

_SILENT: Final = """
    SELECT g.name, g.last_reading_at, g.channels, count(*) OVER () AS all
      FROM report.gateway g
     WHERE g.channels > 0 AND g.revoked_at IS NULL
       AND coalesce(greatest(g.heard_at, g.last_reading_at), '-infinity')
           < now() - g.late_after_s * interval '1 second'
     ORDER BY g.last_reading_at NULLS FIRST, g.name LIMIT %(most)s
"""
_PEOPLE: Final = """
    SELECT count(DISTINCT u.id) AS people,
           count(DISTINCT u.id) FILTER (WHERE g.id IS NULL) AS without
      FROM app_user u
      LEFT JOIN access_grant g ON g.viewer = 'user:' || u.id
       AND g.valid_from <= storage.today() AND (g.valid_to IS NULL OR storage.today() < g.valid_to)
     WHERE u.ended_at IS NULL AND u.password_hash IS NOT NULL
"""
_LEAST_H: Final = 24 * 7  # of measured hours, below which nothing is said of a month


@dataclass(frozen=True, slots=True)
class MonthOf:
    """An institution's energy of a month, and of the days that both years measured. [g]

    days, of_days: carrier-days that both years measured, and those that there are.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    kgce_g: int | None
    before_g: int | None
    after_g: int | None
    days: int
    of_days: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Electricity of a month at one kind of hours in which a house is closed, fully measured ones.

    kind: night, weekend, holiday. quiet_kw: below it lies a tenth of all hours. above_kwh: what was
    used beyond that load; above_yuan: its price, None where nobody stated one.
    """

    institution_id: int
    kind: str
    quiet_kw: Decimal
    measured_h: int
    hours: int
    kwh: Decimal
    above_kwh: Decimal
    above_yuan: Decimal | None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A channel of which not everything is known in the last 31 days that are over. [s]

    last: the newest day of which something is known. all: how many such channels there are.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    channel_id: int
    channel: str
    meter_zh: str | None
    meter_en: str | None
    known_s: int
    measured_s: int
    expected_s: int
    last: date | None
    all: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A gateway that is silent for longer than it uses to; all: how many such there are."""

    name: str
    last_reading_at: datetime | None
    channels: int
    all: int


@dataclass(frozen=True, slots=True)
class People:
    """How many people may log in, and how many of them are granted nothing today."""

    people: int
    without: int


def months(connection: Connection[Any], month: date, profile: str, most: int) -> list[MonthOf]:
    """Return the reader's institutions that used most in a month."""
    give_room(connection)
    with connection.cursor(row_factory=whole_row(MonthOf)) as cursor:
        parameters = {"month": month, "profile": profile, "most": most}
        return cursor.execute(_MONTHS, parameters).fetchall()


def evidence(
    connection: Connection[Any], ids: list[int], month: date, profile: str
) -> tuple[str | None, bool]:
    """Return how well the coefficients of these energies are evidenced, and if one is outdated."""
    parameters = {"ids": ids, "month": month, "profile": profile}
    row = connection.execute(_EVIDENCE, parameters).fetchone()
    return (row[0], row[1]) if row else (None, False)


def closed(
    connection: Connection[Any], ids: list[int], month: date, until: date, most: int
) -> list[Closed]:
    """Return where most was used beyond the quiet load while closed, from a month to a day."""
    parameters = {"ids": ids, "month": month, "until": until, "most": most, "least_h": _LEAST_H}
    with connection.cursor(row_factory=class_row(Closed)) as cursor:
        return cursor.execute(_CLOSED, parameters).fetchall()


def lacking(connection: Connection[Any], ids: list[int], most: int) -> list[Lacking]:
    """Return the channels that lack most."""
    with connection.cursor(row_factory=whole_row(Lacking)) as cursor:
        return cursor.execute(_MISSING, {"ids": ids, "most": most}).fetchall()


def silent(connection: Connection[Any], most: int) -> list[Silent]:
    """Return gateways that send nothing, those that never did first."""
    with connection.cursor(row_factory=class_row(Silent)) as cursor:
        return cursor.execute(_SILENT, {"most": most}).fetchall()


def people(connection: Connection[Any]) -> People:
    """Return how many people there are, as far as the reader sees them."""
    with connection.cursor(row_factory=class_row(People)) as cursor:
        found = cursor.execute(_PEOPLE).fetchone()
    assert found is not None
    return found
