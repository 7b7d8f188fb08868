"""From readings to hours, days and months: what changed is widened, computed anew, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.going_on import apart
from analytics.hours import HOUR_BEYOND, Hours, hour_beyond, spread
from analytics.judging import steps
from analytics.reach import AROUND, FURTHER, ChangedSpan, Known, Settled, settled, windows
from analytics.steps import HOUR_MS
from metering.errors import InputError
from storage.accounts import ends, usage
from storage.columns import Columns
from storage.readings import stale
from storage.readings.stale import Spans
from worker.going_on import go_on, keep_ends
from worker.spans import cut, joined, within

# Spans nearer than this are one, so that no day or month lies in two of them.
_APART: Final = 62 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transaction may take.

    channels: judged together by their past; of those that only go on, ten count as one.
    readings: a channel that waits with more is cut, and the rest queued again.
    beside: the same where others only go on, which do not wait for somebody's month for long.
    """

    channels: int = 200
    readings: int = 300_000
    beside: int = 30_000

    @property
    def mixed(self) -> Limits:
        """What is taken of those that are judged by their past where others only go on."""
        return replace(self, readings=min(self.beside, self.readings))

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


class Recomputed(NamedTuple):
    """The channels and readings that one transaction took, and whether others wait that it saw."""

    channels: list[int]
    readings: int
    left: bool = False


class TooManyError(Exception):
    """More readings came than the channels' periods let expect; take less at once."""


def recompute(
    connection: Connection[Any],
    months: Months,
    limits: Limits,
    without: Sequence[int] = (),
) -> Recomputed:
    """Recompute what waits, in one transaction."""
    with connection.transaction():
        locked, queued, left = stale.take(
            connection,
            channels=limits.channels,
            readings=limits.readings,
            beside=limits.mixed.readings,
            without=without,
        )
        if not locked:
            return Recomputed([], 0)
        known = _known(connection, locked)
        if not len(queued["id"]):  # another worker was faster
            return Recomputed(locked, 0)
        spans, added = _waiting(queued)
        gone, read = go_on(connection, months, spans, added, known, limits.hard_readings)
        judged = _judged(connection, locked, gone, limits.channels)
        some = np.isin(spans.channel_id, judged)
        rest, rest_added, more = _judge(
            connection,
            months,
            _some(spans, some),
            added[some],
            known,
            limits.mixed if len(gone) else limits,
        )
        taken = [*gone.tolist(), *judged]
        done = queued["id"][np.isin(queued["channel_id"], taken)]
        stale.finish(connection, done.tolist(), rest, rest_added)
        left |= len(taken) < len(locked) or len(rest.channel_id) > 0
        return Recomputed(taken, read + more, left)


def _judged(
    connection: Connection[Any], locked: list[int], gone: NDArray[np.int64], most: int
) -> list[int]:
    """Return whose past is to be read; what is too much waits, and is known for what it is."""
    done = set(gone.tolist())
    others = [one for one in locked if one not in done]
    ends.forget(connection, np.array(others[most:], np.int64))
    return others[:most]


def _judge(
    connection: Connection[Any],
    months: Months,
    spans: Spans,
    added: NDArray[np.bool_],
    known: Known,
    limits: Limits,
) -> tuple[Spans, NDArray[np.bool_], int]:
    """Recompute spans by all that is around them; return what is left, and how many were read."""
    if not len(spans.channel_id):
        return spans, added, 0
    taken, rest, held = cut(spans, known.settings, limits.readings)
    asked = [
        ChangedSpan(*one) for one in zip(*_lists(taken), added[held.taken].tolist(), strict=True)
    ]
    read, hours_of, hours = _recomputed(connection, asked, known, limits)
    _write(connection, months, hours_of, hours)
    return rest, added[held.rest], read


def _some(spans: Spans, some: NDArray[np.bool_]) -> Spans:
    return Spans(spans.channel_id[some], spans.first[some], spans.last[some])


def _lists(spans: Spans) -> tuple[list[int], list[int], list[int]]:
    return spans.channel_id.tolist(), spans.first.tolist(), spans.last.tolist()


def _known(connection: Connection[Any], channels: Sequence[int]) -> Known:
    kinds = {one: kind for one, (kind, _) in usage.channels(connection, channels).items()}
    return Known(
        usage.settings(connection, channels),
        usage.exchanges(connection, channels),
        usage.verdicts(connection, channels),
        usage.starts(connection, channels),
        kinds,
    )


def _waiting(queued: Columns) -> tuple[Spans, NDArray[np.bool_]]:
    """Return the spans that wait, joined, and whether readings only came in each."""
    queue = Spans(queued["channel_id"], queued["first"], queued["last"])
    spans, place = joined(queue)
    added = np.ones(len(spans.channel_id), np.bool_)
    np.logical_and.at(added, place, queued["added"])
    return spans, added


def _recomputed(
    connection: Connection[Any], asked: list[ChangedSpan], known: Known, limits: Limits
) -> tuple[int, Spans, Columns]:
    """Return how many readings were read, which hours may differ, and these hours."""
    done: list[Settled] = []
    read, rows = 0, AROUND
    while asked:
        found = usage.around(connection, _spans(asked), rows=rows, most=limits.hard_readings)
        if len(found["at"]) >= limits.hard_readings:
            raise TooManyError
        read += len(found["at"])
        far = [
            settled(one, known.kinds[one.asked.channel])
            for one in windows(asked, found, rows, known)
        ]
        done += [one for one in far if one is not None]
        asked = [one for one, found_all in zip(asked, far, strict=True) if found_all is None]
        rows *= FURTHER
    reached = _reached(done)
    made = _spread(done, reached)
    keep_ends(connection, done, made)
    return read, *_hours(reached, made)


def _spans(asked: list[ChangedSpan]) -> Spans:
    columns = np.array([one[:3] for one in asked], np.int64).reshape(len(asked), 3)
    return Spans(*columns.T)


def _reached(done: list[Settled]) -> Spans:
    return Spans(
        np.array([one.channel for one in done], np.int64),
        np.array([one.first_ms for one in done], np.int64),
        np.array([one.last_ms for one in done], np.int64),
    )


def _hours(reached: Spans, made: Hours) -> tuple[Spans, Columns]:
    """Return the hours of settled spans, each once: where two overlap, both say the same."""
    place = made.channel
    inside = (made.hour_ms >= reached.first[place]) & (made.hour_ms < reached.last[place])
    columns = _columns(made, reached.channel_id[place], inside)
    order = np.lexsort((columns["hour"], columns["channel_id"]))
    channel, hour = columns["channel_id"][order], columns["hour"][order]
    first = np.append(True, (channel[1:] != channel[:-1]) | (hour[1:] != hour[:-1]))
    return joined(reached)[0], {
        name: column[order][first[: len(order)]] for name, column in columns.items()
    }


def _spread(done: list[Settled], reached: Spans) -> Hours:
    """Return the hours of all spans; what is refused is told by its channel, not by its place."""
    try:
        return spread(steps(apart([one.rows for one in done])))
    except InputError as error:
        if error.code != HOUR_BEYOND:
            raise
        channel = int(reached.channel_id[error.where["channel"]])
        raise hour_beyond(channel, error.where["hour"], error.where["used"]) from None


def _columns(made: Hours, channel: NDArray[np.int64], some: NDArray[np.bool_]) -> Columns:
    return {
        "channel_id": channel[some],
        "hour": made.hour_ms[some],
        "used": np.where(made.known, made.used, usage.UNKNOWN)[some],
        "measured_s": made.measured_s[some],
        "known_s": made.known_s[some],
    }


def _write(connection: Connection[Any], months: Months, spans: Spans, hours: Columns) -> None:
    """Write the hours that differ from those stored, from the first to the last of each span."""
    changed = _differing(spans, usage.hours(connection, spans), hours)
    if not len(changed.channel_id):
        return
    kept = within(changed, hours["channel_id"], hours["hour"]) >= 0
    columns = {name: column[kept] for name, column in hours.items()}
    if kept.any():
        months.ensure(int(columns["hour"].min()), int(columns["hour"].max()))
    usage.replace(connection, changed, joined(changed, _APART)[0], columns)


def _differing(spans: Spans, old: Columns, new: Columns) -> Spans:
    """Return from the first to the last hour that differs within each span, where one does."""
    both = {name: np.concatenate([old[name], new[name]]) for name in new}
    order = np.lexsort(tuple(both.values())[::-1])
    rows = np.stack([both[name][order] for name in both])
    same = (rows[:, 1:] == rows[:, :-1]).all(axis=0) if rows.shape[1] else np.zeros(0, np.bool_)
    single = ~(np.append(same, False) | np.append(False, same))[: rows.shape[1]]
    channel, hour = rows[0][single], rows[1][single]
    some, first, count = np.unique(
        within(spans, channel, hour), return_index=True, return_counts=True
    )
    return Spans(spans.channel_id[some], hour[first], hour[first + count - 1] + HOUR_MS)
