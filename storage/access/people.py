"""Users, their grants and their sessions; who sees what is decided in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_CREDENTIALS = "SELECT id, password_hash FROM access.credentials(%s)"
_OPEN = "SELECT access.open_session(%s, %s, %s, %s)"
_SESSION = "SELECT user_id, login, name, lang, csrf FROM access.session(%s)"
_IS_DEVICE = "SELECT access.is_device_of(%s, %s)"
_KEEP_DEVICE = "SELECT access.keep_device(%s, %s, %s)"
_CLOSE = "SELECT access.close_session(%s)"
_CLOSE_OF = "SELECT access.close_sessions_of(%s)"
_ADD = """
    INSERT INTO app_user (login, name, password_hash, lang) VALUES (%s, %s, %s, %s) RETURNING id
"""
_USERS = """
    SELECT id AS user_id, login, name, lang, ended_at, person_id FROM app_user ORDER BY id
"""
_GRANTS = """
    SELECT role, scope, region_id, department_line, institution_id, union_id, valid_from, valid_to
      FROM access_grant WHERE viewer = %s ORDER BY id
"""
_SET_HASH = "UPDATE app_user SET password_hash = %s WHERE id = %s"
_ROLES = "SELECT code, name_zh, name_en FROM role ORDER BY code"
_ADMINISTERS = "SELECT access.administers()"
_RESUME = "UPDATE app_user SET ended_at = NULL WHERE id = %s AND ended_at IS NOT NULL"
_CHANGE = "UPDATE app_user SET name = %s, lang = %s WHERE id = %s"
_IS_PERSON = "UPDATE app_user SET person_id = %s WHERE id = %s"
_NEW_PERSON = "SELECT nextval('person_id_seq')::integer"
_LOGIN_TAKEN = "SELECT EXISTS (SELECT FROM app_user WHERE login = %s)"
_CHANGE_OWN = "SELECT access.change_own_password(%s)"
_ONE_OF = "SELECT access.is_one_of(%s)"
_CALLED = "SELECT actor, name FROM access.called(%s)"
_END = "UPDATE app_user SET ended_at = now() WHERE id = %s AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and the token that changes must carry."""

    user_id: int
    login: str
    name: str
    lang: str
    csrf: str


@dataclass(frozen=True, slots=True)
class User:
    """A person or program that may log in, unless ended."""

    user_id: int
    login: str
    name: str
    lang: str
    ended_at: datetime | None
    person_id: int  # shared by the log-ins of one person


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user may see and do: a role within a scope.

    role: reader, officer, planner or administrator. scope: all, region (with its lower regions),
    department_line, union (the open institutions of its members) or institution, with the one
    that is meant.
    """

    role: str
    scope: str
    region_id: int | None = None
    department_line: str | None = None
    institution_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    union_id: int | None = None


def credentials(connection: Connection[Any], login: str) -> tuple[int, str | None] | None:
    """Return the id and the password's hash of a login that may be used."""
    row = connection.execute(_CREDENTIALS, [login]).fetchone()
    return (row[0], row[1]) if row else None


def open_session(
    connection: Connection[Any], user_id: int, token: bytes, csrf: str, expires: datetime
) -> None:
    """Keep a session; of its token only the hash."""
    connection.execute(_OPEN, [user_id, token, csrf, expires])


def session(connection: Connection[Any], token: bytes) -> Session | None:
    """Return the session that a token opens, if it still does."""
    with connection.cursor(row_factory=class_row(Session)) as cursor:
        return cursor.execute(_SESSION, [token]).fetchone()


def is_device_of(connection: Connection[Any], token: bytes, login: str) -> bool:
    """Return whether somebody has logged in so from the device that carries a token."""
    row = connection.execute(_IS_DEVICE, [token, login]).fetchone()
    return bool(row and row[0])


def keep_device(connection: Connection[Any], user_id: int, token: bytes, expires: datetime) -> None:
    """Know a device as one of a user's; of its token only the hash is kept."""
    connection.execute(_KEEP_DEVICE, [user_id, token, expires])


def close_session(connection: Connection[Any], token: bytes) -> None:
    """Forget a session."""
    connection.execute(_CLOSE, [token])


def close_sessions_of(connection: Connection[Any], user_id: int) -> None:
    """Forget all sessions of a user, where the viewer is that user or an administrator."""
    connection.execute(_CLOSE_OF, [user_id])


def add_user(
    connection: Connection[Any], login: str, name: str, password_hash: str, lang: str
) -> int:
    """Add a user and return its id."""
    row = connection.execute(_ADD, [login, name, password_hash, lang]).fetchone()
    assert row is not None
    return int(row[0])


def users(connection: Connection[Any]) -> list[User]:
    """Return the users that the viewer may know of."""
    with connection.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(_USERS).fetchall()


def one(connection: Connection[Any], user_id: int) -> User:
    """Return a user that there is."""
    return next(one for one in users(connection) if one.user_id == user_id)


def administers(connection: Connection[Any]) -> bool:
    """Return whether the viewer administers everything."""
    row = connection.execute(_ADMINISTERS).fetchone()
    return bool(row and row[0])


def grants(connection: Connection[Any], viewer: str) -> list[Grant]:
    """Return what a viewer has been granted."""
    with connection.cursor(row_factory=class_row(Grant)) as cursor:
        return cursor.execute(_GRANTS, [viewer]).fetchall()


def named_roles(connection: Connection[Any]) -> list[tuple[str, str, str]]:
    """Return the roles that can be granted with their names, Chinese and English."""
    return [(code, zh, en) for code, zh, en in connection.execute(_ROLES)]


def is_one_of(connection: Connection[Any], actors: Collection[str]) -> bool:
    """Return whether the viewer is the person behind one of these actors, whatever the log-in."""
    row = connection.execute(_ONE_OF, [list(actors)]).fetchone()
    return bool(row and row[0])


def called(connection: Connection[Any], actors: Collection[str]) -> dict[str, str]:
    """Return what people read in the place of actors; the login too where two share a name."""
    found = dict(connection.execute(_CALLED, [sorted(set(actors))]).fetchall())
    return {one: found.get(one, one) for one in actors}


def set_password(connection: Connection[Any], user_id: int, password_hash: str) -> bool:
    """Change a password; return whether there is such a user."""
    return connection.execute(_SET_HASH, [password_hash, user_id]).rowcount == 1


def end_user(connection: Connection[Any], user_id: int) -> bool:
    """End a user; return whether there was one to end."""
    return connection.execute(_END, [user_id]).rowcount == 1


def resume_user(connection: Connection[Any], user_id: int) -> bool:
    """Let an ended user log in again; return whether there was one."""
    return connection.execute(_RESUME, [user_id]).rowcount == 1


def change_user(connection: Connection[Any], user_id: int, name: str, lang: str) -> None:
    """Change what a user is called, and in which language it is written to."""
    connection.execute(_CHANGE, [name, lang, user_id])


def is_person(connection: Connection[Any], user_id: int, person_id: int) -> None:
    """Say which person stands behind a log-in."""
    connection.execute(_IS_PERSON, [person_id, user_id])


def new_person(connection: Connection[Any]) -> int:
    """Return the number of a person of whom no log-in is known yet."""
    row = connection.execute(_NEW_PERSON).fetchone()
    assert row is not None
    return int(row[0])


def is_taken(connection: Connection[Any], login: str) -> bool:
    """Return whether somebody has, or had, a login; asked by administrators, who see all."""
    row = connection.execute(_LOGIN_TAKEN, [login]).fetchone()
    return bool(row and row[0])


def change_own_password(connection: Connection[Any], password_hash: str) -> None:
    """Change the viewer's own password, and end all their sessions and devices."""
    connection.execute(_CHANGE_OWN, [password_hash])
