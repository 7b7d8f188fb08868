"""Games in which members gain by acting together: who is due how much of what all have together.

A game is the values of all coalitions as a list of 2^n: member i is bit i of the place, and the
empty coalition, of value 0, comes first. Everything is exact. Sources: Shapley 1953; Gately 1974,
Int. Econ. Rev. 15; Aumann and Maschler 1985, J. Econ. Theory 36 (the game of claims).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

from analytics.exact import Exact

Values = list[Fraction]


def members_of(game: Sequence[Fraction]) -> int:
    """Return how many members a game has; ValueError where its length is no power of two."""
    n = len(game).bit_length() - 1
    if len(game) != 1 << n or n < 1:
        raise ValueError(f"{len(game)} values are not those of all coalitions")
    return n


def of_sizes(values: Sequence[Exact]) -> Values:
    """Return a game from the values of {1}, {2}, …, {1,2}, {1,3}, …: by size, then in order.

    Raises ValueError where there are not 2^n − 1 of them.
    """
    game = [Fraction(0)] * (len(values) + 1)
    n = members_of(game)
    groups = (group for size in range(1, n + 1) for group in combinations(range(n), size))
    for group, value in zip(groups, values, strict=True):
        game[sum(1 << one for one in group)] = Fraction(value)
    return game


def of_claims(total: Exact, claims: Sequence[Exact]) -> Values:
    """Return what each coalition is sure of: the total less what all others claim, from 0."""
    left = [Fraction(total) - claimed for claimed in subset_sums([Fraction(one) for one in claims])]
    return [max(one, Fraction(0)) for one in reversed(left)]


def of_greatest(costs: Sequence[Exact]) -> Values:
    """Return what each coalition costs where it costs what its greatest member does (airports)."""
    game = [Fraction(0)]
    for cost in costs:
        game += [max(one, Fraction(cost)) for one in game]
    return game


def subset_sums(amounts: Sequence[Fraction]) -> Values:
    """Return what the members of each coalition have together."""
    sums = [Fraction(0)]
    for amount in amounts:
        sums += [one + amount for one in sums]
    return sums


def savings(cost: Sequence[Fraction]) -> Values:
    """Return what each coalition saves by acting together, out of what each costs."""
    alone = subset_sums(singles(cost))
    return [apart - together for apart, together in zip(alone, cost, strict=True)]


def singles(game: Sequence[Fraction]) -> Values:
    """Return what each member has alone."""
    return [game[1 << one] for one in range(members_of(game))]


def shapley(game: Sequence[Fraction]) -> Values:
    """Return what each member adds on average over all orders in which they may come."""
    n = members_of(game)
    weight = [Fraction(factorial(k) * factorial(n - 1 - k), factorial(n)) for k in range(n)]
    value = [Fraction(0)] * n
    for coalition, worth in enumerate(game):
        size = coalition.bit_count()
        for one in range(n):  # with it, +; without it, −: a member's marginals without a table
            if coalition >> one & 1:
                value[one] += weight[size - 1] * worth
            else:
                value[one] -= weight[size] * worth
    return value


def gately(game: Sequence[Fraction]) -> Values:
    """Return the point at which each member's leaving would hurt the others alike.

    Raises ValueError where it is not defined: nobody adds to the others, yet there is a gain.
    """
    alone = singles(game)
    gain = game[-1] - sum(alone)
    adds = [game[-1] - game[-1 - (1 << one)] - own for one, own in enumerate(alone)]
    if not (whole := sum(adds)):
        if gain:
            raise ValueError("nobody adds to the others, yet there is a gain")
        return alone
    return [own + gain * add / whole for own, add in zip(alone, adds, strict=True)]


def worst_excess(game: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
    """Return by how much the group that objects most would be better off by itself.

    0 or less: the shares are in the core. Of all members together nobody asks.
    """
    given = subset_sums(shares)
    groups = zip(game[1:-1], given[1:-1], strict=True)
    return max((worth - has for worth, has in groups), default=Fraction(0))


def in_core(game: Sequence[Fraction], shares: Sequence[Fraction]) -> bool:
    """Return whether shares give out all there is, and no group would do better by itself."""
    return sum(shares) == game[-1] and worst_excess(game, shares) <= 0
