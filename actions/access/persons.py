"""One person: log-ins, grants and what was done, as far as the reader may know it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from actions.access.login import hash_password
from actions.access.passwords import checked
from actions.actor import Actor
from actions.figures import not_found
from metering.errors import NotFoundError
from storage.access import grants, listed, people
from storage.access.grants import GrantRow
from storage.access.listed import AuditEntry
from storage.access.people import Grant, User

__all__ = [
    "AuditEntry",
    "Grant",
    "GrantRow",
    "Person",
    "User",
    "called",
    "change_own_password",
    "list_grants",
    "list_users",
    "person",
    "user_named",
]

_ENTRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with all grants, ended ones too, the same person's other log-ins, and acts.

    earlier: the number of an audit entry before which older ones are; None where these are all.
    """

    user: User
    others: list[User]
    grants: list[GrantRow]
    entries: list[AuditEntry]
    earlier: int | None


def person(actor: Actor, user_id: int, before: int | None = None) -> Person:
    """Return somebody; NotFoundError for others than oneself unless one administers."""
    with actor.look() as connection:
        known = people.users(connection)
        found = next((one for one in known if one.user_id == user_id), None)
        if found is None:
            raise not_found("用户", "person", {"user_id": user_id})
        entries = listed.entries(connection, f"user:{user_id}", before, _ENTRIES + 1)
        same = [one for one in known if one.person_id == found.person_id]
        return Person(
            found,
            [one for one in same if one.user_id != user_id],
            grants.listed(connection, [user_id]),
            entries[:_ENTRIES],
            entries[_ENTRIES - 1].id if len(entries) > _ENTRIES else None,
        )


def list_users(actor: Actor) -> list[User]:
    """Return the users that the actor may know of: all for administrators, else the actor."""
    with actor.look() as connection:
        return people.users(connection)


def user_named(actor: Actor, login: str) -> User:
    """Return the user of a login, NotFoundError where the actor may know of none."""
    found = next((one for one in list_users(actor) if one.login == login), None)
    if found is None:
        raise NotFoundError(
            "user.no_such_user",
            zh=f"没有账号“{login}”。",
            en=f"There is no user “{login}”.",
            next_zh="commonwatt user list 列出全部账号。",
            next_en="commonwatt user list shows all.",
            where={"field": "login", "value": login},
        )
    return found


def list_grants(actor: Actor, user_id: int) -> list[Grant]:
    """Return what a user may see and do, where the actor may know it."""
    with actor.look() as connection:
        return people.grants(connection, f"user:{user_id}")


def called(actor: Actor, codes: Collection[str]) -> dict[str, str]:
    """Return the names of actors, the login too where two share a name; a program's is its code."""
    with actor.look() as connection:
        return people.called(connection, codes)


def change_own_password(actor: Actor, login: str, password: str) -> None:
    """Change the actor's own password; all their sessions end. InputError where it is weak.

    The old one has been asked for before.
    """
    kept = hash_password(checked(password, login))
    with actor.change() as connection:
        people.change_own_password(connection, kept)
        actor.note(connection, "user.own_password", actor.name.removeprefix("user:"), {})
