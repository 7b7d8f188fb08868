"""Unions as hypothesis draws them: members, lower regions, lines, whole and broken base years."""

from decimal import Decimal

from hypothesis import strategies as st

from compact.allocations import Problem
from compact.bands import Band
from compact.holders import Holder, Holders
from compact.methods import Method, Rule
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


BANDS = (
    Band("over_constraint", "constraint", None, 960_000),
    Band("over_reference", "reference", "constraint", 980_000),
    Band("within", "leading", "reference", 1_000_000),
    Band("leading", None, "leading", 1_020_000, "leading"),
)
_STANDARD = {
    "constraint": {"GOV": Decimal("0.02"), "EDU": Decimal("40.5")},
    "reference": {"GOV": Decimal("0.01"), "EDU": Decimal("10.25")},
    "leading": {"GOV": Decimal("0.001"), "EDU": Decimal("0.01")},
}
_GIVEN = {  # a rule without a line here is drawn with its own defaults
    "A": st.just({}),
    "B": st.just({"leading": _STANDARD["leading"], "most_saved": 1_000_000}),
    "C": st.integers(1, 3_000_000).map(lambda by: {"weights": {20: by}, "most_saved": 1_000_000}),
    "D": st.sampled_from(["cea", "cel", "talmud"]).map(lambda kind: {"kind": kind}),
    "E": st.decimals("0.001", "5000", places=3).map(
        lambda rise: {
            "first_of": {"GOV": Decimal(240)},
            "rise": rise,
            "rise_of": {"EDU": Decimal(77)},
            "most_saved": 1_000_000,
        }
    ),
    "F": st.sampled_from(["0.5", "1", "2", "7.5"]).map(lambda alpha: {"alpha": Decimal(alpha)}),
    "G": st.just({"bands": BANDS, **_STANDARD}),
    "H": st.integers(-100_000, 500_000).map(lambda by: {"fall": {10: by, 20: 0, 30: 12_345}}),
}


@st.composite
def methods(draw: st.DrawFn, letter: str | None = None) -> Method:
    """Return one of the rules with parameters, and corrections of some institutions."""
    chosen = letter or draw(st.sampled_from(sorted(Rule)))
    share = st.integers(500_000, 1_500_000)
    named = st.dictionaries(st.sampled_from(["climate", "occupancy", "special"]), share)
    factors = draw(st.dictionaries(st.integers(1, 9), named, max_size=3))
    return Method(chosen, factors=factors, **draw(_GIVEN.get(chosen, st.just({}))))


@st.composite
def problems(draw: st.DrawFn, rule: str | None = None) -> Problem:
    """Return a union's holders under one of the rules, with a fall that can often be met."""
    some = Holders.of(draw(holders().filter(bool)))
    fall = target(draw(st.integers(0, 400_000)))
    return Problem(1, fall, draw(methods(rule)), MEMBERS, PARENTS, some)
