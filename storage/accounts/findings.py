"""Findings on the hours of channels: what is to be looked at, what stands on record, what was said.

Hours are civil ones of the channel's zone, counted from 1970-01-01T00.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.columns import Columns, gathered

# Channels with use whose yesterday nobody looked at.
_DUE = """
    SELECT c.id AS channel_id, m.institution_id, c.zone, l.until AS looked,
           storage.today(c.zone) AS today, b.day AS begun
      FROM channel c JOIN meter m ON m.id = c.meter_id
      LEFT JOIN finding_looked l ON l.channel_id = c.id
     CROSS JOIN LATERAL (SELECT u.day FROM usage_day u WHERE u.channel_id = c.id
                          ORDER BY u.day LIMIT 1) b
     WHERE l.until IS NULL OR l.until < storage.today(c.zone)
     ORDER BY c.id LIMIT %s
"""
_LOOKED = """
    INSERT INTO finding_looked SELECT * FROM unnest(%s::integer[], %s::date[])
    ON CONFLICT (channel_id) DO UPDATE SET until = excluded.until
"""
_HOURS = """
    SELECT p.place::integer,
           floor(extract(epoch FROM u.hour AT TIME ZONE p.zone) / 3600)::integer AS hour, u.used
      FROM unnest(%(channels)s::integer[], %(zones)s::text[])
           WITH ORDINALITY AS p(channel, zone, place)
     CROSS JOIN LATERAL (
           SELECT hour, used FROM usage_hour
            WHERE channel_id = p.channel AND used IS NOT NULL AND measured_s = 3600
              AND hour >= %(first)s::date::timestamp AT TIME ZONE p.zone
              AND hour < %(until)s::date::timestamp AT TIME ZONE p.zone OFFSET 0) u
"""
_OPENING = "SELECT institution_id, day, opens, closes FROM storage.opening(%s, %s, %s)"
_CIVIL = "floor(extract(epoch FROM f.{} AT TIME ZONE c.zone) / 3600)::integer"
_KEPT = f"""
    SELECT f.id, f.channel_id, f.kind, {_CIVIL.format("first")} AS first,
           {_CIVIL.format("until")} AS until, f.answer
      FROM finding f JOIN channel c ON c.id = f.channel_id
     WHERE f.channel_id = ANY(%s) AND f.gone_at IS NULL
       AND (f.answer = 'dismissed' OR f.until > %s::date - 1 AND f.first < %s::date + 1)
"""  # noqa: S608 - only our own text
_INSTANT = "((timestamp '1970-01-01' + n.{} * interval '1 hour') AT TIME ZONE c.zone)"
_NEW = f"""
    INSERT INTO finding (channel_id, kind, first, until, used, expected, score, method)
    SELECT n.key, n.kind, {_INSTANT.format("first")}, {_INSTANT.format("until")},
           n.used, n.expected, n.score, %(method)s
      FROM unnest(%(keys)s::integer[], %(kinds)s::text[], %(firsts)s::integer[],
                  %(untils)s::integer[], %(used)s::bigint[], %(expected)s::bigint[],
                  %(scores)s::float8[]) AS n(key, kind, first, until, used, expected, score)
      JOIN channel c ON c.id = n.key
"""  # noqa: S608
_MOVED = f"""
    UPDATE finding f SET first = {_INSTANT.format("first")}, until = {_INSTANT.format("until")},
           used = n.used, expected = n.expected, score = n.score, method = %(method)s
      FROM unnest(%(keys)s::bigint[], %(firsts)s::integer[], %(untils)s::integer[],
                  %(used)s::bigint[], %(expected)s::bigint[], %(scores)s::float8[])
           AS n(key, first, until, used, expected, score), channel c
     WHERE f.id = n.key AND c.id = f.channel_id
"""  # noqa: S608
_GONE = "UPDATE finding SET gone_at = now() WHERE id = ANY(%s)"

_FIELDS = """
    f.finding_id, f.institution_id, i.name_zh AS house_zh, i.name_en AS house_en, f.channel_id,
    f.channel, f.name_zh, f.name_en, f.carrier, f.unit, f.per_unit, f.zone, f.kind, f.first,
    f.until, f.used, f.expected, f.size, f.kgce_g, f.yuan, f.score, f.method, f.found_at, f.answer,
    f.answer_reason, f.answered_at, f.answered_by
"""
_LISTED = f"""
    SELECT {_FIELDS}
      FROM report.finding f JOIN report.institution i USING (institution_id)
     WHERE (f.first, f.finding_id) < (to_timestamp(%(at)s / 1000.0), %(id)s)
       AND (%(institution)s::integer IS NULL OR f.institution_id = %(institution)s)
       AND (%(kind)s::text IS NULL OR f.kind = %(kind)s)
       AND (%(state)s::text IS NULL OR coalesce(f.answer, 'open') = %(state)s)
       AND (%(least_g)s::numeric IS NULL OR abs(f.kgce_g) >= %(least_g)s)
     ORDER BY f.first DESC, f.finding_id DESC LIMIT %(most)s
"""  # noqa: S608
_ONE = f"""
    SELECT {_FIELDS} FROM report.finding f JOIN report.institution i USING (institution_id)
     WHERE f.finding_id = %s
"""  # noqa: S608
_GREATEST = f"""
    SELECT {_FIELDS} FROM report.finding f JOIN report.institution i USING (institution_id)
     WHERE f.answer IS NULL AND f.first >= now() - interval '92 days'
     ORDER BY abs(f.kgce_g) DESC NULLS LAST, f.finding_id LIMIT %s
"""  # noqa: S608
_ANSWER = """
    UPDATE finding SET answer = %(answer)s, answer_reason = %(reason)s,
           answered_at = CASE WHEN %(answer)s::text IS NOT NULL THEN now() END,
           answered_by = CASE WHEN %(answer)s::text IS NOT NULL THEN access.viewer() END
     WHERE id = %(id)s
"""
_HOUR_TYPES: Final = {"place": "int4", "hour": "int4", "used": "int8"}


@dataclass(frozen=True, slots=True)
class Due:
    """A channel to look at. looked: up to which day it was, None never. begun: its first use."""

    channel_id: int
    institution_id: int
    zone: str
    looked: date | None
    today: date
    begun: date


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding on record, in civil hours."""

    id: int
    channel_id: int
    kind: str
    first: int
    until: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a new look. key: its channel; or, of one on record, its id. used, expected:
    quanta of the carrier."""

    key: int
    kind: str
    first: int
    until: int
    used: int
    expected: int
    score: float


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as readers see it. used, expected, size: quanta, per_unit of which are one unit.

    kgce_g: grams; None where the carrier has no coefficient. yuan: None where no price is stated.
    answer: confirmed, dismissed, None while nobody said.
    """

    finding_id: int
    institution_id: int
    house_zh: str | None
    house_en: str | None
    channel_id: int
    channel: str
    name_zh: str | None
    name_en: str | None
    carrier: str
    unit: str
    per_unit: int
    zone: str
    kind: str
    first: datetime
    until: datetime
    used: int
    expected: int
    size: int
    kgce_g: Decimal | None
    yuan: Decimal | None
    score: float
    method: str
    found_at: datetime
    answer: str | None
    answer_reason: str | None
    answered_at: datetime | None
    answered_by: str | None

    @property
    def state(self) -> str:
        """Return open, confirmed or dismissed."""
        return self.answer or "open"


def due(connection: Connection[Any], most: int) -> list[Due]:
    """Return channels whose yesterday nobody looked at, at most so many."""
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_DUE, [most]).fetchall()


def hours(connection: Connection[Any], some: Sequence[Due], first: date, until: date) -> Columns:
    """Return place (from 1, in `some`), hour and used of the hours that were measured whole."""
    asked = {
        "channels": [one.channel_id for one in some],
        "zones": [one.zone for one in some],
        "first": first,
        "until": until,
    }
    return gathered(connection, _HOURS, _HOUR_TYPES, asked)


def opening(
    connection: Connection[Any], institutions: Sequence[int], first: date, until: date
) -> list[tuple[int, date, int, int]]:
    """Return when institutions are open each day, in minutes; 0: those without own hours."""
    return connection.execute(_OPENING, [list(institutions), first, until]).fetchall()


def kept(
    connection: Connection[Any], channel_ids: Sequence[int], first: date, until: date
) -> list[Kept]:
    """Return what stands on record of channels between two days, and all that was dismissed."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(_KEPT, [list(channel_ids), first, until]).fetchall()


def write(
    connection: Connection[Any],
    method: str,
    new: Sequence[Found],
    moved: Sequence[Found],
    gone: Sequence[int],
) -> None:
    """Write down what a look changed."""
    connection.execute(_GONE, [list(gone)])
    for statement, rows in ((_MOVED, moved), (_NEW, new)):
        asked = {
            "method": method,
            "keys": [one.key for one in rows],
            "kinds": [one.kind for one in rows],
            "firsts": [one.first for one in rows],
            "untils": [one.until for one in rows],
            "used": [one.used for one in rows],
            "expected": [one.expected for one in rows],
            "scores": [one.score for one in rows],
        }
        connection.execute(statement, asked)


def looked(connection: Connection[Any], some: Sequence[tuple[int, date]]) -> None:
    """Write down up to which day channels were looked at."""
    connection.execute(_LOOKED, [[one for one, _ in some], [day for _, day in some]])


def listed(
    connection: Connection[Any],
    *,
    before: tuple[int, int],
    most: int,
    institution_id: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    least_g: Decimal | None = None,
) -> list[FindingRow]:
    """Return findings that the viewer sees, newest first; before: an instant in ms and an id."""
    asked = {
        "at": before[0],
        "id": before[1],
        "most": most,
        "institution": institution_id,
        "kind": kind,
        "state": state,
        "least_g": least_g,
    }
    with connection.cursor(row_factory=class_row(FindingRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def one(connection: Connection[Any], finding_id: int) -> FindingRow | None:
    """Return one finding, None where the viewer sees none of that id."""
    with connection.cursor(row_factory=class_row(FindingRow)) as cursor:
        return cursor.execute(_ONE, [finding_id]).fetchone()


def greatest(connection: Connection[Any], most: int) -> list[FindingRow]:
    """Return the greatest of the last 92 days that nobody has answered."""
    with connection.cursor(row_factory=class_row(FindingRow)) as cursor:
        return cursor.execute(_GREATEST, [most]).fetchall()


def answer(
    connection: Connection[Any], finding_id: int, answer: str | None, reason: str | None
) -> None:
    """Write down what somebody said of a finding; None takes it back."""
    connection.execute(_ANSWER, {"id": finding_id, "answer": answer, "reason": reason})
