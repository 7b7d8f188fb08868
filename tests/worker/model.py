"""Usage recomputed from scratch, slowly and in other words: what the worker must arrive at."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

HOUR = 3_600_000


@dataclass
class Channel:
    """A channel and everything that stands on it. Settings and exchanges are (from_ms, …) lists."""

    kind: int
    zone: str
    settings: list[tuple[int, int, int, int | None, int | None]]  # from, factor, period, max, wraps
    exchanges: dict[int, tuple[int | None, int]] = field(default_factory=dict)
    readings: dict[int, int] = field(default_factory=dict)

    def setting(self, at: int) -> tuple[int, int, int | None, int | None]:
        return [row for row in self.settings if row[0] <= at][-1][1:]


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def steps(channel: Channel) -> list[tuple[int, int, int | None, int]]:
    """Return (start, end, used or None, period_s)."""
    found = []
    instants = sorted(channel.readings.keys() | channel.exchanges.keys())
    for place, at in enumerate(instants):
        before = instants[place - 1] if place else None
        factor, period, _, _ = channel.setting(at)
        if channel.kind == 1:
            if at in channel.readings and at not in channel.exchanges:
                start = at - channel.setting(at - 1)[1] * 1000
                if before is not None and before > start:
                    start = before
                own = channel.setting(before if before == start else at - 1)
                found.append((start, at, channel.readings[at] * own[0], channel.setting(at - 1)[1]))
            continue
        if before is None:
            continue
        factor, period, most, wraps = channel.setting(before)
        start_value = (
            channel.exchanges[before][1]
            if before in channel.exchanges
            else channel.readings[before]
        )
        if channel.kind == 2:
            end = min(at, before + period * 1500)
            used = half_up(Fraction(start_value * factor * (end - before), HOUR))
            found.append((before, end, used, period))
            if end < at:
                found.append((end, at, None, period))
            continue
        end_value = channel.exchanges[at][0] if at in channel.exchanges else channel.readings[at]
        if end_value is None:
            found.append((before, at, None, period))
            continue
        used = end_value - start_value
        if used < 0:
            used = used + wraps if wraps else None
            if used is not None and (
                used < 0
                or not (
                    Fraction(used) <= Fraction(most * (at - before), HOUR)
                    if most
                    else used <= wraps // 10
                )
            ):
                used = None
        found.append((before, at, None if used is None else used * factor, period))
    return found


def hours(channel: Channel) -> dict[int, tuple[int | None, int, int]]:
    """Return hour → (used or None, measured_s, known_s)."""
    used: dict[int, int | None] = {}
    measured: dict[int, int] = defaultdict(int)
    known: dict[int, int] = defaultdict(int)
    for start, end, amount, period in steps(channel):
        for hour in range(start // HOUR * HOUR, end, HOUR):
            low, high = max(hour, start), min(hour + HOUR, end)
            used.setdefault(hour, None)
            if amount is None:
                continue
            part = half_up(Fraction(amount * (high - start), end - start)) - half_up(
                Fraction(amount * (low - start), end - start)
            )
            used[hour] = (used[hour] or 0) + part
            known[hour] += high - low
            if 2 * (end - start) <= 3 * period * 1000:
                measured[hour] += high - low
    return {
        hour: (amount, measured[hour] // 1000, known[hour] // 1000) for hour, amount in used.items()
    }


def days(channel: Channel) -> dict[str, tuple[int | None, int, int]]:
    """Return civil day → (used or None, measured_s, known_s)."""
    found: dict[str, tuple[int | None, int, int]] = {}
    for hour, (used, measured, known) in hours(channel).items():
        day = datetime.fromtimestamp(hour / 1000, UTC).astimezone(ZoneInfo(channel.zone))
        key = day.date().isoformat()
        so_far, measured_so_far, known_so_far = found.get(key, (None, 0, 0))
        total = so_far if used is None else (so_far or 0) + used
        found[key] = (total, measured_so_far + measured, known_so_far + known)
    return found


def account_part(amount: int, shares_before: int, share: int) -> int:
    """Return one institution's part of a channel-day, by cascade rounding in millionths."""
    return half_up(Fraction(amount * (shares_before + share), 10**6)) - half_up(
        Fraction(amount * shares_before, 10**6)
    )
