"""The named rights, and who holds one; a declared action says its own."""

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
    REVIEW_ACCOUNTS = "review_accounts"
    APPROVE_ACCOUNTS = "approve_accounts"
    RECEIVE_ACCOUNTS = "receive_accounts"
    CHECK_ACCOUNTS = "check_accounts"
    PLAN = "plan"
    COMMENT = "comment"
    ADMINISTER = "administer"


# Of whole files, which are no fields of a declaration; what is not named nobody may do.
_OF: Final = {
    "readings.correct": Right.CORRECT_READINGS,
    "readings.import": Right.CORRECT_READINGS,
    "registry.import": Right.REGISTER,
}


def right_of(act: str) -> Right | None:
    """Return the right that an undeclared act asks for, None where nobody has thought of it."""
    return _OF.get(act)


def holds(
    connection: Connection[Any], right: Right, covered: str = "true", on: int | None = None
) -> bool:
    """Return whether the actor's roles have a right, for an object where one is meant.

    covered: SQL of %(right)s and of the object's id %(on)s: whether a grant reaches the object.
    """
    asked = sql.SQL(_MAY).format(covered=sql.SQL(covered))
    return connection.execute(asked, {"right": right.value, "on": on}).fetchone() == (True,)
