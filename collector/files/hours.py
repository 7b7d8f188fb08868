"""Tables with a column for each hour, or quarter, of a day."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from collector.files.headings import minutes_of, point_of
from collector.files.tables import Cell

_LEAST: Final = 12  # columns: fewer are no day
_DAY: Final = 1440


def hour_columns(row: Sequence[Cell]) -> Mapping[int, tuple[int, int]]:
    """Return by column the minute at which it ends and how long it lasts; nothing if no day is.

    The length is negative where the headings 0:00 to 23:00 may mark starts or instants.
    """
    points = {at: n for at, cell in enumerate(row) if (n := point_of(cell)) is not None}
    if len(points) >= _LEAST and set(points.values()) == set(range(1, len(points) + 1)):
        step = _DAY // len(points)
        return {at: (n * step, step) for at, n in points.items()} if _DAY % len(points) == 0 else {}
    marks = {at: m for at, cell in enumerate(row) if (m := minutes_of(cell)) is not None}
    if len(marks) < _LEAST or len({one for one, _ in marks.values()}) < len(marks):
        return {}
    if all(until is not None for _, until in marks.values()):
        return {at: (until or 0, (until or 0) - start) for at, (start, until) in marks.items()}
    minutes = sorted(start for start, _ in marks.values())
    step = min(b - a for a, b in pairwise(minutes))
    certain = minutes[-1] == _DAY and minutes[0] == step
    return {at: (start, step if certain else -step) for at, (start, _) in marks.items()}
