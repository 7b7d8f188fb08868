"""What a file leaves open once its channels are known: ids, multipliers, and lengths of periods."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.figures import instant
from actions.registry.meters import ratio_in
from collector.files.lookalikes import resembling
from collector.files.reading import FileReadings
from collector.files.refusals import Choice, Place
from metering.channels import Kind
from metering.errors import InputError
from storage.readings import starts
from storage.readings.binding import Bound
from storage.readings.starts import Clash
from storage.registry import keys, meters

_MOST_LIKE: Final = 3
_MOST_CHANNELS: Final = 1_000
# Rows, why, the field, what it shows.
Found: TypeAlias = "tuple[NDArray[np.int64], InputError, str, str]"


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


def days(file: FileReadings, bound: Bound) -> Iterator[Found]:
    """Find use beside a day alone, table by table: it is of that day, or of the time before it."""
    of = file.table[bound.place]
    for table in (n for n, told in enumerate(file.told) if told.days):
        rows = bound.place[(of == table) & (bound.kind == Kind.INTERVAL)]
        if len(rows):
            yield rows, _WHICH_DAY, "at", _shown(int(file.readings.at_ms[rows[0]]))


_WHICH_DAY: Final = InputError(
    "reading.which_day",
    zh="只写了日期:用量是当天的,还是截至当日 0 时的?",
    en="Only a day is said: is the use of that day, or of the time until it begins?",
    next_zh="当天的用量请加 --stamp start;截至当日 0 时的请加 --stamp end。",
    next_en="For use of that day add --stamp start, for use until it begins --stamp end.",
    where={
        "question": "stamp",
        "choices": [
            Choice("start", "当天 0 时至 24 时的用量", "of that day, from midnight on")._asdict(),
            Choice("end", "截至当日 0 时的用量", "of the time until that day begins")._asdict(),
        ],
    },
)


def periods(
    connection: Connection[Any], file: FileReadings, bound: Bound, *, corrects: bool
) -> Iterator[Found]:
    """Find intervals that would count for time that another one counts for, or that is not open.

    corrects: whether a beginning that is told otherwise of the same end counts instead.
    """
    if not bool((file.from_ms[bound.place] >= 0).any() | (bound.kind == Kind.INTERVAL).any()):
        return
    early = starts.early(connection, bound, file.from_ms)
    if len(early):
        rows = bound.place[early]
        yield rows, _TOO_EARLY, "from", _shown(int(file.from_ms[rows[0]]))
    for clash in starts.clashes(connection, bound, file.from_ms, corrects=corrects):
        rows = bound.place[[clash.row]]
        other = None if clash.other < 0 else file.place(int(bound.place[clash.other]))
        shown = _span(int(file.from_ms[rows[0]]), int(bound.at_ms[clash.row]))
        yield rows, _overlaps(clash, other), "from", shown


_TOO_EARLY: Final = InputError(
    "reading.begins_early",
    zh="该时段的起点早于通道的启用时间,或在已归档封存的时段内。",
    en="The period begins before its channel does, or in time that is archived and sealed.",
    next_zh="请核对起止时间,或提前通道的启用时间。",
    next_en="Check both times, or let the channel begin earlier.",
)


def _overlaps(clash: Clash, other: Place | None) -> InputError:
    of = _span(clash.from_ms, clash.at_ms)
    where_zh, where_en = ("已入库的", "stored") if other is None else other.said()
    return InputError(
        "reading.overlaps",
        zh=f"与另一时段重叠:{of}({where_zh}),同一段时间的用量会重复计入。",
        en=f"The period overlaps another, {of} ({where_en}): that time would count twice.",
        next_zh="请核对两者的起止时间并只保留其一;已入库的读数有误时,先将其作废。",
        next_en="Check the times of both and keep one; where the stored one is wrong, void it "
        "first.",
        where={"overlaps": of},
    )


def _span(from_ms: int, at_ms: int) -> str:
    return f"{_shown(from_ms) if from_ms >= 0 else '…'} – {_shown(at_ms)}"


def _shown(ms: int) -> str:
    return instant(ms).isoformat(timespec="seconds").replace("+00:00", "Z")
