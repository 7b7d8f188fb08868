"""Why a quantity changed between two years: LMDI-I over the factors whose product it is."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import prod
from typing import Final

from analytics.exact import Exact
from analytics.rounding import topped_up
from metering.errors import InputError

# Logarithms are irrational; 60 digits are the same everywhere, also of factors nearly equal.
_DIGITS: Final = Context(prec=60)


def lmdi(before: Mapping[str, Exact], after: Mapping[str, Exact]) -> dict[str, Fraction]:
    """Return what each factor contributed to the change of their product; they add to it.

    effect = L(x1, x0) · ln(f1 / f0) with the logarithmic mean L(a, b) = (a − b) / ln(a / b). A
    factor that comes from or falls to zero takes the whole change, several of them equal parts:
    the limits of the same formula.
    """
    _check(before, after)
    names = list(before)
    first, last = ([Fraction(one[name]) for name in names] for one in (before, after))
    was, now = prod(first, start=Fraction(1)), prod(last, start=Fraction(1))
    if was == now == 0:
        return dict.fromkeys(names, Fraction(0))
    if not was or not now:
        born = [not (f0 and f1) and f0 != f1 for f0, f1 in zip(first, last, strict=True)]
        part = (now - was) / sum(born)
        return {name: part if new else Fraction(0) for name, new in zip(names, born, strict=True)}
    logs = [_log(f1 / f0) for f0, f1 in zip(first, last, strict=True)]
    effects = _effects(was, now, logs)
    return dict(zip(names, effects, strict=True))


def lmdi_whole(before: Mapping[str, Exact], after: Mapping[str, Exact], change: int) -> list[int]:
    """Return the effects in whole units that add to a change known in whole units.

    change: the product's change, rounded; what rounding took or gave falls to the factors pro
        rata of their effects' size.
    """
    effects = list(lmdi(before, after).values())
    size = sum(abs(one) for one in effects)
    missing = change - sum(effects)
    if not size:
        return topped_up(change, [Fraction(change, len(effects))] * len(effects))
    return topped_up(change, [one + missing * abs(one) / size for one in effects])


def _effects(was: Fraction, now: Fraction, logs: Sequence[Decimal]) -> list[Fraction]:
    mean = was if was == now else (now - was) / Fraction(_log(now / was))
    return [mean * Fraction(log) for log in logs]


def _log(ratio: Fraction) -> Decimal:
    quotient = _DIGITS.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    return _DIGITS.ln(quotient)


def _check(before: Mapping[str, Exact], after: Mapping[str, Exact]) -> None:
    unpaired = before.keys() ^ after.keys()
    negative = {name for one in (before, after) for name, factor in one.items() if factor < 0}
    if wrong := sorted(unpaired | negative):
        raise InputError(
            "change.factors",
            zh=f"因素 {'、'.join(wrong)} 为负,或只在一年中出现。",
            en=f"Of the factors {', '.join(wrong)} one year is missing or below zero.",
            next_zh="两年应有相同的因素,且都不为负。",
            next_en="Give both years the same factors, none below zero.",
            where={"factors": wrong},
        )
