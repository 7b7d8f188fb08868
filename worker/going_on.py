"""Channels that only go on, many at once; and where the hours of the others end."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.going_on import Ends, calm_ends, gone_on, rest_of
from analytics.hours import Hours
from analytics.reach import Known, Settled
from analytics.steps import EffectiveReadings
from metering.channels import Kind
from storage.accounts import ends as kept
from storage.readings.stale import Spans


class Partitions(Protocol):
    """Makes what hours are stored in."""

    def ensure(self, first_ms: int, last_ms: int) -> None:
        """Have the partitions from one instant to another."""


def go_on(
    connection: Connection[Any],
    months: Partitions,
    spans: Spans,
    added: NDArray[np.bool_],
    known: Known,
    most: int,
) -> tuple[NDArray[np.int64], int]:
    """Add what came to registers that only go on; return which they are, and the readings read.

    added: of each span, whether readings only came. most: so many readings at once.
    """
    ends = Ends(*kept.ends(connection, np.unique(spans.channel_id).tolist()).values())
    ends, last = _asked(ends, spans, added, known)
    if not len(ends.channel):
        return ends.channel, 0
    found = kept.since(connection, Spans(ends.channel, ends.at_ms, last), most=most)
    if len(found["at"]) >= most:
        return np.zeros(0, np.int64), 0
    done = gone_on(ends, found, known.settings, known.kinds)
    if len(done.hours["hour"]):
        _write(connection, months, done.hours)
        kept.keep(connection, _columns(done.ends))
    return done.ends.channel, len(found["at"])


def _asked(
    ends: Ends, spans: Spans, added: NDArray[np.bool_], known: Known
) -> tuple[Ends, NDArray[np.int64]]:
    """Return the ends after which readings came and nothing else, and up to when each waits."""
    channel, first, count = np.unique(spans.channel_id, return_index=True, return_counts=True)
    ends = ends.only(np.isin(ends.channel, channel))
    place = np.searchsorted(channel, ends.channel)
    fine = np.logical_and.reduceat(added, first)[place] if len(first) else np.zeros(0, np.bool_)
    fine &= spans.first[first[place]] > ends.at_ms
    fine &= np.array([known.kinds[one] == Kind.REGISTER for one in ends.channel.tolist()], np.bool_)
    later = known.exchanges["channel_id"][known.exchanges["at"] >= _at_of(ends, known)]
    fine &= ~np.isin(ends.channel, later)
    last = spans.last[first + count - 1][place]
    return ends.only(fine), last[fine]


def _at_of(ends: Ends, known: Known) -> NDArray[np.int64]:
    """Return for each exchange the end of its channel, the end of time where it has none."""
    channel = known.exchanges["channel_id"]
    if not len(ends.channel):
        return np.full(len(channel), 2**62)
    place = np.minimum(np.searchsorted(ends.channel, channel), len(ends.channel) - 1)
    return np.where(ends.channel[place] == channel, ends.at_ms[place], 2**62)


def _write(connection: Connection[Any], months: Partitions, hours: dict[str, Any]) -> None:
    months.ensure(int(hours["hour"].min()), int(hours["hour"].max()))
    channel, first, count = np.unique(hours["channel_id"], return_index=True, return_counts=True)
    beyond = hours["hour"][first + count - 1] + 3_600_000
    kept.add(connection, hours, Spans(channel, hours["hour"][first], beyond))


def keep_ends(connection: Connection[Any], done: Sequence[Settled], made: Hours) -> None:
    """Keep where the hours of channels end that were judged by their past, if that end is calm.

    made: the hours of `done`, told apart by their place in it.
    """
    kept.forget(connection, np.array([one.channel for one in done], np.int64))
    found = agreed_ends(done)
    calm = calm_ends([end for _, end in found])
    found = [one for one, fine in zip(found, calm.tolist(), strict=True) if fine]
    at_ms = np.array([end.at_ms[-1] for _, end in found], np.int64)
    value = np.array([end.starts[-1] for _, end in found], np.int64)
    rest = rest_of(made, np.array([place for place, _ in found], np.int64), at_ms)
    channel = np.array([done[place].channel for place, _ in found], np.int64)
    if len(channel):
        kept.keep(connection, _columns(Ends(channel, at_ms, value, *rest)))


def agreed_ends(done: Sequence[Settled]) -> list[tuple[int, EffectiveReadings]]:
    """Return the end of each channel with its place, of those whose hours end nowhere else.

    Spans of one channel may be settled by different reads, between which readings came: the hours
    of one then reach beyond the end of another, and what went on from there would count twice.
    """
    reach: dict[int, int] = {}
    told: dict[int, set[tuple[int, int]]] = {}
    held: dict[int, tuple[int, EffectiveReadings]] = {}
    for place, one in enumerate(done):
        reach[one.channel] = max(one.last_ms, reach.get(one.channel, one.last_ms))
        if one.end is not None:
            last = (int(one.end.at_ms[-1]), int(one.end.starts[-1]))
            told.setdefault(one.channel, set()).add(last)
            if one.channel not in held or one.last_ms > done[held[one.channel][0]].last_ms:
                held[one.channel] = (place, one.end)
    return sorted(
        (
            (place, end)
            for channel, (place, end) in held.items()
            if len(told[channel]) == 1 and done[place].last_ms == reach[channel]
        ),
        key=lambda one: one[0],
    )


def _columns(ends: Ends) -> dict[str, NDArray[Any]]:
    return {
        "channel_id": ends.channel,
        "at": ends.at_ms,
        "value": ends.value,
        "measured_ms": ends.measured_ms,
        "known_ms": ends.known_ms,
    }
