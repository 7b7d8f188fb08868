"""Movements of quota: two people, delay, codes; limits of the agreement; and nothing half-done."""

from datetime import date
from decimal import Decimal
from itertools import product

import psycopg
import pytest

from actions.boards.today import today_of
from actions.compact.account_acts import ReleaseAccount, RestrictAccount
from actions.compact.decide_movements import ApproveMovement, CancelMovement, RefuseMovement
from actions.compact.notices import quota_notice
from actions.compact.own_movements import BankQuota, BorrowQuota, CarryShortfall, FillReserve
from actions.compact.own_movements import ReturnQuota as Return
from actions.compact.propose_movements import ProposeTransfer, RequestAdjustment
from actions.compact.reconcile_books import ReconcileBooks
from actions.compact.trust_acts import TrustTaker
from actions.doing import carry_out, foresee
from compact.books import Kind
from compact.movements import Deed, Movement, State, follow, wait_hours
from metering.errors import ConflictError, NotFoundError
from storage import tasks
from storage.compact import movements
from tests.actions.book_world import (
    agree,
    balances,
    give_reserve,
    lock_year,
    make_books,
    people,
    propose_transfer,
)
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import make_world
from worker.registered import do_one

REFUSED = (psycopg.errors.IntegrityConstraintViolation, psycopg.errors.CheckViolation)


@pytest.fixture(scope="module")
def union(database_of_module):
    """A union with quotas of 2016 and 2017; its tests leave the books as they like."""
    world = make_world(database_of_module)
    yield make_books(make_union_world(world))
    world.close()


def code_of(actor, action, on) -> str:
    with pytest.raises((ConflictError, NotFoundError)) as refused:
        carry_out(actor, action, on, again=True)
    return refused.value.code


def state_of(union: UnionWorld, movement: int) -> tuple[str, str | None]:
    with union.world.actor().look() as connection:
        found = movements.one(connection, movement)
    assert found is not None
    return found.state, found.code


def let_time_pass(union: UnionWorld, movement: int) -> None:
    """Let a movement's wait be over, and the worker come by."""
    world = union.world
    world.admin("ALTER TABLE movement_deed DISABLE TRIGGER never_changes")
    world.admin(
        "UPDATE movement_deed SET due_at = now() WHERE movement_id = %s AND deed = 'approve'",
        movement,
    )
    world.admin("ALTER TABLE movement_deed ENABLE TRIGGER never_changes")
    world.admin("UPDATE task SET at = now() WHERE kind = 'movement.due' AND done_at IS NULL")
    with psycopg.connect(world.database.url("worker"), autocommit=True) as worker:
        while task := do_one(worker):
            assert task.kind


def of(union: UnionWorld, name: str) -> int:
    return union.world.institution[name]


def test_a_transfer_takes_two_people_of_the_giver_and_its_time(union):
    first, second = people(union.world)
    movement = propose_transfer(first, union, "school", "office", "3")
    before = balances(union)

    assert code_of(first, ApproveMovement(), movement) == "action.second_person"
    assert code_of(union.world.actor(), ApproveMovement(), movement) == "action.second_person"
    assert carry_out(second, ApproveMovement(), movement, again=True).result.state == "waiting"
    assert balances(union) == before
    with union.world.actor().look() as connection:
        due = movements.one(connection, movement).due_at
        (when,) = connection.execute("SELECT %s - now()", [due]).fetchone()
    assert round(when.total_seconds() / 3600) == 72  # nobody is listed
    let_time_pass(union, movement)

    assert state_of(union, movement) == ("done", None)
    after = balances(union)
    assert after["holder", of(union, "school")] == before["holder", of(union, "school")] - 3000
    assert after["holder", of(union, "office")] == before["holder", of(union, "office")] + 3000
    assert code_of(second, CancelMovement(reason="late"), movement) == "movement.not_now"


def test_it_is_taken_back_while_it_waits_or_refused_with_a_reason(union):
    first, second = people(union.world)
    before = balances(union)
    cancelled = propose_transfer(first, union, "school", "office")
    carry_out(second, ApproveMovement(), cancelled, again=True)
    carry_out(first, CancelMovement(reason="not needed"), cancelled)
    let_time_pass(union, cancelled)
    refused = propose_transfer(first, union, "school", "office")
    carry_out(second, RefuseMovement(reason="why?"), refused)

    assert state_of(union, cancelled) == ("cancelled", None)
    assert state_of(union, refused) == ("refused", None)
    assert balances(union) == before


def test_a_taker_on_the_list_waits_no_longer_than_agreed_and_only_from_tomorrow(union):
    def hours() -> int:
        with union.world.actor().look() as connection:
            pair = of(union, "office"), of(union, "clinic")
            return movements.wait_hours(connection, union.union, *pair)

    assert hours() == wait_hours(trusted=False, delay=24, longer=72) == 72
    listed = TrustTaker(union=union.union, taker=of(union, "clinic"), source="letter")
    tomorrow = union.world.actor(today=date.today())  # noqa: DTZ011 - the database's own day
    carry_out(tomorrow, listed, of(union, "office"))
    assert hours() == 72
    union.world.admin("ALTER TABLE trusted_taker DISABLE TRIGGER only_retire")
    union.world.admin("UPDATE trusted_taker SET valid_from = valid_from - 3")
    assert hours() == wait_hours(trusted=True, delay=24) == 24


def test_what_became_impossible_meanwhile_ends_with_a_code(union):
    first, second = people(union.world)
    movement = propose_transfer(first, union, "office", "school", "2")
    carry_out(second, ApproveMovement(), movement, again=True)
    carry_out(second, RestrictAccount(union=union.union, reason="short"), of(union, "office"))
    before = balances(union)
    let_time_pass(union, movement)

    assert state_of(union, movement) == ("ended", "account_state")
    assert balances(union) == before
    union.world.admin(
        """INSERT INTO book_account_state (union_id, institution_id, indicator, state, reason,
               made_by)
           VALUES (%s, %s, 'total_kgce', 'open', 'plan filed', 'test')""",
        union.union, of(union, "office"),
    )  # fmt: skip


def test_more_than_is_held_or_promised_is_not_proposed(union):
    first, _ = people(union.world)
    held = balances(union)["holder", of(union, "school")]
    half = Decimal(held // 2 + 1).scaleb(-3)
    promised = propose_transfer(first, union, "school", "office", str(half))
    transfer = ProposeTransfer(
        union=union.union, taker=of(union, "office"), year=2016, amount=half, reason="more"
    )
    assert code_of(first, transfer, of(union, "school")) == "books.not_enough"
    carry_out(first, CancelMovement(reason="no"), promised)
    to_nobody = ProposeTransfer(
        union=union.union, taker=of(union, "academy"), year=2016, amount=1, reason="x"
    )
    assert code_of(first, to_nobody, of(union, "school")) == "books.no_account"
    assert code_of(first, transfer, of(union, "academy")) == "not_found"  # of another authority
    officer = union.world.actor("of the office")
    unseen = transfer.model_copy(update={"taker": of(union, "clinic"), "amount": Decimal(1)})
    taken_back = carry_out(officer, unseen, of(union, "office")).result.movement_id
    carry_out(officer, CancelMovement(reason="no"), taken_back)
    guarded = unseen.model_copy(update={"taker": of(union, "police")})
    assert code_of(officer, guarded, of(union, "office")) == "books.no_account"


def test_a_request_is_paid_from_the_members_reserve_and_nobody_elses_quota_moves(union):
    first, second = people(union.world)
    give_reserve(union, kgce="5")
    before = balances(union)
    asked = RequestAdjustment(union=union.union, year=2016, amount="4", reason="new beds")
    movement = carry_out(first, asked, of(union, "office")).result.movement_id
    assert balances(union) == before
    carry_out(second, ApproveMovement(), movement, again=True)

    after, city = balances(union), union.world.region["city 1"]
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed == {("reserve", city), ("holder", of(union, "office"))}
    too_much = RequestAdjustment(union=union.union, year=2016, amount="4", reason="more")
    movement = carry_out(first, too_much, of(union, "office")).result.movement_id
    assert code_of(second, ApproveMovement(), movement) == "books.not_enough"
    assert state_of(union, movement) == ("proposed", None)
    assert balances(union) == after


def test_banking_and_borrowing_stay_within_the_agreed_share_of_the_next_year(union):
    planner, school = union.world.actor("planner of all"), of(union, "school")
    quota = balances(union, 2017)["holder", school]
    for kind, share in ((BankQuota, 25), (BorrowQuota, 10)):
        limit = quota * share // 100
        said = {"union": union.union, "year": 2016, "reason": "agreed"}
        over = kind(**said, amount=Decimal(limit + 1).scaleb(-3))
        assert code_of(planner, over, school) == "movement.beyond_limit"
        before = balances(union), balances(union, 2017)
        carry_out(planner, kind(**said, amount=Decimal(limit - 1).scaleb(-3)), school)
        after = balances(union), balances(union, 2017)
        moved = [
            b["holder", school] - a["holder", school] for a, b in zip(before, after, strict=True)
        ]
        assert sorted(moved) == [1 - limit, limit - 1]
        assert code_of(planner, kind(**said, amount="0.002"), school) == "movement.beyond_limit"


def test_without_a_clause_that_binds_nothing_is_banked(union):
    planner, school = union.world.actor("planner of all"), of(union, "school")
    agree(union.world, union.union, delay_hours=24)
    said = {"union": union.union, "year": 2016, "reason": "agreed", "amount": "1"}
    lock_year(union.world, "school", 2016, 700)
    for kind in (BankQuota, BorrowQuota, CarryShortfall):
        assert code_of(planner, kind(**said), school) == "movement.no_clause"
    make_books(union)


def test_a_shortfall_is_carried_by_the_agreed_factor(union):
    planner, school = union.world.actor("planner of all"), of(union, "school")
    lock_year(union.world, "school", 2016, 700)
    before, next_before = balances(union), balances(union, 2017)
    carry = CarryShortfall(union=union.union, year=2016, amount="1", reason="short")
    carry_out(planner, carry, school)

    after, next_after = balances(union), balances(union, 2017)
    assert after["covered", school] - before.get(("covered", school), 0) == 1000
    assert next_before["holder", school] - next_after["holder", school] == 1080
    assert next_after["expired", 0] - next_before.get(("expired", 0), 0) == 80


def test_a_reserve_is_held_back_out_of_what_the_target_leaves_and_no_more(union):
    planner, city = union.world.actor("planner of all"), union.world.region["city 1"]
    said = {"member": city, "reason": "2 %", "amount": "1"}
    carry_out(planner, FillReserve(year=2017, **said), union.union)
    assert balances(union, 2017)["reserve", city] == 1000
    assert code_of(planner, FillReserve(year=2016, **said), union.union) == "books.beyond_target"


def test_what_was_moved_stays_when_a_run_is_issued_anew(union):
    from tests.actions.compact_world import Method, Rule, issue_run, run_target, use

    world, planner = union.world, union.world.actor("planner of all")
    school = of(union, "school")
    before = balances(union)["holder", school]
    runs = world.admin("SELECT amount_g FROM run_quota q JOIN run_in_force f USING (run_id)"
                       " WHERE institution_id = %s AND f.year = 2016", school)  # fmt: skip
    use(world, "school", 2015, 3, 800)
    union.answered()
    made = run_target(planner, union.target, Method(Rule.PROPORTIONAL)).run.run_id
    union.answered()
    issue_run(planner, made, "read again")
    again = world.admin("SELECT amount_g FROM run_quota WHERE run_id = %s AND institution_id = %s",
                        made, school)  # fmt: skip

    assert balances(union)["holder", school] - before == again[0][0] - runs[0][0] != 0
    assert carry_out(planner, ReconcileBooks(), union.union).result.differences == 0


@pytest.mark.parametrize("kind", [Kind.TRANSFER, Kind.COVER])
def test_every_pair_of_deeds_is_possible_past_all_rights_only_where_it_is_here(union, kind):
    """The tables hold to compact.movements.follow, the administrator too."""
    world, school, office = union.world, of(union, "school"), of(union, "office")
    first, second = (f"user:{world.user[who]}" for who in ("planner of all", "union planner"))
    taker = office if kind is Kind.TRANSFER else None
    with psycopg.connect(world.database.admin_url) as admin:
        for before, deed, due in product(State, Deed, (True, False)):
            if not reachable(kind, before):
                continue
            (movement,) = admin.execute(
                """INSERT INTO movement (union_id, indicator, kind, year, member_id, institution_id,
                           taker_id, amount_g, reason, made_by)
                   VALUES (%s, 'total_kgce', %s, 2016, %s, %s, %s, 1, 'test', %s) RETURNING id""",
                [union.union, kind.value, world.region["city 1"], school, taker, first],
            ).fetchone() or (0,)
            for step in PATHS[before]:
                say(admin, movement, step, first if step is Deed.PROPOSE else second, due=True)
            if before is State.WAITING:
                put_off(admin, movement, due=due)
            try:
                follow(kind, before, deed, due=due)
                expected = True
            except ConflictError:
                expected = False
            try:
                say(admin, movement, deed, second)
                possible = True
            except REFUSED:
                possible = False
            admin.rollback()
            assert possible == expected, (before, deed, due)


PATHS = {
    State.PROPOSED: [Deed.PROPOSE],
    State.WAITING: [Deed.PROPOSE, Deed.APPROVE],
    State.DONE: [Deed.PROPOSE, Deed.DO],
    State.REFUSED: [Deed.PROPOSE, Deed.REFUSE],
    State.CANCELLED: [Deed.PROPOSE, Deed.CANCEL],
    State.ENDED: [Deed.PROPOSE, Deed.APPROVE, Deed.END],
}


def reachable(kind: Kind, state: State) -> bool:
    """Return whether a kind comes into a state by these paths."""
    two = kind is Kind.TRANSFER
    return state not in ((State.DONE,) if two else (State.WAITING, State.REFUSED, State.ENDED))


def say(admin, movement: int, deed: Deed, by: str, *, due: bool = False) -> None:
    admin.execute(
        """INSERT INTO movement_deed (movement_id, deed, due_at, code, reason, made_by)
           VALUES (%s, %s, CASE WHEN %s = 'approve' THEN now() END,
                   CASE WHEN %s = 'end' THEN 'test' END, 'test', %s)""",
        [movement, deed.value, deed.value, deed.value, by],
    )
    if due and deed is Deed.APPROVE:
        put_off(admin, movement, due=True)


def put_off(admin, movement: int, *, due: bool) -> None:
    admin.execute("ALTER TABLE movement_deed DISABLE TRIGGER never_changes")
    admin.execute(
        "UPDATE movement_deed SET due_at = now() + %s * interval '1 hour'"
        " WHERE movement_id = %s AND deed = 'approve'",
        [-1 if due else 1, movement],
    )
    admin.execute("ALTER TABLE movement_deed ENABLE TRIGGER never_changes")


def test_legs_by_sql_are_those_of_the_value(union):
    world, school, office = union.world, of(union, "school"), of(union, "office")
    with psycopg.connect(world.database.admin_url) as admin:
        for kind in (Kind.RESERVE, Kind.ADJUSTMENT, Kind.RETURN, Kind.TRANSFER, Kind.BANK,
                     Kind.BORROW, Kind.CARRY, Kind.COVER):  # fmt: skip
            whose = None if kind is Kind.RESERVE else school
            taker = office if kind is Kind.TRANSFER else None
            what = Movement(kind, 2016, 12_345, whose, taker, world.region["city 1"])
            (movement,) = admin.execute(
                """INSERT INTO movement (union_id, indicator, kind, year, member_id, institution_id,
                           taker_id, amount_g, reason, made_by)
                   VALUES (%s, 'total_kgce', %s, 2016, %s, %s, %s, 12345, 'test', 'user:1')
                   RETURNING id""",
                [union.union, kind.value, what.member, whose, taker],
            ).fetchone() or (0,)
            found = movements.legs(admin, movement)
            assert found == list(what.legs(Decimal("1.08"))), kind  # type: ignore[arg-type]
        admin.rollback()


def test_a_dry_run_refuses_what_the_books_would_refuse(union):
    planner, school = union.world.actor("planner of all"), of(union, "school")
    back = Return(union=union.union, year=2016, amount=Decimal(10**9), reason="all of it")
    with pytest.raises(ConflictError) as refused:
        foresee(planner, back, school)
    assert refused.value.code == "books.not_enough"
    assert refused.value.next_zh
    assert tasks.KEPT  # nothing was written: the books are as they were


def test_the_first_page_says_whose_approval_it_waits_for_and_what_is_due(union):
    first, second = people(union.world)
    movement = propose_transfer(first, union, "school", "office")
    waits = {who.name: today_of(who).books for who in (first, second)}
    for who, own in ((first, True), (second, False)):
        (found,) = [
            one for one in waits[who.name].approvals if one.movement.movement_id == movement
        ]
        assert (found.own, found.by) == (own, "signs.1")
    assert movement not in {
        one.movement.movement_id
        for one in today_of(union.world.actor("of the office")).books.approvals
    }  # an officer proposes and does not approve
    carry_out(second, CancelMovement(reason="no"), movement)
    assert movement not in {one.movement.movement_id for one in today_of(second).books.approvals}

    lock_year(union.world, "office", 2016, 1)
    carry_out(second, RestrictAccount(union=union.union, reason="short"), of(union, "clinic"))
    counted = {(one.kind, one.year): one.many for one in today_of(second).books.counts}
    assert counted["cover", 2016] >= 1
    assert counted["rests", None] >= 1
    carry_out(second, ReleaseAccount(union=union.union, reason="plan"), of(union, "clinic"))


def test_a_notice_lists_what_was_moved_since_and_adds_up(union):
    give_reserve(union, "office", "1")
    notice = quota_notice(union.world.actor(), of(union, "office"), 2016, "en", union.union)
    (block,) = [one for one in notice.paper.blocks if one.title.endswith("since it was issued")]
    amounts = [row[-1].value for row in block.rows]
    assert sum(amounts[:-1]) == amounts[-1]
    assert any(str(row[0]).startswith("return of an excess") for row in block.rows)
