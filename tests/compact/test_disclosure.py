"""Sums that are shown tell of no single guarded institution, whatever is added and subtracted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compact.disclosure import WHOLE, Rest, nodes_shown, rest_of

trees = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).map(
    lambda drawn: [place and choice % (place + 1) - 1 for place, choice in enumerate(drawn)]
)


@st.composite
def cascades(draw):
    """Draw a tree, and holders as (place, seen, guarded, figure)."""
    parents = [WHOLE, *draw(trees)[1:]]
    holder = st.tuples(
        st.integers(0, len(parents) - 1), st.booleans(), st.booleans(), st.integers(1, 1000)
    )
    return parents, draw(st.lists(holder, min_size=1, max_size=25))


def shown(parents, holders) -> frozenset[int]:
    left: dict[int, Rest] = {}
    for place in range(len(parents)):
        unseen = [one for one in holders if one[0] == place and not one[1]]
        left[place] = rest_of([(one[3],) for one in unseen], any(one[2] for one in unseen))
    return nodes_shown(parents, left)


def rows(parents, holders, places) -> np.ndarray:
    """Return which unseen holders each sum holds."""
    unseen = [one for one in holders if not one[1]]

    def holds(place: int, of: int) -> bool:
        while of not in (WHOLE, place):
            of = parents[of]
        return of == place

    return np.array([[holds(place, one[0]) for one in unseen] for place in sorted(places)], float)


@given(cascades())
def test_no_combination_of_shown_sums_is_a_guarded_institution(drawn):
    parents, holders = drawn
    matrix = rows(parents, holders, shown(parents, holders))
    unseen = [one for one in holders if not one[1]]
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    for i, one in enumerate(unseen):
        if one[2] and matrix.size:
            alone = np.eye(len(unseen))[i]
            assert np.linalg.matrix_rank(np.vstack([matrix, alone])) > rank


@given(cascades())
def test_what_tells_of_none_is_shown(drawn):
    parents, holders = drawn
    open_ones = [(place, seen, False, figure) for place, seen, _, figure in holders]
    assert shown(parents, open_ones) == {WHOLE, *range(len(parents))}
    seen_ones = [(place, True, guarded, figure) for place, _, guarded, figure in holders]
    assert shown(parents, seen_ones) == {WHOLE, *range(len(parents))}


def test_three_may_be_known_together_unless_one_is_nearly_all_of_it():
    for figures, known in (
        ([(1,), (1,)], False),
        ([(1,), (1,), (1,)], True),
        ([(85,), (8,), (7,)], True),
        ([(86,), (7,), (7,)], False),
        ([(40, 86), (30, 7), (30, 7)], False),
    ):
        assert rest_of(figures, guarded=True).tells_of_none is known
        assert rest_of(figures, guarded=False).tells_of_none


def test_what_is_withheld_counts_for_the_sum_above():
    # A year with two members: in the first one guarded, in the second two.
    one, two = rest_of([(5,)], guarded=True), rest_of([(4,), (6,)], guarded=True)
    assert nodes_shown([WHOLE, 0, 0], {1: one, 2: two}) == {WHOLE, 0}
    assert nodes_shown([WHOLE, 0, 0], {1: one}) == {2}
