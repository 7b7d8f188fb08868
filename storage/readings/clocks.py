"""Gateways' clocks: what each said newest, and what a clock that fell back has stamped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import BEHIND_MS, NEWEST_MS
from metering.messages import Message, Readings, Rejection
from storage.readings.binding import Bound
from storage.readings.fitting import fitting
from storage.readings.refusing import AHEAD, BEHIND, refusals

_NEVER: Final = -(2**45)  # ms, before all that can be said
_TOLD_MS: Final = 10 * 60_000  # a change of a clock's offset by less is not written down

_CLOCKS: Final = """
    SELECT g.name, coalesce(storage.ms(k.newest_at), %s), coalesce(k.newest_seq, 0), k.ahead_ms,
           k.set_aside_at IS NOT NULL
      FROM gateway g JOIN gateway_clock k ON k.gateway_id = g.id WHERE g.name = ANY(%s)
"""

_KEEP: Final = """
    INSERT INTO gateway_clock AS k (gateway_id, newest_at, newest_seq, ahead_ms, heard_at,
                                    set_aside_at)
    SELECT g.id, to_timestamp(s.newest / 1000.0), s.seq, s.ahead,
           to_timestamp(s.heard / 1000.0), CASE WHEN s.aside THEN to_timestamp(s.heard / 1000.0) END
      FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                  %s::boolean[]) AS s (name, newest, seq, ahead, heard, aside)
      JOIN gateway g ON g.name = s.name
     ORDER BY g.id
    ON CONFLICT (gateway_id) DO UPDATE SET
        newest_seq = CASE WHEN EXCLUDED.newest_at > coalesce(k.newest_at, '-infinity')
                          THEN EXCLUDED.newest_seq ELSE k.newest_seq END,
        newest_at = greatest(k.newest_at, EXCLUDED.newest_at),
        ahead_ms = EXCLUDED.ahead_ms, heard_at = EXCLUDED.heard_at,
        set_aside_at = coalesce(EXCLUDED.set_aside_at, k.set_aside_at)
"""

# A message that is sent again is no newer than what came since; that it was set aside tells it.
_SET_ASIDE: Final = """
    SELECT gateway, seq, i FROM rejected_message
     WHERE reason = 'clock.behind' AND gateway = ANY(%s) AND seq = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is known of the gateways of a batch, by their place in `names`.

    newest_ms, newest_seq: in whole steps, and the first number that reached it.
    ahead_ms: None where the gateway was never heard. aside: whether anything ever was set aside.
    """

    names: list[str]
    newest_ms: NDArray[np.int64]
    newest_seq: NDArray[np.int64]
    ahead_ms: list[int | None]
    aside: list[bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be stored, what is set aside, what is stored but marked, which clocks moved."""

    bound: Bound
    refused: list[Rejection]
    marked: NDArray[np.bool_]
    moved: list[tuple[Any, ...]]


def judge(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    bound: Bound,
    refused: Sequence[Rejection],
) -> Judged:
    """Set aside what a clock that fell back has stamped.

    Messages are judged as if they came one by one in the order of their numbers: where a number
    is greater than that of the gateway's newest instant, and all that a message tells lies more
    than a day before it, a register's reading must fit those around it; other kinds are marked.
    A message of several days whose last instant is right was stamped by a clock that is.

    refused: by binding.
    """
    known = _known(connection, batch)
    place = {name: at for at, name in enumerate(known.names)}
    gateway_of = np.array([place[message.gateway] for message in batch], np.int64)
    newest = _newest(bound, gateway_of[readings.message[bound.place]], known)
    doubtful = (bound.seq > 0) & ~readings.arrival[bound.place]
    doubtful &= _last(bound, readings)[bound.place] < newest - BEHIND_MS
    if any(known.aside):
        doubtful |= _again(connection, batch, readings, bound, known)
    register = bound.kind == Kind.REGISTER
    behind = doubtful & register & ~fitting(connection, bound, doubtful & register)
    why = np.full(len(readings), "", f"<U{len(BEHIND)}")
    why[bound.place[behind]] = BEHIND
    off = np.zeros(len(readings), np.int64)
    off[bound.place] = bound.at_ms - newest
    kept = bound.only(~behind)
    places = np.sort(bound.place[behind])
    more = refusals(batch, readings, places, why[places], off) if len(places) else []
    clocks = {AHEAD, BEHIND}
    aside = {one.message for one in (*refused, *more) if one.reason.code in clocks}
    moved = _moved(batch, readings, kept, gateway_of, known, aside)
    return Judged(kept, more, (doubtful & ~register)[~behind], moved)


def keep(connection: Connection[Any], moved: list[tuple[Any, ...]]) -> None:
    """Write down how clocks moved, last of all, so that nobody waits for long."""
    if moved:
        connection.execute(_KEEP, [list(column) for column in zip(*moved, strict=True)])


def _known(connection: Connection[Any], batch: Sequence[Message]) -> Clocks:
    names = sorted({message.gateway for message in batch})
    rows = {name: rest for name, *rest in connection.execute(_CLOCKS, [_NEVER, names])}
    found = [rows.get(name, [_NEVER, 0, None, False]) for name in names]
    return Clocks(
        names,
        np.array([row[0] for row in found], np.int64),
        np.array([row[1] for row in found], np.int64),
        [row[2] for row in found],
        [row[3] for row in found],
    )


def _last(bound: Bound, readings: Readings) -> NDArray[np.int64]:
    """Return for each reading the last instant that its message tells and may be stored."""
    last = np.full(int(readings.message.max(initial=-1)) + 1, _NEVER, np.int64)
    np.maximum.at(last, readings.message[bound.place], bound.at_ms)
    told: NDArray[np.int64] = last[readings.message]
    return told


def _newest(bound: Bound, gateway: NDArray[np.int64], known: Clocks) -> NDArray[np.int64]:
    """Return for each reading its gateway's newest instant among messages of smaller numbers."""
    order = np.lexsort((bound.seq, gateway))
    of, seq = gateway[order], bound.seq[order]
    lift = of * -2 * _NEVER  # a running greatest that starts anew for each gateway
    instants = np.where(seq > 0, bound.at_ms[order] // NEWEST_MS * NEWEST_MS, _NEVER)
    reached = np.maximum.accumulate(instants + lift)
    begins = np.append(True, (of[1:] != of[:-1]) | (seq[1:] != seq[:-1]))[: len(order)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    earlier = np.where(first > 0, reached[np.maximum(first - 1, 0)] - lift, _NEVER)
    before = np.where(seq > known.newest_seq[of], known.newest_ms[of], _NEVER)
    newest = np.empty(len(order), np.int64)
    newest[order] = np.maximum(earlier, before)
    return newest


def _again(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    bound: Bound,
    known: Clocks,
) -> NDArray[np.bool_]:
    """Return which readings were set aside before, for a clock that fell back."""
    aside = {name for name, ever in zip(known.names, known.aside, strict=True) if ever}
    numbered: dict[tuple[str, int], int] = {}
    seqs = np.zeros(len(batch), np.int64)
    seqs[readings.message] = readings.seq
    for place, (message, seq) in enumerate(zip(batch, seqs.tolist(), strict=True)):
        if seq and message.gateway in aside:
            numbered[message.gateway, seq] = place
    found = np.zeros(len(bound.place), np.bool_)
    rows = connection.execute(_SET_ASIDE, [sorted(aside), sorted({seq for _, seq in numbered})])
    for gateway, seq, i in rows:
        if (gateway, seq) in numbered:
            of = readings.message[bound.place] == numbered[gateway, seq]
            found |= of & np.isin(readings.i[bound.place], i)
    return found


def _moved(
    batch: Sequence[Message],
    readings: Readings,
    kept: Bound,
    gateway_of: NDArray[np.int64],
    known: Clocks,
    aside: set[int],
) -> list[tuple[Any, ...]]:
    """Return the rows to write: newest instants, offsets, and that something was set aside."""
    newest, seq = _reached(kept, gateway_of[readings.message[kept.place]], known)
    instants = np.full(len(batch), _NEVER, np.int64)
    timed = ~readings.arrival
    np.maximum.at(instants, readings.message[timed], readings.at_ms[timed])
    last = {int(gateway_of[place]): int(place) for place in np.flatnonzero(instants != _NEVER)}
    aside_of = {int(gateway_of[place]) for place in aside}
    rows = []
    for gateway, place in last.items():
        ahead = int(instants[place]) - batch[place].received_ms
        then = known.ahead_ms[gateway]
        moved = newest[gateway] > known.newest_ms[gateway]
        if moved or gateway in aside_of or then is None or abs(ahead - then) >= _TOLD_MS:
            reached = int(newest[gateway]) if newest[gateway] > _NEVER else None
            heard = batch[place].received_ms
            name, of = known.names[gateway], int(seq[gateway])
            rows.append((name, reached, of, ahead, heard, gateway in aside_of))
    return rows


def _reached(
    kept: Bound, gateway: NDArray[np.int64], known: Clocks
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each gateway's newest instant, in whole steps, and the first number to reach it."""
    newest, seq = known.newest_ms.copy(), known.newest_seq.copy()
    numbered = kept.seq > 0
    of, number = gateway[numbered], kept.seq[numbered]
    at_ms = kept.at_ms[numbered] // NEWEST_MS * NEWEST_MS
    np.maximum.at(newest, of, at_ms)
    first = (at_ms == newest[of]) & (newest[of] > known.newest_ms[of])
    least = np.full(len(seq), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(least, of[first], number[first])
    return newest, np.where(newest > known.newest_ms, least, seq)
