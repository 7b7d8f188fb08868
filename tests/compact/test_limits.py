"""Limits of what is asked of an institution: held by every rule that shares, kept in snapshots."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compact.allocations import Problem, allocated
from compact.holders import Holder, Holders
from compact.limits import certified_g, potential_g
from compact.methods import Method
from compact.ruling import Reach
from compact.runs import again, run
from compact.targets import Base
from metering.errors import InputError
from tests.compact.drawn import MEMBERS, PARENTS, problems, target


@settings(max_examples=40)
@given(problem=problems(), drawn=st.data())
def test_nobody_is_asked_for_more_than_its_limits(problem, drawn):
    assume(problem.method.reach is not Reach.INSTITUTION)
    bases = dict(
        zip(
            problem.holders.institution.tolist(),
            problem.holders.base.total_g.tolist(),
            strict=True,
        )
    )
    limits = {
        who: drawn.draw(
            st.dictionaries(st.sampled_from(["certified", "potential"]), st.integers(0, base + 9))
        )
        for who, base in bases.items()
    }
    limited = replace(problem, method=problem.method.but(limits=limits))
    try:
        made = run(limited)
    except InputError:
        assume(False)
    for quota in made.allocation.quotas:
        if known := limits[quota.institution]:
            assert quota.base_g - quota.amount_g <= min(known.values())
    assert again(made.snapshot).snapshot == made.snapshot
    assert limited.method.limits == {who: one for who, one in limits.items() if one}


def test_an_official_can_check_a_leaders_relief_by_hand():
    def holder(institution: int, grams: int) -> Holder:
        return Holder(institution, 10, "education", 2017, Base(2016, (grams,) + (0,) * 11))

    some = Holders.of([holder(1, 100_000), holder(2, 100_000)])
    # 3 % of 100,000 g is 3,000; spared half of it, a leader saves 1,500 and the other 4,500
    most = certified_g(100_000, 1 - Fraction(3, 100), 500_000)
    assert most == 1_500
    problem = Problem(1, target(30_000), Method("A"), MEMBERS, PARENTS, some)
    limited = replace(problem, method=Method("A", limits={1: {"certified": most}}))
    assert [one.amount_g for one in allocated(limited).quotas] == [98_500, 95_500]
    assert [one.bound for one in allocated(limited).quotas] == ["floor", None]
    assert run(problem).snapshot.count("limits") == 0  # snapshots of before stay as they were


@pytest.mark.parametrize(
    ("base", "found", "duty", "most"),
    [(1000, 300, 10_000, 300), (1000, 0, 10_000, 10), (1000, 5, 0, 5)],
)
def test_an_audit_that_finds_little_leaves_a_basic_duty(base, found, duty, most):
    assert potential_g(base, found, duty) == most
