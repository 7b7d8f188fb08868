"""Tables with a column for each hour, or quarter, of a day."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from collector.files.headings import minutes_of, point_of
from collector.files.tables import Cell, text_of

_LEAST: Final = 12  # columns headed by bare numbers: fewer are no day
_FEWEST: Final = 2  # headed by times of day, as 08:00, 9时 or 10:00-11:00
_CLOCK: Final = re.compile(r"\d\s*[:\uff1a时点]")
_DAY: Final = 1440
_HOUR: Final = 60


def hour_columns(row: Sequence[Cell]) -> Mapping[int, tuple[int, int]]:
    """Return by column the minute at which it ends and how long it lasts; nothing if no day is.

    The length is negative where the headings 0:00 to 23:00 may mark starts or instants, and 0 where
    they are not equally far apart, or further than an hour.
    """
    points = {at: n for at, cell in enumerate(row) if (n := point_of(cell)) is not None}
    if len(points) >= _LEAST and set(points.values()) == set(range(1, len(points) + 1)):
        step = _DAY // len(points)
        return {at: (n * step, step) for at, n in points.items()} if _DAY % len(points) == 0 else {}
    marks = {at: m for at, cell in enumerate(row) if (m := minutes_of(cell)) is not None}
    clocks = all(_CLOCK.search(text_of(row[at])) for at in marks)
    least = _FEWEST if clocks else _LEAST
    if len(marks) < least or len({one for one, _ in marks.values()}) < len(marks):
        return {}
    if all(until is not None for _, until in marks.values()):
        return {at: (until or 0, (until or 0) - start) for at, (start, until) in marks.items()}
    minutes = sorted(start for start, _ in marks.values())
    steps = {b - a for a, b in pairwise(minutes)}
    step = min(steps)
    if len(marks) < _LEAST and (len(steps) > 1 or step > _HOUR):
        return {at: (start, 0) for at, (start, _) in marks.items()}
    certain = minutes[-1] == _DAY and minutes[0] > 0
    return {at: (start, step if certain else -step) for at, (start, _) in marks.items()}
