"""A case says only what its rule knows: a slip of the pen is no other question."""

import pytest

from actions.solving.cases import read, solve
from metering.errors import InputError


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


@pytest.mark.parametrize(
    ("rule", "given", "field"),
    [
        (
            "bands",
            {
                "standard": {"constraint": 10, "reference": 8, "leading": 6, "leadign": 5},
                "band_rule": "GGJ-2021",
                "last_year": [9],
            },
            "standard.leadign",
        ),
        (
            "tree",
            {"total": 3, "children": {"a": 1, "b": 2}, "grandchildren": {"c": {"d": 1}}},
            "grandchildren.c",
        ),
    ],
)
def test_so_are_fields_inside_an_object(rule, given, field):
    answer = solve({"id": "typo", "rule": rule, "given": given})
    assert answer.error is not None
    assert answer.error.where["field"] == field


def test_a_field_that_stands_twice_is_no_case():
    with pytest.raises(InputError) as caught:
        read('[{"id": 1, "rule": "tree", "given": {"total": 3, "total": 4}}]')
    assert "total" in caught.value.en
