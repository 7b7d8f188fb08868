"""Virtual channels: sums and differences to the quantum, parts that add up, unknown stays so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.formulas import ChannelHours, Term, combined, part_of
from analytics.steps import HOUR_MS
from tests.analytics.test_meter_trees import few

END = 6 * HOUR_MS


def hours(*used: int | None, known_s: int = 3600) -> ChannelHours:
    """Return hours from 0 on; None is unknown."""
    known = np.array([one is not None for one in used], np.bool_)
    seconds = np.where(known, known_s, 0)
    amounts = np.array([one or 0 for one in used], np.int64)
    return ChannelHours(np.arange(len(used)) * HOUR_MS, amounts, known, seconds, seconds)


def whole(channel: int, sign: int = 1, **more: int) -> Term:
    return Term(channel, sign, 0, END, **more)


amounts = st.integers(-(2**52), 2**52)


@few
@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=6))
def test_a_sum_and_a_difference_are_exact(rows):
    inputs = {one: hours(*(row[one] for row in rows)) for one in range(3)}
    found = combined([whole(0), whole(1), whole(2, -1)], inputs, 0, len(rows) * HOUR_MS)

    assert found.used.tolist() == [a + b - c for a, b, c in rows]
    assert found.known.all()


@few
@given(amounts, st.lists(st.integers(1, 10**12), min_size=1, max_size=8))
def test_the_parts_of_all_members_add_to_the_whole(used, sizes):
    inputs, total = {7: hours(used)}, sum(sizes)
    parts = [
        combined([whole(7, before=sum(sizes[:one]), part=sizes[one], whole=total)], inputs, 0, END)
        for one in range(len(sizes))
    ]

    assert sum(int(one.used[0]) for one in parts) == used
    for one, size in zip(parts, sizes, strict=True):
        assert abs(int(one.used[0]) * total - used * size) <= total


@pytest.mark.parametrize(("area", "of", "part"), [(300, 1000, 30), (1, 3, 33), (2, 3, 67)])
def test_a_part_as_on_paper(area, of, part):
    assert part_of(100, 0, area, of) == part


def test_the_last_of_three_takes_what_is_left():
    assert [part_of(100, before, 1, 3) for before in range(3)] == [33, 34, 33]


def test_what_one_input_does_not_know_nobody_does():
    inputs = {0: hours(5, 5, 5), 1: hours(2, None)}

    found = combined([whole(0), whole(1, -1)], inputs, 0, END)

    assert found.hour_ms.tolist() == [0, HOUR_MS, 2 * HOUR_MS]
    assert found.known.tolist() == [True, False, False]
    assert found.used.tolist() == [3, 0, 0]
    assert found.known_s.tolist() == [3600, 0, 0]


def test_half_an_hour_less_a_whole_one_is_not_known():
    inputs = {0: hours(5), 1: hours(2, known_s=1800)}
    assert combined([whole(0), whole(1, -1)], inputs, 0, END).known.tolist() == [False]
    inputs = {0: hours(5, known_s=1801), 1: hours(2, known_s=1800)}
    found = combined([whole(0), whole(1, -1)], inputs, 0, END)
    assert (found.known.tolist(), found.known_s.tolist()) == ([True], [1800])


def test_a_term_counts_from_its_hour_on_and_no_longer_than_it_holds():
    inputs = {0: hours(5, 5, 5), 1: hours(1, 1, 1)}
    terms = [whole(0), Term(1, 1, HOUR_MS, 2 * HOUR_MS)]
    assert combined(terms, inputs, 0, END).used.tolist() == [5, 6, 5]
    alone = combined(terms[1:], inputs, 0, END)
    assert alone.hour_ms.tolist() == [HOUR_MS]


def test_where_no_size_is_known_nothing_is():
    found = combined([whole(0, part=0, whole=0)], {0: hours(5)}, 0, END)
    assert (found.known.tolist(), found.used.tolist()) == ([False], [0])


def test_without_any_hour_of_its_inputs_there_is_none():
    assert combined([whole(0)], {}, 0, END).hour_ms.tolist() == []
