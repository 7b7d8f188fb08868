"""Gateways' clocks: what each said newest, and what a clock that fell back has stamped."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import BEHIND_MS, NEAR, NEWEST_MS, Pace, fits
from metering.messages import Message, Readings, Rejection
from storage.binding import AHEAD, BEHIND, Bound, refusals
from storage.merging import runs_of_days

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

# Around each span of instants in question: what it holds, and the nearest to both sides.
_AROUND: Final = """
    SELECT s.channel, storage.ms(r.at), r.value, r.seq
      FROM unnest(%(channel)s::integer[], %(first)s::bigint[], %(last)s::bigint[])
           AS m (channel, first_ms, last_ms)
     CROSS JOIN LATERAL (SELECT m.channel, to_timestamp(m.first_ms / 1000.0) AS first,
                                to_timestamp(m.last_ms / 1000.0) AS last) s
     CROSS JOIN LATERAL (
           (SELECT at, value, seq FROM reading
             WHERE channel_id = s.channel AND at < s.first AND value IS NOT NULL
             ORDER BY at DESC LIMIT %(near)s)
           UNION ALL
           SELECT at, value, seq FROM reading
            WHERE channel_id = s.channel AND at BETWEEN s.first AND s.last AND value IS NOT NULL
           UNION ALL
           (SELECT at, value, seq FROM reading
             WHERE channel_id = s.channel AND at > s.last AND value IS NOT NULL
             ORDER BY at LIMIT %(near)s)) r
"""

_EXCHANGES: Final = """
    SELECT channel_id, storage.ms(at) FROM exchange
     WHERE channel_id = ANY(%s) AND known_until IS NULL ORDER BY channel_id, at
"""

_PACES: Final = """
    SELECT channel_id, storage.ms(valid_from), coalesce(max_per_hour, 0), coalesce(wraps_at, 0),
           period_s * 1000::bigint
      FROM channel_setting WHERE channel_id = ANY(%s) AND known_until IS NULL
     ORDER BY channel_id, valid_from
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
    """What may be stored, what is set aside, and what is stored but marked."""

    bound: Bound
    refused: list[Rejection]
    marked: NDArray[np.bool_]


def judge(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    bound: Bound,
    refused: Sequence[Rejection],
) -> Judged:
    """Set aside what a clock that fell back has stamped, and keep what each gateway said newest.

    Messages are judged as if they came one by one in the order of their numbers: where a number
    is greater than that of the gateway's newest instant, and the instant lies more than a day
    before it, a register's reading must fit those around it; other kinds are marked.

    refused: by binding.
    """
    known = _known(connection, batch)
    place = {name: at for at, name in enumerate(known.names)}
    gateway_of = np.array([place[message.gateway] for message in batch], np.int64)
    newest = _newest(bound, gateway_of[readings.message[bound.place]], known)
    doubtful = (bound.seq > 0) & ~readings.arrival[bound.place]
    doubtful &= bound.at_ms < newest - BEHIND_MS
    if any(known.aside):
        doubtful |= _again(connection, batch, readings, bound, known)
    register = bound.kind == Kind.REGISTER
    behind = doubtful & register & ~fitting(connection, bound, doubtful & register)
    why = np.full(len(readings), "", f"<U{len(BEHIND)}")
    why[bound.place[behind]] = BEHIND
    off = np.zeros(len(readings), np.int64)
    off[bound.place] = bound.at_ms - newest
    kept = bound.only(~behind)
    more = refusals(batch, readings, why, off) if behind.any() else []
    clocks = {AHEAD, BEHIND}
    aside = {one.message for one in (*refused, *more) if one.reason.code in clocks}
    _keep(connection, batch, readings, kept, gateway_of, known, aside)
    return Judged(kept, more, (doubtful & ~register)[~behind])


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


def _newest(bound: Bound, gateway: NDArray[np.int64], known: Clocks) -> NDArray[np.int64]:
    """Return for each reading its gateway's newest instant among messages of smaller numbers."""
    order = np.lexsort((bound.seq, gateway))
    of, seq = gateway[order], bound.seq[order]
    lift = of * -2 * _NEVER  # a running greatest that starts anew for each gateway
    said = np.where(seq > 0, bound.at_ms[order] // NEWEST_MS * NEWEST_MS, _NEVER)
    reached = np.maximum.accumulate(said + lift)
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


class _Register:
    """What a register showed around the readings in question, nothing of it across an exchange."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, int]] = []
        self.stands: dict[int, tuple[int, int]] = {}  # by instant: seq and value
        self.exchanges: list[int] = []
        self.paces: list[tuple[int, Pace]] = []

    def takes(self, at_ms: int, value: int, seq: int) -> bool:
        """Return whether a reading fits, or stands there already."""
        if self.stands.get(at_ms) == (seq, value):
            return True
        exchange = bisect_right(self.exchanges, at_ms)
        since = self.exchanges[exchange - 1] if exchange else _NEVER
        until = self.exchanges[exchange] if exchange < len(self.exchanges) else -_NEVER
        first, last = (bisect_left(self.shown, (at, _NEVER)) for at in (at_ms, at_ms + 1))
        before = [one for one in self.shown[max(first - NEAR, 0) : first] if one[0] > since]
        after = [one for one in self.shown[last : last + NEAR] if one[0] < until]
        pace = next((pace for then, pace in reversed(self.paces) if then <= at_ms), Pace(0, 0, 0))
        return fits(at_ms, value, before, after, pace)

    def add(self, at_ms: int, value: int) -> None:
        """Take a reading that came before those that are still to be judged."""
        insort(self.shown, (at_ms, value))


def fitting(
    connection: Connection[Any], bound: Bound, doubtful: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which readings fit; those not in doubt do."""
    fit = np.ones(len(doubtful), np.bool_)
    if not doubtful.any():
        return fit
    registers = _registers(connection, bound, np.flatnonzero(doubtful))
    rows = np.flatnonzero(np.isin(bound.channel_id, list(registers)))
    rows = rows[np.lexsort((bound.at_ms[rows], bound.seq[rows]))]
    for row in rows.tolist():
        register = registers[int(bound.channel_id[row])]
        at_ms, value = int(bound.at_ms[row]), int(bound.value[row])
        if doubtful[row]:
            fit[row] = register.takes(at_ms, value, int(bound.seq[row]))
        if fit[row]:
            register.add(at_ms, value)
    return fit


def _registers(
    connection: Connection[Any], bound: Bound, places: NDArray[np.intp]
) -> dict[int, _Register]:
    """Return the registers of readings in question, with what stands around these."""
    places = places[np.lexsort((bound.at_ms[places], bound.channel_id[places]))]
    channel, first, last = runs_of_days(bound, places)
    ids = sorted(set(channel))
    found = {one: _Register() for one in ids}
    spans = {"channel": channel, "first": first, "last": last, "near": NEAR}
    for one, at_ms, value, seq in connection.execute(_AROUND, spans):
        found[one].stands[at_ms] = (seq, value)
    for register in found.values():
        register.shown = sorted((at_ms, value) for at_ms, (_, value) in register.stands.items())
    for one, at_ms in connection.execute(_EXCHANGES, [ids]):
        found[one].exchanges.append(at_ms)
    for one, at_ms, *pace in connection.execute(_PACES, [ids]):
        found[one].paces.append((at_ms, Pace(*pace)))
    return found


def _keep(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    kept: Bound,
    gateway_of: NDArray[np.int64],
    known: Clocks,
    aside: set[int],
) -> None:
    """Write down what moved: newest instants, offsets, and that something was set aside."""
    newest, seq = _reached(kept, gateway_of[readings.message[kept.place]], known)
    said = np.full(len(batch), _NEVER, np.int64)
    timed = ~readings.arrival
    np.maximum.at(said, readings.message[timed], readings.at_ms[timed])
    last = {int(gateway_of[place]): int(place) for place in np.flatnonzero(said != _NEVER)}
    aside_of = {int(gateway_of[place]) for place in aside}
    rows = []
    for gateway, place in last.items():
        ahead = int(said[place]) - batch[place].received_ms
        then = known.ahead_ms[gateway]
        moved = newest[gateway] > known.newest_ms[gateway]
        if moved or gateway in aside_of or then is None or abs(ahead - then) >= _TOLD_MS:
            reached = int(newest[gateway]) if newest[gateway] > _NEVER else None
            heard = batch[place].received_ms
            name, of = known.names[gateway], int(seq[gateway])
            rows.append((name, reached, of, ahead, heard, gateway in aside_of))
    if rows:
        connection.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


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
