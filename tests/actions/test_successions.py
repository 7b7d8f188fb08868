"""A change of the roster proposes by itself that quota goes with the institutions, and back."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from actions.catalogue import declared
from actions.compact.decide_movements import ApproveMovement
from actions.compact.reconcile_books import ReconcileBooks
from actions.doing import carry_out, foresee
from compact.movements import Leg, to_successors
from storage.compact import covers, movements
from tests.actions.book_world import balances, make_books, people
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import make_world

ACTIONS = declared()
SAID = {"document_number": "2016-28", "reason": "reform"}
JULY = {"day": "2016-07-01", **SAID}


@pytest.fixture(scope="module")
def union(database_of_module) -> Iterator[UnionWorld]:
    """One union with quotas of 2016 and 2017; taken back each time, later days later."""
    world = make_world(database_of_module)
    yield make_books(make_union_world(world))
    world.close()


def act(union: UnionWorld, code: str, name: str, **fields):
    action = ACTIONS[code].model_validate(fields)
    return carry_out(union.world.actor(), action, union.world.institution[name]).result


def undo(union: UnionWorld, change: int):
    action = ACTIONS["roster.undo"].model_validate({"reason": "wrong"})
    return carry_out(union.world.actor(), action, change).result


def approve(union: UnionWorld, movement: int) -> None:
    carry_out(people(union.world)[1], ApproveMovement(), movement, again=True)


def of(union: UnionWorld, movement: int):
    with union.world.actor().look() as connection:
        return movements.one(connection, movement), movements.legs(connection, movement)


def held_on(union: UnionWorld, name: str, day_of_months: int) -> int:
    """Return what of a holder's 2016 lies in its months from so many on. [g]"""
    ((months,),) = union.world.admin(
        """SELECT months_g FROM run_quota q JOIN run_in_force f USING (run_id)
            WHERE f.year = 2016 AND institution_id = %s""", union.world.institution[name],
    )  # fmt: skip
    return sum(months[day_of_months:])


def test_a_split_in_july_hands_over_the_rest_of_the_year_by_its_shares(union):
    ids = union.world.institution
    thirds = [(ids["school"], "1/3"), (ids["office"], "1/3"), (ids["police"], "1/3")]
    successors = [{"institution": who, "share": share} for who, share in thirds]
    before = {year: balances(union, year) for year in (2016, 2017)}
    done = act(union, "institution.split", "school", successors=successors, **JULY)
    (movement,) = done.movements
    row, legs = of(union, movement)
    assert (row.kind, row.state, row.institution_id) == ("roster_change", "proposed", ids["school"])
    assert row.reason == "2016-28: reform"

    moves = {2016: held_on(union, "school", 6), 2017: before[2017]["holder", ids["school"]]}
    held = [Leg("holder", ids["school"], year, g) for year, g in moves.items()]
    expected: dict[tuple[int | None, int], int] = {}
    for leg in to_successors(held, [(who, Fraction(share)) for who, share in thirds]):
        key = leg.place, leg.year
        expected[key] = expected.get(key, 0) + leg.amount_g
    assert {(leg.place, leg.year): leg.amount_g for leg in legs} == expected
    assert balances(union, 2016) == before[2016]  # nothing moves before another approves

    undo(union, done.change_id)
    assert of(union, movement)[0].state == "cancelled"


def test_what_a_closed_one_does_not_need_goes_to_its_members_reserve(union):
    ids, city = union.world.institution, union.world.region["city 1"]
    rest = held_on(union, "school", 6)
    action = ACTIONS["institution.close"].model_validate(JULY)
    told = {}
    for effect in foresee(union.world.actor(), action, ids["school"]).effects:
        told.setdefault(effect.code, []).append(effect)
    kept = next(e for e in told["quota"] if e.where["year"] == 2016)
    assert kept.after.en.endswith("for its own use before 2016-07-01")
    assert told["succession"][0].where["account"] == "reserve"
    assert told["succession"][0].where["amount"] == f"+{rest / 1000:,.3f} kgce"

    before = balances(union)
    done = act(union, "institution.close", "school", **JULY)
    approve(union, *done.movements)
    after = balances(union)
    assert after["reserve", city] - before.get(("reserve", city), 0) == rest
    assert before["holder", ids["school"]] - after["holder", ids["school"]] == rest
    approve(union, *undo(union, done.change_id).movements)


def test_a_new_institution_holds_what_it_was_given_and_answers_for_it(union):
    from tests.actions.examples_of_roster import offices

    (new,) = offices(union.world, 1)
    ids = union.world.institution
    successors = [{"institution": new, "share": "1"}]
    done = act(union, "institution.split", "school", successors=successors, **JULY)
    approve(union, *done.movements)
    with union.world.actor().look() as connection:
        city = movements.member_of(connection, union.union, "total_kgce", 2016, new)
    assert years_of(union, new) == [2016, 2017]
    assert city == union.world.region["city 1"]
    assert years_of(union, ids["school"]) == [2016]  # it was there for half of it
    approve(union, *undo(union, done.change_id).movements)


def test_a_move_leaves_the_quota_where_it_is(union):
    ids, before = union.world.institution, balances(union)
    to = {"region": union.world.region["city 2"], "level": "city", "department_line": "health"}
    action = ACTIONS["institution.move"].model_validate(JULY | to)
    found = foresee(union.world.actor(), action, ids["school"]).effects
    (kept,) = [e for e in found if e.code == "quota" and e.where["year"] == 2016]
    assert kept.before.en in kept.after.en
    done = act(union, "institution.move", "school", **JULY, **to)
    assert done.movements == []
    assert balances(union) == before
    undo(union, done.change_id)


def test_what_is_in_the_books_goes_back_when_the_change_is_taken_back(union):
    ids = union.world.institution
    before = {year: balances(union, year) for year in (2016, 2017)}
    later = JULY | {"day": "2017-01-01"}
    done = act(union, "institution.merge", "office", institutions=[ids["school"]], **later)
    approve(union, *done.movements)
    now, was = balances(union, 2017), before[2017]
    assert balances(union, 2016) == before[2016]  # is for its own use
    assert ("holder", ids["school"]) not in now
    both = was["holder", ids["school"]] + was["holder", ids["office"]]
    assert now["holder", ids["office"]] == both
    assert years_of(union, ids["school"]) == [2016]  # of 2017 nobody asks anything of it

    back = undo(union, done.change_id)
    approve(union, *back.movements)
    assert {year: balances(union, year) for year in before} == before
    assert years_of(union, ids["school"]) == [2016, 2017]
    assert carry_out(union.world.actor(), ReconcileBooks(), union.union).result.differences == 0


def years_of(union: UnionWorld, who: int) -> list[int]:
    """Return for which years somebody answers by its cover."""
    with union.world.actor().look() as connection:
        rows = covers.holders(connection, union.union, "total_kgce", who)
    return [year for one in rows for year in one.years]
