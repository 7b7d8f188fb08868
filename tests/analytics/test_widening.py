"""A change is judged anew where it can matter: the rest of the channel is as it was."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from analytics.judging import judged
from analytics.steps import EffectiveReadings
from analytics.widening import Window, widened
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, REGISTER, Facts, Row
from tests.analytics.drawn import SMALL, START, many, registers


def rows_of(effective: EffectiveReadings) -> list[tuple]:
    made = judged(effective, SMALL).steps
    columns = (made.start_ms, made.end_ms, made.used, made.reason)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def part(effective: EffectiveReadings, first: int, beyond: int) -> EffectiveReadings:
    return EffectiveReadings(
        *(getattr(effective, name)[first:beyond] for name in EffectiveReadings.__slots__)
    )


def spliced(
    was: list[tuple], new: EffectiveReadings, lo: int, hi: int, *, added: bool
) -> list[tuple]:
    """Return the steps of before with those of the widened span in place of theirs."""
    found = widened(Window(new), lo, hi, SMALL, added=added)
    assert found is not None  # the window is the whole channel
    inside = rows_of(part(new, found.first, found.beyond))
    event(f"read less than all: {found.beyond - found.first < len(new.at_ms)}")
    return (
        [row for row in was if row[1] <= found.start_ms]
        + [row for row in inside if row[1] > found.start_ms and row[0] < found.stop_ms]
        + [row for row in was if row[0] >= found.stop_ms]
    )


@settings(max_examples=many(4))
@given(
    rows=registers(),
    changes=st.lists(
        st.tuples(
            st.sampled_from(["void", "add", "change"]), st.integers(0, 59), st.integers(0, 110)
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_recomputing_a_widened_span_is_recomputing_all(rows, changes):
    old, now, touched = rows, {row.at: row for row in rows}, []
    for what, place, value in changes:
        row = rows[place % len(rows)]
        at = row.at + 11 * (what == "add")
        touched.append(at)
        if what == "void" and not row.wall and len(now) > 2:
            now.pop(at, None)
        elif what != "void":
            now[at] = Row(at, value, value, row.facts, row.facts)
    new = [now[at] for at in sorted(now)]

    effective = byhand.effective({1: (REGISTER, new)})
    was = rows_of(byhand.effective({1: (REGISTER, old)}))
    got = spliced(was, effective, min(touched), max(touched), added=False)

    assert got == rows_of(effective)


@settings(max_examples=many(0.6))
@given(rows=registers(most_rows=40), order=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same(rows, order):
    walls = [row for row in rows if row.wall]
    arriving = [row for row in rows if not row.wall]
    order.shuffle(arriving)
    held = {row.at: row for row in walls}
    got = rows_of(byhand.effective({1: (REGISTER, walls)}))
    for row in arriving:
        held[row.at] = row
        now = byhand.effective({1: (REGISTER, [held[at] for at in sorted(held)])})
        got = spliced(got, now, row.at, row.at, added=True)

    assert got == rows_of(byhand.effective({1: (REGISTER, rows)}))


@settings(max_examples=many(2))
@given(rows=registers(), place=st.integers(0, 59), reads=st.integers(1, 80))
def test_a_window_that_is_enough_says_what_the_whole_channel_says(rows, place, reads):
    whole = byhand.effective({1: (REGISTER, rows)})
    place %= len(rows)
    first, beyond = max(place - reads, 0), min(place + reads + 1, len(rows))
    at = rows[place].at
    window = Window(part(whole, first, beyond), first == 0, beyond == len(rows))

    found = widened(window, at, at, SMALL)

    if found is None:
        event("more must be read")
        return
    event("enough")
    inside = rows_of(part(window.effective, found.first, found.beyond))
    assert [r for r in inside if r[1] > found.start_ms and r[0] < found.stop_ms] == [
        r for r in rows_of(whole) if r[1] > found.start_ms and r[0] < found.stop_ms
    ]


def test_a_reading_in_calm_data_touches_its_neighbours_alone():
    facts = byhand.Facts(most=5)
    rows = [Row(n * HOUR, 10 + n, 10 + n, facts, facts) for n in range(400)]
    late = replace(rows[200], at=rows[200].at + 60_000)
    effective = byhand.effective({1: (REGISTER, [*rows[:201], late, *rows[201:]])})

    found = widened(Window(effective), late.at, late.at, added=True)

    assert found is not None
    assert (found.start_ms, found.stop_ms) == (rows[200].at, rows[201].at)
    assert np.array_equal(effective.at_ms[found.first : found.beyond][[0, -1]],
                          [rows[200].at, rows[201].at])  # fmt: skip


def calm(count: int, falls: tuple[int, ...] = (), still: range = range(0)) -> EffectiveReadings:
    """A register that rises by one an hour, but falls at some rows and stands still at others."""
    rises = [-5 if row in falls else 0 if row in still else 1 for row in range(count)]
    shown = [1000 + sum(rises[: row + 1]) for row in range(count)]
    facts = Facts()
    rows = [Row(START + n * HOUR, v, v, facts, facts) for n, v in enumerate(shown)]
    return byhand.effective({1: (REGISTER, rows)})


def reached(window: Window, row: int, *, added: bool = False) -> tuple[int, int, int, int] | None:
    """Return first and last row, and the rows at which steps are as they were."""
    at = START + row * HOUR
    found = widened(window, at, at, SMALL, added=added)
    if found is None:
        return None
    start, stop = ((one - START) // HOUR for one in (found.start_ms, found.stop_ms))
    return found.first, found.beyond - 1, start, stop


def test_a_change_reaches_over_one_calm_stretch_and_is_judged_from_the_next():
    """The step beside it, the calm of 7 steps that nothing crosses, and 7 more beyond."""
    assert SMALL.calm == 7
    assert reached(Window(calm(60)), 30) == (15, 45, 22, 38)


def test_what_is_not_plain_begins_the_count_of_calm_steps_again():
    assert reached(Window(calm(60, falls=(26,))), 30) == (11, 45, 18, 38)
    assert reached(Window(calm(60, falls=(35,))), 30) == (15, 49, 22, 42)
    # Beyond the first calm stretch too: what is judged from there would look at the fall.
    assert reached(Window(calm(60, falls=(20,))), 30) == (5, 45, 12, 38)


def test_steps_are_as_they_were_only_from_a_rise_on():
    assert reached(Window(calm(60, still=range(20, 26))), 30) == (12, 45, 19, 38)


@pytest.mark.parametrize("way", [-1, 1])
def test_readings_that_end_before_the_calm_does_ask_for_more(way):
    cut = {"whole_before": way > 0, "whole_after": way < 0}
    just, short = (part(calm(60), *edges) for edges in _edges(way))

    assert reached(Window(just, **cut), 30) is not None
    assert reached(Window(short, **cut), 30) is None
    whole = widened(Window(short), START + 30 * HOUR, START + 30 * HOUR, SMALL)
    assert whole is not None
    assert (whole.start_ms if way < 0 else whole.stop_ms) == way * 2**62


def _edges(way: int) -> list[tuple[int, int]]:
    return [(14, 60), (16, 60)] if way < 0 else [(0, 47), (0, 45)]


def test_readings_that_came_into_calm_change_their_neighbours_steps_alone():
    assert reached(Window(calm(60)), 30, added=True) == (29, 31, 29, 31)
    assert reached(Window(calm(60, falls=(24,))), 30, added=True) != (29, 31, 29, 31)
    assert reached(Window(calm(60, falls=(22,))), 30, added=True) == (29, 31, 29, 31)
    assert reached(Window(calm(60, falls=(38,))), 30, added=True) != (29, 31, 29, 31)
    assert reached(Window(calm(60, falls=(39,))), 30, added=True) == (29, 31, 29, 31)


def test_calm_must_have_been_read_to_both_sides():
    few = Window(part(calm(60), 23, 60), whole_before=False)
    many = Window(part(calm(60), 22, 60), whole_before=False)
    late = Window(part(calm(60), 0, 38), whole_after=False)

    assert reached(few, 30, added=True) is None
    assert reached(late, 30, added=True) is None
    assert reached(many, 30, added=True) == (7, 9, 29, 31)


def test_at_the_channels_ends_everything_to_that_side_may_differ():
    at = START
    first = widened(Window(calm(60)), at, at, SMALL, added=True)
    last = widened(Window(calm(60)), at + 59 * HOUR, at + 59 * HOUR, SMALL, added=True)

    assert first == (0, 2, -(2**62), at + HOUR)
    assert last == (58, 60, at + 58 * HOUR, 2**62)


@pytest.mark.parametrize("way", [-1, 1])
def test_where_nothing_is_calm_a_change_reaches_as_far_as_influence_can(way):
    """A register that stands still shows no rise to be sure of: 114 readings, 12 hours twice."""
    assert SMALL.reach == 114
    still = calm(600, still=range(600))
    edges = (47, 600) if way < 0 else (0, 554)
    ends = {"whole_before": way > 0, "whole_after": way < 0}
    shorter = (48, 600) if way < 0 else (0, 553)

    assert reached(Window(still), 300) == (47, 553, 173, 427)
    assert reached(Window(part(still, *edges), **ends), 300) is not None
    assert reached(Window(part(still, *shorter), **ends), 300) is None
