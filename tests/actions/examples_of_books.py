"""What can be said of the books of a union: its accounts, movements and reconciliations."""

from itertools import count
from typing import Any, Final

from actions.actor import Actor
from actions.compact.account_acts import RestrictAccount
from actions.compact.cover_acts import CoverUse, ExcludeYear
from actions.compact.freeze_cover import FreezeCover
from actions.compact.propose_movements import RequestAdjustment
from actions.compact.reconcile_books import ReconcileBooks
from actions.compact.trust_acts import TrustTaker
from actions.doing import carry_out
from tests.actions.book_world import (
    give_reserve,
    lock_year,
    make_books,
    people,
    progressed,
    propose_transfer,
)
from tests.actions.examples import union_in
from tests.actions.world import World

_AGAIN: Final = count(1)
Example = tuple[int, dict[str, Any]]


def who(world: World, code: str) -> Actor:
    """Return who does an action: the operator, but for what another person must approve."""
    return people(world)[1] if code == "movement.approve" else world.actor()


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
    """Return other books, so that whatever else is done to the union's goes on."""
    again = next(_AGAIN)
    ((union,),) = world.admin(
        "INSERT INTO region_union (name_zh, name_en, made_by) VALUES (%s, 'O', 'user:1')"
        " RETURNING id",
        f"账{again}",
    )
    world.admin(
        """INSERT INTO book_account_state (union_id, state, reason, made_by)
           VALUES (%s, 'blocked', 'reconciliation', 'test')""",
        union,
    )
    return union, {"reason": "looked at"}


def differing(world: World) -> None:
    """Let a reconciliation find a difference in books where something is issued, and mend it."""
    union = union_in(world).union
    world.admin("SET session_replication_role = replica")
    for grams in (1, -1):
        world.admin("UPDATE book_entry SET amount_g = amount_g + %s WHERE id = 1", grams)
        carry_out(world.actor(), ReconcileBooks(), union)
    world.admin("SET session_replication_role = DEFAULT")


def listed(world: World) -> None:
    """Let every table of the books have a row."""
    _trusted_taker(world)
    union, said = _deadline(world)
    carry_out(world.actor(), FreezeCover.model_validate(said), union)
    _proposed(world)


def _trusted_taker(world: World) -> None:
    of = world.institution
    union = make_books(union_in(world)).union
    action = TrustTaker(union=union, taker=of["clinic"], source="letter 3")
    carry_out(world.actor(), action, of["school"])


def _moved(world: World, of: str = "school", **said: Any) -> Example:
    """Return what is said of a holder that has quota of both years."""
    union = make_books(union_in(world))
    fields = {"union": union.union, "year": 2016, "amount": "1", "reason": "agreed"}
    return world.institution[of], fields | said


def _proposed(world: World) -> int:
    return propose_transfer(world.actor(), make_books(union_in(world)), "school", "office")


def _requested(world: World) -> int:
    union = make_books(union_in(world))
    give_reserve(union, kgce="1")
    action = RequestAdjustment(union=union.union, year=2016, amount="1", reason="new beds")
    return carry_out(world.actor(), action, world.institution["office"]).result.movement_id


def _covered(world: World) -> Example:
    institution, said = _moved(world)
    action = CoverUse.model_validate(said)
    return carry_out(world.actor(), action, institution).result.movement_id, {"reason": "wrong"}


def _transfer(world: World) -> Example:
    return _moved(world, taker=world.institution["office"])


def _short(world: World) -> Example:
    found = _moved(world)
    lock_year(world, "school", 2016, 700)
    return found


def _rebalanced(world: World) -> Example:
    union = make_books(union_in(world))
    city = world.region["city 1"]
    world.admin("TRUNCATE progress CASCADE")  # what other acts recorded of later days
    progressed(union, {"school": (600_000, 100_000), "office": (300_000, 350_000)})
    return union.union, {"member": city, "year": 2016, "reason": "half-year review"}


def _succession(world: World) -> Example:
    school, said = _moved(world)
    office = world.institution["office"]
    successors = [{"institution": office, "percent": "100"}]
    return school, {"union": said["union"], "successors": successors, "reason": "document 12"}


def _over(world: World) -> Example:
    return union_in(world).union, {"year": 2015 - next(_AGAIN) % 40, "reason": "all is final"}


def _without_amount(world: World) -> Example:
    institution, said = _moved(world)
    del said["amount"]
    return institution, said


def _left_out(world: World) -> Example:
    institution, said = _without_amount(world)
    carry_out(world.actor(), ExcludeYear.model_validate(said), institution)
    return institution, said


def _trust(world: World) -> Example:
    union = make_books(union_in(world))
    said = {"union": union.union, "taker": world.institution["clinic"], "source": "letter 3"}
    return _fresh(world), said


def _trusted(world: World) -> Example:
    giver, said = _trust(world)
    carry_out(world.actor(), TrustTaker.model_validate(said), giver)
    return giver, said


def _reserve(world: World) -> Example:
    union = make_books(union_in(world))
    member = world.region["city 1"]
    return union.union, {"member": member, "year": 2017, "amount": "1", "reason": "minutes"}


def _deadline(world: World) -> Example:
    union = make_books(union_in(world))
    return union.union, {"deadline": f"2015-{1 + next(_AGAIN) % 12:02}-{1 + next(_AGAIN) % 27:02}"}


EXAMPLES: Final = {
    "books.reconcile": lambda world: (union_in(world).union, {}),
    "books.release": _blocked_books,
    "account.release": _restricted,
    "account.restrict": _account,
    "account.close": _account,
    "quota.transfer": _transfer,
    "quota.request": _moved,
    "quota.return": _moved,
    "quota.bank": _moved,
    "quota.borrow": _moved,
    "quota.carry": _short,
    "reserve.fill": _reserve,
    "quota.rebalance": _rebalanced,
    "quota.succeed": _succession,
    "pool.put": _moved,
    "pool.take": _moved,
    "books.close_year": _over,
    "movement.approve": lambda world: (_requested(world), {}),
    "movement.refuse": lambda world: (_proposed(world), {"reason": "no evidence"}),
    "movement.cancel": lambda world: (_proposed(world), {"reason": "no longer"}),
    "cover.make": _moved,
    "cover.reverse": _covered,
    "cover.exclude": _without_amount,
    "cover.include": _left_out,
    "cover.freeze": _deadline,
    "trust.add": _trust,
    "trust.end": _trusted,
}
OBJECTS: Final = {"movement": lambda world: {"office": _office(world)}}


def _office(world: World) -> int:
    institution, said = _moved(world, "office")
    action = RequestAdjustment.model_validate(said)
    return carry_out(world.actor(), action, institution).result.movement_id
