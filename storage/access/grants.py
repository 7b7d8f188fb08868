"""Grants one by one, with what they name in words: given from a day on, withdrawn by their end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# Names of institutions are looked up for grants that name one, for who sees which takes a while.
_LISTED = """
    SELECT g.id AS grant_id, substr(g.viewer, 6)::integer AS user_id, g.role, r.name_zh AS role_zh,
           r.name_en AS role_en, g.scope, g.region_id, g.department_line, g.union_id,
           g.institution_id, g.valid_from, g.valid_to,
           coalesce(f.name_zh, l.name_zh, u.name_zh, i.name_zh) AS of_zh,
           coalesce(f.name_en, l.name_en, u.name_en, i.name_en) AS of_en,
           storage.civil_day() >= g.valid_from
           AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to) AS holds,
           coalesce(storage.civil_day() >= g.valid_to OR g.valid_to <= g.valid_from, false) AS ended
      FROM access_grant g
      JOIN role r ON r.code = g.role
      LEFT JOIN region_fact f ON f.region_id = g.region_id AND f.known_until IS NULL
           AND storage.civil_day() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to)
      LEFT JOIN department_line l ON l.code = g.department_line
      LEFT JOIN report.region_union u ON u.union_id = g.union_id
      LEFT JOIN LATERAL (
           SELECT max(value) FILTER (WHERE attribute = 'name_zh') AS name_zh,
                  max(value) FILTER (WHERE attribute = 'name_en') AS name_en
             FROM institution_fact n
            WHERE n.institution_id = g.institution_id AND n.known_until IS NULL
              AND n.attribute IN ('name_zh', 'name_en') AND storage.civil_day() >= n.valid_from
              AND (n.valid_to IS NULL OR storage.civil_day() < n.valid_to)) i ON true
     WHERE g.viewer LIKE 'user:%%'
       AND (%(users)s::text[] IS NULL OR g.viewer = ANY(%(users)s))
       AND (%(grant)s::integer IS NULL OR g.id = %(grant)s)
     ORDER BY g.id
"""
_RIGHTS = """
    SELECT DISTINCT (to_jsonb(g) - ARRAY['id', 'viewer', 'valid_from', 'valid_to'])::text
      FROM access_grant g
     WHERE viewer = access.viewer()
       AND storage.civil_day() >= valid_from
       AND (valid_to IS NULL OR storage.civil_day() < valid_to)
     ORDER BY 1
"""
_ADD = """
    INSERT INTO access_grant (viewer, role, scope, region_id, department_line, institution_id,
                              union_id, valid_from, valid_to)
    SELECT 'user:' || t.user_id, t.role, t.scope, t.region_id, t.department_line, t.institution_id,
           t.union_id, coalesce(t.valid_from, storage.civil_day()), t.valid_to
      FROM unnest(%s::integer[], %s::text[], %s::text[], %s::integer[], %s::text[], %s::integer[],
                  %s::integer[], %s::date[], %s::date[]) WITH ORDINALITY
           AS t (user_id, role, scope, region_id, department_line, institution_id, union_id,
                 valid_from, valid_to, place)
     ORDER BY t.place
    RETURNING id
"""
_END = "UPDATE access_grant SET valid_to = %s WHERE id = %s"
_TODAY = "SELECT storage.civil_day()"
_OTHERS = """
    SELECT EXISTS (SELECT FROM access_grant g JOIN role_right r USING (role)
                     JOIN app_user u ON 'user:' || u.id = g.viewer
                    WHERE r.named_right = 'administer' AND g.scope = 'all' AND g.id <> %s
                      AND u.id <> 1 AND u.ended_at IS NULL AND u.password_hash IS NOT NULL
                      AND storage.civil_day() >= g.valid_from
                      AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to))
"""


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant: whose, which role, within what; of_zh, of_en: what the scope names.

    holds: whether it does today. ended: whether it does no more, and never will.
    """

    grant_id: int
    user_id: int
    role: str
    role_zh: str
    role_en: str
    scope: str
    region_id: int | None
    department_line: str | None
    union_id: int | None
    institution_id: int | None
    valid_from: date
    valid_to: date | None
    of_zh: str | None
    of_en: str | None
    holds: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be given; valid_from: None is today."""

    user_id: int
    role: str
    scope: str
    region_id: int | None
    department_line: str | None
    institution_id: int | None
    union_id: int | None
    valid_from: date | None
    valid_to: date | None


def listed(
    connection: Connection[Any], users: list[int] | None = None, grant: int | None = None
) -> list[GrantRow]:
    """Return the grants that the viewer may know of: of these users, or one of them."""
    named = None if users is None else [f"user:{one}" for one in users]
    with connection.cursor(row_factory=class_row(GrantRow)) as cursor:
        return cursor.execute(_LISTED, {"users": named, "grant": grant}).fetchall()


def add(connection: Connection[Any], rows: list[NewGrant]) -> list[int]:
    """Give grants in one statement; return their ids in order."""
    columns = [
        [getattr(one, name) for one in rows]
        for name in ("user_id", "role", "scope", "region_id", "department_line", "institution_id",
                     "union_id", "valid_from", "valid_to")
    ]  # fmt: skip
    return [int(row[0]) for row in connection.execute(_ADD, columns)]


def end(connection: Connection[Any], grant_id: int, valid_to: date | None) -> None:
    """Let a grant end on a day, which it no longer covers; None: it does not end."""
    connection.execute(_END, [valid_to, grant_id])


def today(connection: Connection[Any]) -> date:
    """Return the day by which grants hold: the civil day, whatever day an actor looks from."""
    row = connection.execute(_TODAY).fetchone()
    assert row is not None
    day: date = row[0]
    return day


def other_administrators(connection: Connection[Any], grant_id: int) -> bool:
    """Return whether somebody could administer everything today without this grant."""
    row = connection.execute(_OTHERS, [grant_id]).fetchone()
    return bool(row and row[0])


def rights(connection: Connection[Any]) -> tuple[str, ...]:
    """Return all that decides what the viewer sees: viewers of equal rights see the same."""
    return tuple(row[0] for row in connection.execute(_RIGHTS))
