"""The people whom the demo's welcome names, with passwords that are made and shown."""

from typing import Final

from actions.access.add_user import AddUser
from actions.access.grant_words import Scope
from actions.access.persons import list_users
from actions.access.reset_password import ResetPassword
from actions.actor import Actor
from actions.doing import together
from cli.demo import members, staging
from cli.demo.world import OFFICERS

_ADMIN: Final = "admin"


def users(actor: Actor, union_id: int) -> dict[str, str]:
    """Return the passwords, made now, of the people whom the welcome names.

    An administrator, the union's planners, the first province's officer and its two who act for it
    in the union, and the officer of the hospital without a gateway.
    """
    everybody = members.people(actor, union_id, staging.hospital(actor))
    shown = [members.PLANNER, members.REVIEWER, members.OFFICER, members.HOSPITAL]
    wanted = [login for login in [*shown, *members.logins(OFFICERS)] if login in everybody]
    ids = {one.login: one.user_id for one in list_users(actor)}
    passwords = {}
    with together(actor) as acts:
        if _ADMIN not in ids:
            ids[_ADMIN] = acts.do(AddUser(login=_ADMIN, name="演示管理员")).user_id
            acts.do(members.grant("administrator", Scope.ALL), ids[_ADMIN])
        for login in [_ADMIN, *wanted]:
            passwords[login] = acts.do(ResetPassword(), ids[login]).password or ""
    return passwords
