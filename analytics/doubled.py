"""Whether use is counted twice: a total beside its rates, a meter that is sent by two gateways."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

_MANY_DAYS: Final = 7  # from so many on a day may differ a little, for meters are read in turn
_PART: Final = 100  # by one in so many


def doubled(used: Sequence[Mapping[str, int]]) -> tuple[int, ...]:
    """Return places of channels of which the first used each day what the others did together.

    Looked at are each channel against all others, then each against one other. Empty where there
    is no such thing.

    used: by channel, the known use by day; only days that all of them know are looked at.
    Fewer than seven such days must agree to the quantum that each was floored by.
    """
    places = range(len(used))
    pairs = combinations(places, 2)
    asked = [(one, *(other for other in places if other != one)) for one in places] + [*pairs]
    return next((each for each in asked if len(each) > 1 and _same(used, *each)), ())


def _same(used: Sequence[Mapping[str, int]], one: int, *others: int) -> bool:
    days = set(used[one]).intersection(*(used[other] for other in others))
    alone = {day: used[one][day] for day in days}
    together = {day: sum(used[other][day] for other in others) for day in days}
    part = _PART if len(days) >= _MANY_DAYS else 0
    apart = {day: abs(together[day] - alone[day]) for day in days}
    return any(alone.values()) and all(
        apart[day] <= len(others) or (part > 0 and apart[day] * part <= abs(alone[day]))
        for day in days
    )
