"""Cases of targets: the path, how far it is reached, and how another target stands beside it."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from compact.given import Given
from compact.quantities import UNITS, Amount, fall_between
from compact.reaching import Pair, Sums, reached
from compact.stances import Promise, beside
from compact.targets import MILLION, STALE_DAYS, Curve, Indicator, Target

Result = dict[str, Any]
_TODAY: Final = date(2000, 1, 1)  # any day will do: a case says how old its data are
_WHOLE: Final = 1000


def _fall_between(given: Given) -> Result:
    base, later = (_amount(given.one(name)) for name in ("base", "later"))
    return {"fall": fall_between(base, later)}


def _amount(given: Given) -> Amount:
    unit = given.word("unit")
    if unit not in UNITS:
        raise given.refuse("unit", "不是已知单位", f"must be one of {', '.join(UNITS)}")
    return Amount(given.decimal("value"), unit)


def _path(given: Given) -> Result:
    target = _target(given)
    years = target.years()
    found: Result = {"remaining": [target.remaining(year) for year in years]}
    if target.incentive_millionths is not None:
        found["incentive"] = [target.remaining(year, incentive=True) for year in years]
    return found


def _reached(given: Given) -> Result:
    target = _target(given)
    base, now = given.decimal("base"), given.decimal("now")
    before = given.decimal("before") if "before" in given else None
    sizes = [_size(given, name) for name in ("base_size", "now_size", "before_size")]
    compared = given.decimal("compared") if "compared" in given else Fraction(1)
    age = given.whole("age_days") if "age_days" in given else 0
    enough = given.decimal("enough") if "enough" in given else Fraction(9, 10)
    months = int(compared * _WHOLE)
    sums = Sums(
        given.whole("year"),
        Pair(base, now, sizes[0], sizes[1], months),
        Pair(before or Fraction(0), now, sizes[2], sizes[1], months if before else 0),
        _WHOLE,
        _TODAY - timedelta(days=age + 1),
    )
    found = reached(target, sums, _TODAY, int(enough * 1000))
    return {
        "verdict": found.verdict.value,
        "doubt": found.doubt.value if found.doubt else None,
        "fall": found.fall,
        "asked": found.asked,
        "incentive_asked": found.incentive_asked,
        "annual_fall": found.annual_fall,
        "annual_asked": found.annual_asked,
        "done": found.done,
    }


def _size(given: Given, name: str) -> Fraction:
    return given.decimal(name) if name in given else Fraction(1)


def _beside(given: Given) -> Result:
    this, other = (_promise(given.one(name)) for name in ("this", "other"))
    found = beside(this, other)
    return {"stance": found.stance.value, "by": found.by}


def _promise(given: Given) -> Promise:
    fall = given.decimal("fall_percent")
    given.hold("fall_percent", [fall], 100)
    years = given.whole("base_year"), given.whole("target_year")
    return Promise(given.word("indicator"), fall / 100, *years)


def _target(given: Given) -> Target:
    fall = _millionths(given, "fall_percent")
    more = _millionths(given, "incentive_percent") if "incentive_percent" in given else None
    curve = given.word("curve", Curve.COMPOUND.value)
    if curve not in list(Curve):
        raise given.refuse("curve", "应为 compound 或 linear", "must be compound or linear")
    return Target(
        Indicator.TOTAL_KGCE,
        "",
        fall,
        given.whole("base_year"),
        given.whole("target_year"),
        Curve(curve),
        incentive_millionths=more,
        stale_days=given.whole("stale_days") if "stale_days" in given else STALE_DAYS,
    )


def _millionths(given: Given, name: str) -> int:
    value = given.decimal(name) * MILLION / 100
    if value.denominator != 1:
        raise given.refuse(name, "至多四位小数", "has more than four decimals")
    return value.numerator


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "fall_between": _fall_between,
    "target_path": _path,
    "target_reached": _reached,
    "target_beside": _beside,
}
