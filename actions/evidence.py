"""What a channel's use in a span of time stands on: its readings, and the stretches without."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics import intervals
from analytics.hours import spread
from analytics.intervals import Reason, Steps
from analytics.standing import assemble
from storage import explanations, usage
from storage.columns import Columns
from storage.explanations import Standing

_MOST_READINGS: Final = 200_000  # more than a month of minutes

# Also where readings have not begun, or have stopped.
BEFORE_FIRST: Final = "before_first"
AFTER_LAST: Final = "after_last"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "fall": (
        "示数变小,无法以翻转解释;登记换表后可算出用量",
        "the register fell, and no wrap explains it: known once an exchange is recorded",
    ),
    "held_too_long": (
        "功率值超过 1.5 个采集周期未更新",
        "a power value was not renewed for more than 1.5 periods",
    ),
    "out_of_range": ("用量超出可能范围", "the use is beyond what can be counted"),
    "no_final": ("换表时未抄旧表止数", "the old meter's last value was not read"),
    "gap": (
        "期间无读数:总量由前后示数得出,逐时分布为估算",
        "no readings: the total comes from those around it, its course is estimated",
    ),
    "missing": ("时段用量缺报", "interval values never came"),
    BEFORE_FIRST: ("首次读数之前", "before the first reading"),
    AFTER_LAST: ("最近一次读数之后", "after the last reading"),
}


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A stretch of time that was not measured, and why, as one of `WORDS`."""

    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A channel within a span of time.

    first, last: the readings that bound the span, or the nearest within where none lies beyond.
    readings: how many stand between, those two included.
    used: what these readings make in the span's hours, in carrier quanta, None where nothing is
        known; computed anew, so that it can be held against what is stored.
    """

    first: Standing | None
    last: Standing | None
    readings: int
    used: int | None
    unmeasured: list[Unmeasured]


def evidence_of(
    connection: Connection[Any], channel_id: int, first_ms: int, until_ms: int
) -> Evidence:
    """Return what a channel's use between two whole hours stands on."""
    before, after = explanations.edges(connection, channel_id, first_ms, until_ms)
    low = first_ms if before is None else before
    high = until_ms if after is None else after
    rows = explanations.readings(connection, channel_id, low, high, _MOST_READINGS)
    settings = usage.settings(connection, [channel_id])
    exchanges = _between(usage.exchanges(connection, [channel_id]), low, high)
    if not rows and not len(exchanges["at"]):
        return Evidence(None, None, 0, None, _outside(first_ms, until_ms, None))
    kinds = {channel_id: usage.channels(connection, [channel_id])[channel_id][0]}
    standing = assemble(_columns(channel_id, rows), exchanges, settings, kinds)
    steps = intervals.steps(standing)
    spans = intervals.unmeasured(standing, steps)
    inside = [
        Unmeasured(max(start, first_ms), min(end, until_ms), Reason(reason).name.lower())
        for start, end, reason in zip(
            spans.start_ms.tolist(), spans.end_ms.tolist(), spans.reason.tolist(), strict=True
        )
        if start < until_ms and end > first_ms
    ]
    reached = _reached(standing.at_ms, steps)
    return Evidence(
        rows[0] if rows else None,
        rows[-1] if rows else None,
        len(rows),
        _used(steps, first_ms, until_ms),
        sorted([*inside, *_outside(first_ms, until_ms, reached)], key=lambda one: one.start_ms),
    )


def _used(steps: Steps, first_ms: int, until_ms: int) -> int | None:
    """Return the sum of the hours of a span, as the worker would store them."""
    hours = spread(steps)
    inside = (hours.hour_ms >= first_ms) & (hours.hour_ms < until_ms) & hours.known
    return sum(hours.used[inside].tolist()) if inside.any() else None


def _reached(at_ms: NDArray[np.int64], steps: Steps) -> tuple[int, int]:
    """Return from where to where readings speak; an interval value speaks of the time before it."""
    starts = [int(at_ms[0]), *steps.start_ms[:1].tolist()]
    return min(starts), int(at_ms[-1])


def _outside(first_ms: int, until_ms: int, reached: tuple[int, int] | None) -> list[Unmeasured]:
    """Return the ends of a span to which no reading reaches."""
    if reached is None:
        return [Unmeasured(first_ms, until_ms, BEFORE_FIRST)] if until_ms > first_ms else []
    begin, end = reached
    early = Unmeasured(first_ms, min(begin, until_ms), BEFORE_FIRST)
    late = Unmeasured(max(end, first_ms), until_ms, AFTER_LAST)
    return [one for one in (early, late) if one.end_ms > one.start_ms]


def _columns(channel_id: int, rows: list[Standing]) -> Columns:
    return {
        "channel_id": np.full(len(rows), channel_id, np.int64),
        "at": np.array([row.at_ms for row in rows], np.int64),
        "value": np.array([row.value for row in rows], np.int64),
    }


def _between(exchanges: Columns, low: int, high: int) -> Columns:
    inside = (exchanges["at"] >= low) & (exchanges["at"] <= high)
    return {name: column[inside] for name, column in exchanges.items()}
