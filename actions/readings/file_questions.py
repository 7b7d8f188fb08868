"""What a file leaves open once its channels are known: ids, multipliers, and lengths of periods."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.registry.meters import ratio_in
from collector.files.lookalikes import resembling
from collector.files.reading import FileReadings
from collector.files.refusals import Choice
from metering.channels import Kind
from metering.errors import InputError
from storage.readings.binding import Bound
from storage.registry import keys, meters

_MOST_LIKE: Final = 3
_MOST_CHANNELS: Final = 1_000
Found = tuple[NDArray[np.int64], InputError, str, str]  # rows, why, the field, what it shows


def likenesses(
    connection: Connection[Any], file: FileReadings, messages: Iterable[int]
) -> dict[int, InputError]:
    """Return what is asked about channels that are unknown but resemble one the actor writes for.

    messages: whose key is unknown.
    """
    pairs = {n: (file.batch[n].gateway, _key(file, n)) for n in list(messages)[:_MOST_CHANNELS]}
    known = keys.bindings(connection, sorted({gateway for gateway, _ in pairs.values()}))
    ids = sorted({one for channels in known.values() for one in channels})
    may = meters.writable(connection, ids)
    found = {}
    for n, (gateway, key) in pairs.items():
        theirs = [k for (g, k), channels in known.items() if g == gateway and channels & may]
        like = resembling(key, theirs)[:_MOST_LIKE]
        if like:
            found[n] = _resembles(gateway, key, like)
    return found


def _resembles(gateway: str, key: str, like: list[str]) -> InputError:
    names, choice = ", ".join(like), f"{key}={like[0]}"
    return InputError(
        "reading.resembles",
        zh=f"{gateway} 没有通道键“{key}”,但有相似的 {names}(前导零、大小写或形近字不同)。",
        en=f"{gateway} has no channel “{key}”, but {names} resembles it (zeros in front, case, or "
        "letters like digits).",
        next_zh=f"如为同一通道,请加 --same {choice};否则请核对通道键。",
        next_en=f"If they are the same, add --same {choice}; else check the key.",
        where={
            "question": "same",
            "choices": [
                Choice(f"{key}={one}", f"“{key}”就是“{one}”", f"“{key}” is “{one}”")._asdict()
                for one in like
            ],
        },
    )


def _key(file: FileReadings, message: int) -> str:
    first = int(np.flatnonzero(file.readings.message == message)[0])
    return file.readings.channel_key[first]


def ratios(connection: Connection[Any], file: FileReadings, bound: Bound) -> Iterator[Found]:
    """Find multipliers of the file that are not the ratio with which a channel is registered."""
    if not len(bound.place) or bool((file.ratio == 1).all()):
        return
    said = file.ratio[bound.place]
    ids = np.unique(bound.channel_id[said != 1]).tolist()
    for channel in meters.channels(connection, ids[:_MOST_CHANNELS]):
        ours = ratio_in(meters.settings(connection, channel.channel_id)[-1], channel)
        mine = (bound.channel_id == channel.channel_id) & (said != 1) & (said != float(ours))
        if mine.any():
            rows = bound.place[mine]
            theirs = f"{said[mine][0]:g}"
            yield rows, _other_ratio(theirs, ours), "ratio", theirs


def _other_ratio(theirs: str, ours: Fraction) -> InputError:
    return InputError(
        "reading.other_ratio",
        zh=f"文件的倍率是 {theirs},该通道登记的变比是 {ours}。",
        en=f"The file's multiplier is {theirs}, the channel is registered with a ratio of {ours}.",
        next_zh="如示数须乘倍率,请加 --ratio multiply;如倍率已计入通道(或应登记到通道),"
        "请加 --ratio asis。",
        next_en="Where values are to be multiplied, add --ratio multiply; where the channel counts "
        "it already, or shall be registered with it, add --ratio asis.",
        where={
            "question": "ratio",
            "choices": [
                Choice("asis", "按表的示数", "values as the meter shows them")._asdict(),
                Choice("multiply", "示数乘以倍率", "values times the multiplier")._asdict(),
            ],
        },
    )


def periods(connection: Connection[Any], file: FileReadings, bound: Bound) -> Iterator[Found]:
    """Find intervals whose start would be lost: no reading ends there, and the period is another.

    An interval value counts from the reading before it, and over its channel's period at most.
    """
    spans = (bound.kind == Kind.INTERVAL) & (file.from_ms[bound.place] >= 0)
    ids = np.unique(bound.channel_id[spans]).tolist()
    for channel_id in ids[:_MOST_CHANNELS]:
        at = np.flatnonzero(spans & (bound.channel_id == channel_id))
        at = at[np.argsort(bound.at_ms[at], kind="stable")]
        begins, ends = file.from_ms[bound.place[at]], bound.at_ms[at]
        period_ms = meters.settings(connection, channel_id)[-1].period_s * 1000
        before = np.append(np.int64(-1), ends[:-1])
        lost = np.maximum(ends - period_ms, before) != begins
        if lost.any():
            rows = bound.place[at[lost]]
            lasts = int(ends[lost][0] - begins[lost][0]) // 1000
            yield rows, _other_period(lasts, period_ms // 1000), "from", f"{lasts} s"


def _other_period(lasts_s: int, period_s: int) -> InputError:
    return InputError(
        "reading.other_period",
        zh=f"该行覆盖 {_days(lasts_s)[0]},该通道的周期是 {_days(period_s)[0]},起点会丢失。",
        en=f"The row covers {_days(lasts_s)[1]}, the channel's period is {_days(period_s)[1]}: "
        "where it began would be lost.",
        next_zh="请把通道的周期改为该时长,或登记为示数(register)通道并导入示数。",
        next_en="Give the channel that period, or register a channel of kind register and import "
        "its readings.",
    )


def _days(seconds: int) -> tuple[str, str]:
    if seconds % 86_400 == 0:
        return f"{seconds // 86_400} 天", f"{seconds // 86_400} days"
    return f"{seconds} 秒", f"{seconds} s"
