"""A case says only what its rule knows: a slip of the pen is no other question."""

import pytest

from actions.solving.cases import solve


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ({"given": {"total": 10, "weights": [1, 2], "weigths": [2, 1]}}, "weigths"),
        ({"given": {"total": 10, "weights": [1, 2]}, "givne": {}}, "givne"),
    ],
)
def test_fields_that_a_rule_does_not_know_are_refused(case, field):
    answer = solve({"id": "typo", "rule": "largest_remainder", **case})
    assert answer.error is not None
    assert answer.error.where["field"] == field
    assert field in answer.error.en
