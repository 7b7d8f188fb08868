"""The people of the demo's year: two of each member, a union's planners, officers."""

from collections.abc import Mapping
from typing import Final

from actions.access.add_user import AddUser, UserAdded
from actions.access.give_grant import GiveGrant
from actions.access.grant_words import Scope
from actions.access.persons import list_users
from actions.actor import Actor
from actions.compact.unions import union_of
from actions.doing import together
from actions.registry.regions import list_regions
from storage.compact.memberships import MembershipRow

PLANNER: Final = "planner"
REVIEWER: Final = "reviewer"
OFFICER: Final = "officer"
HOSPITAL: Final = "hospital"


def logins(code: str) -> tuple[str, str]:
    """Return the log-ins of a member's two people: one acts and prepares, the other confirms."""
    return f"{code.lower()}.1", f"{code.lower()}.2"


def code_of(actor: Actor, seat: MembershipRow) -> str:
    """Return the code of a member's region; its id where it has none."""
    codes = {one.region_id: one.code for one in list_regions(actor, only_seen=False)}
    return codes[seat.region_id] or str(seat.region_id)


def people(actor: Actor, union_id: int, hospital: int | None) -> dict[str, Actor]:
    """Return everybody who acts in the year by log-in, made where they are missing.

    actor: the operator, who makes them and does nothing in their place. hospital: the institution
    without a gateway, None where there is none.
    """
    wanted: dict[str, tuple[str, GiveGrant]] = {
        PLANNER: ("演示指标规划员", grant("planner", Scope.UNION, union_id)),
        REVIEWER: ("演示指标复核员", grant("planner", Scope.UNION, union_id)),
    }
    for place, seat in enumerate(union_of(actor, union_id).seats):
        for login, nth in zip(logins(code_of(actor, seat)), "甲乙", strict=True):
            name = f"{seat.name_zh or seat.region_id}经办人{nth}"
            wanted[login] = (name, grant("planner", Scope.REGION, seat.region_id))
        if place == 0:
            wanted[OFFICER] = ("演示能源管理员", grant("officer", Scope.REGION, seat.region_id))
    if hospital is not None:
        wanted[HOSPITAL] = ("示范县医院管理员", grant("officer", Scope.INSTITUTION, hospital))
    return _made(actor, wanted)


def _made(actor: Actor, wanted: Mapping[str, tuple[str, GiveGrant]]) -> dict[str, Actor]:
    known = {one.login: one.user_id for one in list_users(actor)}
    for login, (name, given) in wanted.items():
        if login not in known:
            with together(actor) as acts:
                made: UserAdded = acts.do(AddUser(login=login, name=name))
                acts.do(given, made.user_id)
            known[login] = made.user_id
    return {login: Actor(actor.pool, f"user:{known[login]}", actor.today) for login in wanted}


def grant(role: str, scope: Scope, of: int | None = None) -> GiveGrant:
    """Return a grant to be given."""
    return GiveGrant.model_validate({"role": role, "scope": scope, **({scope: of} if of else {})})
