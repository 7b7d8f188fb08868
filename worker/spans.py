"""Spans of channels' time as columns: joined where near, cut to what one transaction takes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.steps import HOUR_MS
from storage.readings.stale import Spans

Columns = Mapping[str, NDArray[Any]]

_LIFT: Final = np.int64(2**46)  # further apart than any two instants, in ms


def joined(spans: Spans, apart_ms: int = 0) -> tuple[Spans, NDArray[np.int64]]:
    """Return spans sorted by (channel, first), joined where no further apart, and where each went.

    returns: the spans, and for each one given the row that holds it.
    """
    order = np.lexsort((spans.first, spans.channel_id))
    channel, first, last = (c[order] for c in (spans.channel_id, spans.first, spans.last))
    if not len(channel):
        return Spans(channel, first, last), order
    # The running greatest end, started anew for each channel by lifting channels apart.
    lift = np.cumsum(np.append(0, channel[1:] != channel[:-1])) * _LIFT
    reach = np.maximum.accumulate(last + lift) - lift
    begins = np.append(True, (channel[1:] != channel[:-1]) | (first[1:] > reach[:-1] + apart_ms))
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(channel)) - 1
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(begins) - 1
    return Spans(channel[starts], first[starts], reach[ends]), place


class SpanParts(NamedTuple):
    """Of which spans something was taken, and of which something is left."""

    taken: NDArray[np.intp]
    rest: NDArray[np.intp]


def cut(spans: Spans, settings: Columns, most: int) -> tuple[Spans, Spans, SpanParts]:
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
    rest = Spans(spans.channel_id[left], begin[left], spans.last[left])
    return taken, rest, SpanParts(np.flatnonzero(some), np.flatnonzero(left))


def keys(
    ids: NDArray[np.int64], channel: NDArray[np.int64], at_ms: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return one number for each (channel, hour), which sorts as they do.

    ids: the channels that there may be, sorted.
    """
    return np.searchsorted(ids, channel).astype(np.int64) * 2**32 + at_ms // HOUR_MS + 2**31


def within(
    spans: Spans, channel: NDArray[np.int64], hour_ms: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the span in which each hour lies, −1 where in none; spans must not overlap."""
    if not len(spans.channel_id):
        return np.full(len(channel), -1, np.int64)
    ids = np.unique(np.concatenate([spans.channel_id, channel]))
    starts = keys(ids, spans.channel_id, spans.first)
    ends = keys(ids, spans.channel_id, spans.last)
    hours = keys(ids, channel, hour_ms)
    place = np.searchsorted(starts, hours, "right") - 1
    inside = (place >= 0) & (hours < ends[np.maximum(place, 0)])
    return np.where(inside, place, -1)
