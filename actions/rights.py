"""Which named right each act asks for; an act that is not named here can be done by nobody."""

from enum import StrEnum
from typing import Any, Final

from psycopg import Connection, sql

_MAY: Final = "SELECT access.may(%(right)s) AND ({covered})"


class Right(StrEnum):
    """The rights that rows of `role_right` give to roles."""

    LOOK = "look"
    CORRECT_READINGS = "correct_readings"
    REGISTER = "register"
    KEEP_ACCOUNTS = "keep_accounts"
    PLAN = "plan"
    ADMINISTER = "administer"


# By what an act is about: the word before the dot.
_OF: Final = {
    "account": Right.KEEP_ACCOUNTS,
    "base": Right.PLAN,
    "bill": Right.KEEP_ACCOUNTS,
    "channel": Right.REGISTER,
    "correction": Right.CORRECT_READINGS,
    "enough": Right.PLAN,
    "exchange": Right.CORRECT_READINGS,
    "gateway": Right.ADMINISTER,
    "grant": Right.ADMINISTER,
    "institution": Right.REGISTER,
    "judgement": Right.CORRECT_READINGS,
    "meter": Right.REGISTER,
    "progress": Right.PLAN,
    "quota": Right.PLAN,
    "reading": Right.CORRECT_READINGS,
    "readings": Right.CORRECT_READINGS,
    "registry": Right.REGISTER,
    "rejected": Right.CORRECT_READINGS,
    "run": Right.PLAN,
    "set_aside": Right.CORRECT_READINGS,
    "setting": Right.ADMINISTER,
    "target": Right.PLAN,
    "union": Right.PLAN,
    "user": Right.ADMINISTER,
}


def right_of(act: str) -> Right | None:
    """Return the right that an act asks for, None where nobody has thought of it."""
    return _OF.get(act.partition(".")[0])


def holds(
    connection: Connection[Any], right: Right, covered: str = "true", on: int | None = None
) -> bool:
    """Return whether the actor's roles have a right, for an object where one is meant.

    covered: SQL of %(right)s and of the object's id %(on)s: whether a grant reaches the object.
    """
    asked = sql.SQL(_MAY).format(covered=sql.SQL(covered))
    return connection.execute(asked, {"right": right.value, "on": on}).fetchone() == (True,)
