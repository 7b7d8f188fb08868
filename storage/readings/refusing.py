"""Why readings are refused, in words for whoever sent them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.clocks import lasting, shift_for, shift_text, zone_guessed
from metering.errors import InputError
from metering.messages import Message, Readings, Rejection

AHEAD: Final = "clock.ahead"
BEHIND: Final = "clock.behind"

# In the order in which they are looked for; a reading is refused for the first that holds.
REASONS: Final[dict[str, tuple[str, str, str, str]]] = {
    "reading.unknown_key": (
        "该采集网关没有此通道键。",
        "This gateway has no channel under that key.",
        (
            "请在“未绑定的键”页面(/unbound-keys)绑定该键,暂存的读数随即收下;"
            "导入登记之后则运行 commonwatt replay-rejected。"
        ),
        (
            "Bind it on the page of unbound keys (/unbound-keys), which takes what waits, too; "
            "after an import of the registry run commonwatt replay-rejected."
        ),
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


def refusals(
    batch: Sequence[Message],
    readings: Readings,
    places: NDArray[np.intp],
    why: NDArray[np.str_],
    off_ms: NDArray[np.int64],
) -> list[Rejection]:
    """Return one refusal for each message and reason.

    places: of the readings that are refused; why: the code of each. off_ms: of all readings, how
    far the clock is off.
    """
    refused: dict[tuple[int, str], list[int]] = {}
    for place, code in zip(places.tolist(), why.tolist(), strict=True):
        refused.setdefault((int(readings.message[place]), code), []).append(place)
    rejections = []
    for (message, code), rows in refused.items():
        keys = ", ".join(sorted({readings.channel_key[row] for row in rows})[:5])
        farthest = max(off_ms[rows].tolist(), key=abs)
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
        indices = tuple(int(readings.i[row]) for row in rows)
        rejections.append(Rejection(message, int(readings.seq[rows[0]]) or None, error, indices))
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
    return [reason.format(**fields) for reason in REASONS[code]]
