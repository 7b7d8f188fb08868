"""A total down a tree: every level adds up, and every part lies next to its real share."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.allocation import Holders, allocate
from analytics.bounds import InfeasibleError
from analytics.cascade import ROOT, Divided, Tree, divide
from analytics.division import share
from metering.errors import InputError
from tests.analytics.paper import WIDE


@st.composite
def cascades(draw: st.DrawFn) -> tuple[Tree, Holders, np.ndarray]:
    """Draw a tree with leaves at any depth, its holders, and feasible totals for its roots."""
    count = draw(st.integers(1, 12))
    parent = [draw(st.integers(ROOT, node - 1)) for node in range(count)]
    tree = Tree.of(np.array(parent, np.int64))
    rows = []
    for _ in tree.leaves:
        floor = draw(WIDE)
        rows.append((draw(WIDE), floor, floor + draw(WIDE)))
    slope, floor, ceiling = np.array(rows, np.int64).T
    least = np.where(slope > 0, floor, np.clip(0, floor, ceiling))
    most = np.where(slope > 0, ceiling, np.clip(0, floor, ceiling))
    totals = []
    for root in tree.roots.tolist():
        own = under(tree, root)
        totals.append(draw(st.integers(int(least[own].sum()), int(most[own].sum()))))
    return tree, Holders.of(slope, floor=floor, ceiling=ceiling), np.array(totals, np.int64)


def under(tree: Tree, node: int) -> np.ndarray:
    """Return the places of the leaves at or under a node, by walking up from each."""

    def reaches(leaf: int) -> bool:
        while leaf not in (node, ROOT):
            leaf = int(tree.parent[leaf])
        return leaf == node

    return np.flatnonzero([reaches(leaf) for leaf in tree.leaves.tolist()])


def real(tree: Tree, holders: Holders, made: Divided, parent: int) -> dict[int, Fraction]:
    """Return the children's real shares of a parent's amount, worked out in fractions."""
    own = under(tree, parent)
    columns = [c[own].tolist() for c in (holders.slope, holders.floor, holders.ceiling)]
    shares = share(int(made.amount[parent]), columns[0], floor=columns[1], ceiling=columns[2])
    by_leaf = dict(zip(own.tolist(), shares.shares, strict=True))
    return {
        child: sum((by_leaf[one] for one in under(tree, child).tolist()), Fraction(0))
        for child in np.flatnonzero(tree.parent == parent).tolist()
    }


@given(cascades())
def test_every_level_sums_to_the_one_above(drawn):
    tree, holders, totals = drawn

    made = divide(totals, tree, holders)

    np.testing.assert_array_equal(made.amount[tree.roots], totals)
    for node in set(tree.parent.tolist()) - {ROOT}:
        assert made.amount[tree.parent == node].sum() == made.amount[node]


@given(cascades())
def test_every_part_is_within_one_unit_of_its_share_of_the_parents_total(drawn):
    tree, holders, totals = drawn

    made = divide(totals, tree, holders)

    for parent in set(tree.parent.tolist()) - {ROOT}:
        for child, wanted in real(tree, holders, made, parent).items():
            assert abs(int(made.amount[child]) - wanted) < 1


@given(cascades())
def test_nobody_gets_less_than_the_floor_or_more_than_the_ceiling(drawn):
    tree, holders, totals = drawn
    made = divide(totals, tree, holders)

    below = tree.parent[tree.leaves] != ROOT  # a root's total is given, whatever its bounds

    amount = made.amount[tree.leaves]
    assert ((holders.floor <= amount) & (amount <= holders.ceiling))[below].all()


@given(cascades())
def test_a_bound_is_marked_where_it_decides_and_else_lambda_does(drawn):
    tree, holders, totals = drawn
    made = divide(totals, tree, holders)

    for leaf, node in enumerate(tree.leaves.tolist()):
        parent = int(tree.parent[node])
        if parent == ROOT:
            continue
        share = holders.start[leaf] + int(holders.slope[leaf]) * made.multiplier(parent)
        if made.at_floor[leaf]:
            share = holders.floor[leaf]
        elif made.at_ceiling[leaf]:
            share = holders.ceiling[leaf]
        assert share == real(tree, holders, made, parent)[node]
        assert abs(int(made.amount[node]) - share) < 1


def test_a_root_without_children_has_what_is_given_and_no_multiplier():
    tree = Tree.of(np.array([ROOT, ROOT, 1, 1]))
    made = divide(np.array([7, 9]), tree, Holders.of(np.array([5, 1, 2])))

    assert made.amount.tolist() == [7, 9, 3, 6]
    assert [made.multiplier(node) for node in range(4)] == [None, 3, None, None]
    assert not (made.at_floor | made.at_ceiling).any()


@given(cascades(), st.data())
def test_the_order_of_nodes_does_not_matter(drawn, data):
    tree, holders, totals = drawn
    count = len(tree.parent)
    order = np.array(data.draw(st.permutations(range(count))))  # new place → old place
    place = np.argsort(order)
    parent = tree.parent[order]
    other = Tree.of(np.where(parent == ROOT, ROOT, place[parent]))
    rows = np.searchsorted(tree.leaves, order[other.leaves])
    roots = np.searchsorted(tree.roots, order[other.roots])

    mixed = divide(totals[roots], other, holders.at(rows), keys=order)

    wanted = divide(totals, tree, holders, keys=np.arange(count))
    np.testing.assert_array_equal(mixed.amount, wanted.amount[order])


def test_a_flat_tree_is_one_allocation():
    holders = Holders.of(np.array([5, 3, 2, 7]), ceiling=np.array([9, 9, 1, 9]))
    tree = Tree.of(np.array([ROOT, 0, 0, 0, 0]))

    made = divide(np.array([22]), tree, holders)

    assert made.amount[1:].tolist() == allocate(np.array([22]), holders).tolist()
    assert made.multiplier(1) is None
    assert made.at_ceiling.tolist() == [False, False, True, True]


def test_an_own_level_beside_cities_of_counties():
    """Leaves at unequal depth: what a province's own level gets stands beside its cities."""
    #  0 province: 1 own level (2, 3), 4 city: 5 own level (6), 7 county (8, 9)
    tree = Tree.of(np.array([ROOT, 0, 1, 1, 0, 4, 5, 4, 7, 7]))

    made = divide(np.array([1001]), tree, Holders.of(np.array([1, 1, 1, 3, 4])))

    assert tree.leaves.tolist() == [2, 3, 6, 8, 9]
    assert made.amount.tolist() == [1001, 200, 100, 100, 801, 100, 100, 701, 300, 401]


def test_members_with_caps_of_their_own_have_a_multiplier_each():
    tree = Tree.of(np.array([ROOT, ROOT, 0, 0, 1]))

    made = divide(np.array([30, 5]), tree, Holders.of(np.array([1, 2, 4])))

    assert (made.multiplier(0), made.multiplier(1)) == (10, Fraction(5, 4))
    assert made.amount.tolist() == [30, 5, 10, 20, 5]


def test_a_member_whose_total_cannot_be_met_is_named():
    tree = Tree.of(np.array([ROOT, ROOT, 0, 1]))
    holders = Holders.of(np.array([1, 1]), ceiling=np.array([9, 9]))

    with pytest.raises(InfeasibleError, match="乙") as refused:
        divide(np.array([5, 11]), tree, holders, names="甲乙丙丁")

    assert refused.value.short_by == 2


@pytest.mark.parametrize("parent", [[ROOT, 2, 1], [1, 0], [ROOT, 5], [-2], [ROOT, 1, 1]])
def test_rings_and_strangers_make_no_tree(parent):
    with pytest.raises(InputError, match="no tree"):
        Tree.of(np.array(parent))


def test_a_tree_has_64_levels_at_most():
    assert len(Tree.of(np.arange(64) - 1).ways) == 63  # and the leaf below
    with pytest.raises(InputError, match="64"):
        Tree.of(np.arange(65) - 1)
