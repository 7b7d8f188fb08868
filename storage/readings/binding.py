"""From a gateway's words to channels: which is meant, in which whole quanta, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import AHEAD_MS
from metering.messages import MAX_QUANTA, Message, Readings, Rejection
from storage.readings.conversions import scales
from storage.readings.refusing import REASONS, refusals

# Asked so that B-tree indexes can answer and the GiST indexes of exclusions cannot, which take many
# times as long and are often guessed to be as good: these know no bigint, and hold no retired rows.
_BINDINGS = """
    SELECT p.pair - 1, b.channel_id, c.kind, c.per_unit, c.net,
           storage.ms(b.valid_from), storage.ms(coalesce(b.valid_to, 'infinity')),
           storage.ms(greatest(c.since, c.sealed_before)), storage.ms(c.since),
           (SELECT coalesce(max(coalesce(s.wraps_at, 9007199254740993)), 9007199254740993)
              FROM channel_setting s
             WHERE s.channel_id = c.id::bigint AND s.known_until IS NULL)
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (gateway, key, pair)
      JOIN gateway g ON g.name = p.gateway
     CROSS JOIN LATERAL (
           SELECT channel_id, valid_from, valid_to FROM binding
            WHERE key = p.key AND gateway_id = g.id
              AND coalesce(known_until, 'infinity') = 'infinity' OFFSET 0) b
      JOIN channel c ON c.id = b.channel_id
     ORDER BY p.pair, b.valid_from
"""

Ints: TypeAlias = "NDArray[np.signedinteger[Any]]"
# Quanta are value * first / second.
Scale: TypeAlias = "tuple[NDArray[np.float64], NDArray[np.float64]]"

_AT_ONCE: Final = 1 << 16  # readings
_FOUND: Final = ("channel_id", "value", "place", "kind", "rounded")  # columns of their own
_FINER: Final = 1e-3  # of a quantum: less is what a double makes of a decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """Readings of known channels, in quanta of the channel; columns of equal length.

    place: in the readings that were bound. kind: of the channel.
    rounded: whether what was sent is finer than the channel's quantum.
    """

    channel_id: Ints
    at_ms: NDArray[np.int64]
    seq: NDArray[np.int64]
    value: NDArray[np.int64]
    place: Ints
    kind: Ints
    rounded: NDArray[np.bool_]

    def only(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Bound:
        """Return some of the readings, or all in another order."""
        columns = {name: getattr(self, name)[kept] for name in self.__slots__}
        return Bound(**columns)


def bind(
    connection: Connection[Any],
    batch: Sequence[Message],
    readings: Readings,
    ahead_ms: int = AHEAD_MS,
) -> tuple[Bound, list[Rejection]]:
    """Return the readings that can be stored, and why the others cannot.

    ahead_ms: how far a reading may be ahead of its arrival.
    """
    if not len(readings):
        return nothing(), []
    gateways = np.array([message.gateway for message in batch], object)[readings.message]
    index: dict[tuple[str, str], int] = {}
    pair = np.fromiter(
        (
            index.setdefault(one, len(index))
            for one in zip(gateways, readings.channel_key, strict=True)
        ),
        np.int32,
        len(readings),
    )
    del gateways
    rows = connection.execute(
        _BINDINGS, [[gateway for gateway, _ in index], [key for _, key in index]]
    ).fetchall()
    found = _choose(pair, readings.at_ms, np.array(rows, dtype=object).reshape(len(rows), 10))
    scale = (
        None
        if readings.unit is None
        else scales(connection, readings.unit, found.astype(np.int64), rows)
    )
    return _judge(batch, readings, found, rows, ahead_ms, scale)


def nothing() -> Bound:
    """Return no readings."""
    empty, none = np.empty(0, np.int64), np.empty(0, np.bool_)
    return Bound(empty, empty, empty, empty, empty, empty, none)


def _choose(
    pair: NDArray[np.int32], at_ms: NDArray[np.int64], rows: NDArray[Any]
) -> NDArray[np.int32]:
    """Return for each reading the row of its binding, -1 where none holds at its instant."""
    found = np.full(len(pair), -1, np.int32)
    if not len(rows):
        return found
    pairs, since, until = (rows[:, column].astype(np.int64) for column in (0, 5, 6))
    only = np.full(int(pair.max()) + 1, -1, np.int32)
    many = []
    for row, of in enumerate(pairs.tolist()):
        if only[of] >= 0:
            many.append(row)
        else:
            only[of] = row
    first = only[pair]
    held = (first >= 0) & (at_ms >= since[first]) & (at_ms < until[first])
    found[held] = first[held]
    for row in many:
        held = (pair == pairs[row]) & (at_ms >= since[row]) & (at_ms < until[row])
        found[held] = row
    return found


def _judge(
    batch: Sequence[Message],
    readings: Readings,
    found: NDArray[np.int32],
    rows: list[tuple[Any, ...]],
    ahead_ms: int,
    scale: Scale | None,
) -> tuple[Bound, list[Rejection]]:
    """Judge readings, some at a time: what is known of a channel takes ten columns of them."""
    facts = np.array([row[1:] for row in rows] or [(0, 0, 1, False, 0, 0, 0, 0, 0)], dtype=object)
    table = facts.astype(np.int64)
    received = np.array([message.received_ms for message in batch], np.int64)
    reason, bound = np.zeros(len(found), np.int8), _room(readings)
    for first in range(0, len(found), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        latest = received[readings.message[some]] + ahead_ms
        scaled = None if scale is None else (scale[0][some], scale[1][some])
        part, reason[some] = _judged(readings, some, table[found[some]], latest, scaled)
        reason[some][found[some] < 0] = 1
        for name in _FOUND:
            getattr(bound, name)[some] = getattr(part, name)
    if reason.any():
        bound = bound.only(np.flatnonzero(reason == 0))
    refused = np.flatnonzero(reason)
    why = np.array(["", *REASONS])[reason[refused]]
    off = readings.at_ms - received[readings.message] if len(refused) else readings.at_ms
    return bound, refusals(batch, readings, refused, why, off)


def _judged(
    readings: Readings,
    some: slice,
    facts: NDArray[np.int64],
    latest_ms: NDArray[np.int64],
    scale: Scale | None,
) -> tuple[Bound, NDArray[np.int64]]:
    """Return some readings in quanta of their channels, and by its number why each is refused.

    facts: of the channel of each, as they were asked for.
    """
    channel, kind, per_unit, net, _, _, opens, since, wraps = facts.T
    at_ms = readings.at_ms[some]
    quanta, finer = _whole(readings.value[some], per_unit, scale)
    reason = np.select(
        [
            np.zeros(len(at_ms), np.bool_),  # of no known channel: the caller knows
            readings.arrival[some] & (kind == Kind.INTERVAL),
            at_ms < since,
            at_ms < opens,
            at_ms > latest_ms,
            np.zeros(len(at_ms), np.bool_) if scale is None else scale[0] == 0,
            ~_possible(quanta, kind, net, wraps),
        ],
        np.arange(1, len(REASONS)),  # the last is found later
        0,
    )
    with np.errstate(invalid="ignore"):  # what is refused
        whole = quanta.astype(np.int64)
    place = np.arange(some.start, some.start + len(at_ms))
    return Bound(channel, at_ms, readings.seq[some], whole, place, kind, finer), reason


def _room(readings: Readings) -> Bound:
    """Return columns for what is found of readings; instants and numbers are those that were sent.

    Of a large file that is a sixth of all memory.
    """
    count = len(readings)
    channel, place = (np.empty(count, np.int32) for _ in range(2))
    kind, rounded = np.empty(count, np.int8), np.empty(count, np.bool_)
    value = np.empty(count, np.int64)
    return Bound(channel, readings.at_ms, readings.seq, value, place, kind, rounded)


def _whole(
    value: NDArray[np.float64], per_unit: NDArray[np.int64], scale: Scale | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what was sent in whole quanta, and which of it was finer than a quantum."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused later
        exact = value * per_unit if scale is None else value * scale[0] / scale[1]
        quanta = np.rint(exact)
        finer = np.abs(exact - quanta) > np.maximum(_FINER, np.abs(exact) * 2.0**-50)
    return quanta, finer


def _possible(
    quanta: NDArray[np.float64],
    kind: NDArray[np.int64],
    net: NDArray[np.int64],
    wraps: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return which readings their channel can show; wraps: where a register is at zero."""
    most = np.where(kind == Kind.REGISTER, np.minimum(wraps - 1, MAX_QUANTA), MAX_QUANTA)
    least = np.where(net.astype(bool) & (kind != Kind.REGISTER), -MAX_QUANTA, 0)
    return (quanta >= least) & (quanta <= most)
