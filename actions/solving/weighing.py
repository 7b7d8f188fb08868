"""Cases of weights: what data suggest for members, and how a share bends with one of them."""

from collections.abc import Callable
from typing import Any, Final

from compact.given import Given
from compact.proposals import members_of, proposed

Result = dict[str, Any]


def _capability_weights(given: Given) -> Result:
    base = given.decimals("base")
    columns = [given.decimals(name, len(base)) for name in ("gap", "area")]
    given.hold("base", base)
    found = proposed(members_of(base, *columns))
    if found is None:
        return {"weights": None, "by_entropy": None, "entropy": None}
    return {
        "weights": list(found.by_potential.values()),
        "by_entropy": None if found.by_entropy is None else list(found.by_entropy.values()),
        "entropy": None if found.entropy is None else list(found.entropy),
    }


RULES: Final[dict[str, Callable[[Given], Result]]] = {"capability_weights": _capability_weights}
