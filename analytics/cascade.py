"""A total down a tree of levels in whole units: every level sums to the one above, exactly.

At each parent λ is worked out anew over all holders beneath it, for the parent's whole total; its
children's real shares follow, and are rounded to it. So nothing is rounded first and mended later,
and every part lies within one unit of its share of the parent's total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.allocation import Holders, Solved, rounded, solve
from analytics.exact import Bools, Ints, added
from metering.errors import InputError

ROOT: Final = -1

_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes by their place: members, regions and own levels, department lines, institutions.

    parent: (nodes,) each one's, ROOT for those whose totals are given.
    leaves: the nodes without children, in order: the holders. They may lie at any depth.
    ways: by depth, (twigs,) under which node each twig lies, the roots first; below itself,
        itself. A twig is a node on which leaves hang; a leaf that is a root is its own.
    depth: (twigs,) how many nodes its way has. twig: (leaves,) place of each leaf's twig.
    """

    parent: Ints
    leaves: Ints
    ways: list[Ints]
    depth: Ints
    twig: Ints

    @classmethod
    def of(cls, parent: Ints) -> Tree:
        """Return the tree that these parents make, if they make one."""
        count = len(parent)
        if ((parent < ROOT) | (parent >= count)).any():
            raise _no_tree()
        has_children = np.zeros(count, np.bool_)
        has_children[parent[parent != ROOT]] = True
        leaves = np.flatnonzero(~has_children)
        above = parent[leaves]
        twigs, twig = _places(np.where(above == ROOT, leaves, above), count)
        ways, depth = _ways(parent, twigs)
        for way in ways:
            has_children[way] = False
        if has_children.any():  # nodes in a ring have no leaf below them
            raise _no_tree()
        return cls(parent, leaves, ways, depth, twig)

    @property
    def roots(self) -> Ints:
        """The nodes that have a total of their own, in order."""
        return np.flatnonzero(self.parent == ROOT)

    @property
    def bears(self) -> Bools:
        """(twigs,) on which leaves hang: all but leaves that are roots."""
        is_leaf = np.zeros(len(self.parent), np.bool_)
        is_leaf[self.leaves] = True
        return np.asarray(~is_leaf[self.ways[-1]])

    @property
    def lone(self) -> Bools:
        """(nodes,) whose one child has children: what they get is what it gets. Roots are none."""
        below = np.flatnonzero(self.parent != ROOT)
        many = np.bincount(self.parent[below], minlength=len(self.parent))
        found = np.zeros(len(self.parent), np.bool_)
        inner = np.flatnonzero((many > 0) & (self.parent != ROOT))
        found[self.parent[inner]] = many[self.parent[inner]] == 1
        return np.asarray(found & (self.parent != ROOT))


def _ways(parent: Ints, twigs: Ints) -> tuple[list[Ints], Ints]:
    upward = [twigs]
    repeats = np.zeros(len(twigs), np.int64)  # how often a shallow twig's root repeats
    for _ in range(_DEEPEST - 1):
        above = parent[upward[-1]]
        ended = above == ROOT
        if ended.all():
            break
        repeats += ended
        upward.append(np.where(ended, upward[-1], above))
    else:
        raise _no_tree()
    downward, last = np.stack(upward[::-1]), len(upward) - 1
    depth = np.minimum(np.arange(last + 1)[:, None] + repeats, last)
    return list(np.take_along_axis(downward, depth, axis=0)), last + 1 - repeats


@dataclass(frozen=True, slots=True)
class Divided:
    """What every node gets, and what its number is made of.

    amount: (nodes,) whole units.
    numerator, denominator: (nodes,) of the λ by which a node's amount was divided; 0 at leaves.
    at_floor, at_ceiling: (leaves,) whose bound decides, under the λ of their parent.
    """

    amount: Ints
    numerator: Ints
    denominator: Ints
    at_floor: Bools
    at_ceiling: Bools

    def multiplier(self, node: int) -> Fraction | None:
        """Return the λ by which a node's amount was divided, None of a leaf."""
        below = int(self.denominator[node])
        return Fraction(int(self.numerator[node]), below) if below else None


def divide(
    totals: Ints,
    tree: Tree,
    holders: Holders,
    keys: Ints | None = None,
    names: Sequence[str] | None = None,
) -> Divided:
    """Return every node's amount; one λ reaches as far down as its root's total does.

    A union as the one root is one λ over all its institutions; its members as roots, with totals
    of their own, are one λ each.

    totals: of the roots, in their order. holders: of the leaves, in theirs.
    keys: (nodes,) permanent ids, of which the lower comes first where fractional parts tie.
    names: (nodes,) for the error that says which total cannot be met.
    """
    count = len(tree.parent)
    made = _nothing(count, len(holders))
    made.amount[tree.roots] = totals
    near = np.full(count, np.nan)
    lone, lone_at, bears = tree.lone, [], tree.bears
    for level, way in enumerate(tree.ways):
        alike = np.flatnonzero(lone[way] & (tree.depth > level + 1))
        if len(alike):
            single, child = way[alike], tree.ways[level + 1][alike]
            made.amount[child], near[child] = made.amount[single], near[single]
            lone_at.append((single, child))
        active = ~lone[way] & (tree.depth > level) & bears
        _one_level(made, tree, holders, (level, active), near, keys, names)
    for single, child in lone_at[::-1]:
        made.numerator[single] = made.numerator[child]
        made.denominator[single] = made.denominator[child]
    return made


def _one_level(
    made: Divided,
    tree: Tree,
    holders: Holders,
    at: tuple[int, Bools],
    near: NDArray[np.float64],
    keys: Ints | None,
    names: Sequence[str] | None,
) -> None:
    """Divide what the nodes of one depth got, in place; at: the depth, and the twigs to divide."""
    level, active = at
    rows = np.flatnonzero(active[tree.twig]) if not active.all() else np.arange(len(holders))
    if not len(rows):
        return
    every = len(rows) == len(holders)
    twig, some = (tree.twig, holders) if every else (tree.twig[rows], holders.at(rows))
    parents, group = _among(tree.ways[level], active, twig, len(near))
    children, child = _children(tree, level, active, (rows, twig))
    guess = None if np.isnan(near[parents]).any() else near[parents]
    labels = None if names is None else [names[one] for one in parents.tolist()]
    solved = solve(made.amount[parents], some, group, guess, labels)
    _note(made, parents, rows, some, solved)
    near[parents] = solved.numerator / solved.denominator
    near[children] = near[tree.parent[children]]
    made.amount[children] = rounded(
        made.amount[parents],
        solved,
        np.searchsorted(parents, tree.parent[children]),
        added(solved.fixed, child, len(children)),
        added(solved.moving, child, len(children)),
        None if keys is None else keys[children],
    )


def _children(tree: Tree, level: int, active: Bools, at: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the nodes below those of a depth, and where each row's stands among them."""
    rows, twig = at
    ends = active & (tree.depth == level + 1)
    if not ends.any():
        return _among(tree.ways[level + 1], active, twig, len(tree.parent))
    below = tree.leaves[rows]
    if not ends[active].all():
        deeper = tree.ways[min(level + 1, len(tree.ways) - 1)]
        below = np.where(ends[twig], below, deeper[twig])
    return _places(below, len(tree.parent))


def _among(nodes: Ints, active: Bools, twig: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the twigs' nodes that occur, in order, and where each row's stands among them."""
    occur, place = _places(nodes[active], count)
    of_twig = np.zeros(len(nodes), np.int64)
    of_twig[active] = place
    return occur, of_twig[twig]


def _nothing(nodes: int, leaves: int) -> Divided:
    amount, above, below = np.zeros((3, nodes), np.int64)
    return Divided(amount, above, below, *np.zeros((2, leaves), np.bool_))


def _places(nodes: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the nodes that occur, in order, and where each row's stands among them."""
    occurs = np.zeros(count, np.bool_)
    occurs[nodes] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[nodes]


def _note(made: Divided, parents: Ints, rows: Ints, some: Holders, solved: Solved) -> None:
    """Keep λ, and which bounds bind; a deeper level says it again for the leaves it reaches."""
    made.numerator[parents], made.denominator[parents] = solved.numerator, solved.denominator
    bound = solved.moving == 0
    made.at_floor[rows] = bound & (solved.fixed == some.floor)
    made.at_ceiling[rows] = bound & (solved.fixed == some.ceiling)


def _no_tree() -> InputError:
    return InputError(
        "cascade.no_tree",
        zh=f"上级关系不成树:有环、指向不存在的节点,或超过 {_DEEPEST} 层。",
        en="The parents make no tree: a ring, a parent that does not exist, or more than "
        f"{_DEEPEST} levels.",
        next_zh="请核对各节点的上级。",
        next_en="Check the parent of each node.",
    )
