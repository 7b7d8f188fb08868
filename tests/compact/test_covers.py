"""A run's sums say what they cover, in its snapshot too."""

import json
from dataclasses import replace

from hypothesis import given

from compact.allocations import UNCOVERED
from compact.covers import covers_of
from compact.holders import Holders
from compact.runs import again, run
from compact.targets import State
from tests.compact.drawn import problems
from tests.compact.test_runs import solvable


@given(problem=problems())
def test_a_snapshot_says_how_many_institutions_and_months_its_sums_hold(problem):
    solvable(problem)
    content = json.loads(run(problem).snapshot)
    covers = content["covers"]

    assert covers["institutions"] == len(content["result"]["quotas"])
    assert covers["without_base"] == len(problem.without_base)
    states = [state for one in content["inputs"]["holders"] for state in one["states"]]
    assert sum(covers[f"months_{one.value}"] for one in State) == len(states)
    assert covers["without_area"] == sum(
        one["area_m2"] in (None, "0") for one in content["inputs"]["holders"]
    )


@given(problem=problems())
def test_a_snapshot_that_did_not_say_it_recomputes_as_it_was(problem):
    before = replace(problem, form=UNCOVERED)
    solvable(before)
    made = run(before)

    assert "covers" not in json.loads(made.snapshot)
    assert again(made.snapshot).snapshot == made.snapshot


def test_nobody_is_in_an_empty_sum():
    assert set(covers_of(Holders.of(()), (), ()).values()) == {0}
