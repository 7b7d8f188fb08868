"""The nucleolus: the shares at which the greatest objection of any group is least, then the next.

By linear programs that are solved exactly, one after the other: each makes the greatest objection
as small as it can be, and fixes the groups whose multiplier is positive, for theirs can never be
smaller (a group that merely happens to be at it must not be fixed). Sources: Schmeidler 1969;
Maschler, Peleg and Shapley 1979; Guajardo and Jörnsten 2015 on mistakes made with it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from analytics import games
from analytics.rational import Limits, minimised, rank_added

Row = list[Fraction]
MOST: Final = 10  # members whose groups are weighed exactly in a few seconds

_ZERO, _ONE = Fraction(0), Fraction(1)


def nucleolus(game: Sequence[Fraction]) -> list[Fraction]:
    """Return each member's share.

    Raises ValueError where members alone have more than all together: no shares are possible.
    """
    n, alone = games.members_of(game), games.singles(game)
    spare = game[-1] - sum(alone)
    if spare < 0:
        raise ValueError("members alone have more than all have together")
    shares = [own + spare / n for own in alone]
    fixed = [[_ONE] * n]
    while len(fixed) < n:
        shares = _next(game, shares, fixed, alone)
    return shares


def least_core(game: Sequence[Fraction]) -> Fraction:
    """Return the greatest objection of a group where it is least; the core is empty above 0."""
    n = games.members_of(game)
    if n == 1:
        return _ZERO
    shares = _next(game, [game[-1] / n] * n, [[_ONE] * n], None)
    return games.worst_excess(game, shares)


def _next(
    game: Sequence[Fraction], shares: Row, fixed: list[Row], alone: Row | None
) -> list[Fraction]:
    """Return the shares of one program, and add to `fixed` what they can no longer change.

    alone: what nobody's share may be below; None where that is not asked. Variables are the shares
    and, last, the greatest objection; fixed sums are kept by rows that no step may leave.
    """
    n = len(shares)
    groups = [
        row
        for row in (_row(group, n) for group in range(1, (1 << n) - 1))
        if rank_added(fixed, row)
    ]
    worth = [game[sum(1 << one for one in range(n) if row[one])] for row in groups]
    rows, least = [[*row, _ONE] for row in groups], list(worth)
    for one, own in enumerate(alone or []):
        if rank_added(fixed, row := _row(1 << one, n)):
            rows.append([*row, _ZERO])
            least.append(own)
    sums = (sum(a * b for a, b in zip(row, shares, strict=True)) for row in groups)
    objection = max(value - has for value, has in zip(worth, sums, strict=True))
    limits = Limits(rows, least, [[*row, _ZERO] for row in fixed])
    found, binding = minimised([*shares, objection], limits)
    for place in binding:
        if rank_added(fixed, row := rows[place][:n]):
            fixed.append(row)
    return found[:n]


def _row(group: int, n: int) -> Row:
    return [Fraction(group >> one & 1) for one in range(n)]
