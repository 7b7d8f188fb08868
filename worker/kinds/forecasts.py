"""Every night: how this year will end for institutions, those of a region together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from psycopg import Connection

from compact.forecasts import BACK, METHOD, YearEnd, year_end
from compact.indicators import Quantity
from storage import days, tasks
from storage.compact import energy_days, year_forecasts
from storage.compact.energy_days import EnergyDays
from storage.compact.year_forecasts import KIND, Due, Made
from storage.connections import WRITING, Bounds, writer
from storage.tasks import Again, Task
from worker.registered import kind, tonight

_AT_ONCE: Final = 2_000  # institutions of a transaction, each other's peers
_LEAST_DAYS: Final = 2  # of a year, before there is anything to say of it


def plan(url: str, bounds: Bounds = WRITING) -> None:
    """Have it done every night. url: the worker's login."""
    with writer(url, "commonwatt worker", bounds) as connection:
        tasks.add(connection, KIND, "all", datetime.now(UTC))


@kind(KIND)
def make(connection: Connection[Any], task: Task) -> Again:
    """Make some forecasts; come again at once while there are others, else next night."""
    now = datetime.now(UTC)
    day = days.today(connection) - timedelta(days=1)
    some = _some(connection, day) if _is_sayable(day) else []
    for profile in sorted({one.profile for one in some}):
        _forecast(connection, [one for one in some if one.profile == profile], day)
    return Again(now if some else tonight(now, days.zone(connection)))


def _is_sayable(day: date) -> bool:
    """Return whether enough of its year is over, and not all."""
    return day.timetuple().tm_yday >= _LEAST_DAYS and (day + timedelta(days=1)).year == day.year


def _some(connection: Connection[Any], day: date) -> list[Due]:
    """Return those of one transaction: all transactions of a night have about as many."""
    due = year_forecasts.due(connection, day.year, day, _AT_ONCE)
    if not due:
        return []
    return due[: math.ceil(due[0].all / math.ceil(due[0].all / _AT_ONCE))]


def _forecast(connection: Connection[Any], some: Sequence[Due], day: date) -> None:
    """Make the forecasts of institutions under one profile, and keep them."""
    begins = date(day.year, 1, 1)
    found = energy_days.energy_days(
        connection,
        [one.institution_id for one in some],
        (begins - timedelta(days=BACK), day),
        (some[0].profile, Quantity.ENERGY.value),
        of_all=True,
    )
    quotas = {one.institution_id: one.quota_g for one in some}
    held = [quotas[one] for one in found.institution]
    quota = np.array([math.nan if one is None else float(one) for one in held])
    made = year_end(found.grams, (date(day.year + 1, 1, 1) - begins).days, quota)
    rows = range(len(found.institution))
    write = [_of(found, made, row, some[0].profile, day) for row in rows]
    year_forecasts.write(
        connection, [one._replace(quota_g=quotas[one.institution_id]) for one in write]
    )


def _of(found: EnergyDays, made: YearEnd, row: int, profile: str, day: date) -> Made:
    """Return one forecast; of what is known by bills alone there is none."""
    billed = bool(found.billed[row])
    said = [
        None if billed or not math.isfinite(column[row]) else round(float(column[row]))
        for column in (made.rest, made.lower, made.upper)
    ]
    odds = float(made.odds[row])
    return Made(
        institution_id=found.institution[row],
        year=day.year,
        day=day,
        profile=profile,
        used_g=round(float(made.used[row])),
        known_days=int(np.isfinite(found.grams[row, BACK:]).sum()),
        rest_g=said[0],
        lower_g=said[1],
        upper_g=said[2],
        quota_g=None,
        odds=None if billed or not math.isfinite(odds) else odds,
        peers=made.peers,
        why=_why(billed=billed, rest=said[0], lower=said[1]),
        method=METHOD,
    )


def _why(*, billed: bool, rest: int | None, lower: int | None) -> str | None:
    """Return what a forecast lacks, None where it has all."""
    if billed:
        return "bills"
    if rest is None:
        return "days"
    return "peers" if lower is None else None
