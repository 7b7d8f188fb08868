"""Cases of members who gain together: what each is due, and whether a group would leave."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from analytics import games
from analytics.bounds import InfeasibleError
from analytics.nucleolus import MOST as MOST_EXACT
from analytics.nucleolus import least_core, nucleolus
from compact.given import Given
from metering.errors import InputError

Result = dict[str, Any]

_MOST: Final = 14  # members, of whom all groups are added up
_GREATEST: Final = "cost of a coalition = its largest member"


def _game(given: Given, most: int) -> list[Fraction]:
    """Return the game of a case, from any of the ways in which one is written."""
    if "bankruptcy" in given:
        asked = given.inside("bankruptcy")
        claims = asked.numbers("bankruptcy.claims")
        _refuse_many(given, "bankruptcy.claims", len(claims), most)
        total, whole = asked.number("bankruptcy.total"), sum(claims, Fraction(0))
        asked.hold("bankruptcy.claims", claims)
        if not 0 <= total <= whole:
            raise InfeasibleError(total, 0, whole)
        return games.of_claims(total, claims)
    if "costs" in given:
        if "rule" in given and given.word("rule") != _GREATEST:
            raise given.refuse("rule", f"应为 {_GREATEST}", f"must be: {_GREATEST}")
        costs = given.numbers("costs")
        _refuse_many(given, "costs", len(costs), most)
        return games.of_greatest(costs)
    values = given.numbers("lex")
    _refuse_many(given, "lex", len(values).bit_length(), most)
    try:
        return games.of_sizes(values)
    except ValueError:
        zh = "应有 2^n − 1 项(各联合的数值,先按人数、再按成员排列)"
        en = "must have 2^n − 1 values: of each coalition, by size and then by members"
        raise given.refuse("lex", zh, en) from None


def _refuse_many(given: Given, field: str, members: int, most: int) -> None:
    if not 0 < members <= most:
        raise InputError(
            "solve.too_many_members",
            zh=f"案例 {given.case} 的 {field} 有 {members} 个成员,此规则可算 1 至 {most} 个。",
            en=f"Case {given.case}: {field} has {members} members, and this rule takes 1 to "
            f"{most}.",
            next_zh="请把小成员合并为组后计算,组内再按价格规则(compensation)分配。",
            next_en="Put small members into groups, and share within a group by the price rule "
            "(compensation), which takes any number.",
            where={"case": given.case, "field": field},
        )


def _is_cost(given: Given) -> bool:
    kind = given.word("kind", "cost" if "costs" in given else "gain")
    if kind not in ("gain", "cost"):
        raise given.refuse("kind", "应为 gain 或 cost", "must be gain or cost")
    return kind == "cost"


def _shapley(given: Given) -> Result:
    _is_cost(given)  # costs are shared alike
    return {"value": games.shapley(_game(given, _MOST))}


def _on_savings(
    rule: Callable[[list[Fraction]], list[Fraction]], most: int, zh: str, en: str
) -> Callable[[Given], Result]:
    """Return a rule of gains that takes costs too: as what they save, given back as cost shares."""

    def solve(given: Given) -> Result:
        game, of_cost = _game(given, most), _is_cost(given)
        try:
            shares = rule(games.savings(game) if of_cost else game)
        except ValueError:
            field = next(one for one in ("bankruptcy", "costs", "lex") if one in given)
            raise given.refuse(field, zh, en) from None
        if of_cost:
            pairs = zip(games.singles(game), shares, strict=True)
            shares = [alone - saved for alone, saved in pairs]
        return {"value": shares}

    return solve


def _core_nonempty(given: Given) -> Result:
    """The objection that is left where it is least, too: what a group still asks for, above 0."""
    game = _game(given, MOST_EXACT)
    left = least_core(games.savings(game) if _is_cost(given) else game)
    return {"nonempty": left <= 0, "objection": left}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "shapley": _shapley,
    "nucleolus": _on_savings(
        nucleolus,
        MOST_EXACT,
        "各成员单独所得之和大于共同所得,没有可分方案",
        "gives members alone more than all have together: there is nothing to share",
    ),
    "gately": _on_savings(
        games.gately,
        _MOST,
        "有共同所得而无人带来增量,盖特利点无定义",
        "has a gain to which nobody adds: the Gately point is not defined",
    ),
    "core_nonempty": _core_nonempty,
}
