"""Cases of composite indices: weights from data, closeness, coordination, grades."""

from collections.abc import Callable
from typing import Any, Final

from analytics import scoring
from compact.given import Given

Result = dict[str, Any]


def _entropy_weights(given: Given) -> Result:
    matrix = given.matrix("matrix")
    if len(matrix) < 2 or any(value < 0 for row in matrix for value in row):
        raise given.refuse(
            "matrix", "至少两行且不得有负数", "must have two rows, and no negative value"
        )
    return {"weights": scoring.entropy_weights(matrix)}


def _topsis(given: Given) -> Result:
    matrix = given.matrix("matrix")
    columns = len(matrix[0])
    better = given.flags("more_is_better", columns) if "more_is_better" in given else None
    weights = given.floats("weights", columns)
    return {"scores": scoring.topsis(matrix, weights, better or [True] * columns)}


def _coupling(given: Given) -> Result:
    u = given.floats("U")
    if any(not 0 <= one <= 1 for one in u):
        raise given.refuse("U", "应在 0 与 1 之间", "must be between 0 and 1")
    weights = given.floats("weights", len(u)) if "weights" in given else [1 / len(u)] * len(u)
    found = scoring.coupling(u, weights)
    zh, en = scoring.LADDER[found.step]
    span = f"({found.step / 10:.1f}-{(found.step + 1) / 10:.1f})"
    grades = {"grade": f"{en} {span}", "grade_zh": f"{zh} {span}"}
    return {"C": found.c, "T": found.t, "D": found.d, **grades}


def _grade(given: Given) -> Result:
    scores = given.numbers("scores")
    met = given.flags("binding_target_met", len(scores))
    return {
        "grades": [
            scoring.grade(score, binding_met=one) for score, one in zip(scores, met, strict=True)
        ]
    }


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "entropy_weights": _entropy_weights,
    "topsis": _topsis,
    "coupling": _coupling,
    "grade": _grade,
}
