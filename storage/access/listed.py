"""People as a list: searched by name and login, filtered by role, page by page; and their acts."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.access.people import User

_PEOPLE = """
    SELECT id AS user_id, login, name, lang, ended_at, person_id
      FROM app_user u
     WHERE id > %(after)s
       AND (%(text)s::text IS NULL OR strpos(lower(login || ' ' || name), lower(%(text)s)) > 0)
       AND (%(ended)s OR ended_at IS NULL)
       AND (%(role)s::text IS NULL OR EXISTS (
            SELECT FROM access_grant g
             WHERE g.viewer = 'user:' || u.id AND g.role = %(role)s
               AND storage.civil_day() >= g.valid_from
               AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to)))
     ORDER BY id LIMIT %(most)s
"""
_ENTRIES = """
    SELECT id, at, act, subject, detail FROM audit_entry
     WHERE actor = %(actor)s AND (%(before)s::bigint IS NULL OR id < %(before)s)
     ORDER BY id DESC LIMIT %(most)s
"""


# Of people whom the viewer may not know nothing is seen either.
_TRAIL = """
    SELECT d.id, d.at, d.actor, u.id AS user_id, u.login, u.name, d.act, d.subject, d.detail
      FROM audit_entry d LEFT JOIN app_user u ON d.actor = 'user:' || u.id
     WHERE (%(before)s::bigint IS NULL OR d.id < %(before)s)
       AND (%(who)s::text IS NULL OR lower(u.login) = lower(%(who)s)
            OR (strpos(lower(u.login || ' ' || u.name), lower(%(who)s)) > 0
                AND NOT EXISTS (SELECT FROM app_user e WHERE lower(e.login) = lower(%(who)s))))
       AND (%(act)s::text IS NULL OR d.act = %(act)s)
       AND (%(subject)s::text IS NULL OR d.subject = %(subject)s)
       AND (%(since)s::date IS NULL OR storage.civil_day(d.at, storage.civil_zone()) >= %(since)s)
       AND (%(until)s::date IS NULL OR storage.civil_day(d.at, storage.civil_zone()) <= %(until)s)
     ORDER BY d.id DESC LIMIT %(most)s
"""
_LAST = """
    SELECT who,
           (SELECT at FROM audit_entry d WHERE d.actor = 'user:' || who ORDER BY id DESC LIMIT 1)
      FROM unnest(%s::integer[]) AS w (who)
"""
_ACTS = "SELECT DISTINCT act FROM audit_entry ORDER BY act"


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An audit entry with whose it is; user_id, login, name: None of a program's."""

    id: int
    at: datetime
    actor: str
    user_id: int | None
    login: str | None
    name: str | None
    act: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WhichEntries:
    """Which audit entries are wanted: of whom, which act, on what, between which civil days.

    who: a login, else part of a login or name.
    """

    who: str | None = None
    act: str | None = None
    subject: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What somebody did: when, which act, to which object."""

    id: int
    at: datetime
    act: str
    subject: str
    detail: dict[str, Any]


def people(
    connection: Connection[Any],
    *,
    text: str | None,
    role: str | None,
    ended: bool,
    after: int,
    most: int,
) -> list[User]:
    """Return the people that the viewer may know of; ended: those too that log in no more."""
    asked = {"text": text, "role": role, "ended": ended, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(_PEOPLE, asked).fetchall()


def entries(
    connection: Connection[Any], actor: str, before: int | None, most: int
) -> list[AuditEntry]:
    """Return what an actor did, the newest first; everybody sees their own."""
    asked = {"actor": actor, "before": before, "most": most}
    with connection.cursor(row_factory=class_row(AuditEntry)) as cursor:
        return cursor.execute(_ENTRIES, asked).fetchall()


def trail(
    connection: Connection[Any], asked: WhichEntries, before: int | None, most: int
) -> list[TrailRow]:
    """Return audit entries that the viewer may know of, the newest first: own ones, or all."""
    parameters = asdict(asked) | {"before": before, "most": most}
    with connection.cursor(row_factory=class_row(TrailRow)) as cursor:
        return cursor.execute(_TRAIL, parameters).fetchall()


def last_acts(connection: Connection[Any], users: list[int]) -> dict[int, datetime | None]:
    """Return when each of some people last did something, None where they never did."""
    return dict(connection.execute(_LAST, [users]).fetchall())


def acts(connection: Connection[Any]) -> list[str]:
    """Return the acts that entries the viewer may know of name."""
    return [row[0] for row in connection.execute(_ACTS)]
