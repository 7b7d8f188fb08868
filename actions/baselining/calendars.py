"""Days off by a published calendar: holidays, and the workdays that make up for them."""

from datetime import date
from typing import Final

import numpy as np

from analytics import daykinds
from analytics.moments import Bools, Ints
from metering.errors import InputError
from storage.seed_files import rows

_FILE: Final = "days_off.csv"
_EPOCH: Final = date(1970, 1, 1)


def off_days(calendar: str, days: Ints) -> Bools:
    """Return which days are off: weekends, but for what the calendar's dated rows say.

    days: (n,) since 1970. A year without rows has its weekends only.
    """
    off = daykinds.workdays(days) == 1
    codes = set()
    for row in rows(_FILE):
        codes.add(row["calendar"])
        if row["calendar"] == calendar:
            first, end = (
                (date.fromisoformat(row[name]) - _EPOCH).days for name in ("valid_from", "valid_to")
            )
            off[(days >= first) & (days < end)] = row["off"] == "yes"
    if calendar not in codes:
        raise _unknown(calendar, sorted(codes))
    return np.asarray(off)


def _unknown(calendar: str, codes: list[str]) -> InputError:
    known = ", ".join(codes)
    return InputError(
        "baseline.no_calendar",
        zh=f"没有日历 {calendar}。",
        en=f"There is no calendar {calendar}.",
        next_zh=f"可用日历:{known}(commonwatt published days_off)。",
        next_en=f"There are {known} (commonwatt published days_off).",
    )
