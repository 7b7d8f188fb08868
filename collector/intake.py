"""From messages to the sink and back: what was said, what was refused, what may be receipted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from collector.codecs import Decode
from collector.codecs.payload import PayloadError
from metering.errors import InputError
from metering.messages import Decoded, Message, Readings, Rejection, Stored

_CALLED_BAD: Final = (
    "采集网关标明读数不可用",
    "the gateway itself calls the value bad",
    "请检查该仪表及其与采集网关的连接。",
    "Look at that meter, and at its line to the gateway.",
)
# By the end of a code: what a codec itself found wrong with a single value.
_WRONG: Final = {
    "no_number": (
        "读数不是数字",
        "the value is no number",
        "请发送不带单位的数字,小数点用“.”。",
        "Send digits without a unit, with a point before decimals.",
    ),
    "no_time": (
        "时间无法识别,或没有时区偏移",
        "the time cannot be read, or names no offset",
        "请写成 2026-11-24T02:00:00+08:00,或 1970 年以来的毫秒数。",
        "Write 2026-11-24T02:00:00+08:00, or milliseconds since 1970.",
    ),
    "no_key": (
        "通道键为空、过长或含不可见字符",
        "the channel is empty, too long, or cannot be shown",
        "通道键请用不超过 200 个可见字符。",
        "Name a channel by up to 200 visible characters.",
    ),
    "no_row": (
        "该行(或该项)不符合格式",
        "that row, line or object is not in the format",
        "请核对该处的分隔符、引号和字段名。",
        "Look at separators, quotes and names of fields there.",
    ),
    "other_gateway": (
        "该行写明属于另一个采集网关",
        "the row says that it is another gateway's",
        "请用该采集网关的密钥发送,或去掉 gateway 列。",
        "Send it with that gateway's key, or leave the column out.",
    ),
    "no_unit": (
        "单位不认识",
        "the unit is none of ours",
        "可写 Wh、kWh、MWh、MJ、GJ、L、m3、t、kg、W、kW、MW 等。",
        "Write Wh, kWh, MWh, MJ, GJ, L, m3, t, kg, W, kW, MW or the like.",
    ),
}


class ReadingSink(Protocol):
    """Where readings go; writing a reading again changes nothing."""

    def write(
        self, batch: Sequence[Message], readings: Readings, rejected: Sequence[Rejection]
    ) -> Stored:
        """Commit a batch; UnavailableError means that nothing was, and that waiting helps."""
        ...


@dataclass(frozen=True, slots=True)
class Portion:
    """As much of a batch as one transaction takes, decoded once however often it is written."""

    batch: Sequence[Message]
    readings: Readings
    rejected: Sequence[Rejection]


def take_in(batch: Sequence[Message], decode: Decode, sink: ReadingSink) -> Stored:
    """Store what a batch says; receipt and acknowledge after this returns, and nothing is lost."""
    (portion,) = portions(batch, decode)
    return sink.write(portion.batch, portion.readings, portion.rejected)


def portions(
    batch: Sequence[Message], decode: Decode, most_readings: int | None = None
) -> Iterator[Portion]:
    """Decode a batch and cut it, between messages, where a portion has readings enough."""
    first, count = 0, 0
    pairs: list[tuple[int, Decoded]] = []
    rejected: list[Rejection] = []
    for place, message in enumerate(batch):
        try:
            decoded = decode(message)
        except InputError as reason:
            seq = reason.seq if isinstance(reason, PayloadError) else None
            rejected.append(Rejection(place - first, seq, reason))
        else:
            pairs.append((place - first, decoded))
            count += len(decoded.value)
            if decoded.quality is not None:
                rejected.extend(bad_quality(place - first, decoded))
        if most_readings is not None and count >= most_readings:
            part = batch[first : place + 1]
            yield Portion(part, joined(part, pairs), rejected)
            first, count, pairs, rejected = place + 1, 0, [], []
    if first < len(batch) or not batch:
        part = batch[first:]
        yield Portion(part, joined(part, pairs), rejected)


def joined(batch: Sequence[Message], pairs: Sequence[tuple[int, Decoded]]) -> Readings:
    """Return one set of columns; a reading without a time takes its message's arrival.

    What its gateway calls bad is left out; the others keep their places.

    pairs: what messages of the batch say, each with its place in the batch.
    """
    counts = np.array([len(decoded.value) for _, decoded in pairs], np.int64)
    total = int(counts.sum())
    places = np.array([place for place, _ in pairs], np.int32)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    message = np.repeat(places, counts)
    at_ms = list(chain.from_iterable(decoded.at_ms for _, decoded in pairs))
    arrival = np.zeros(total, np.bool_)
    if None in at_ms:
        arrival[:] = [at is None for at in at_ms]
        received = np.array([one.received_ms for one in batch], np.int64)[message].tolist()
        at_ms = [then if at is None else at for at, then in zip(at_ms, received, strict=True)]
    more = any(decoded.unit or decoded.quality for _, decoded in pairs)  # mostly none has any
    good = _good(pairs) if more else None
    readings = Readings(
        message=message,
        i=(np.arange(total) - starts).astype(np.int32),
        channel_key=list(chain.from_iterable(decoded.channel_key for _, decoded in pairs)),
        seq=np.repeat(np.array([decoded.seq or 0 for _, decoded in pairs], np.int64), counts),
        at_ms=np.array(at_ms, np.int64),
        value=np.fromiter(
            chain.from_iterable(decoded.value for _, decoded in pairs), np.float64, total
        ),
        arrival=arrival,
        unit=_units(pairs) if more else None,
    )
    return readings if good is None else readings.only(good)


def bad_quality(place: int, decoded: Decoded) -> list[Rejection]:
    """Return one refusal for each code that a message gives for values it calls bad.

    place: of the message in its batch.
    """
    bad: dict[str, list[int]] = {}
    for i, code in enumerate(decoded.quality or ()):
        if code is not None:
            bad.setdefault(code, []).append(i)
    return [
        Rejection(place, decoded.seq, _bad(code, decoded.channel_key[at[0]], len(at)), tuple(at))
        for code, at in bad.items()
    ]


def _bad(code: str, key: str, count: int) -> InputError:
    more = f" +{count - 1}" if count > 1 else ""
    zh, en, next_zh, next_en = _WRONG.get(code.rpartition(".")[2], _CALLED_BAD)
    return InputError(
        "reading.bad_quality",
        zh=f"{key}{more}:{zh}({code}),已暂存待核。",
        en=f"{key}{more}: {en} ({code}); it is set aside.",
        next_zh=next_zh,
        next_en=next_en,
        where={"channel": key, "quality": code},
    )


def _units(pairs: Sequence[tuple[int, Decoded]]) -> list[str | None] | None:
    """Return the units of all readings, None where no message names any."""
    if all(decoded.unit is None for _, decoded in pairs):
        return None
    units: list[str | None] = []
    for _, decoded in pairs:
        units.extend(decoded.unit or [None] * len(decoded.value))
    return units


def _good(pairs: Sequence[tuple[int, Decoded]]) -> NDArray[np.bool_] | None:
    """Return which readings nothing is said against, None where that is all."""
    if all(decoded.quality is None for _, decoded in pairs):
        return None
    good: list[bool] = []
    for _, decoded in pairs:
        quality = decoded.quality or [None] * len(decoded.value)
        good.extend(code is None for code in quality)
    return np.array(good, np.bool_)


def joint(parts: Sequence[tuple[Sequence[Message], Stored]]) -> tuple[list[Message], Stored]:
    """Return what became of several batches as if they had been one."""
    messages: list[Message] = []
    rejected: list[Rejection] = []
    for batch, stored in parts:
        rejected.extend(
            replace(one, message=one.message + len(messages)) for one in stored.rejected
        )
        messages.extend(batch)
    return messages, Stored(
        seqs=[seq for _, stored in parts for seq in stored.seqs],
        rejected=rejected,
        inserted=sum(stored.inserted for _, stored in parts),
        revised=sum(stored.revised for _, stored in parts),
        duplicates=sum(stored.duplicates for _, stored in parts),
        rounded=sum(stored.rounded for _, stored in parts),
    )


def receipts(batch: Sequence[Message], stored: Stored) -> list[tuple[str, bytes]]:
    """Return what to tell each gateway whose messages have numbers, in one message of JSON."""
    numbers: dict[str, list[int]] = {}
    for message, seq in zip(batch, stored.seqs, strict=True):
        if seq is not None:
            numbers.setdefault(message.gateway, []).append(seq)
    refused: dict[str, list[dict[str, Any]]] = {}
    for rejection in stored.rejected:
        if rejection.seq is not None:
            refused.setdefault(batch[rejection.message].gateway, []).append(
                {"seq": rejection.seq, "i": rejection.i, "reason": rejection.reason.code}
            )
    return [
        (
            gateway,
            msgspec.json.encode(
                {"stored": closed_ranges(seqs), "rejected": refused.get(gateway, [])}
            ),
        )
        for gateway, seqs in numbers.items()
    ]


def asked(rejected: Sequence[Rejection]) -> list[tuple[str, bytes]]:
    """Return what to publish so that senders make up for what they left out."""
    reasons = [one.reason for one in rejected]
    return [one.ask for one in reasons if isinstance(one, PayloadError) and one.ask is not None]


def closed_ranges(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Return the closed ranges that hold exactly these numbers, in order."""
    ranges: list[tuple[int, int]] = []
    for seq in sorted(set(seqs)):
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges
