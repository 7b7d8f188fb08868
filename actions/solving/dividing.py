"""Cases that divide a total: claims, the one solver, whole shares."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from actions.solving.given import Given, columns_of
from analytics import claims, division, rounding
from analytics.exact import half_up

Result = dict[str, Any]


def _claims(rule: str) -> Callable[[Given], Result]:
    def solve(given: Given) -> Result:
        total, wanted = given.number("total"), given.numbers("claims")
        return {"awards": claims.RULES[rule](total, wanted)}

    return solve


def _floors_then_cea(given: Given) -> Result:
    total = given.number("total")
    assured, wanted = columns_of(given, ["entitlements", "claims"])
    return {"awards": claims.floors_then_cea(total, assured, wanted)}


def _clip_linear(given: Given) -> Result:
    weights = given.numbers("weights")
    names = given.keys("names", len(weights))
    made = division.share(
        given.number("total"),
        weights,
        start=given.bounds("starts", len(weights)),
        floor=given.bounds("floors", len(weights)),
        ceiling=given.bounds("ceilings", len(weights)),
        names=None if names is None else [str(name) for name in names],
    )
    return {"shares": made.shares, "lam": made.multiplier}


def _gap_saving(given: Given) -> Result:
    area, intensity = columns_of(given, ["area_m2", "eui"])
    leading = given.each("guide", len(area))
    most = given.bounds("max_saving", len(area))
    made = division.gap_saving(given.number("saving_total"), area, intensity, leading, most)
    return {"savings": made.shares, "lam": made.multiplier}


def _capability_saving(given: Given) -> Result:
    base, capability = columns_of(given, ["base", "capability"])
    most = given.bounds("max_saving", len(base))
    made = division.capability_saving(given.number("saving_total"), base, capability, most)
    return {"savings": made.shares, "lam": made.multiplier}


def _efficient_saving(given: Given) -> Result:
    alpha, beta = columns_of(given, ["alpha", "beta"])
    most = given.bounds("max_saving", len(alpha))
    made = division.efficient_saving(given.number("saving_total"), alpha, beta, most)
    return {"savings": made.shares, "price": made.multiplier}


def _alpha_fair(given: Given) -> Result:
    weights = given.numbers("weights")
    made = division.alpha_fair(
        given.number("total"),
        weights,
        given.number("alpha"),
        floor=given.bounds("floors", len(weights)),
        ceiling=given.bounds("ceilings", len(weights)),
    )
    return {"shares": made.shares}


def _largest_remainder(given: Given) -> Result:
    weights = given.numbers("weights")
    keys = given.keys("keys", len(weights))
    return {"shares": rounding.largest_remainder(given.whole("total"), weights, keys)}


def _cascade(given: Given) -> Result:
    """Values that round to the total by themselves stand; else they are what it is divided by."""
    values = given.numbers("values")
    if "total" in given and (total := given.whole("total")) != half_up(sum(values)):
        if not (whole := sum(values)):
            raise given.refuse("values", "合计为零,无法分配", "add to zero: nothing to share by")
        values = [total * value / whole for value in values]
    shares = rounding.cascade(values)
    return {
        "shares": shares,
        "shares_sum": sum(shares),
        "each_in": [min(shares, default=0), max(shares, default=0)],
        "max_running_error": Fraction(1, 2),
    }


def _tree(given: Given) -> Result:
    children = given.table("children")
    below = given.inside("grandchildren") if "grandchildren" in given else Given(given.case, {})
    for name in below.fields:
        if name.removeprefix("grandchildren.") not in children:
            raise given.refuse(name, "没有上级", "has no parent among the children")
    amounts = rounding.largest_remainder(
        given.whole("total"), list(children.values()), list(children)
    )
    result: Result = dict(zip(children, amounts, strict=True))
    for name, amount in zip(children, amounts, strict=True):
        if (field := f"grandchildren.{name}") in below:
            shares = rounding.largest_remainder(amount, below.numbers(field))
            result[f"{name}_children"] = shares
    return result


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    **{rule: _claims(rule) for rule in claims.RULES},
    "floors_then_cea": _floors_then_cea,
    "clip_linear": _clip_linear,
    "gap_saving": _gap_saving,
    "capability_saving": _capability_saving,
    "efficient_saving": _efficient_saving,
    "alpha_fair": _alpha_fair,
    "largest_remainder": _largest_remainder,
    "cascade": _cascade,
    "tree": _tree,
}
