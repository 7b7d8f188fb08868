"""Cases of a year's end: its rest, the band of a forecast, how likely a quota is exceeded."""

from collections.abc import Callable
from typing import Any, Final

from analytics import projecting
from compact.given import Given

Result = dict[str, Any]


def _band_ranks(given: Given) -> Result:
    n, alpha = given.whole("n"), given.number("alpha")
    if n < 1:
        raise given.refuse("n", "应为正数", "must be positive")
    if not 0 < alpha < 1:
        raise given.refuse("alpha", "应在 0 与 1 之间", "must be between 0 and 1")
    low, high = projecting.band_ranks(n, alpha)
    return {"low": low, "high": high}


def _probability_exceeds(given: Given) -> Result:
    used, rest, quota = (float(given.number(name)) for name in ("used", "rest", "quota"))
    errors = [float(one) for one in given.numbers("errors")]
    return {"p": projecting.exceeding(used, rest, quota, errors)}


def _project_year(given: Given) -> Result:
    used, same, last = (
        float(given.number(name)) for name in ("used", "last_year_same", "last_year_rest")
    )
    damping = float(given.number("damping")) if "damping" in given else projecting.DAMPING
    if same <= 0 or used < 0:
        raise given.refuse("last_year_same", "应为正数", "must be positive, and used not negative")
    rest = projecting.rest_of_year(used, same, last, damping)
    return {"rest": rest, "total": used + rest}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "band_ranks": _band_ranks,
    "probability_exceeds": _probability_exceeds,
    "project_year": _project_year,
}
