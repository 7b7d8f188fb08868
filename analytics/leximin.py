"""The shares that do most for who is served least, and are still accepted by every group.

Each member's share is measured in its own weight (its capability, its need); the least of these is
made as great as the core allows, then the next, and so on. Exact, like the nucleolus.
Source: Dutta and Ray 1989, Econometrica 57, of the Lorenz order on the core.
"""

from collections.abc import Sequence
from fractions import Fraction

from analytics import games
from analytics.rational import Limits, minimised


def leximin(
    game: Sequence[Fraction], weights: Sequence[Fraction], start: Sequence[Fraction]
) -> list[Fraction]:
    """Return each member's share.

    weights: above 0; share / weight is what is compared. start: any shares in the core; ValueError
    where they are not in it.
    """
    if not games.in_core(game, start) or min(weights) <= 0:
        raise ValueError("the search begins inside the core, with weights above 0")
    shares, fixed = list(start), list[int]()
    while len(fixed) < len(shares):
        shares = _raised(game, weights, shares, fixed)
    return shares


def _raised(
    game: Sequence[Fraction], weights: Sequence[Fraction], shares: list[Fraction], fixed: list[int]
) -> list[Fraction]:
    """Return shares whose least of the free members is greatest, and add to `fixed` who has it.

    Variables are the shares and, last, the least of share / weight, below zero for it to fall.
    """
    n = len(shares)
    free = [one for one in range(n) if one not in fixed]
    rows = [[*_unit(one, n), weights[one]] for one in free]
    least = [Fraction(0)] * len(rows)
    for group in range(1, (1 << n) - 1):
        rows.append([*(Fraction(group >> one & 1) for one in range(n)), Fraction(0)])
        least.append(game[group])
    kept = [[Fraction(1)] * n + [Fraction(0)], *([*_unit(one, n), Fraction(0)] for one in fixed)]
    if len(free) == 1:  # what the others leave
        fixed += free
        return shares
    lowest = min(shares[one] / weights[one] for one in free)
    found, binding = minimised([*shares, -lowest], Limits(rows, least, kept))
    fixed += [free[place] for place in binding if place < len(free)]
    return found[:n]


def _unit(one: int, n: int) -> list[Fraction]:
    return [Fraction(one == place) for place in range(n)]
