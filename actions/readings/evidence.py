"""What a channel's use in a span of time stands on: its readings, and the stretches without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.readings.evidence_words import AFTER_LAST, BEFORE_FIRST
from analytics.balance import Balance, balance
from analytics.hours import spread
from analytics.judging import judged, unmeasured
from analytics.reach import AROUND, FURTHER, ChangedSpan, Known, Read, judged_from, settled, windows
from analytics.steps import EffectiveReadings as Rows
from analytics.steps import Judged, Reason, Steps
from metering.channels import Kind
from storage.accounts import explanations, usage
from storage.accounts.explanations import EffectiveReading
from storage.columns import Columns
from storage.readings import amendments
from storage.readings.amendments import Correction

_DAY_MS: Final = 86_400_000
_MOST_READINGS: Final = 200_000  # more than a month of minutes


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A stretch of time that was not measured, and why, as one of `evidence_words.WORDS`.

    ends_ms: the reading that ends it, which may lie beyond the span that was asked for.
    """

    start_ms: int
    end_ms: int
    reason: str
    ends_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that a reader must know of the readings, as one of `evidence_words.OCCURRED`.

    value: in quanta of the channel, where it is of one reading.
    source, by: why and who, where a person did it; correction: the act, as the API shows it.
    """

    start_ms: int
    end_ms: int
    kind: str
    value: int | None
    source: str = ""
    by: str = ""
    correction: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A channel within a span of time.

    first, last: the readings that bound the span, or the nearest within where none lies beyond.
    readings: how many stand between, those two included; those set aside are among `occurred`.
    used: what these readings make in the span's hours, in carrier quanta, None where nothing is
        known; computed anew, so that it can be held against what is stored.
    balance: of a register, whether its steps add to last − first, and with what between.
    """

    first: EffectiveReading | None
    last: EffectiveReading | None
    readings: int
    used: int | None
    unmeasured: list[Unmeasured]
    occurred: list[Occurrence]
    balance: Balance | None


def evidence_of(
    connection: Connection[Any], channel_id: int, first_ms: int, until_ms: int
) -> Evidence:
    """Return what a channel's use between two whole hours stands on."""
    known = what_is_known(connection, channel_id)
    rows, effective = _judgeable(
        connection, ChangedSpan(channel_id, first_ms, until_ms, False), known
    )
    if not len(rows.at_ms):
        return Evidence(
            None, None, 0, None, _outside(first_ms, until_ms, None), occurred=[], balance=None
        )
    found = judged(rows)
    low, high = _edges(found.steps, rows, first_ms, until_ms)
    gone = set(rows.at_ms[~found.stands].tolist())
    inside = [one for one in effective if low <= one.at_ms <= high and one.at_ms not in gone]
    register = known.kinds[channel_id] == Kind.REGISTER
    return Evidence(
        inside[0] if inside else None,
        inside[-1] if inside else None,
        len(inside),
        _used(found.steps, first_ms, until_ms),
        _unmeasured(rows, found.steps, first_ms, until_ms),
        _occurred(
            rows,
            found,
            known.exchanges["at"].tolist(),
            amendments.listed(connection, channel_id, first_ms, until_ms - 1),
            (first_ms, until_ms),
        ),
        balance(rows, found, low, high) if register else None,
    )


def what_is_known(connection: Connection[Any], channel_id: int) -> Known:
    """Return settings, exchanges, verdicts and starts of one channel."""
    channels = [channel_id]
    return Known(
        usage.settings(connection, channels),
        usage.exchanges(connection, channels),
        usage.verdicts(connection, channels),
        usage.starts(connection, channels),
        {channel_id: usage.channels(connection, channels)[channel_id][0]},
    )


def readings_around(
    connection: Connection[Any],
    asked: ChangedSpan,
    known: Known,
    rows: int,
    most: int = _MOST_READINGS,
) -> tuple[Read, list[EffectiveReading]]:
    """Return a span with so many readings before and after it, and these readings."""
    effective = explanations.around(
        connection, asked.channel, asked.first_ms, asked.last_ms, rows, most
    )
    (read,) = windows([asked], _columns(effective), rows, known)
    return read, effective


def _judgeable(
    connection: Connection[Any], asked: ChangedSpan, known: Known
) -> tuple[Rows, list[EffectiveReading]]:
    """Return the rows from which a span is judged as the worker judges it, and its readings."""
    rows, kind = AROUND, known.kinds[asked.channel]
    while True:
        read, effective = readings_around(connection, asked, known, rows)
        if kind == Kind.REGISTER:
            found = judged_from(read.window, asked.first_ms, asked.last_ms)
        else:
            reached = settled(read, kind)
            found = None if reached is None else reached.rows
        if found is not None:
            return found, effective
        rows *= FURTHER


def _edges(steps: Steps, rows: Rows, first_ms: int, until_ms: int) -> tuple[int, int]:
    """Return where the first step of a span begins and the last one ends."""
    inside = np.flatnonzero((steps.end_ms > first_ms) & (steps.start_ms < until_ms))
    if not len(inside):
        return int(rows.at_ms[0]), int(rows.at_ms[-1])
    return int(steps.start_ms[inside[0]]), int(steps.end_ms[inside[-1]])


def _unmeasured(rows: Rows, steps: Steps, first_ms: int, until_ms: int) -> list[Unmeasured]:
    spans = unmeasured(rows, steps)
    inside = [
        Unmeasured(max(start, first_ms), min(end, until_ms), Reason(reason).name.lower(), end)
        for start, end, reason in zip(
            spans.start_ms.tolist(), spans.end_ms.tolist(), spans.reason.tolist(), strict=True
        )
        if start < until_ms and end > first_ms
    ]
    outside = _outside(first_ms, until_ms, _reached(rows.at_ms, steps))
    return sorted([*inside, *outside], key=lambda one: one.start_ms)


def _occurred(
    rows: Rows,
    found: Judged,
    exchanged: list[int],
    corrections: list[Correction],
    span: tuple[int, int],
) -> list[Occurrence]:
    """Return the readings set aside, the wraps, the exchanges and what people said of a span."""
    away = zip(rows.at_ms[~found.stands].tolist(), rows.ends[~found.stands].tolist(), strict=True)
    turned = found.steps.reason == Reason.WRAPPED
    wraps = zip(
        found.steps.start_ms[turned].tolist(), found.steps.end_ms[turned].tolist(), strict=True
    )
    # An exchange, and a use that is kept as one there, is told once: with who said so.
    people = _in_force(corrections, exchanged)
    told = {one.at_ms for one in people if one.kind in ("exchange", "use")}
    everything = [
        *(Occurrence(at, at, "set_aside", value) for at, value in away),
        *(Occurrence(start, end, "wrapped", None) for start, end in wraps),
        *(Occurrence(at, at, "exchange", None) for at in exchanged if at not in told),
        *_bills(rows),
        *map(_act, people),
    ]
    first_ms, until_ms = span
    inside = [one for one in everything if one.end_ms >= first_ms and one.start_ms < until_ms]
    return sorted(inside, key=lambda one: (one.start_ms, one.kind))


def _bills(rows: Rows) -> Iterator[Occurrence]:
    """Return the uses of more than a day whose beginning was told, as it was told."""
    told = rows.ends_known & (rows.kind == Kind.INTERVAL) & (rows.from_ms >= 0)
    told &= rows.at_ms - rows.from_ms > _DAY_MS
    columns = (rows.from_ms[told], rows.at_ms[told], rows.ends[told])
    for start, end, value in zip(*(one.tolist() for one in columns), strict=True):
        yield Occurrence(start, end, "bill", value)


def _in_force(corrections: list[Correction], exchanged: list[int]) -> list[Correction]:
    """Return what people said; of exchanges only the last word on an instant that has one."""
    last = {one.at_ms: one.id for one in corrections if one.kind in amendments.OF_EXCHANGE}
    return [
        one
        for one in corrections
        if one.kind not in ("exchange", "use")
        or (last[one.at_ms] == one.id and one.at_ms in exchanged)
    ]


def _act(one: Correction) -> Occurrence:
    span = (one.at_ms, one.last_ms)
    return Occurrence(*span, one.kind, one.value, one.source, one.known_by, one.id)


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


def _columns(rows: list[EffectiveReading]) -> Columns:
    return {
        "place": np.zeros(len(rows), np.int64),
        "at": np.array([row.at_ms for row in rows], np.int64),
        "value": np.array([row.value for row in rows], np.int64),
    }
