"""Who gains and who loses beside the same percentage for all, by hand."""

import numpy as np

from compact.winning import equal_g, standing


def columns(*rows):
    return [np.array(column, np.int64) for column in zip(*rows, strict=True)]


def test_three_get_more_less_and_the_same_by_hand():
    # All may use 97 %: 970, 1940, 97. The third is shown as it is, the fourth is not shown at all.
    institution, base, amount = columns((7, 1000, 1000), (8, 2000, 1900), (9, 100, 97), (4, 50, 0))
    year = np.full(4, 2026)
    equal = equal_g(base, year, {2026: (3150, 3055)})
    shown = np.array([True, True, True, False])
    found = standing(institution, base, amount, np.array([970, 1940, 97, 48]), shown)

    assert equal.tolist() == [970, 1940, 97, 48]
    assert (found.more, found.less, found.same) == (1, 1, 1)
    assert [(one.institution, one.by) for one in found.winners] == [(7, 0.03)]
    assert [(one.institution, one.by) for one in found.losers] == [(8, -0.02)]


def test_of_many_the_ends_are_told():
    base = np.full(1000, 10_000)
    equal = np.full(1000, 9_000)
    amount = equal + np.arange(1000) - 500
    found = standing(np.arange(1000), base, amount, equal, np.ones(1000, np.bool_), most=3)
    assert [one.institution for one in found.winners] == [999, 998, 997]
    assert [one.institution for one in found.losers] == [0, 1, 2]
    assert found.more + found.less + found.same == 1000
