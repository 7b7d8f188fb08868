"""What members owe each other when some save more than their duty, and others less.

Together they save at least cost: everybody until the next unit costs the same everywhere, which is
the price. Whoever saves more than its duty is paid it for the difference by those who save less.
So nobody is worse off than alone, nor is any group (Owen 1975: a price of least cost is in the
core), and what is paid adds to nothing. Amounts are in the unit of the duties, money in that of
the costs; all is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.bounds import InfeasibleError
from analytics.division import efficient_saving
from analytics.exact import Exact
from analytics.games import Values
from analytics.rounding import topped_up


@dataclass(frozen=True, slots=True)
class Costs:
    """Columns of equal length, row i is one member.

    A saving s costs alpha · s + beta · s² / 2, up to the most that can be saved; beta above 0.
    """

    alpha: Sequence[Fraction]
    beta: Sequence[Fraction]
    most: Sequence[Fraction | None]

    def __len__(self) -> int:
        return len(self.alpha)

    def of(self, saving: Sequence[Fraction]) -> Values:
        """Return what savings cost, each its member."""
        columns = zip(self.alpha, self.beta, saving, strict=True)
        return [first * one + rise * one * one / 2 for first, rise, one in columns]

    def at(self, rows: Sequence[int]) -> "Costs":
        """Return those of some members."""
        return Costs(
            [self.alpha[row] for row in rows],
            [self.beta[row] for row in rows],
            [self.most[row] for row in rows],
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """Who saves how much together, and who pays whom; columns by member.

    received: what the others pay it; negative where it pays. They add to nothing.
    gain: what it is better off than alone.
    """

    savings: Values
    price: Fraction
    alone: Values
    joint: Fraction
    received: Values
    gain: Values

    @property
    def gained(self) -> Fraction:
        """What all gain together."""
        return sum(self.gain, Fraction(0))


def settle(costs: Costs, duty: Sequence[Fraction]) -> Settled:
    """Return the savings of least cost, their price, and what is paid at it.

    duty: from 0. One above what a member can save makes “alone” undefined and is refused.
    """
    for row, (owed, most) in enumerate(zip(duty, costs.most, strict=True)):
        if owed < 0 or (most is not None and owed > most):
            raise InfeasibleError(owed, 0, most, f"#{row + 1}")
    made = efficient_saving(sum(duty), costs.alpha, costs.beta, list(costs.most))
    alone, spent = costs.of(duty), costs.of(made.shares)
    received = [
        made.multiplier * (saved - owed) for saved, owed in zip(made.shares, duty, strict=True)
    ]
    rows = zip(alone, spent, received, strict=True)
    gain = [apart - paid + got for apart, paid, got in rows]
    return Settled(made.shares, made.multiplier, alone, sum(spent, Fraction(0)), received, gain)


def game(costs: Costs, duty: Sequence[Fraction]) -> Values:
    """Return what each coalition gains by meeting its own duties together, in the form of games."""
    values = [Fraction(0)]
    for group in range(1, 1 << len(costs)):
        rows = [row for row in range(len(costs)) if group >> row & 1]
        values.append(settle(costs.at(rows), [duty[row] for row in rows]).gained)
    return values


def blended(gain: Sequence[Fraction], weights: Sequence[Fraction], share: Exact) -> Values:
    """Return gains of which a share is given out by capability, the rest as the price has it.

    weights: from 0, not all 0; only their proportions matter. share: from 0 to 1. Nobody is worse
    off than alone whatever it is, but a group may be, by at most this share of all that is gained.
    """
    whole, part = sum(weights, Fraction(0)), Fraction(share)
    pool = part * sum(gain, Fraction(0))
    return [
        (1 - part) * one + pool * weight / whole for one, weight in zip(gain, weights, strict=True)
    ]


def rounded(received: Sequence[Exact], keys: Sequence[str] | None = None) -> list[int]:
    """Return transfers in whole units that still add to nothing: floors, then the largest rests.

    keys: what breaks ties, the lower first; the place where none are given.
    """
    return topped_up(0, [Fraction(one) for one in received], keys)
