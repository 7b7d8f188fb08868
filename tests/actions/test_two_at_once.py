"""Two deeds at once on one account end as one of the two orders, whichever they are.

The first is done but not committed when the second begins: so it sees nothing of it, and either
waits for it or goes by it. The suite takes some pairs, `make pairs` all.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any, Final

import pytest

from actions.actor import Actor
from actions.compact.account_acts import RestrictAccount
from actions.compact.cover_acts import CoverUse, ReverseCover
from actions.compact.decide_movements import ApproveMovement, CancelMovement, RefuseMovement
from actions.compact.issue_run import IssueRun
from actions.compact.make_run import MakeRun
from actions.compact.own_movements import (
    BankQuota,
    BorrowQuota,
    CarryShortfall,
    FillReserve,
    ReturnQuota,
)
from actions.doing import carry_out, together
from compact.books import Kind
from compact.movements import Leg, Movement
from metering.errors import EnergyError
from storage.compact import movements
from storage.compact.movements import Proposal
from tests.actions.book_world import agree, lock_year, make_books, people
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.examples import corrected
from tests.actions.kept import Kept
from tests.actions.world import make_world

EVERY: Final = int(os.environ.get("COMMONWATT_TEST_EVERY", "13"))  # of so many pairs one
# What another person approves; the others are done at once.
APPROVED: Final = ("transfer", "put", "take", "rebalance", "roster_change", "adjustment")
DEEDS: Final = (*APPROVED, "return", "bank", "cover", "borrow", "carry", "reversal", "reserve",
                "restrict", "cancel", "refuse", "issue")  # fmt: skip
_STANDS: Final = """
    SELECT account, coalesce(institution_id, region_id, 0), year, sum(amount_g)::text
      FROM book_entry GROUP BY 1, 2, 3 HAVING sum(amount_g) <> 0
     UNION ALL
    SELECT state, institution_id, 0, '' FROM storage.account_state
     UNION ALL
    SELECT d.deed, d.movement_id, 0, '' FROM movement_deed d JOIN movement m ON m.id = d.movement_id
     WHERE m.id = ANY(%s)
     ORDER BY 1, 2, 3
"""
Act = tuple[Actor, Any, int]


@dataclass
class Books:
    """Books in which each deed alone is possible, and takes 60 % of what it draws on."""

    union: UnionWorld
    two: tuple[Actor, Actor]
    waiting: dict[tuple[str, int], int]
    runs: tuple[int, int]
    cover: int
    kept: Kept

    def deed(self, name: str, who: int) -> Act:
        """Return who does what to which object."""
        world, actor = self.union.world, self.two[who]
        school = world.institution["school"]
        if name in APPROVED:
            return actor, ApproveMovement(), self.waiting[name, who]
        if name in ("cancel", "refuse"):  # of what the other one approves
            act = (CancelMovement if name == "cancel" else RefuseMovement)(reason="no")
            return actor, act, self.waiting["put", 1 - who]
        if name == "reversal":
            return actor, ReverseCover(reason="no"), self.cover
        if name == "issue":
            return world.actor("planner of all"), IssueRun(reason="anew"), self.runs[who]
        if name == "restrict":
            return actor, RestrictAccount(union=self.union.union, reason="no"), school
        kinds = {"return": ReturnQuota, "bank": BankQuota, "cover": CoverUse,
                 "borrow": BorrowQuota, "carry": CarryShortfall}  # fmt: skip
        said = {"year": 2016, "reason": name, "amount": Decimal(self.grams(name)).scaleb(-3)}
        if name == "reserve":
            city = world.region["city 1"]
            act = FillReserve(member=city, **said | {"year": 2017})
            return world.actor(), act, self.union.union
        return actor, kinds[name](union=self.union.union, **said), school

    def grams(self, name: str) -> int:
        """Return 60 % of what the account holds that a deed draws on, in the beginning."""
        world = self.union.world
        account, year = {"borrow": ("holder", 2017), "carry": ("holder", 2017),
                         "take": ("pool", 2016), "adjustment": ("reserve", 2016),
                         "reserve": ("union", 2016)}.get(name, ("holder", 2016))  # fmt: skip
        if name == "reserve":
            ((left,),) = world.admin(
                """SELECT journal.cap_g(f.run_id, 2017) + b.amount_g FROM run_in_force f
                     JOIN journal.balance b ON b.year = f.year AND b.account = 'union'
                    WHERE f.year = 2017"""
            )
            return int(left) * 6 // 10
        place = world.institution["school"] if account == "holder" else world.region["city 1"]
        ((held,),) = world.admin(
            "SELECT amount_g FROM journal.balance WHERE account = %s AND place = %s AND year = %s",
            account, place, year,
        )  # fmt: skip
        return int(held * 6 // 10 / Decimal("1.08") if name == "carry" else held * 6 // 10)

    def stands(self) -> list[tuple[Any, ...]]:
        """Return what the books hold, and how far everything is."""
        return self.union.world.admin(_STANDS, list(self.waiting.values()))

    def in_turn(self, one: Act, other: Act) -> list[tuple[Any, ...]]:
        """Return how the books stand after one deed and then another."""
        self.kept.back()
        tried(one)
        tried(other)
        return self.stands()

    def at_once(self, one: Act, other: Act) -> list[tuple[Any, ...]]:
        """Return how they stand where the second begins before the first is committed."""
        self.kept.back()
        second = threading.Thread(target=tried, args=(other,))
        try:
            with together(one[0]) as acts:
                acts.do(one[1], one[2])
                second.start()
                self.wait_for(second)
        except EnergyError:
            if not second.ident:
                second.start()
        second.join()
        return self.stands()

    def wait_for(self, second: threading.Thread) -> None:
        """Wait until it has done its deed, or waits for a lock."""
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 1"
        until = time.monotonic() + 10
        while second.is_alive() and not self.union.world.admin(waits):
            assert time.monotonic() < until
            time.sleep(0.005)


def tried(act: Act) -> None:
    """Do a deed, or be refused in words; anything else ends the thread and the test."""
    actor, action, on = act
    try:
        carry_out(actor, action, on, again=True)
    except EnergyError as error:
        assert not error.code.startswith("database."), error  # noqa: PT017


@pytest.fixture(scope="module")
def books(database_of_module) -> Iterator[Books]:
    world = make_world(database_of_module)
    union = make_books(make_union_world(world))
    agree(world, union.union, bank_percent="100", borrow_percent="100", delay_hours=0,
          longer_hours=0, carry_factor="1.08")  # fmt: skip
    two = people(world)
    lock_year(world, "school", 2016, 10**6)
    said = {"union": union.union, "year": 2016, "reason": "begins"}
    school, city = world.institution["school"], world.region["city 1"]
    carry_out(two[0], ReturnQuota(**said, amount="20"), school)
    cover = carry_out(two[0], CoverUse(**said, amount="10"), school).result.movement_id
    filled = promised(union, two[0], Kind.POOL, (Leg("holder", school, 2016, -15_000),
                                                 Leg("pool", city, 2016, 15_000)))  # fmt: skip
    carry_out(two[1], ApproveMovement(), filled, again=True)
    runs = [carry_out(world.actor(), MakeRun.model_validate(corrected(world, 40 * n)),
                      union.target).result.run_id for n in (1, 2)]  # fmt: skip
    made = Books(union, two, {}, (runs[0], runs[1]), cover, None)  # type: ignore[arg-type]
    for name, who in product(APPROVED, (0, 1)):
        made.waiting[name, who] = proposed(made, name, two[1 - who])
    made.kept = Kept(world, "^(movement|book_|line$|balance$|cover_|run_in_force$)")
    yield made
    world.close()


def proposed(books: Books, name: str, by: Actor) -> int:
    """Propose what is to be approved, past the check of what is promised already."""
    world, g = books.union.world, books.grams(name)
    school, city = world.institution["school"], world.region["city 1"]
    taker = Leg("holder", world.institution["office"], 2016, g)
    kind = Kind({"put": "pool", "take": "pool"}.get(name, name))
    legs = (Leg("holder", school, 2016, -g), taker)
    if name == "put":
        legs = (Leg("holder", school, 2016, -g), Leg("pool", city, 2016, g))
    elif name == "take":
        legs = (Leg("pool", city, 2016, -g), Leg("holder", school, 2016, g))
    follow = kind in (Kind.TRANSFER, Kind.ADJUSTMENT)  # their entries follow from them
    return promised(books.union, by, kind, () if follow else legs, g)


def promised(
    union: UnionWorld, by: Actor, kind: Kind, legs: tuple[Leg, ...], g: int = 15_000
) -> int:
    of = union.world.institution
    whose = None if kind is Kind.REBALANCE else of["school"]
    taker = of["office"] if kind is Kind.TRANSFER else None
    what = Movement(kind, 2016, g, whose, taker, union.world.region["city 1"])
    with by.change() as connection:
        said = Proposal(union.union, "total_kgce", "test", by.name)
        return movements.propose(connection, said, what, legs)


def some() -> list[tuple[str, str]]:
    """Return each so many-th of all ordered pairs."""
    return list(product(DEEDS, DEEDS))[::EVERY]


def test_each_deed_alone_is_done(books):
    """So that a pair of which one is refused shows that the other came first."""
    for name in DEEDS:
        books.kept.back()
        before = books.stands()
        tried(books.deed(name, 0))
        assert books.stands() != before, name


def test_two_deeds_at_once_end_as_one_of_the_two_orders(books):
    for names in some():
        one, other = (books.deed(name, who) for who, name in enumerate(names))
        orders = [books.in_turn(one, other), books.in_turn(other, one)]
        assert books.at_once(one, other) in orders, names
