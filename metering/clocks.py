"""What clocks do wrong, and how it shows: times ahead of arrival, times that fell back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from metering.errors import InputError

HOUR_MS: Final = 3_600_000
AHEAD_MS: Final = 10 * 60_000  # a reading may be so far ahead of its arrival
BEHIND_MS: Final = 24 * HOUR_MS  # instants farther before the gateway's newest are looked at
NEWEST_MS: Final = 10 * 60_000  # a gateway's newest instant is kept in whole steps of this
NEAR: Final = 3  # readings to each side: one or two outliers there must not refuse what is right

_SHIFT: Final = re.compile(r"([+-]?)(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?")
_QUARTER_MS: Final = HOUR_MS // 4
_EAST_MS: Final = 14 * HOUR_MS  # no zone lies farther ahead of UTC
_JUST_MS: Final = 2 * 60_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What a register can do in a span of time; 0 where nobody stated it.

    max_per_hour, wraps_at: [register quanta].
    """

    max_per_hour: int
    wraps_at: int
    period_ms: int


def zone_guessed(ahead_ms: int) -> int | None:
    """Return the zone whose local time was sent as UTC, if that explains a clock so far ahead.

    Readings arrive a little after they are taken, so the zone is a little more than what is seen:
    the quarter of an hour that it just misses, else the next whole hour. [ms]
    """
    quarter = -(-(ahead_ms - _JUST_MS) // _QUARTER_MS) * _QUARTER_MS
    just = quarter - ahead_ms <= _JUST_MS
    zone = quarter if just else -(-ahead_ms // HOUR_MS) * HOUR_MS
    return zone if 0 < zone <= _EAST_MS else None


def shift_for(ahead_ms: int) -> int:
    """Return by how much to shift what is so far ahead: by the zone guessed, else by just that."""
    return -(zone_guessed(ahead_ms) or ahead_ms)


def plausible(rise: int, time_ms: int, pace: Pace) -> bool:
    """Return whether a register can have risen so, compared exactly; without a limit by any."""
    most = pace.max_per_hour
    return rise >= 0 and (most == 0 or rise * HOUR_MS <= most * time_ms)


def fits(
    at_ms: int,
    value: int,
    before: Sequence[tuple[int, int]],
    after: Sequence[tuple[int, int]],
    pace: Pace,
) -> bool:
    """Return whether a register can have shown a value between what it showed before and after.

    before, after: (ms, value) of the nearest readings, none of them across an exchange. On either
    side one must do, for another may be an outlier. What nothing follows is not between: it is
    the newest of its register, and judged as all that come in turn.
    """
    return not after or (
        any(_follows(value, then, at - at_ms, pace) for at, then in after)
        and (not before or any(_follows(then, value, at_ms - at, pace) for at, then in before))
    )


def _follows(earlier: int, later: int, time_ms: int, pace: Pace) -> bool:
    """Return whether one value can follow another; a wrap without a limit only after a short time.

    A limit bounds what a wrap can have used, so months may lie between.
    """
    if plausible(later - earlier, time_ms, pace):
        return True
    used, most = later - earlier + pace.wraps_at, 2 if pace.max_per_hour else 10
    return (
        pace.wraps_at > 0
        and later < earlier
        and (pace.max_per_hour > 0 or time_ms <= 3 * pace.period_ms)
        and used * most <= pace.wraps_at
        and plausible(used, time_ms, pace)
    )


def lasting(time_ms: int) -> tuple[str, str]:
    """Return how long a time is as people say it, zh and en; the two greatest parts."""
    minutes = abs(time_ms) // 60_000
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"))
    first = next((place for place, part in enumerate(parts) if part[0]), 2)
    shown = [part for part in parts[first : first + 2] if part[0]] or [parts[2]]
    return " ".join(f"{n} {zh}" for n, zh, _ in shown), " ".join(f"{n} {en}" for n, _, en in shown)


def shift_of(text: str) -> int:
    """Return the milliseconds of what people write as -8h, +1d6h or -5h30m."""
    found = _SHIFT.fullmatch(text.strip())
    if found is None or not any(found.groups()[1:]):
        raise InputError(
            "clock.no_shift",
            zh=f"“{text}”不是时间偏移。",
            en=f"“{text}” is no shift of time.",
            next_zh="写作 -8h、+1d6h 或 -5h30m;guess 表示按推测的偏差。",
            next_en="Write -8h, +1d6h or -5h30m; guess is by the offset that was guessed.",
            where={"field": "shift", "value": text},
        )
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    time_ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    return -time_ms if found[1] == "-" else time_ms


def shift_text(shift_ms: int) -> str:
    """Return a shift as the command takes it: -8h, +1d6h."""
    seconds = abs(shift_ms) // 1000
    parts = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))
    text = ""
    for size, unit in parts:
        count, seconds = divmod(seconds, size)
        text += f"{count}{unit}" if count else ""
    return ("-" if shift_ms < 0 else "+") + (text or "0s")
