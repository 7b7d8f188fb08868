"""Days whose year has two digits: which of the three parts is it?"""

from datetime import date
from typing import Final, Literal

Order = Literal["ymd", "dmy", "mdy"]
_PLACES: Final[dict[Order, tuple[int, int, int]]] = {  # of year, month and day
    "ymd": (0, 1, 2),
    "dmy": (2, 1, 0),
    "mdy": (2, 0, 1),
}
_CENTURY: Final = 2000
_OLDEST: Final = 70  # whether 70 is 1970 or 2070 nobody can tell


def readings_of(parts: tuple[str, str, str]) -> dict[Order, date]:
    """Return the days that three numbers of one or two digits may mean, by their order.

    The year has two digits, of this century; none where no order gives a day.
    """
    found: dict[Order, date] = {}
    for order, places in _PLACES.items():
        year, month, day = (parts[place] for place in places)
        if len(year) != 2 or int(year) >= _OLDEST:
            continue
        try:
            found[order] = date(_CENTURY + int(year), int(month), int(day))
        except ValueError:
            continue
    return found
