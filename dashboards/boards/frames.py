"""The form that Grafana asks of an answer, and what a chart draws of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from dashboards.boards.model import Kind, Panel

MOST_ROWS: Final = 1_000_000
EXACT: Final = 2**53  # beyond it a float no longer holds every integer


@dataclass(frozen=True, slots=True)
class Frame:
    """What a query answered: the names of its columns, and its rows."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart, by the column or the text that names it."""

    name: str
    values: list[float | None]


def faults(panel: Panel, frame: Frame) -> Iterator[str]:
    """Tell what Grafana could not draw of this answer."""
    if len(set(frame.names)) != len(frame.names):
        yield f"columns share a name: {frame.names}"
    if len(frame.rows) > MOST_ROWS:
        yield f"{len(frame.rows)} rows"
    if panel.series:
        yield from _series_faults(frame)
    else:
        known = {column.name for column in panel.columns}
        if panel.columns and known != set(frame.names):
            yield f"columns {sorted(known ^ set(frame.names))} are not both defined and answered"
        if panel.kind in (Kind.STAT, Kind.GAUGE) and len(frame.rows) > 1:
            yield "more than one row for one figure"
    for row in frame.rows:
        for value in row:
            if isinstance(value, int | Decimal) and not -EXACT <= value <= EXACT:
                yield f"{value} is beyond what a float holds"


def _series_faults(frame: Frame) -> Iterator[str]:
    if frame.names[:1] != ("time",):
        yield f"the first column is {frame.names[:1]}, not time"
        return
    times: list[Any] = [row[0] for row in frame.rows]
    if not all(isinstance(at, datetime) and at.tzinfo is not None for at in times):
        yield "a time is null or no instant"
    elif any(later < sooner for sooner, later in pairwise(times)):
        yield "times do not ascend"
    labelled = "metric" in frame.names
    if labelled and frame.names != ("time", "metric", "value"):
        yield f"a series by metric has time, metric and value, not {frame.names}"
    if labelled and len({row[:2] for row in frame.rows}) != len(frame.rows):
        yield "two values of one series at one time"
    if not labelled and len(set(times)) != len(times):
        yield "two rows of one time"
    for row in frame.rows:
        for value in row[2 if labelled else 1 :]:
            if value is not None and not isinstance(value, int | float | Decimal):
                yield f"{value!r} is no number"


def wide(frame: Frame) -> tuple[list[datetime], list[Series]]:
    """Return the instants of a series and its lines; a row for each label becomes a column."""
    if frame.names[:2] == ("time", "metric"):
        times = sorted({row[0] for row in frame.rows})
        place = {at: index for index, at in enumerate(times)}
        lines: dict[str, Series] = {}
        for at, label, value in frame.rows:
            if label not in lines:
                lines[label] = Series(label, [None] * len(times))
            lines[label].values[place[at]] = number(value)
        return times, list(lines.values())
    columns = [
        Series(name, [number(row[index]) for row in frame.rows])
        for index, name in enumerate(frame.names)
        if index
    ]
    return [row[0] for row in frame.rows], columns


def number(value: Any) -> float | None:
    """Return a figure as charts take it."""
    return None if value is None else float(value)


def plain(value: Any) -> Any:
    """Return a cell as JSON holds it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    return value.isoformat() if isinstance(value, date) else value
