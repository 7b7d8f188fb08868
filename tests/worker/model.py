"""Usage recomputed from scratch, slowly and in other words: what the worker must arrive at."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from tests.analytics import byhand
from tests.analytics.byhand import Facts, Row, Step


@dataclass
class Channel:
    """A channel and everything that stands on it. Settings and exchanges are (from_ms, …) lists."""

    kind: int
    zone: str
    # from, factor, under, period, max, wraps
    settings: list[tuple[int, int, int, int, int | None, int | None]]
    exchanges: dict[int, tuple[int | None, int]] = field(default_factory=dict)
    readings: dict[int, int] = field(default_factory=dict)
    begun: dict[int, int] = field(default_factory=dict)  # when the use began, by its end

    def facts(self, at: int) -> Facts:
        _, factor, under, period, most, wraps = [row for row in self.settings if row[0] <= at][-1]
        return Facts(factor, period, most, wraps, under)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def steps(channel: Channel) -> list[Step]:
    """Return the judged steps."""
    rows = []
    for at in sorted(channel.readings.keys() | channel.exchanges.keys()):
        value = channel.readings.get(at)
        ends, starts = channel.exchanges.get(at, (value, value))
        now, before = channel.facts(at), channel.facts(at - 1)
        rows.append(Row(at, ends, starts, now, before, begun=channel.begun.get(at, -1)))
    return byhand.steps(channel.kind, rows)


def hours(channel: Channel) -> dict[int, tuple[int | None, int, int]]:
    """Return hour → (used or None, measured_s, known_s)."""
    return byhand.hours(steps(channel))


def days(
    by_hour: dict[int, tuple[int | None, int, int]], zone: str
) -> dict[str, tuple[int | None, int, int]]:
    """Return civil day → (used or None, measured_s, known_s), of hours as above."""
    found: dict[str, tuple[int | None, int, int]] = {}
    for hour, (used, measured, known) in by_hour.items():
        day = datetime.fromtimestamp(hour / 1000, UTC).astimezone(ZoneInfo(zone))
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
