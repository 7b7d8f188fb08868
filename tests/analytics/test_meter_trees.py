"""Trees of meters: sums hold, nothing counts twice, circles are found, verdicts as on paper."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.meter_trees import (
    WHOLE,
    Counted,
    Placed,
    Twice,
    by_itself,
    circle,
    counted_twice,
    mains_on,
    verdict,
    way_up,
)

CASES = tomllib.loads((Path(__file__).parent.parent / "cases/figures.toml").read_text("utf-8"))
DAY = date(2026, 1, 1)
few = settings(max_examples=60)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


@st.composite
def trees(draw) -> dict[int, int]:
    """Return mains of channels 1 to n: of each a smaller number, and 0 is the first of all."""
    count = draw(st.integers(1, 12))
    return {one: draw(st.integers(0, one - 1)) for one in range(1, count + 1)}


@few
@given(trees(), st.data())
def test_what_each_uses_by_itself_adds_up_to_the_main_meter(mains, data):
    used = {one: data.draw(st.integers(-(10**6), 10**12)) for one in range(len(mains) + 1)}

    rest = by_itself(mains, used)

    assert sum(rest.values()) == used[0]
    leaves = set(mains) - set(mains.values())
    inner = sum(rest[one] for one in rest if one not in leaves)
    assert sum(used[one] for one in leaves) + inner == used[0]


@few
@given(trees(), st.data())
def test_of_an_unknown_meter_only_its_own_and_its_mains_remainder_is_unknown(mains, data):
    lost = data.draw(st.sampled_from(sorted({0, *mains})))
    used = {one: (None if one == lost else 10 * one) for one in range(len(mains) + 1)}

    rest = by_itself(mains, used)

    assert {one for one, left in rest.items() if left is None} == {lost, mains.get(lost, lost)}


@few
@given(trees(), st.data())
def test_a_tree_of_which_the_first_meter_counts_is_counted_once(mains, data):
    """Whoever takes a sub-meter's use is told twice, unless the main meter leaves it out."""
    placed = [Placed(one, main, DAY) for one, main in mains.items()]
    sub = data.draw(st.sampled_from(sorted(mains)))
    whole = Counted(0, WHOLE, DAY)
    out, taken = Counted(sub, -WHOLE, DAY), Counted(sub, WHOLE, DAY)

    assert counted_twice(placed, [whole]) == []
    assert counted_twice(placed, [whole, out, taken]) == []
    assert counted_twice(placed, [whole, taken]) == [Twice(DAY, sub, 0, 2 * WHOLE)]
    # The sub-meters alone, each once, count what the main meter need not.
    leaves = set(mains) - set(mains.values())
    assert counted_twice(placed, [Counted(one, WHOLE, DAY) for one in leaves]) == []


@few
@given(trees(), st.data())
def test_a_circle_is_found_wherever_it_closes(mains, data):
    placed = [Placed(one, main, DAY) for one, main in mains.items()]
    assert circle(placed) is None
    below = data.draw(st.sampled_from(sorted(mains)))
    above = data.draw(st.sampled_from(way_up(mains, below)))
    if above == 0:
        closed = [*placed, Placed(0, below, day(9))]
    else:
        closed = [one for one in placed if one.channel != above] + [Placed(above, below, day(9))]

    when, way = circle(closed)

    assert when == day(9)
    assert {below, above} <= set(way)


def test_what_holds_at_different_times_is_no_circle_and_counts_once():
    placed = [Placed(1, 2, DAY, day(5)), Placed(2, 1, day(5))]
    counted = [Counted(1, WHOLE, DAY, day(5)), Counted(2, WHOLE, day(5))]

    assert circle(placed) is None
    assert mains_on(placed, day(4)) == {1: 2}
    assert mains_on(placed, day(5)) == {2: 1}
    assert counted_twice(placed, counted) == []
    assert circle([*placed[:1], Placed(2, 1, day(4))])[0] == day(4)


def test_it_counts_twice_from_the_day_on_which_who_left_it_out_no_longer_does():
    placed = [Placed(1, 0, DAY)]
    counted = [Counted(0, WHOLE, DAY), Counted(1, -WHOLE, DAY, day(7)), Counted(1, WHOLE, day(3))]

    assert counted_twice(placed, counted) == [Twice(day(7), 1, 0, 2 * WHOLE)]


@pytest.mark.parametrize("case", CASES["balances"], ids=lambda case: case["name"])
def test_a_balance_is_judged_as_on_paper(case):
    main, subs = case.get("main"), case.get("subs")

    assert verdict(main, subs, case["tolerance"], both_ways=case["both_ways"]) == case["verdict"]
