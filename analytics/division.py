"""Dividing a total: one solver, x = clip(start + slope · λ, floor, ceiling), and the named rules.

In fractions, for as many holders as a person can check; `allocation` does the same for columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import repeat
from typing import Final

from analytics.bounds import BoundsError, InfeasibleError
from analytics.exact import Exact
from metering.errors import InputError

Column = Exact | None | Sequence[Exact | None]  # one for all, or one each; None is no bound

# Roots are irrational; 60 digits are the same everywhere and more than anyone prints.
_DIGITS: Final = Context(prec=60, Emax=999_999_999, Emin=-999_999_999)
_LEAST_ALPHA: Final = Fraction(1, 100)  # a weight's hundredth power has all the digits one wants


@dataclass(frozen=True, slots=True)
class Division:
    """Real shares of a total, and the one multiplier λ behind them."""

    shares: list[Fraction]
    multiplier: Fraction


@dataclass(frozen=True, slots=True)
class _Holder:
    slope: Fraction
    start: Fraction
    floor: Fraction
    ceiling: Fraction | None

    def at(self, multiplier: Fraction) -> Fraction:
        share = max(self.start + self.slope * multiplier, self.floor)
        return share if self.ceiling is None else min(share, self.ceiling)

    def turns(self) -> Iterable[tuple[Fraction, Fraction]]:
        """Where it begins to rise and where it stops, with what it adds to the sum's slope."""
        yield (self.floor - self.start) / self.slope, self.slope
        if self.ceiling is not None:
            yield (self.ceiling - self.start) / self.slope, -self.slope


def share(
    total: Exact,
    slope: Sequence[Exact],
    *,
    start: Column = 0,
    floor: Column = 0,
    ceiling: Column = None,
    names: Sequence[str] | None = None,
) -> Division:
    """Return shares x = clip(start + slope · λ, floor, ceiling) with one λ so that they add up.

    slope: from 0: what the rule shares by. The sum of x is piecewise linear in λ, so the stretch
    between two of its turns that holds the total gives λ at once. Where the sum stands still at
    the total, λ is the end of that stretch.
    """
    holders = _holders(slope, start, floor, ceiling, names)
    moving = [one for one in holders if one.slope > 0]
    fixed = sum((one.at(Fraction(0)) for one in holders if one.slope == 0), Fraction(0))
    least = sum((one.floor for one in moving), fixed)
    ceilings = [one.ceiling for one in moving if one.ceiling is not None]
    most = sum(ceilings, fixed) if len(ceilings) == len(moving) else None
    if total < least or (most is not None and total > most):
        raise InfeasibleError(total, least, most)
    multiplier = _multiplier(Fraction(total), least, moving) if moving else Fraction(0)
    return Division([one.at(multiplier) for one in holders], multiplier)


def _multiplier(total: Fraction, least: Fraction, moving: Sequence[_Holder]) -> Fraction:
    turns = sorted(turn for one in moving for turn in one.turns())
    at, reached, rising = turns[0][0], least, Fraction(0)
    for turn, change in turns:
        if (then := reached + rising * (turn - at)) > total:
            break
        at, reached, rising = turn, then, rising + change
    return at + (total - reached) / rising if rising else at


def _holders(
    slope: Sequence[Exact],
    start: Column,
    floor: Column,
    ceiling: Column,
    names: Sequence[str] | None,
) -> list[_Holder]:
    columns = [_column(one, len(slope)) for one in (start, floor, ceiling)]
    holders = [
        _Holder(
            Fraction(by),
            Fraction(begin or 0),
            Fraction(low or 0),
            None if high is None else Fraction(high),
        )
        for by, begin, low, high in zip(slope, *columns, strict=True)
    ]
    wrong = [
        row
        for row, one in enumerate(holders)
        if one.slope < 0 or (one.ceiling is not None and one.floor > one.ceiling)
    ]
    if wrong:
        raise BoundsError(wrong, names)
    return holders


def _column(given: Column, count: int) -> Iterable[Exact | None]:
    return given if isinstance(given, Sequence) else repeat(given, count)


def gap_saving(
    total: Exact,
    area_m2: Sequence[Exact],
    intensity: Sequence[Exact],
    leading: Exact | Sequence[Exact],
    most: Column = None,
) -> Division:
    """Return savings in proportion to the distance from the leading value (rule B).

    Who is already at the leading value is asked for nothing; λ is the share of the way that the
    others go. intensity, leading: per m², in the unit of the total.
    """
    goals = leading if isinstance(leading, Sequence) else [leading] * len(area_m2)
    slope = [
        Fraction(area) * max(Fraction(now) - Fraction(goal), Fraction(0))
        for area, now, goal in zip(area_m2, intensity, goals, strict=True)
    ]
    return share(total, slope, ceiling=most)


def capability_saving(
    total: Exact, base: Sequence[Exact], capability: Sequence[Exact], most: Column = None
) -> Division:
    """Return savings in proportion to base × capability (rule C); λ is the rate at capability 1."""
    slope = [Fraction(one) * Fraction(able) for one, able in zip(base, capability, strict=True)]
    return share(total, slope, ceiling=most)


def efficient_saving(
    total: Exact, alpha: Sequence[Exact], beta: Sequence[Exact], most: Column = None
) -> Division:
    """Return the savings of least total cost (rule E); λ is the price at which all stop.

    alpha, beta: a saving s costs alpha · s + beta · s² / 2; beta above 0.
    """
    if flat := [row for row, rise in enumerate(beta) if rise <= 0]:
        raise InputError(
            "allocation.cost_not_rising",
            zh=f"第 {flat[0] + 1} 行:成本曲线的 β 必须大于零。",
            en=f"Row {flat[0] + 1}: the β of a cost curve must be above zero.",
            next_zh="未知时请改用其他规则。",
            next_en="Where it is not known, use another rule.",
            where={"rows": flat},
        )
    slope = [1 / Fraction(rise) for rise in beta]
    start = [-Fraction(first) * one for first, one in zip(alpha, slope, strict=True)]
    return share(total, slope, start=start, ceiling=most)


def alpha_fair(
    total: Exact,
    weights: Sequence[Exact],
    alpha: Exact,
    *,
    floor: Column = 0,
    ceiling: Column = None,
) -> Division:
    """Return x = clip((weight / price)^(1/α), floor, ceiling) (rule F).

    With every weight's root as its slope it is the one solver again: λ = (greatest weight /
    price)^(1/α). Exact where 1/α is whole, else to 60 digits.
    """
    if not alpha >= _LEAST_ALPHA:
        raise InputError(
            "allocation.alpha",
            zh=f"α 不得小于 0.01,现为 {alpha}。",
            en=f"α must be 0.01 or more, not {alpha}.",
            next_zh="α = 1 即按权重成比例,α 越大越趋于平均。",
            next_en="α = 1 shares by weight; greater ones come nearer to equal shares.",
        )
    given = [Fraction(weight) for weight in weights]
    if wrong := [row for row, weight in enumerate(given) if weight < 0]:
        raise BoundsError(wrong)
    greatest = max(given, default=Fraction(0)) or Fraction(1)
    roots = [power(weight / greatest, 1 / Fraction(alpha)) for weight in given]
    return share(total, roots, floor=floor, ceiling=ceiling)


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return a power of a number from 0: exact where the exponent is whole, else to 60 digits."""
    if base in (0, 1):
        return base
    if exponent.denominator == 1:
        return Fraction(base**exponent.numerator)
    return Fraction(_DIGITS.power(_decimal(base), _decimal(exponent)))


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
