"""Composite indices: weights that data suggest, closeness to the best, coordination, grades."""

from collections.abc import Sequence
from fractions import Fraction
from math import fsum, log, prod, sqrt
from typing import Final, NamedTuple

# The ladder of coupling coordination, ten steps of 0.1, as Chinese papers on it use it.
LADDER: Final = (
    ("极度失调", "extreme imbalance"),
    ("严重失调", "severe imbalance"),
    ("中度失调", "moderate imbalance"),
    ("轻度失调", "mild imbalance"),
    ("濒临失调", "near imbalance"),
    ("勉强协调", "barely coordination"),
    ("初级协调", "primary coordination"),
    ("中级协调", "intermediate coordination"),
    ("良好协调", "good coordination"),
    ("优质协调", "excellent coordination"),
)
# Shaoyang 2022, assessment of public institutions: the least score of each grade.
GRADES: Final = ((95, "exceeded"), (80, "met"), (65, "basically met"))
NOT_MET: Final = "not met"


class Coupling(NamedTuple):
    """coupling C, level T and degree of coordination D = √(C · T), each from 0 to 1."""

    c: float
    t: float
    d: float

    @property
    def step(self) -> int:
        """The step of LADDER on which D stands; a border belongs to the step above."""
        return min(int(self.d * 10 + 1e-12), len(LADDER) - 1)


def entropy_weights(matrix: Sequence[Sequence[float]]) -> list[float]:
    """Return a weight of each column: the more its rows differ, the more it says.

    Source: Lotfi and Fallahnejad 2010, Entropy 12, 53–62. A constant column weighs nothing; where
    all are constant they weigh the same. Raises ValueError for a negative value or a single row.
    """
    if len(matrix) < 2 or any(value < 0 for row in matrix for value in row):
        raise ValueError("entropy needs two rows at least, and no negative value")
    spread = [_spread(column) for column in zip(*matrix, strict=True)]
    total = fsum(spread)
    return [one / total if total else 1 / len(spread) for one in spread]


def _spread(column: Sequence[float]) -> float:
    total = fsum(column)
    if total == 0 or len(set(column)) == 1:
        return 0.0
    parts = [value / total for value in column if value > 0]
    return 1 + fsum(p * log(p) for p in parts) / log(len(column))


def topsis(
    matrix: Sequence[Sequence[float]], weights: Sequence[float], more_is_better: Sequence[bool]
) -> list[float]:
    """Return how near each row is to the best of every column and far from the worst, 0 to 1.

    Vector normalisation (Hwang and Yoon 1981). Ranks may turn round when a row joins.
    """
    columns = []
    for column, weight in zip(zip(*matrix, strict=True), weights, strict=True):
        length = sqrt(fsum(value * value for value in column))
        columns.append([weight * value / length if length else 0.0 for value in column])
    ends = [
        (max(one), min(one)) if more else (min(one), max(one))
        for one, more in zip(columns, more_is_better, strict=True)
    ]
    scores = []
    for row in zip(*columns, strict=True):
        best, worst = (
            sqrt(fsum((value - end[side]) ** 2 for value, end in zip(row, ends, strict=True)))
            for side in (0, 1)
        )
        scores.append(worst / (best + worst) if best + worst else 0.0)
    return scores


def coupling(u: Sequence[float], weights: Sequence[float]) -> Coupling:
    """Return how well sub-indices from 0 to 1 go together; one zero makes C and D zero."""
    total, n = fsum(u), len(u)
    c = n * prod(u) ** (1 / n) / total if total else 0.0
    t = fsum(a * b for a, b in zip(u, weights, strict=True))
    return Coupling(c, t, sqrt(c * t))


def grade(score: float | Fraction, *, binding_met: bool) -> str:
    """Return the grade of a score from 0 to 100; a missed binding target is a veto."""
    if not binding_met:
        return NOT_MET
    return next((name for least, name in GRADES if score >= least), NOT_MET)
