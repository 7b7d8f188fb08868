"""Unions as hypothesis draws them: members, lower regions, lines, whole and broken base years."""

from decimal import Decimal

from hypothesis import strategies as st

from compact.allocations import Problem
from compact.methods import Holder, Method, Rule
from compact.targets import Indicator, Target

PROFILE = "GB2589-2020"
MEMBERS = (10, 20, 30)
PARENTS = {11: 10, 12: 10, 111: 11, 21: 20, 31: 30}
_REGIONS = (*MEMBERS, *PARENTS)
_CLASSES = ("GOV", "EDU", None)


def target(fall_millionths: int) -> Target:
    """Return a target for which every institution counts from its own first whole year."""
    return Target(Indicator.TOTAL_KGCE, PROFILE, fall_millionths)


@st.composite
def months(draw: st.DrawFn) -> dict[tuple[int, int], int]:
    """Return known months of one to two years, something used in one of them."""
    first = draw(st.integers(2015, 2017))
    amount = st.one_of(st.none(), st.integers(0, 10**9))
    known = {
        (first + place // 12, place % 12 + 1): used
        for place, used in enumerate(draw(st.lists(amount, min_size=1, max_size=14)))
        if used is not None
    }
    return known or {(first, 1): draw(st.integers(1, 10**9))}


@st.composite
def holders(draw: st.DrawFn) -> tuple[Holder, ...]:
    """Return institutions anywhere in the union, each with a base above zero."""
    found = []
    for institution in range(1, draw(st.integers(1, 9)) + 1):
        base = target(0).base_of(draw(months()))
        if base is None or base.total_g <= 0:
            continue
        found.append(
            Holder(
                institution=institution,
                region=draw(st.sampled_from(_REGIONS)),
                line=draw(st.sampled_from(("education", "health", "offices"))),
                year=base.year + 1,
                base=base,
                class_code=draw(st.sampled_from(_CLASSES)),
                area_m2=draw(st.one_of(st.none(), st.decimals("1", "99999", places=1))),
            )
        )
    return tuple(found)


@st.composite
def problems(draw: st.DrawFn, rule: Rule | None = None) -> Problem:
    """Return a union's holders under one of the rules, with a fall that can be met."""
    chosen = rule or draw(st.sampled_from(Rule))
    leading = {"GOV": Decimal("0.001"), "EDU": Decimal("0.01")} if chosen is Rule.GAP else {}
    method = Method(
        chosen,
        most_saved=1_000_000,
        leading=leading,
        weights={20: draw(st.integers(1, 3_000_000))} if chosen is Rule.CAPABILITY else {},
    )
    some = draw(holders().filter(bool))
    return Problem(1, target(draw(st.integers(0, 400_000))), method, MEMBERS, PARENTS, some)
