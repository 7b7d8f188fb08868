"""What stands in the place of a carrier's month: the other year's, like days', or a bill."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.compact.base_words import HOWS
from compact.bases import History, How, YearMonth, like_days_quanta, month_span
from compact.targets import State
from metering.errors import InputError, InsufficientDataError
from metering.units import MOST_QUANTA
from storage.compact import bases

_STEPS: Final = {How.YEAR_BEFORE: -1, How.YEAR_AFTER: 1}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What to put in the place of a carrier's month.

    carrier: None where the institution has only one. amount: of a bill, in the carrier's unit.
    """

    month: date
    how: How
    carrier: str | None = None
    amount: Decimal | None = None


def carrier_of(known: History, asked: str | None) -> str:
    if asked is not None:
        return asked
    if len(known.carriers) != 1:
        names = "、".join(sorted(known.carriers)) or "–"
        raise wrong("carrier", f"请注明能源品种:{names}。", f"Name the carrier, one of {names}.")
    return next(iter(known.carriers))


def quanta_of(
    connection: Connection[Any],
    union_id: int,
    institution_id: int,
    known: History,
    at: tuple[str, Estimate],
) -> int:
    """Return the figure that an estimate comes to. [quanta of the carrier]"""
    carrier, wanted = at
    month: YearMonth = (wanted.month.year, wanted.month.month)
    if wanted.how in _STEPS:
        months = known.carriers.get(carrier, {})
        beside = months.get((month[0] + _STEPS[wanted.how], month[1]))
        if beside is None or beside.state is State.MISSING or beside.quanta is None:
            raise _no_like(carrier, wanted)
        return beside.quanta
    if wanted.how is How.LIKE_DAYS:
        span = month_span(month, beside=1)
        days = bases.days(connection, union_id, institution_id, carrier, span)
        found = like_days_quanta(days, month)
        if found is None:
            raise _no_like(carrier, wanted)
        return found
    if wanted.how is How.BILL and wanted.amount is not None:
        per_unit = bases.per_units(connection).get(carrier)
        if per_unit is None:
            raise wrong("carrier", f"{carrier} 不是能源品种。", f"{carrier} is no energy.")
        quanta = wanted.amount * per_unit
        if not wanted.amount.is_finite() or not 0 <= quanta <= MOST_QUANTA:
            raise wrong("amount", "数量过大或为负。", "The amount is too large, or negative.")
        return int(quanta.to_integral_value())
    raise wrong(
        "how",
        "可取上年同月、下年同月、同类日均值,或带数量的账单。",
        "Take the year before or after, like days, or a bill with its amount.",
    )


def _no_like(carrier: str, wanted: Estimate) -> InsufficientDataError:
    return InsufficientDataError(
        "base.nothing_like_it",
        zh=f"{wanted.month:%Y-%m} 的{HOWS[wanted.how.value][0]}没有 {carrier} 的已知数据。",
        en=f"For {wanted.month:%Y-%m}, nothing is known of {carrier} by "
        f"{HOWS[wanted.how.value][1]}.",
        next_zh="请改用另一年同月、同类日均值或账单。",
        next_en="Take the other year, like days, or a bill.",
        where={"carrier": carrier, "month": f"{wanted.month:%Y-%m}", "how": wanted.how.value},
    )


def wrong(field: str, zh: str, en: str) -> InputError:
    return InputError(
        f"base.bad_{field}",
        zh=zh,
        en=en,
        next_zh="请改正后重试。",
        next_en="Correct it and try again.",
        where={"field": field},
    )
