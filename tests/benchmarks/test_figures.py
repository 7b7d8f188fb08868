import pytest

from benchmarks.figures import Figure, peaks


@pytest.mark.parametrize(
    ("bound", "values", "met"),
    [
        ("least", [1.0, 5.0, 9.0], True),
        ("least", [1.0, 4.9, 9.0], False),
        ("most", [1.0, 5.0, 9.0], True),
        ("most", [1.0, 5.1, 9.0], False),
    ],
)
def test_the_median_is_held_against_the_goal(bound, values, met):
    figure = Figure("rate", "1/s", values, 5.0, bound)

    assert figure.met is met
    assert ("MISSED" in figure.line()) is not met


def test_a_figure_without_a_goal_is_neither_met_nor_missed():
    assert Figure("rate", "1/s", [1.0]).met is None


def test_peaks_are_of_each_process_that_was_there():
    found = peaks([{"worker": 10.0}, {"worker": 12.0, "broker": 3.0}], {"worker": 400.0})

    assert [(one.name, one.values, one.goal) for one in found] == [
        ("peak memory, worker", [10.0, 12.0], 400.0),
        ("peak memory, broker", [3.0], None),
    ]
