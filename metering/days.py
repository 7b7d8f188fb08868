"""Civil days: which day it is depends on where one asks, never on Greenwich."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

# Of days that belong to no meter, where nobody has set another (storage.days.zone says which one).
CIVIL_ZONE: Final = "Asia/Shanghai"


def civil_day(at: datetime, zone: str = CIVIL_ZONE) -> date:
    """Return the day that an aware instant lies in. As storage.civil_day."""
    return at.astimezone(ZoneInfo(zone)).date()
