"""Means of what holds from one day to another, weighted by days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

_PLACES: Final = 10**6


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value from a day to before another; None has no end yet."""

    value: Decimal
    valid_from: date
    valid_to: date | None = None


def days_mean(facts: Sequence[DatedValue], first: date, until: date, today: date) -> Decimal | None:
    """Return the mean over the days for which a value was stated, to six decimals.

    first, until: the days, the last one excluded. today: days after it do not count; of days that
    all lie ahead the first one does. None where no day has a value. As SQL's report.means.
    """
    end = min(until.toordinal(), max(today, first).toordinal() + 1)
    total, days = Fraction(0), 0
    for fact in facts:
        begins = max(first, fact.valid_from).toordinal()
        ends = end if fact.valid_to is None else min(end, fact.valid_to.toordinal())
        if ends > begins:
            total += Fraction(fact.value) * (ends - begins)
            days += ends - begins
    if not days:
        return None
    return Decimal(floor(total / days * _PLACES + Fraction(1, 2))) / _PLACES
