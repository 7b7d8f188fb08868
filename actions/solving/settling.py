"""Cases of compensation: who saves for whom, at which price, and who gains how much by it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from analytics import games, settlement
from analytics.leximin import leximin
from analytics.nucleolus import nucleolus
from analytics.settlement import Costs, Settled
from compact.given import Given, columns_of
from metering.errors import InputError

Result = dict[str, Any]

_MOST: Final = 8  # members whose groups are all settled, to compare; the price takes any number
_LOST: Final = Fraction(1, 10**6)  # of what is paid: what figures printed to some digits lose


def _compensation(given: Given) -> Result:
    alpha, beta, duty = columns_of(given, ["alpha", "beta", "duty"])
    if not duty:
        raise given.refuse("duty", "不得为空", "must not be empty")
    costs = Costs(alpha, beta, given.bounds("max_saving", len(duty)))
    made = settlement.settle(costs, duty)
    result = {
        "savings": made.savings,
        "price": made.price,
        "cost_alone": made.alone,
        "cost_joint": made.joint,
        "gain_total": made.gained,
        "transfers_received": made.received,
        "gains_price_rule": made.gain,
    }
    game = settlement.game(costs, duty) if len(duty) <= _MOST else None
    return result | _blended(given, made, game) | _compared(made, game)


def _compared(made: Settled, game: list[Fraction] | None) -> Result:
    """Return what other rules would give, where there are few enough members to weigh all groups.

    Gains at a price are in the core whatever the number (weak duality).
    """
    if game is None:
        return {"price_rule_in_core": True}
    shapley = games.shapley(game)
    return {
        "gains_shapley": shapley,
        "gains_nucleolus": nucleolus(game),
        "price_rule_in_core": games.in_core(game, made.gain),
        "shapley_in_core": games.in_core(game, shapley),
    }


def _blended(given: Given, made: Settled, game: list[Fraction] | None) -> Result:
    """Return gains of which a share goes by weights, and the objection that is its price."""
    if "phi" not in given and "weights" not in given:
        return {}
    share, weights = given.number("phi"), given.numbers("weights", len(made.gain))
    if not 0 <= share <= 1:
        raise given.refuse("phi", "应在 0 与 1 之间", "must be between 0 and 1")
    if min(weights) < 0 or not sum(weights):
        raise given.refuse("weights", "应非负且不全为零", "must not be negative, nor all zero")
    gains = settlement.blended(made.gain, weights, share)
    if game is None:
        return {"gains_blend": gains}
    told: Result = {"objection_blend": max(games.worst_excess(game, gains), 0)}
    if min(weights) > 0:
        told["gains_leximin"] = leximin(game, weights, made.gain)
    return {"gains_blend": gains, **told}


def _round_transfers(given: Given) -> Result:
    real = given.numbers("real")
    left = sum(real, Fraction(0))
    if abs(left) > _LOST * max(sum(map(abs, real)), 1):
        raise InputError(
            "solve.transfers_unbalanced",
            zh=f"案例 {given.case} 的 real 合计为 {float(left):.7g},收付应相抵为零。",
            en=f"Case {given.case}: real adds to {float(left):.7g}; what is paid and received "
            "must add to nothing.",
            next_zh="请核对缺少或重复的成员。",
            next_en="Look for a member that is missing or there twice.",
            where={"case": given.case, "field": "real"},
        )
    transfers = settlement.rounded(real, given.keys("keys", len(real)))
    return {"transfers": transfers, "sum": sum(transfers)}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "compensation": _compensation,
    "round_transfers": _round_transfers,
}
