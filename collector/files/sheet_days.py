"""Days as spreadsheets keep them: numbers that a format shows as a time."""

import re
from datetime import datetime, timedelta
from typing import Final

DATES: Final = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}  # built-in formats
EPOCHS: Final = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - a book has no zone
_BARE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_MOST_DAYS: Final = 200_000


def shows_time(code: str) -> bool:
    """Return whether a format of numbers, as its author wrote it, shows a day or a time of day."""
    return re.search("[ymdhs]", _BARE.sub("", code).lower().replace("standard", "")) is not None


def instant(days: float, since: datetime) -> str | float:
    """Return a spreadsheet's day as ISO 8601 writes it; under a day it is a time of day.

    since: when day 0 is in that workbook.
    """
    if not 0 <= days < _MOST_DAYS:
        return days
    at = since + timedelta(seconds=round(days * 86_400))
    if days < 1:
        return f"{at:%H:%M:%S}"
    return f"{at:%Y-%m-%d}" if days == int(days) else at.isoformat(" ")
