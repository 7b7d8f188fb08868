"""From readings to hours, days and months: what changed is widened, computed anew, replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.hours import spread
from analytics.intervals import steps
from analytics.standing import assemble
from metering.channels import Kind
from storage import usage
from storage.columns import Columns
from storage.usage import Spans

_HOUR: Final = 3_600_000
_FAR: Final = 8_000_000_000_000_000  # beyond it, an end is open
# Spans nearer than this are one, so that no day or month lies in two of them.
_APART: Final = 62 * 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transaction may take.

    channels: locked together.
    readings: a channel that waits with more is cut, and the rest queued again.
    """

    channels: int = 200
    readings: int = 300_000

    @property
    def hard_readings(self) -> int:
        """How many may come before less is taken at once; the least piece is always taken."""
        return max(4 * self.readings, 200_000) if self.readings > 8 else 2**31


class Months:
    """Makes partitions in a transaction of their own, and remembers which there are."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._known: set[int] = set()

    def ensure(self, first_ms: int, last_ms: int) -> None:
        """Have the partitions from one instant to another."""
        first, last = (
            int(np.datetime64(ms, "ms").astype("datetime64[M]").astype(np.int64))
            for ms in (first_ms, last_ms)
        )
        if wanted := set(range(first, last + 1)) - self._known:
            usage.ensure_months(self._connection, first_ms, last_ms)
            self._known |= wanted


class TooManyError(Exception):
    """More readings came than the channels' periods let expect; take less at once."""


def recompute(
    connection: Connection[Any],
    months: Months,
    limits: Limits,
    without: Sequence[int] = (),
) -> tuple[list[int], int]:
    """Recompute what waits, in one transaction; return the channels and readings taken."""
    with connection.transaction():
        locked, queued = usage.take(
            connection, channels=limits.channels, readings=limits.readings, without=without
        )
        if not locked:
            return [], 0
        known = usage.channels(connection, locked)
        settings = usage.settings(connection, locked)
        spans, rest = _cut(_joined(queued, 0), settings, limits.readings)
        kinds = {channel: kind for channel, (kind, _) in known.items()}
        hours_of = _widened(connection, spans, settings, kinds)
        readings = usage.standing(
            connection, _bounded(connection, hours_of), most=limits.hard_readings
        )
        if len(readings["at"]) >= limits.hard_readings:
            raise TooManyError
        standing = assemble(readings, usage.exchanges(connection, locked), settings, kinds)
        hours = spread(steps(standing))
        kept = _within(hours_of, hours.channel, hours.hour_ms)
        columns = {
            "channel_id": hours.channel[kept],
            "hour": hours.hour_ms[kept],
            "used": hours.used[kept],
            "measured_s": hours.measured_s[kept],
            "known_s": hours.known_s[kept],
        }
        if kept.any():
            months.ensure(int(columns["hour"].min()), int(columns["hour"].max()))
        usage.replace(connection, hours_of, columns, ~hours.known[kept])
        usage.finish(connection, queued["id"].tolist(), rest)
        return locked, len(readings["at"])


def _joined(queued: Columns, apart_ms: int) -> Spans:
    """Return spans sorted by (channel, first), joined where nearer than `apart_ms`."""
    order = np.lexsort((queued["first"], queued["channel_id"]))
    channel, first, last = (queued[name][order] for name in ("channel_id", "first", "last"))
    if not len(channel):
        return Spans(channel, first, last)
    # The running greatest end, started anew for each channel by lifting channels apart.
    lift = np.cumsum(np.append(0, channel[1:] != channel[:-1])) * np.int64(2**46)
    reach = np.maximum.accumulate(last + lift) - lift
    begins = np.append(True, (channel[1:] != channel[:-1]) | (first[1:] > reach[:-1] + apart_ms))
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(channel)) - 1
    return Spans(channel[starts], first[starts], reach[ends])


def _cut(spans: Spans, settings: Columns, most: int) -> tuple[Spans, Spans]:
    """Return what one transaction takes, judged by the channels' periods, and the rest."""
    rows = np.searchsorted(settings["channel_id"], spans.channel_id)
    period = settings["period_s"][rows] * 1000
    wanted = (spans.last - spans.first) // period + 2
    before = np.cumsum(wanted) - wanted
    room = np.maximum(most - before, 0)
    # At least something is taken, else nothing would ever move.
    room[0] = max(int(room[0]), 3)
    whole = wanted <= room
    until = np.where(whole, spans.last, spans.first + (room - 2) * period)
    some = whole | (room >= 2)
    taken = Spans(spans.channel_id[some], spans.first[some], np.minimum(until, spans.last)[some])
    left = ~whole
    begin = np.where(some, np.minimum(until, spans.last), spans.first)
    return taken, Spans(spans.channel_id[left], begin[left], spans.last[left])


def _widened(
    connection: Connection[Any], spans: Spans, settings: Columns, kinds: dict[int, int]
) -> Spans:
    """Return the whole hours whose use a change within the spans can touch.

    A reading shapes the step before it and the step after, so to the neighbouring standing
    readings; an interval value without one before it reaches back by its own period.
    """
    near = usage.neighbours(connection, spans, touching=False)
    reach = np.zeros(len(near["first"]), np.int64)
    for row, channel in enumerate(near["channel_id"].tolist()):
        if kinds[channel] == Kind.INTERVAL:
            own = settings["channel_id"] == channel
            reach[row] = int(settings["period_s"][own].max()) * 1000
    first = np.where(near["before"] > -_FAR, near["before"], near["first"] - reach)
    last = np.where(near["after"] < _FAR, near["after"], near["last"])
    columns = {
        "channel_id": near["channel_id"],
        "first": first // _HOUR * _HOUR,
        "last": -(-last // _HOUR) * _HOUR,
    }
    return _joined(columns, _APART)


def _bounded(connection: Connection[Any], hours: Spans) -> Spans:
    """Return the spans of readings that make those hours: a reading on or beyond each edge."""
    near = usage.neighbours(connection, hours, touching=True)
    return _joined(
        {
            "channel_id": near["channel_id"],
            "first": np.where(near["before"] > -_FAR, near["before"], near["first"]),
            "last": np.where(near["after"] < _FAR, near["after"], near["last"]),
        },
        0,
    )


def _within(
    spans: Spans, channel: NDArray[np.int64], hour_ms: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which hours lie in the spans."""
    ids = np.unique(spans.channel_id)

    def key(channels: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(ids, channels).astype(np.int64) * 2**32 + at // _HOUR + 2**31

    starts, ends = key(spans.channel_id, spans.first), key(spans.channel_id, spans.last)
    keys = key(channel, hour_ms)
    place = np.searchsorted(starts, keys, "right") - 1
    return (place >= 0) & (keys < ends[np.maximum(place, 0)])
