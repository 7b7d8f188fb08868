"""Users and what they may see: added, granted, ended by administrators."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from actions.access.login import hash_password
from actions.access.passwords import checked
from actions.access.refusals import check_login, own_account, refuse_system
from actions.actor import Actor
from actions.figures import not_found
from metering.errors import InputError
from storage.access import people
from storage.access.people import Grant, User

__all__ = ["Grant", "NewUser", "User", "add_grants", "add_user", "end_user", "list_grants",
           "list_users", "set_password"]  # fmt: skip

LANGS: Final = ("zh", "en")
ROLES: Final = ("reader", "officer", "planner", "administrator")
SCOPES: Final = ("all", "region", "department_line", "union", "institution")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user just added; password: only where it was generated, and only here."""

    user_id: int
    login: str
    password: str | None


def add_user(
    actor: Actor,
    login: str,
    name: str,
    password: str | None,
    lang: str = "zh",
    grants: Sequence[Grant] = (),
) -> NewUser:
    """Add a user with grants; without a password one is generated and returned once."""
    check_login(login)
    if lang not in LANGS:
        raise _bad_field("lang", lang, LANGS)
    for grant in grants:
        _check_grant(grant)
    made = None if password is not None else secrets.token_urlsafe(12)
    kept = hash_password(checked(password, login) if password is not None else made or "")
    with actor.act("user.add", login, {"grants": [_detail(one) for one in grants]}) as connection:
        _check_roles(connection, grants)
        user_id = people.add_user(connection, login, name, kept, lang)
        people.add_grants(connection, user_id, grants)
    return NewUser(user_id, login, made)


def add_grants(actor: Actor, user_id: int, grants: Sequence[Grant]) -> None:
    """Let a user see and do more."""
    for grant in grants:
        _check_grant(grant)
    detail = {"grants": [_detail(one) for one in grants]}
    with actor.act("user.grant", user_id, detail) as connection:
        _check_roles(connection, grants)
        people.add_grants(connection, user_id, grants)


def set_password(actor: Actor, user_id: int, password: str | None) -> str | None:
    """Change a password and end the user's sessions; return it where it was generated."""
    made = None if password is not None else secrets.token_urlsafe(12)
    kept = hash_password(checked(password) if password is not None else made or "")
    with actor.act("user.password", user_id) as connection:
        refuse_system(user_id)
        if not people.set_password(connection, user_id, kept):
            raise not_found("用户", "user", {"user_id": user_id})
        people.close_sessions_of(connection, user_id)
    return made


def end_user(actor: Actor, user_id: int) -> None:
    """Let a user log in no more; what the user did stays on record.

    ConflictError for one's own account and the system's: somebody must be left.
    """
    with actor.act("user.end", user_id) as connection:
        refuse_system(user_id)
        if actor.name == f"user:{user_id}":
            raise own_account(user_id)
        if not people.end_user(connection, user_id):
            raise not_found("用户", "user", {"user_id": user_id})
        people.close_sessions_of(connection, user_id)


def list_users(actor: Actor) -> list[User]:
    """Return the users that the actor may know of: all for administrators, else the actor."""
    with actor.look() as connection:
        return people.users(connection)


def list_grants(actor: Actor, user_id: int) -> list[Grant]:
    """Return what a user may see and do, where the actor may know it."""
    with actor.look() as connection:
        return people.grants(connection, f"user:{user_id}")


def _check_roles(connection: Connection[Any], grants: Sequence[Grant]) -> None:
    """Refuse roles that the table does not have."""
    roles = people.roles(connection)
    for grant in grants:
        if grant.role not in roles:
            raise _bad_field("role", grant.role, roles)


def _check_grant(grant: Grant) -> None:
    if grant.scope not in SCOPES:
        raise _bad_field("scope", grant.scope, SCOPES)
    named = {
        "region": grant.region_id,
        "department_line": grant.department_line,
        "union": grant.union_id,
        "institution": grant.institution_id,
    }
    if any((value is not None) != (scope == grant.scope) for scope, value in named.items()):
        raise InputError(
            "user.grant_without_scope",
            zh=f"范围为 {grant.scope} 的授权须且只须指明该范围的对象。",
            en=f"A grant of scope {grant.scope} names what it covers, and nothing else.",
            next_zh="请填写对应的行政区划、主管部门、区域联合体或机构。",
            next_en="Name the region, department line, union or institution that is meant.",
            where={"field": "scope", "value": grant.scope},
        )


def _bad_field(field: str, value: str, allowed: tuple[str, ...]) -> InputError:
    choices = ", ".join(allowed)
    return InputError(
        f"user.bad_{field}",
        zh=f"{field} 不能为“{value}”。",
        en=f"{field} cannot be “{value}”.",
        next_zh=f"可选:{choices}。",
        next_en=f"Choose one of: {choices}.",
        where={"field": field, "value": value},
    )


def _detail(grant: Grant) -> dict[str, object]:
    return {
        "role": grant.role,
        "scope": grant.scope,
        "of": grant.region_id or grant.department_line or grant.union_id or grant.institution_id,
    }
