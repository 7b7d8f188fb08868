"""Cover of locked use: the status that acts, tables and `solve` work out by one value."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import given, settings

from actions.compact.account_acts import ReleaseAccount
from actions.compact.close_books import CloseBooks
from actions.compact.cover_acts import (
    CoverUse,
    ExcludeYear,
    IncludeYear,
    ReverseCover,
)
from actions.compact.covers import due_g, of_members
from actions.compact.freeze_cover import FreezeCover
from actions.compact.movement_things import Books
from actions.doing import acting, carry_out, foresee
from actions.registry.move_close import CloseInstitution
from actions.registry.undo_roster import UndoChange
from compact.cover import CoverRecord, CoverStatus, Periods
from metering.errors import ConflictError, InputError
from storage.compact import accounts, covers
from storage.compact.accounts import Whose
from storage.compact.covers import HolderRow
from storage.registry import institutions
from tests.actions.book_world import TERMS, agree, balances, lock_year, make_books
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import make_world

SPRING = date(2017, 3, 1)


@pytest.fixture(scope="module")
def union(database_of_module):
    """A union of whose holders the school's 2016 is over and locked."""
    world = make_world(database_of_module)
    made = make_books(make_union_world(world))
    lock_year(world, "school", 2016, 700)
    yield made
    world.close()


def planner(union: UnionWorld, day: date = SPRING):
    return union.world.actor("planner of all", today=day)


def status(union: UnionWorld, name: str, day: date = SPRING) -> str:
    with planner(union, day).look() as connection:
        of = union.world.institution[name]
        (row,) = covers.holders(connection, union.union, "total_kgce", of)
        return row.record(day.year).status.value


def cover(union: UnionWorld, name: str = "school", amount: str | None = None, year: int = 2016):
    kgce = None if amount is None else Decimal(amount)
    action = CoverUse(union=union.union, year=year, amount=kgce, reason="close of the year")
    return carry_out(planner(union), action, union.world.institution[name])


def refused(act) -> str:
    with pytest.raises((ConflictError, InputError)) as error:
        act()
    return error.value.code


def test_a_year_goes_from_short_to_covered_back_and_on(union):
    school, before = union.world.institution["school"], balances(union)
    assert status(union, "school", date(2016, 12, 31)) == "not_applicable"
    assert status(union, "school") == "b"
    assert status(union, "office") == "c"
    assert refused(lambda: cover(union, "office")) == "cover.not_locked"

    made = cover(union).result.movement_id
    assert status(union, "school") == "a"
    assert refused(lambda: cover(union)) == "cover.nothing_due"
    after = balances(union)
    due = 12 * 86_030  # 700 kWh at 122.9 g, each month's gram by itself
    assert after["covered", school] == due == before["holder", school] - after["holder", school]
    with planner(union).look() as connection:  # the quota is what is held and what is covered
        (quota,) = connection.execute(
            "SELECT amount_g FROM quota WHERE institution_id = %s AND year = 2016", [school]
        ).fetchone()
    assert quota == before["holder", school]

    carry_out(planner(union), ReverseCover(reason="wrong year"), made)
    assert balances(union) == before
    assert status(union, "school") == "b"
    again = ReverseCover(reason="twice")
    assert refused(lambda: carry_out(planner(union), again, made)) == "cover.reversed_already"

    late = cover(union, amount="3").result.movement_id
    union.world.admin("ALTER TABLE book_cause DISABLE TRIGGER never_changes")
    union.world.admin(
        "UPDATE book_cause SET made_at = made_at - interval '15 days' WHERE movement_id = %s", late
    )
    assert refused(lambda: carry_out(planner(union), again, late)) == "cover.reversal_late"


def test_an_amended_figure_moves_the_live_status_and_leaves_the_frozen_one(union):
    if status(union, "school") == "b":
        cover(union)
    freeze = FreezeCover(deadline=date(2017, 2, 28))
    frozen = carry_out(planner(union), freeze, union.union).result
    assert (frozen.statuses, frozen.restricted) == ({"a": 1, "c": 3}, 3)
    assert refused(lambda: carry_out(planner(union), freeze, union.union)) == "cover.frozen_already"
    tomorrow = FreezeCover(deadline=date(2017, 3, 2))
    assert refused(lambda: carry_out(planner(union), tomorrow, union.union)) == (
        "cover.deadline_to_come"
    )

    lock_year(union.world, "school", 2016, 720)
    assert status(union, "school") == "b"
    with planner(union).look() as connection:
        rows = covers.frozen(connection, union.union, None)
    school = union.world.institution["school"]
    assert {one.status for one in rows if one.institution_id == school} == {"a"}
    cover(union)
    assert status(union, "school") == "a"


def test_a_year_left_out_asks_for_nothing_until_it_is_taken_in_again(union):
    office = union.world.institution["office"]
    said = {"union": union.union, "year": 2016, "reason": "rebuilt"}
    carry_out(planner(union), ExcludeYear(**said), office)
    assert status(union, "office") == "excluded"
    carry_out(planner(union), IncludeYear(**said), office)
    assert status(union, "office") == "c"


def test_members_stand_as_the_worst_of_their_holders_for_who_sees_them_all(union):
    def told(who: str) -> list[str | None]:
        actor = union.world.actor(who, today=SPRING)
        with actor.look() as connection:
            return [
                one.status
                for one in of_members(acting(actor, connection), union.union, "total_kgce")
            ]

    assert told("planner of all") == ["c", "c", "c"]
    assert told("union reader") == [None, "c", None]  # it does not see the police station


def test_the_product_and_solve_share_one_value(union):
    with planner(union).look() as connection:
        rows = covers.holders(connection, union.union, "total_kgce")
    assert all(isinstance(one.record(2017), CoverRecord) for one in rows)


def test_who_is_short_at_a_deadline_moves_nothing_out_until_it_has_covered(union):
    """After the deadline of 28 February, with a figure restated since."""
    office, school = (union.world.institution[name] for name in ("office", "school"))

    def state(whose: int) -> str:
        with planner(union).look() as connection:
            return accounts.state(connection, Whose(union.union, whose, "total_kgce"))

    assert (state(school), state(office)) == ("open", "restricted")
    lock_year(union.world, "office", 2016, 10)  # past all triggers, as a machine would
    made = cover(union, "office").result.movement_id
    assert state(office) == "open"
    action = ReverseCover(reason="wrong")
    told = {one.code: one for one in foresee(planner(union), action, made).effects}
    assert (told["account"].before.en, told["account"].after.en) == ("open", "restricted")
    carry_out(planner(union), action, made)
    assert state(office) == "restricted"  # what followed by itself comes back

    said = {"union": union.union, "reason": "plan 12 is filed"}
    carry_out(planner(union), ReleaseAccount(**said), office)
    carry_out(planner(union), ExcludeYear(**said, year=2016), office)
    carry_out(planner(union), IncludeYear(**said, year=2016), office)
    assert state(office) == "open"  # a person's word is not overruled


def test_an_agreed_deadline_freezes_by_itself_on_the_night_after_and_only_then(union):
    agree(union.world, union.union, **TERMS, cover_months=3)
    with psycopg.connect(union.world.database.url("worker"), autocommit=True) as worker:
        many = [
            covers.freeze_due(worker, union.union, "total_kgce", day)
            for day in (date(2018, 3, 31), date(2018, 4, 1), date(2018, 4, 2), date(2018, 4, 9))
        ]
    assert many == [0, 4, 0, 0]
    with planner(union).look() as connection:
        rows = covers.frozen(connection, union.union, date(2018, 3, 31))
    assert {one.status for one in rows} == {"c"}  # nobody's 2017 is locked


def test_who_leaves_the_roster_is_short_of_no_year_after_it(union):
    """After the deadline of March 2018, when nobody's 2017 was verified."""
    clinic = union.world.institution["clinic"]
    lock_year(union.world, "clinic", 2016, 0)

    def state() -> str:
        with planner(union).look() as connection:
            return accounts.state(connection, Whose(union.union, clinic, "total_kgce"))

    assert state() == "restricted"
    close = CloseInstitution(day="2017-01-01", document_number="28", reason="reform")
    change = carry_out(union.world.actor(), close, clinic).result.change_id
    assert state() == "open"
    carry_out(union.world.actor(), UndoChange(reason="wrong"), change)
    assert state() == "restricted"


@given(
    first=st.integers(2014, 2018),
    used=st.dictionaries(st.integers(2014, 2018), st.integers(0, 50)),
    excluded=st.frozensets(st.integers(2014, 2018)),
    covered=st.integers(0, 100),
    stays=st.none() | st.integers(0, 3),
    period=st.none() | st.tuples(st.integers(2012, 2018), st.integers(2, 5), st.integers(0, 100)),
)
@settings(max_examples=80)
def test_the_status_by_sql_is_that_of_the_value(
    union, first, used, excluded, covered, stays, period
):
    last = None if stays is None else first + stays  # in which it leaves the roster
    names = {field.name: None for field in fields(HolderRow)}
    if period is not None:
        names |= dict(zip(("period_first", "period_years", "interim_percent"), period, strict=True))
    row = HolderRow(**names | {
        "first_year": first, "last_year": last, "years": list(used), "used_g": list(used.values()),
        "excluded": list(excluded), "covered_g": covered,
    })  # fmt: skip
    ((found,),) = union.world.admin(
        """SELECT storage.cover_status(ROW(1, 1, %s, %s::integer[], %s::numeric[],
                      %s::integer[], %s, %s::integer, %s::integer, %s::integer,
                      %s)::storage.cover_held, 2018)""",
        first, list(used), list(used.values()), list(excluded), covered, last,
        *(period or (None, None, None)),
    )  # fmt: skip
    assert found == row.record(2018).status.value


def test_within_a_period_half_of_each_year_is_due_and_all_of_it_at_its_end(union):
    """Three years after the base year 2014, half of each until they are over."""
    school = union.world.institution["school"]
    agree(union.world, union.union, **TERMS, base_year=2014, period_years=3, interim_percent="50")

    def asked(day: date) -> Fraction | None:
        with planner(union, day).look() as connection:
            (row,) = covers.holders(connection, union.union, "total_kgce", school)
            return replace(row, years=[2016], used_g=[1001], last_year=2016).record(day.year).due

    assert asked(SPRING) == Fraction(1001, 2)
    assert asked(date(2018, 1, 1)) == 1001  # 2015 to 2017 are over
    lock_year(union.world, "school", 2016, 800)
    with planner(union).look() as connection:
        at = acting(planner(union), connection)
        (row,) = covers.holders(connection, union.union, "total_kgce", school)
        used, covered = row.used_g[row.years.index(2016)], int(row.covered_g)
        institution = institutions.one(connection, school)
        if covered * 2 < used:
            assert due_g(at, Books(union.union, "total_kgce", 2016), institution) == (
                ceil(Fraction(used, 2)) - covered
            )
    close = CloseBooks(year=2016, reason="over")
    again = lambda: carry_out(planner(union), close, union.union, again=True)  # noqa: E731
    assert refused(again) == "books.period_not_over"
    agree(union.world, union.union, **TERMS)


@given(
    first=st.integers(2010, 2020), years=st.integers(1, 6), year=st.integers(2008, 2030),
    now=st.integers(2008, 2040),
)  # fmt: skip
@settings(max_examples=60)
def test_a_year_is_due_by_its_part_until_its_period_is_over(first, years, year, now):
    periods = Periods(first, years, Fraction(1, 3))
    whole = periods.whole_from(year)
    assert whole > year
    assert whole - year <= years or year < first
    assert (whole - first) % years == 0 or year < first
    assert periods.share(year, now) == (1 if now >= whole else Fraction(1, 3))


def test_who_left_the_roster_is_asked_for_no_year_after_it():
    of = {"first_year": 2016, "years": [2016], "excluded": [], "covered_g": 100}
    row = HolderRow(**{field.name: None for field in fields(HolderRow)} | of | {"used_g": [100]})
    assert row.record(2018).status is CoverStatus.MISSING  # of 2017
    assert replace(row, last_year=2016).record(2018).status is CoverStatus.COVERED
