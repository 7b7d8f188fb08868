"""Cases that divide a total: the rules of allocation, each out of its file, and whole shares."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from analytics import rounding
from analytics.exact import half_up
from compact.given import Given
from compact.rules import rules

Result = dict[str, Any]


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
    **{name: solve for rule in rules() for name, solve in rule.cases.items()},
    "largest_remainder": _largest_remainder,
    "cascade": _cascade,
    "tree": _tree,
}
