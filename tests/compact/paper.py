"""A run as somebody would work it out on paper: exact fractions, one holder after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, prod

from analytics.division import power, share
from analytics.rounding import cascade, topped_up
from compact.allocations import Problem
from compact.holders import Holder

MILLION = 10**6


@dataclass
class HolderLine:
    """One holder: x = clip(start + slope × λ, least, most); and where it hangs in the tree."""

    holder: Holder
    path: tuple[tuple[int, str], ...]  # (rank among siblings, key) from the year down
    slope: int
    start: int
    least: int
    most: int | None


def worked_out(problem: Problem) -> tuple[dict[str, int], dict[int, list[int | None]]]:
    """Return every level's amount by its key, and every institution's months."""
    lines = _lines(problem)
    rule, letter = problem.method.by, problem.method.by.about.letter
    amounts: dict[str, int] = {}
    quotas: dict[int, int] = {}
    for year in sorted({one.holder.year for one in lines}):
        whole = [one for one in lines if one.holder.year == year]
        used = sum(one.holder.base.total_g for one in whole)
        if letter == "H":
            amounts[str(year)] = 0
            for member in sorted({one.path[1] for one in whole}):
                own = [one for one in whole if one.path[1] == member]
                base = sum(one.holder.base.total_g for one in own)
                cap = floor(base * (1 - Fraction(rule.fall[member[0]], MILLION)))
                amounts[str(year)] += cap
                _down(cap, own, 1, amounts, quotas)
            continue
        cap = problem.target.cap_g(used, year)
        total = sum(one.least for one in whole) if letter == "G" else cap
        _down(used - cap if rule.saves else total, whole, 0, amounts, quotas)
    if rule.saves:
        _less_savings(lines, amounts, quotas)
    months = {one.holder.institution: _months(one, quotas) for one in lines}
    return amounts, months


def _down(total: int, some: list[HolderLine], depth: int, amounts: dict, quotas: dict) -> None:
    """Give a node its total; its parts are what its holders' real shares of it add up to."""
    if depth == len(some[0].path):
        quotas[some[0].holder.institution] = total
        return
    amounts[some[0].path[depth][1]] = total
    real = share(
        total,
        [one.slope for one in some],
        start=[one.start for one in some],
        floor=[one.least for one in some],
        ceiling=[one.most for one in some],
    ).shares
    parts: dict[tuple[int, str], list[int]] = {}
    for place, one in enumerate(some):
        end = (one.holder.institution, "")
        below = one.path[depth + 1] if depth + 1 < len(one.path) else end
        parts.setdefault(below, []).append(place)
    sums = [sum((real[place] for place in places), Fraction(0)) for places in parts.values()]
    ranks = [rank for rank, _ in parts]
    for part, places in zip(topped_up(total, sums, ranks), parts.values(), strict=True):
        _down(part, [some[place] for place in places], depth + 1, amounts, quotas)


def _less_savings(lines: list[HolderLine], amounts: dict[str, int], quotas: dict[int, int]) -> None:
    for key, saved in amounts.items():
        below = [one for one in lines if key in {name for _, name in one.path}]
        amounts[key] = sum(one.holder.base.total_g for one in below) - saved
    for one in lines:
        quotas[one.holder.institution] = one.holder.base.total_g - quotas[one.holder.institution]


def _months(one: HolderLine, quotas: dict[int, int]) -> list[int | None]:
    weights = [max(month or 0, 0) for month in one.holder.base.months_g]
    quota = quotas[one.holder.institution]
    parts = cascade([Fraction(quota * weight, sum(weights)) for weight in weights])
    pairs = zip(one.holder.base.months_g, parts, strict=True)
    return [None if base is None else part for base, part in pairs]


def _lines(problem: Problem) -> list[HolderLine]:
    holders = list(problem.holders)
    lines = sorted({one.line for one in holders})
    found = []
    for one in holders:
        way = [one.region]
        while way[0] not in problem.members:
            way.insert(0, problem.parents[way[0]])
        path = [
            (one.year, f"{one.year}"),
            *((region, f"{one.year}/region:{region}") for region in way),
            (0, f"{one.year}/own:{one.region}"),
            (lines.index(one.line), f"{one.year}/own:{one.region}/line:{one.line}"),
        ]
        slope, start, least, most = _RULES[problem.method.by.about.letter](problem, one, way[0])
        found.append(HolderLine(one, tuple(path), slope, start, least, most))
    return found


def _adjusted(problem: Problem, one: Holder) -> int:
    named = problem.method.factors.get(one.institution, {}).values()
    return floor(one.base.total_g * prod((Fraction(f, MILLION) for f in named), start=Fraction(1)))


def _at(one: Holder, table: dict[str, Decimal]) -> int | None:
    value = table.get(one.class_code or "")
    if value is None or not one.area_m2:
        return None
    months = sum(month is not None for month in one.base.months_g)
    return floor(Fraction(value) * Fraction(one.area_m2) * 1000 * months / 12)


def _silent(one: Holder) -> bool:
    return one.class_code is None or not one.area_m2


def _bounds(problem: Problem, one: Holder) -> tuple[int, int | None]:
    rule, base = problem.method.by, one.base.total_g
    most = None if rule.ceiling is None else floor(Fraction(base * rule.ceiling, MILLION))
    return ceil(Fraction(base * rule.floor, MILLION)), most


def _most_saved(problem: Problem, one: Holder) -> int:
    return floor(Fraction(one.base.total_g * problem.method.by.most_saved, MILLION))


def _a(problem: Problem, one: Holder, member: int) -> tuple:
    return _adjusted(problem, one), 0, *_bounds(problem, one)


def _b(problem: Problem, one: Holder, member: int) -> tuple:
    leading = problem.method.by.leading
    known = [h for h in problem.holders if _at(h, leading) is not None]
    gaps = sum(max(h.base.total_g - _at(h, leading), 0) for h in known)
    bases = sum(h.base.total_g for h in known)
    own = _at(one, leading)
    gap = max(one.base.total_g - own, 0) if own is not None else 0
    if own is None and bases:
        gap = floor(Fraction(one.base.total_g * gaps, bases))
    if _silent(one):
        gap = one.base.total_g
    return gap, 0, 0, min(gap, _most_saved(problem, one))


def _c(problem: Problem, one: Holder, member: int) -> tuple:
    by = Fraction(problem.method.by.weights.get(member, MILLION), MILLION)
    return floor(_adjusted(problem, one) * by), 0, 0, _most_saved(problem, one)


def _d(problem: Problem, one: Holder, member: int) -> tuple:
    half = problem.method.by.kind == "talmud"
    return 1, 0, 0, one.base.total_g // 2 if half else one.base.total_g


def _e(problem: Problem, one: Holder, member: int) -> tuple:
    rule, adjusted = problem.method.by, _adjusted(problem, one)

    first = Fraction(rule.first_of.get(one.class_code, rule.first))
    rise = Fraction(rule.rise_of.get(one.class_code, rule.rise))
    if one.class_code is None:
        classes = {holder.class_code for holder in problem.holders} - {None}
        first = min([Fraction(rule.first_of.get(code, rule.first)) for code in classes] + [first])
        rise = min([Fraction(rule.rise_of.get(code, rule.rise)) for code in classes] + [rise])
    least_cost = floor(adjusted * first / rise)
    return floor(adjusted / rise), -least_cost, 0, _most_saved(problem, one)


def _f(problem: Problem, one: Holder, member: int) -> tuple:
    rule = problem.method.by
    weights = [_adjusted(problem, holder) for holder in problem.holders]
    root = _adjusted(problem, one)
    if rule.alpha != 1:
        part = power(Fraction(root, max(max(weights), 1)), 1 / Fraction(rule.alpha))
        root = floor(part * 10**11)
    return root, 0, *_bounds(problem, one)


def _g(problem: Problem, one: Holder, member: int) -> tuple:
    rule, base = problem.method.by, one.base.total_g
    constraint, reference, leading = (
        _at(one, table) for table in (rule.constraint, rule.reference, rule.leading)
    )
    cap = base
    if constraint is not None:
        if base > constraint:
            cap = floor(base * Fraction(96, 100))
        elif base > reference:
            cap = floor(base * Fraction(98, 100))
        elif base <= leading:
            cap = min(floor(base * Fraction(102, 100)), leading)
    if _silent(one):
        cap = floor(base * Fraction(96, 100))
    return base, 0, cap, cap


def _h(problem: Problem, one: Holder, member: int) -> tuple:
    return _adjusted(problem, one), 0, 0, None


_RULES: dict[str, Callable[[Problem, Holder, int], tuple]] = {
    "A": _a, "B": _b, "C": _c, "D": _d, "E": _e, "F": _f, "G": _g, "H": _h,
}  # fmt: skip
