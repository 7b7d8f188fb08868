"""A change is judged anew where it can matter: the rest of the channel is as it was."""

from dataclasses import replace

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from analytics.judging import judged
from analytics.steps import Standing
from analytics.widening import Window, widened
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, REGISTER, Row
from tests.analytics.drawn import SMALL, many, registers


def rows_of(standing: Standing) -> list[tuple]:
    made = judged(standing, SMALL).steps
    columns = (made.start_ms, made.end_ms, made.used, made.reason)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def part(standing: Standing, first: int, beyond: int) -> Standing:
    return Standing(*(getattr(standing, name)[first:beyond] for name in Standing.__slots__))


def spliced(was: list[tuple], new: Standing, lo: int, hi: int, *, added: bool) -> list[tuple]:
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

    standing = byhand.standing({1: (REGISTER, new)})
    was = rows_of(byhand.standing({1: (REGISTER, old)}))
    got = spliced(was, standing, min(touched), max(touched), added=False)

    assert got == rows_of(standing)


@settings(max_examples=many(0.6))
@given(rows=registers(most_rows=40), order=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same(rows, order):
    walls = [row for row in rows if row.wall]
    arriving = [row for row in rows if not row.wall]
    order.shuffle(arriving)
    held = {row.at: row for row in walls}
    got = rows_of(byhand.standing({1: (REGISTER, walls)}))
    for row in arriving:
        held[row.at] = row
        now = byhand.standing({1: (REGISTER, [held[at] for at in sorted(held)])})
        got = spliced(got, now, row.at, row.at, added=True)

    assert got == rows_of(byhand.standing({1: (REGISTER, rows)}))


@settings(max_examples=many(2))
@given(rows=registers(), place=st.integers(0, 59), reads=st.integers(1, 80))
def test_a_window_that_is_enough_says_what_the_whole_channel_says(rows, place, reads):
    whole = byhand.standing({1: (REGISTER, rows)})
    place %= len(rows)
    first, beyond = max(place - reads, 0), min(place + reads + 1, len(rows))
    at = rows[place].at
    window = Window(part(whole, first, beyond), first == 0, beyond == len(rows))

    found = widened(window, at, at, SMALL)

    if found is None:
        event("more must be read")
        return
    event("enough")
    inside = rows_of(part(window.standing, found.first, found.beyond))
    assert [r for r in inside if r[1] > found.start_ms and r[0] < found.stop_ms] == [
        r for r in rows_of(whole) if r[1] > found.start_ms and r[0] < found.stop_ms
    ]


def test_a_reading_in_calm_data_touches_its_neighbours_alone():
    facts = byhand.Facts(most=5)
    rows = [Row(n * HOUR, 10 + n, 10 + n, facts, facts) for n in range(400)]
    late = replace(rows[200], at=rows[200].at + 60_000)
    standing = byhand.standing({1: (REGISTER, [*rows[:201], late, *rows[201:]])})

    found = widened(Window(standing), late.at, late.at, added=True)

    assert found is not None
    assert (found.start_ms, found.stop_ms) == (rows[200].at, rows[201].at)
    assert np.array_equal(standing.at_ms[found.first : found.beyond][[0, -1]],
                          [rows[200].at, rows[201].at])  # fmt: skip
