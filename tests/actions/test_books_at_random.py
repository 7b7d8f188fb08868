"""Any order of movements ends as a model in memory says, and books, log and runs agree.

`make year` takes 100,000 steps; `COMMONWATT_TEST_SEED` draws another year, and is printed.
"""

import os
from datetime import date
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as check

from actions.compact.account_acts import CloseAccount, ReleaseAccount, RestrictAccount
from actions.compact.close_books import CloseBooks
from actions.compact.cover_acts import CoverUse, ExcludeYear, IncludeYear, ReverseCover
from actions.compact.decide_movements import ApproveMovement, CancelMovement, RefuseMovement
from actions.compact.own_movements import (
    BankQuota,
    BorrowQuota,
    CarryShortfall,
    FillReserve,
    ReturnQuota,
)
from actions.compact.propose_movements import ProposeTransfer, RequestAdjustment
from actions.compact.shared_movements import ProposeSuccession, PutInPool, TakeFromPool
from actions.doing import carry_out
from compact.journal import broken
from metering.errors import EnergyError
from storage.compact import covers, movements, second_log
from tests.actions.book_model import BookModel, Moved
from tests.actions.book_world import TERMS, agree, balances, make_books, people
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import make_world

ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "0"))
SEED = int(os.environ.get("COMMONWATT_TEST_SEED", "1"))
STEPS = 50
DAY = date(2018, 3, 1)  # both years are over
HOLDERS = st.sampled_from(["office", "school", "clinic"])
YEARS = st.sampled_from([2016, 2017])
PERSON = st.integers(0, 1)
PARTS = st.sampled_from([1, 2, 5, 10, 25, 60, 100, 101])  # percent of what an account holds
_RESET = """
    DELETE FROM movement_deed; DELETE FROM movement_leg; DELETE FROM book_account_state;
    DELETE FROM book_entry WHERE cause_id > {cause}; DELETE FROM book_cause WHERE id > {cause};
    DELETE FROM movement; DELETE FROM book_year_closed; DELETE FROM cover_exclusion;
    DELETE FROM account_version; DELETE FROM journal.line WHERE number > {line};
    DELETE FROM journal.balance; INSERT INTO journal.balance SELECT * FROM kept_balance;
"""


@pytest.fixture(scope="module")
def union(database_of_module) -> UnionWorld:
    world = make_world(database_of_module)
    made = make_books(make_union_world(world))
    agree(world, made.union, **TERMS)
    world.admin("CREATE TABLE kept_balance AS SELECT * FROM journal.balance")
    yield made
    world.close()


class Books(RuleBasedStateMachine):
    """Three holders of two members and two years; each rule tries an act, allowed or not."""

    union: UnionWorld

    @initialize()
    def begin(self) -> None:
        world = self.union.world
        cause, line = self.start
        reset = _RESET.format(cause=cause, line=line)
        world.admin("SET session_replication_role = replica")
        world.admin(reset)
        world.admin("SET session_replication_role = DEFAULT")
        self.people = [_on(one) for one in people(world)]
        self.of = {name: world.institution[name] for name in ("office", "school", "clinic")}
        balance = {
            (account, whose, year): g
            for year in (2016, 2017)
            for (account, whose), g in balances(self.union, year).items()
        }
        rows = world.admin(
            """SELECT q.institution_id, q.year, q.amount_g, q.member_id
                 FROM run_quota q JOIN run_in_force f ON f.run_id = q.run_id AND f.year = q.year"""
        )
        headroom = {
            year: int(cap) - (-balance["union", 0, year])
            for year, cap in world.admin(
                "SELECT f.year, journal.cap_g(f.run_id, f.year) FROM run_in_force f"
            )
        }
        self.model = BookModel(
            balance, {row[0]: row[3] for row in rows}, {row[:2]: row[2] for row in rows},
            headroom=headroom,
        )  # fmt: skip

    @property
    def start(self) -> tuple[int, int]:
        rows = self.union.world.admin(
            """SELECT max(l.cause_id), max(l.number) FROM journal.line l
                WHERE l.kind IN ('issue', 'adjustment') AND l.movement_id IS NULL"""
        )
        return rows[0][0], rows[0][1]

    @rule(
        kind=st.sampled_from(["return", "bank", "borrow", "carry", "cover"]),
        name=HOLDERS, year=YEARS, part=PARTS, by=PERSON,
    )  # fmt: skip
    def at_once(self, kind: str, name: str, year: int, part: int, by: int) -> None:
        holder = self.of[name]
        g = self.part("holder", holder, year, part)
        kinds = {"return": ReturnQuota, "bank": BankQuota, "borrow": BorrowQuota,
                 "carry": CarryShortfall, "cover": CoverUse}  # fmt: skip
        legs = self.model.legs_of(kind, holder, year, g)
        made = self.tried(by, kinds[kind](**self.said(year, g)), holder)
        assert (made is not None) == self.model.at_once(kind, holder, year, g), kind
        if made is not None:
            done = Moved(kind, holder, year, g, legs, by, "done")
            self.model.moved[made.movement_id] = done

    @rule(name=HOLDERS, year=YEARS, grams=st.integers(1, 100_000), by=PERSON)
    def verify_a_years_use(self, name: str, year: int, grams: int, by: int) -> None:
        """Amend a figure: the newest verified one counts."""
        self.model.used[self.of[name], year] = grams
        self.union.world.admin("SET session_replication_role = replica")
        self.union.world.admin(
            """INSERT INTO account_version (institution_id, year, version, kgce_g,
                       estimated_kgce_g, known_months, estimated_months, sha256, locked_by, answer,
                       answered_at, answered_by)
               SELECT %s, %s, (SELECT coalesce(max(version), 0) + 1 FROM account_version),
                      g.g, g.g, 12, 0, repeat('0', 64), 'user:1', 'verified', now(), 'user:2'
                 FROM (SELECT array_fill(%s::numeric, ARRAY[max(place)]) AS g FROM profile) g""",
            self.of[name], year, grams,
        )  # fmt: skip
        self.union.world.admin("SET session_replication_role = DEFAULT")

    @rule(giver=HOLDERS, taker=HOLDERS, year=YEARS, part=PARTS, by=PERSON)
    def transfer(self, giver: str, taker: str, year: int, part: int, by: int) -> None:
        one, other = self.of[giver], self.of[taker]
        g = self.part("holder", one, year, part)
        action = ProposeTransfer(**self.said(year, g), taker=other)
        may = self.model.may_give(one, other, year, g)
        legs = self.model.legs_of("transfer", one, year, g, other)
        self.proposed(by, action, one, may, Moved("transfer", one, year, g, legs, by))

    @rule(
        kind=st.sampled_from(["adjustment", "put", "take"]),
        name=HOLDERS, year=YEARS, part=PARTS, by=PERSON,
    )  # fmt: skip
    def ask(self, kind: str, name: str, year: int, part: int, by: int) -> None:
        holder, city = self.of[name], self.model.member[self.of[name]]
        of = {"adjustment": ("reserve", city), "put": ("holder", holder), "take": ("pool", city)}
        g = self.part(*of[kind], year, part)
        kinds = {"adjustment": RequestAdjustment, "put": PutInPool, "take": TakeFromPool}
        legs = self.model.legs_of(kind, holder, year, g)
        may = kind != "put" or self.left(holder, year) >= g
        what = Moved("adjustment" if kind == "adjustment" else "pool", holder, year, g, legs, by)
        self.proposed(by, kinds[kind](**self.said(year, g)), holder, may, what)

    @rule(name=HOLDERS, heir=HOLDERS, by=PERSON)
    def merge(self, name: str, heir: str, by: int) -> None:
        holder, other = self.of[name], self.of[heir]
        if holder == other:
            return
        legs: dict[Any, int] = {}
        for (account, whose, year), g in self.model.balance.items():
            if account == "holder" and whose == holder and g and year not in self.model.closed:
                legs[account, holder, year] = legs.get((account, holder, year), 0) - g
                legs[account, other, year] = legs.get((account, other, year), 0) + g
        may = bool(legs)
        years = sorted(year for _, _, year in legs)
        what = Moved("roster_change", holder, years[0] if years else 0, 0, legs, by)
        rows = [{"institution": other, "percent": "100"}]
        action = ProposeSuccession(union=self.union.union, successors=rows, reason="merged")
        self.proposed(by, action, holder, may, what)

    @rule(year=YEARS, part=PARTS)
    def reserve(self, year: int, part: int) -> None:
        city = self.model.member[self.of["school"]]
        g = max(1, self.model.headroom[year] * part // 100)
        said = self.said(year, g)
        del said["union"]
        made = self.tried(None, FillReserve(member=city, **said), self.union.union)
        legs = self.model.legs_of("reserve", city, year, g)
        may = self.model.takes("reserve", legs)
        assert (made is not None) == may
        if may:
            self.model.enter(legs)

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5), asks=st.booleans(), late=st.booleans())
    def approve(self, nth: int, asks: bool, late: bool) -> None:
        """Approve as the other person, or as the one who asked; and wait, or not."""
        number = self.number(nth)
        by = self.model.moved[number].by if asks else 1 - self.model.moved[number].by
        made = self.tried(by, ApproveMovement(), number)
        assert (made is not None) == self.model.approve(number, by), self.model.moved[number]
        if late:
            self.time_passes_of(number)

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5))
    def time_passes(self, nth: int) -> None:
        """A transfer comes due."""
        self.time_passes_of(self.number(nth))

    def time_passes_of(self, number: int) -> None:
        """Let one wait be over, and the worker come by."""
        world, one = self.union.world, self.model.moved[number]
        if one.state != "waiting":
            return
        world.admin("SET session_replication_role = replica")
        world.admin(
            "UPDATE movement_deed SET due_at = now() WHERE movement_id = %s AND deed = 'approve'",
            number,
        )
        world.admin("SET session_replication_role = DEFAULT")
        with psycopg.connect(world.database.url("worker"), autocommit=True) as worker:
            state = movements.do_due(worker, number)
        self.model.come_due(number)
        assert state == one.state

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5), by=PERSON, refuses=st.booleans())
    def stop(self, nth: int, by: int, refuses: bool) -> None:
        number = self.number(nth)
        kind, state = (RefuseMovement, "refused") if refuses else (CancelMovement, "cancelled")
        made = self.tried(by, kind(reason="no"), number)
        assert (made is not None) == self.model.stop(number, state)

    @precondition(lambda self: any(one.kind == "cover" for one in self.model.moved.values()))
    @rule(nth=st.integers(0, 5), by=PERSON)
    def reverse(self, nth: int, by: int) -> None:
        own = [number for number, one in self.model.moved.items() if one.kind == "cover"]
        number = own[nth % len(own)]
        made = self.tried(by, ReverseCover(reason="wrong"), number)
        assert (made is not None) == self.model.reverse(number)

    @rule(name=HOLDERS, year=YEARS, out=st.booleans(), dice=st.integers(0, 3))
    def leave_out(self, name: str, year: int, out: bool, dice: int) -> None:
        if dice:
            return
        action = (ExcludeYear if out else IncludeYear)(
            union=self.union.union, year=year, reason="rebuilt"
        )
        assert self.tried(0, action, self.of[name]) is not None
        key = self.of[name], year
        (self.model.excluded.add if out else self.model.excluded.discard)(key)

    @rule(
        name=HOLDERS, by=PERSON, dice=st.integers(0, 2),
        kind=st.sampled_from([RestrictAccount, ReleaseAccount, ReleaseAccount, CloseAccount]),
    )  # fmt: skip
    def account(self, name: str, by: int, dice: int, kind: type) -> None:
        if dice:
            return
        states = {RestrictAccount: "restricted", ReleaseAccount: "open", CloseAccount: "closed"}
        made = self.tried(by, kind(union=self.union.union, reason="test"), self.of[name])
        assert (made is not None) == self.model.say(self.of[name], states[kind])

    @rule(year=YEARS, dice=st.integers(0, 15))
    def close_books(self, year: int, dice: int) -> None:
        if dice != 7:
            return  # else nothing would be left to move
        made = self.tried(None, CloseBooks(year=year, reason="over"), self.union.union)
        assert (made is not None) == self.model.close(year)

    @invariant()
    def the_books_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = self.union.world.admin(
            """SELECT account, coalesce(institution_id, region_id, 0), year,
                      sum(amount_g)::bigint
                 FROM book_entry GROUP BY 1, 2, 3 HAVING sum(amount_g) <> 0"""
        )
        assert {row[:3]: row[3] for row in rows} == {
            k: g for k, g in self.model.balance.items() if g
        }

    def teardown(self) -> None:
        """Compare with the second log, and how everybody's cover stands, once at the end."""
        if not hasattr(self, "model"):
            return
        world = self.union.world
        found = world.admin("SELECT code, what FROM journal.differences(%s)", self.union.union)
        assert found == []
        with psycopg.connect(world.database.admin_url) as admin:
            assert broken(second_log.whole_lines(admin, self.union.union)) == []
        with self.people[0].look() as connection:
            rows = covers.holders(connection, self.union.union, "total_kgce")
        for row in (row for row in rows if row.institution_id in self.of.values()):
            expected = self.model.status(row.institution_id, 2016, DAY.year)
            assert row.record(DAY.year).status.value == expected

    def part(self, account: str, whose: int, year: int, percent: int) -> int:
        """Return so many percent of what an account holds, one gram at the least."""
        return max(1, self.model.of(account, whose, year) * percent // 100)

    def left(self, holder: int, year: int) -> int:
        """Return what a holder has not promised to others."""
        pending = sum(
            one.grams
            for one in self.model.moved.values()
            if one.kind == "transfer" and one.state in ("proposed", "waiting")
            and (one.holder, one.year) == (holder, year)
        )  # fmt: skip
        return self.model.of("holder", holder, year) - pending

    def said(self, year: int, g: int) -> dict[str, Any]:
        """Return what every act says."""
        amount = Decimal(g).scaleb(-3)
        return {"union": self.union.union, "year": year, "amount": amount, "reason": "test"}

    def number(self, nth: int) -> int:
        """Return one of the newest movements."""
        newest = sorted(self.model.moved, reverse=True)
        return newest[nth % len(newest)]

    def proposed(self, by: int, action: Any, on: int, may: bool, what: Moved) -> None:
        made = self.tried(by, action, on)
        assert (made is not None) == may, (action, self.refusal)
        assert self.refusal != "database.refused"
        if made is not None:
            self.model.moved[made.movement_id] = what

    def tried(self, by: int | None, action: Any, on: int) -> Any:
        """Return what an act came to, None where it was refused in words."""
        self.refusal = ""
        actor = self.union.world.actor("system", DAY) if by is None else self.people[by]
        try:
            return carry_out(actor, action, on, again=True).result
        except EnergyError as error:
            self.refusal = error.code
            return None


def _on(actor: Any) -> Any:
    actor.today = DAY
    return actor


def test_any_order_of_movements_ends_as_the_model_says(union):
    Books.union = union
    examples = max(6, ATTEMPTS // STEPS)
    kept = settings(max_examples=examples, stateful_step_count=STEPS)
    if ATTEMPTS:
        print(f"{examples} years of {STEPS} steps, COMMONWATT_TEST_SEED={SEED}", flush=True)
        phases = (Phase.generate,)  # a year is short enough to read, and takes long to make shorter
        kept = settings(kept, derandomize=False, database=None, print_blob=True, phases=phases)
        seed(SEED)(Books)
    check(Books, settings=kept)
