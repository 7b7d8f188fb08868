"""Cases that compare: why a product changed, and how unequal a quantity is."""

from collections.abc import Callable
from typing import Any, Final

from analytics import inequality
from analytics.decomposition import lmdi
from compact.given import Given

Result = dict[str, Any]


def _lmdi(given: Given) -> Result:
    effects = lmdi(given.table("factors0"), given.table("factors1"))
    return {"effects": list(effects.values()), "sum": sum(effects.values())}


def _gini(given: Given) -> Result:
    return {"value": inequality.gini(*_weighted(given))}


def _theil(given: Given) -> Result:
    x, weights = _weighted(given)
    labels = given.keys("groups", len(x))
    if labels is None:
        return {"value": inequality.theil(x, weights).value}
    places = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    found = inequality.theil(x, weights, [places[label] for label in labels])
    return {"value": found.value, "within": found.within, "between": found.between}


def _weighted(given: Given) -> tuple[list[float], list[float] | None]:
    """Return values and weights as what the inequality measures take."""
    x = given.numbers("x")
    if not x:
        raise given.refuse("x", "不得为空", "must not be empty")
    weights = given.numbers("weights", len(x)) if "weights" in given else None
    as_floats = None if weights is None else [float(weight) for weight in weights]
    return [float(one) for one in x], as_floats


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "lmdi": _lmdi,
    "gini": _gini,
    "theil": _theil,
}
