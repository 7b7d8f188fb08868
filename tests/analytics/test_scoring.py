"""Composite indices: what must not change them, and their borders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import scoring

UNIT = st.floats(0, 1)
ROWS = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.floats(0.1, 100), min_size=columns, max_size=columns), min_size=2, max_size=6
    )
)


@given(ROWS, st.floats(0.5, 20))
def test_weights_add_to_one_and_know_no_unit(matrix, unit):
    weights = scoring.entropy_weights(matrix)
    scaled = scoring.entropy_weights([[row[0] * unit, *row[1:]] for row in matrix])

    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= -1e-12
    if max(weights) - min(weights) > 1e-6:
        assert scaled == pytest.approx(weights, abs=1e-6)


def test_a_constant_column_says_nothing_and_alone_says_all():
    assert scoring.entropy_weights([[5, 1], [5, 2]]) == [0, 1]
    assert scoring.entropy_weights([[5, 7], [5, 7]]) == [0.5, 0.5]
    assert scoring.entropy_weights([[0, 0], [0, 1]]) == [0, 1]


@pytest.mark.parametrize("matrix", [[[1, 2]], [[1], [-1]]])
def test_what_has_no_entropy_is_refused(matrix):
    with pytest.raises(ValueError, match="entropy"):
        scoring.entropy_weights(matrix)


@given(st.lists(UNIT, min_size=1, max_size=5))
def test_coordination_lies_between_nothing_and_all(u):
    c, t, d = scoring.coupling(u, [1 / len(u)] * len(u))

    assert 0 <= c <= 1 + 1e-9
    assert d <= max(c, t) + 1e-9
    assert d == 0 or min(u) > 0


@pytest.mark.parametrize(
    ("u", "step"), [([0, 0.5], 0), ([0.1, 0.1], 3), ([0.8, 0.8], 8), ([1, 1], 9), ([0.25, 0.25], 5)]
)
def test_the_steps_of_the_ladder(u, step):
    assert scoring.coupling(u, [0.5, 0.5]).step == step


@given(ROWS)
def test_the_best_of_every_column_is_nearest(matrix):
    columns = len(matrix[0])
    best = [max(column) for column in zip(*matrix, strict=True)]
    worst = [min(column) / 2 for column in zip(*matrix, strict=True)]
    scores = scoring.topsis([best, worst, *matrix], [1] * columns, [True] * columns)
    turned = scoring.topsis([best, worst, *matrix], [1] * columns, [False] * columns)

    assert scores[:2] == pytest.approx([1, 0])
    assert all(0 <= one <= 1 for one in scores)
    assert turned == pytest.approx([1 - one for one in scores])


def test_a_missed_binding_target_is_a_veto():
    assert [scoring.grade(score, binding_met=True) for score in (95, 80, 65, 64.99)] == [
        "exceeded",
        "met",
        "basically met",
        "not met",
    ]
    assert scoring.grade(100, binding_met=False) == "not met"


def test_weights_and_closeness_by_hand():
    # entropies of (1, 3) and (1, 4) are 0.811278 and 0.721928 bits
    assert scoring.entropy_weights([[1, 1], [3, 4]]) == pytest.approx(
        [0.188722 / 0.466794, 0.278072 / 0.466794], abs=1e-6
    )
    rows = [[1, 2], [2, 1], [2, 2]]
    assert scoring.topsis(rows, [1, 3], [True, True]) == pytest.approx([0.75, 0.25, 1])
    assert scoring.topsis(rows, [1, 3], [True, False]) == pytest.approx([0.0, 1.0, 0.25])
    c, t, d = scoring.coupling([0.4, 0.9], [0.25, 0.75])
    assert (c, t) == pytest.approx((12 / 13, 0.775))
    assert d == pytest.approx((12 / 13 * 0.775) ** 0.5)
