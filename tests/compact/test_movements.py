"""Movements as values: what follows what, legs that sum to zero, waits and successors."""

from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compact.books import Kind
from compact.cover import CoverStatus, combined
from compact.movements import (
    TWO_PEOPLE,
    Deed,
    Leg,
    Movement,
    State,
    follow,
    to_successors,
    wait_hours,
)
from metering.errors import ConflictError

SIMPLE = [
    Kind.RESERVE, Kind.ADJUSTMENT, Kind.RETURN, Kind.TRANSFER, Kind.BANK, Kind.BORROW, Kind.CARRY,
    Kind.COVER, Kind.REVERSAL,
]  # fmt: skip
FINAL = {State.DONE, State.REFUSED, State.CANCELLED, State.ENDED}


@pytest.mark.parametrize("kind", SIMPLE)
def test_the_legs_of_every_kind_sum_to_zero(kind):
    for factor in (Fraction(1), Fraction(27, 25), Fraction(13, 10)):
        legs = Movement(kind, 2026, 1_000_001, 7, 8, 3).legs(factor)
        assert sum(one.amount_g for one in legs) == 0
        assert all(one.amount_g for one in legs)


def test_a_shortfall_is_carried_at_its_factor_rounded_up():
    legs = Movement(Kind.CARRY, 2026, 1_000, 7).legs(Fraction(27, 25))

    assert legs == (
        Leg("holder", 7, 2027, -1_080), Leg("covered", 7, 2026, 1_000),
        Leg("expired", None, 2027, 80),
    )  # fmt: skip


def test_what_is_final_moves_no_more_and_two_people_are_asked_for_where_said():
    for kind, state, deed, due in product(Kind, (None, *State), Deed, (True, False)):
        try:
            after = follow(kind, state, deed, due=due)
        except ConflictError:
            continue
        assert state not in FINAL
        if deed is Deed.DO:
            assert (state is State.WAITING and due) == (kind in TWO_PEOPLE)
        assert (after in FINAL) == (deed not in (Deed.PROPOSE, Deed.APPROVE))


def test_takers_outside_the_list_never_wait_less():
    assert (wait_hours(trusted=True), wait_hours(trusted=False)) == (24, 72)
    assert wait_hours(trusted=False, delay=100, longer=5) == 100
    assert wait_hours(trusted=True, delay=0) == 0


@given(
    held=st.lists(st.tuples(st.integers(2020, 2023), st.integers(1, 10**15)), max_size=4),
    cuts=st.sets(st.integers(1, 999_999), max_size=4),
)
def test_successors_get_all_that_was_held_to_the_gram(held, cuts):
    bounds = [0, *sorted(cuts), 1_000_000]
    shares = [(9 + n, Fraction(b - a, 1_000_000)) for n, (a, b) in enumerate(pairwise(bounds))]
    legs = to_successors([Leg("holder", 1, year, amount) for year, amount in held], shares)

    assert sum(one.amount_g for one in legs) == 0
    assert -sum(one.amount_g for one in legs if one.place == 1) == sum(g for _, g in held)
    total = sum(amount for _, amount in held)
    for successor, part in shares:
        got = sum(one.amount_g for one in legs if one.place == successor)
        assert abs(got - total * part) <= len(held)


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ConflictError) as refused:
        to_successors([Leg("holder", 1, 2026, 5)], [(2, Fraction(2, 3))])
    assert refused.value.code == "roster.shares"


@given(st.lists(st.sampled_from(list(CoverStatus))), st.sampled_from(list(CoverStatus)))
def test_nobody_covers_anothers_use_and_order_does_not_matter(statuses, one):
    together = combined([*statuses, one])

    assert together == combined([one, *reversed(statuses)])
    assert (together is CoverStatus.COVERED) == (
        CoverStatus.COVERED in {*statuses, one}
        and not {CoverStatus.SHORT, CoverStatus.MISSING} & {*statuses, one}
    )
