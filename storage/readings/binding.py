"""From a gateway's words to channels: which is meant, in which whole quanta, what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import AHEAD_MS, lasting, shift_for, shift_text, zone_guessed
from metering.errors import InputError
from metering.messages import MAX_QUANTA, Message, Readings, Rejection
from storage.readings.conversions import scales

_BINDINGS = """
    SELECT p.pair - 1, b.channel_id, c.kind, c.per_unit, c.net,
           storage.ms(b.valid_from), storage.ms(coalesce(b.valid_to, 'infinity')),
           storage.ms(greatest(c.since, c.sealed_before)), storage.ms(c.since),
           (SELECT coalesce(max(coalesce(s.wraps_at, 9007199254740993)), 9007199254740993)
              FROM channel_setting s
             WHERE s.channel_id = c.id AND s.known_until IS NULL)
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (gateway, key, pair)
      JOIN gateway g ON g.name = p.gateway
      JOIN binding b ON b.gateway_id = g.id AND b.key = p.key AND b.known_until IS NULL
      JOIN channel c ON c.id = b.channel_id
     ORDER BY p.pair, b.valid_from
"""

Scale = tuple[NDArray[np.float64], NDArray[np.float64]]  # quanta are value * first / second

_WINDOW: Final = 1 << 15  # readings judged at a time: a file may bring a million
_NO_ROW: Final = (0, 0, 1, False, 0, 0, 0, 0, 0)

_FINER: Final = 1e-3  # of a quantum: less is what a double makes of a decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """Readings of known channels, in quanta of the channel; columns of equal length.

    place: in the readings that were bound. kind: of the channel.
    rounded: whether what was sent is finer than the channel's quantum.
    """

    channel_id: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    seq: NDArray[np.int64]
    value: NDArray[np.int64]
    place: NDArray[np.int64]
    kind: NDArray[np.int64]
    rounded: NDArray[np.bool_]

    def only(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> "Bound":
        """Return some of the readings, or all in another order."""
        columns = {name: getattr(self, name)[kept] for name in self.__slots__}
        return Bound(**columns)


AHEAD: Final = "clock.ahead"
BEHIND: Final = "clock.behind"

# In the order in which they are looked for; a reading is refused for the first that holds.
_REASONS: Final[dict[str, tuple[str, str, str, str]]] = {
    "reading.unknown_key": (
        "该采集网关没有此通道键。",
        "This gateway has no channel under that key.",
        "请在平台绑定该键,再运行 commonwatt replay-rejected。",
        "Bind the key, then run commonwatt replay-rejected.",
    ),
    "reading.no_time": (
        "时段用量必须带有自己的时间。",
        "An interval value needs a time of its own.",
        "请让采集网关发送时间 at。",
        "Have the gateway send “at”.",
    ),
    "reading.before_since": (
        "读数早于通道的启用时间。",
        "The reading is older than its channel.",
        "请核对网关时钟,或提前通道的启用时间。",
        "Check the gateway's clock, or let the channel begin earlier.",
    ),
    "reading.sealed": (
        "该时段已归档封存。",
        "That time is archived and sealed.",
        "如需更正,请走更正程序。",
        "A correction needs a restatement.",
    ),
    AHEAD: (
        "读数时间比到达时间超前 {off[0]}{guess[0]},已暂存待核。",
        "The reading is {off[1]} ahead of its arrival{guess[1]}; it is set aside.",
        "请核对网关时钟、时区和时间单位(毫秒),再运行 {again}。",
        "Check its clock, its zone, and that times are milliseconds; then run {again}.",
    ),
    "reading.other_unit": (
        "报文中的单位与通道的单位不符,且无法换算。",
        "The message names a unit that cannot be converted to the channel's.",
        "请核对通道登记的单位与类型,或采集网关的设置,再运行 commonwatt replay-rejected。",
        "Check the channel's unit and kind, or the gateway, then run commonwatt replay-rejected.",
    ),
    "reading.impossible_value": (
        "读数超出该通道的可能范围。",
        "The value is outside what the channel can show.",
        "请核对单位、翻转值 wraps_at,以及通道是否允许负值。",
        "Check the unit, wraps_at, and whether the channel may be negative.",
    ),
    # Found later, where it is known what the gateway said before.
    BEHIND: (
        "读数时间比该网关最新读数早 {off[0]},数值与前后读数不符,已暂存待核。",
        "{off[1]} before the newest of its gateway, and no value to fit there; it is set aside.",
        "网关时钟可能回退:请校准后运行 {again}。",
        "Its clock may have fallen back: set it, then run {again}.",
    ),
}


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
    gateways = [message.gateway for message in batch]
    index: dict[tuple[str, str], int] = {}
    pair = np.fromiter(
        (
            index.setdefault((gateways[message], key), len(index))
            for message, key in zip(readings.message, readings.channel_key, strict=True)
        ),
        np.int32,
        len(readings),
    )
    rows = connection.execute(
        _BINDINGS, [[gateway for gateway, _ in index], [key for _, key in index]]
    ).fetchall()
    held = np.array(rows, dtype=object).reshape(len(rows), 10)
    found = np.concatenate(
        [
            _choose(pair[at : at + _WINDOW], readings.at_ms[at : at + _WINDOW], held)
            for at in range(0, len(readings), _WINDOW)
        ]
    )
    scale = None if readings.unit is None else scales(connection, readings.unit, found, rows)
    del pair
    received = np.array([message.received_ms for message in batch], np.int64)
    table = np.array([row[1:] for row in rows] or [_NO_ROW], dtype=object).astype(np.int64)
    judged = [
        _judge(readings, found, table, received + ahead_ms, scale, slice(at, at + _WINDOW))
        for at in range(0, len(readings), _WINDOW)
    ]
    whys = np.concatenate([reason for _, reason in judged])
    refused = []
    if whys.any():
        off_ms = readings.at_ms - received[readings.message]
        refused = refusals(batch, readings, np.array(["", *_REASONS])[whys], off_ms)
    parts = [bound for bound, _ in judged]
    del judged
    return _joined(parts, readings), refused


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
    only = np.full(max(int(pair.max()), int(pairs.max())) + 1, -1, np.int32)
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


def _joined(parts: list[Bound], readings: Readings) -> Bound:
    """Return what was bound window by window; each column is freed as it is joined.

    Where everything was taken, times and numbers are those of the readings, not copied.
    """
    if len(parts) == 1:
        return parts[0]
    columns = {name: [getattr(one, name) for one in parts] for name in Bound.__slots__}
    parts.clear()
    if sum(map(len, columns["place"])) == len(readings):
        columns["at_ms"], columns["seq"] = [readings.at_ms], [readings.seq]
    return Bound(**{name: _column(columns.pop(name)) for name in Bound.__slots__})


def _column(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _judge(
    readings: Readings,
    found: NDArray[np.int32],
    table: NDArray[np.int64],
    latest_ms: NDArray[np.int64],
    scale: Scale | None,
    window: slice,
) -> tuple[Bound, NDArray[np.int8]]:
    """Return which readings of a window can be stored, and of each the place of its reason.

    latest_ms: of each message.
    """
    of, at_ms = found[window], readings.at_ms[window]
    channel, kind, per_unit, net, _, _, opens, since, wraps = table[of].T
    scale = None if scale is None else (scale[0][window], scale[1][window])
    quanta, finer = _whole(readings.value[window], per_unit, scale)
    reason = np.select(
        [
            of < 0,
            readings.arrival[window] & (kind == Kind.INTERVAL),
            at_ms < since,
            at_ms < opens,
            at_ms > latest_ms[readings.message[window]],
            np.zeros(len(of), np.bool_) if scale is None else scale[0] == 0,
            ~_possible(quanta, kind, net, wraps),
        ],
        np.arange(1, len(_REASONS)),  # the last is found later
        0,
    )
    taken = np.flatnonzero(reason == 0)
    every = len(taken) == len(of)
    bound = Bound(
        channel[taken],
        at_ms if every else at_ms[taken],
        readings.seq[window] if every else readings.seq[window][taken],
        quanta[taken].astype(np.int64),
        taken + window.start,
        kind[taken],
        finer[taken],
    )
    return bound, reason.astype(np.int8)


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


def refusals(
    batch: Sequence[Message],
    readings: Readings,
    why: NDArray[np.str_],
    off_ms: NDArray[np.int64],
) -> list[Rejection]:
    """Return one refusal for each message and reason.

    why: of each reading the code, empty where it was taken. off_ms: how far its clock is off.
    """
    refused: dict[tuple[int, str], list[int]] = {}
    for place in np.flatnonzero(why != "").tolist():
        refused.setdefault((int(readings.message[place]), str(why[place])), []).append(place)
    rejections = []
    for (message, code), places in refused.items():
        keys = ", ".join(sorted({readings.channel_key[place] for place in places})[:5])
        farthest = max(off_ms[places].tolist(), key=abs)
        words = _words(code, batch[message], farthest)
        where = {"channel": keys} | ({"off_ms": farthest} if code in {AHEAD, BEHIND} else {})
        error = InputError(
            code,
            zh=f"{keys}:{words[0]}",
            en=f"{keys}: {words[1]}",
            next_zh=words[2],
            next_en=words[3],
            where=where,
        )
        indices = tuple(int(readings.i[place]) for place in places)
        rejections.append(Rejection(message, int(readings.seq[places[0]]) or None, error, indices))
    return rejections


def _words(code: str, message: Message, off_ms: int) -> list[str]:
    zone = zone_guessed(off_ms) if code == AHEAD else None
    guess = ("", "")
    if zone is not None:
        name = f"UTC{shift_text(zone)}"
        guess = (
            f"(疑为把 {name} 当地时间当作 UTC 发送)",
            f" (local time of {name} sent as UTC, it seems)",
        )
    shift = shift_for(off_ms) if code == AHEAD else -off_ms
    again = f"commonwatt replay-rejected --gateway {message.gateway} --shift {shift_text(shift)}"
    fields = {"off": lasting(off_ms), "guess": guess, "again": again}
    return [reason.format(**fields) for reason in _REASONS[code]]
