"""What can be said of the books of a union: its accounts, movements and reconciliations."""

from itertools import count
from typing import Any, Final

from actions.compact.account_acts import RestrictAccount
from actions.compact.reconcile_books import ReconcileBooks
from actions.doing import carry_out
from tests.actions.examples import union_in
from tests.actions.world import World

_AGAIN: Final = count(1)
Example = tuple[int, dict[str, Any]]


def _fresh(world: World) -> int:
    """Return an institution of city 1 that no book knows yet."""
    made: int = world.admin("INSERT INTO institution DEFAULT VALUES RETURNING id")[0][0]
    world.admin(
        """INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from,
               source, known_by)
           VALUES (%s, %s, 'city', 'government', '2015-01-01', 'test', 'user:1')""",
        made, world.region["city 1"],
    )  # fmt: skip
    return made


def _account(world: World) -> Example:
    return _fresh(world), {"union": union_in(world).union, "reason": "looked at"}


def _restricted(world: World) -> Example:
    institution, said = _account(world)
    action = RestrictAccount.model_validate(said)
    carry_out(world.actor(), action, institution)
    return institution, said


def _blocked_books(world: World) -> Example:
    union = union_in(world).union
    world.admin(
        """INSERT INTO book_account_state (union_id, state, reason, made_by)
           SELECT %s, 'blocked', 'reconciliation', 'test'
            WHERE (SELECT state FROM book_account_state
                    WHERE union_id = %s AND institution_id IS NULL ORDER BY id DESC LIMIT 1)
                  IS DISTINCT FROM 'blocked'""",
        union, union,
    )  # fmt: skip
    return union, {"reason": "looked at"}


def differing(world: World) -> None:
    """Let a reconciliation find a difference in books where something is issued."""
    union = union_in(world).union
    world.admin("SET session_replication_role = replica")
    for grams in (1, -1):
        world.admin("UPDATE book_entry SET amount_g = amount_g + %s WHERE id = 1", grams)
        carry_out(world.actor(), ReconcileBooks(), union)
    world.admin("SET session_replication_role = DEFAULT")


EXAMPLES: Final = {
    "books.reconcile": lambda world: (union_in(world).union, {}),
    "books.release": _blocked_books,
    "account.release": _restricted,
    "account.restrict": _account,
    "account.close": _account,
}
OBJECTS: Final[dict[str, Any]] = {}
