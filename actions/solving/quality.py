"""Cases of data quality: what a register says of each hour, and checks on lists of values.

Registers go the way that readings of the product go: judged steps, spread over hours. A case that
states where its register wraps says that its falls are wraps, as a person would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from analytics import validating
from analytics.effective import assemble
from analytics.hours import Hours, spread
from analytics.judging import steps
from analytics.steps import HOUR_MS
from compact.given import Given
from metering.channels import Kind

Result = dict[str, Any]

_MOST: Final = 100_000  # hours or values of a case
_CHANNEL: Final = 1


def _register_use(given: Given) -> Result:
    register = given.blanks("register")
    rows = [(place, value) for place, value in enumerate(register) if value is not None]
    hours, unit = _hours(given, [(Fraction(at), value) for at, value in rows])
    found: list[Any] = [None] * max(len(register) - 1, 0)
    for hour, used, sure in _each(hours, unit):
        found[hour] = used if sure else None
    known = [used for _, used, _ in _each(hours, unit) if used is not None]
    return {"use": found, "total": sum(known)}


def _register_on_hours(given: Given) -> Result:
    register = given.numbers("register")
    at = given.numbers("at_h", len(register))
    if any(later <= earlier for earlier, later in pairwise(at)):
        raise given.refuse("at_h", "应递增", "must rise")
    hours, unit = _hours(given, list(zip(at, register, strict=True)))
    rows = list(_each(hours, unit))
    known = [used for _, used, _ in rows if used is not None]
    return {
        "use": [used for _, used, _ in rows],
        "estimated": [not sure for _, _, sure in rows],
        "total": sum(known),
    }


def _hours(given: Given, rows: Sequence[tuple[Fraction, Fraction]]) -> tuple[Hours, Fraction]:
    """Return the hours of a register read at some hours, and what a quantum of them is worth."""
    multiplier = given.number("multiplier") if "multiplier" in given else Fraction(1)
    wraps_at = given.number("wraps_at") if "wraps_at" in given else Fraction(0)
    exchange = _exchange(given, [at for at, _ in rows])
    values = [wraps_at, *(value for _, value in rows), *exchange[1:]]
    fine = lcm(*(value.denominator for value in values)) * multiplier.denominator
    times = lcm(*(at.denominator for at, _ in rows)) if rows else 1
    if len(rows) > _MOST or (rows and rows[-1][0] - rows[0][0] > _MOST):
        raise given.refuse("register", f"超过 {_MOST} 小时", f"has more than {_MOST} hours")
    if HOUR_MS % times or any(abs(value * fine) > 2**53 for value in values):
        raise given.refuse("register", "数值过大或时刻过细", "is too great, or read too finely")
    at = np.array([int(one * HOUR_MS) for one, _ in rows], np.int64)
    value = np.array([int(one * fine) for _, one in rows], np.int64)
    falls = np.flatnonzero(np.diff(value) < 0) + 1 if wraps_at else np.zeros(0, np.int64)
    effective = assemble(
        _columns(at=at, value=value),
        _columns(
            at=np.array([int(one * HOUR_MS) for one in exchange[:1]], np.int64),
            final=np.array([int(one * fine) for one in exchange[1:2]], np.int64),
            final_known=np.ones(len(exchange[:1]), np.bool_),
            initial=np.array([int(one * fine) for one in exchange[2:]], np.int64),
        ),
        _settings(multiplier, int(wraps_at * fine)),
        {_CHANNEL: Kind.REGISTER},
        _columns(at=at[falls], wrap=np.ones(len(falls), np.bool_)),
    )
    return spread(steps(effective)), Fraction(1, fine)


def _exchange(given: Given, at: Sequence[Fraction]) -> list[Fraction]:
    """Return when a register was exchanged, its final and the next one's initial; or nothing."""
    if "exchange_after" not in given:
        return []
    after = given.whole("exchange_after")
    if not 0 <= after < len(at) - 1:
        raise given.refuse("exchange_after", "不在读数之间", "is not between two readings")
    middle = (at[after] + at[after + 1]) / 2
    return [middle, given.number("old_final"), given.number("new_initial")]


def _columns(**columns: Any) -> dict[str, Any]:
    count = len(next(iter(columns.values())))
    return {"channel_id": np.full(count, _CHANNEL, np.int64), **columns}


def _settings(multiplier: Fraction, wraps_at: int) -> dict[str, Any]:
    facts = {
        "valid_from": -(2**62),
        "factor": multiplier.numerator,
        "under": multiplier.denominator,
        "period_s": 3600,
        "max_per_hour": 0,
        "wraps_at": wraps_at,
    }
    return _columns(**{name: np.array([value], np.int64) for name, value in facts.items()})


def _each(hours: Hours, unit: Fraction) -> list[tuple[int, Fraction | None, bool]]:
    """Return each hour's number, its use where any is known, and whether all was measured."""
    columns = (hours.hour_ms, hours.used, hours.known, hours.measured_s)
    return [
        (at // HOUR_MS, used * unit if known else None, measured == 3600)
        for at, used, known, measured in zip(*(one.tolist() for one in columns), strict=True)
    ]


def _spread_by_profile(given: Given) -> Result:
    profile = given.numbers("profile")
    if not (whole := sum(profile)) or min(profile) < 0:
        raise given.refuse("profile", "应非负且不全为零", "must not be negative, nor all zero")
    total = given.number("total")
    return {"use": [total * one / whole for one in profile]}


def _generalised_esd(given: Given) -> Result:
    values, alpha = [float(one) for one in given.numbers("values")], given.number("alpha")
    most = given.whole("max_outliers")
    if not 0 < most <= len(values) - 3:
        raise given.refuse("max_outliers", "过多或不为正", "is too many, or not positive")
    if not 0 < alpha < 1:
        raise given.refuse("alpha", "应在 0 与 1 之间", "must be between 0 and 1")
    found = validating.generalised_esd(values, float(alpha), most)
    return {"R": found.reached, "critical": found.critical, "outliers": found.outliers}


def _stuck_runs(given: Given) -> Result:
    return {"flags": validating.stuck_runs(given.blanks("use"), given.whole("min_run"))}


def _modified_z(given: Given) -> Result:
    if not (values := [float(one) for one in given.numbers("values")]):
        raise given.refuse("values", "不得为空", "must not be empty")
    return {"z": validating.modified_z(values)}


def _civil_day_hours(given: Given) -> Result:
    try:
        zone = ZoneInfo(given.word("zone"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise given.refuse("zone", "不是时区名", "is no zone") from None
    try:
        days = [date.fromisoformat(one) for one in given.words("days")]
    except ValueError:
        raise given.refuse("days", "应为 YYYY-MM-DD", "must be days, YYYY-MM-DD") from None
    return {"hours": [Fraction(validating.civil_hours(day, zone)) for day in days]}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "register_use": _register_use,
    "register_on_hours": _register_on_hours,
    "spread_by_profile": _spread_by_profile,
    "generalised_esd": _generalised_esd,
    "stuck_runs": _stuck_runs,
    "modified_z": _modified_z,
    "civil_day_hours": _civil_day_hours,
}
