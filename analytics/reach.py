"""Which hours a change within a span can touch, and the readings from which they are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.effective import assemble
from analytics.lines import BOUNDS
from analytics.steps import HOUR_MS, EffectiveReadings
from analytics.widening import FAR_MS, Window, widened
from metering.channels import Kind

Columns = Mapping[str, NDArray[Any]]

AROUND: Final = 160  # readings read around a span at first
FURTHER: Final = 13  # times as many where they do not show how far a change reaches


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of channels beside their readings; columns sorted by channel."""

    settings: Columns
    exchanges: Columns
    verdicts: Columns
    starts: Columns
    kinds: Mapping[int, int]


class ChangedSpan(NamedTuple):
    """A span of a channel in which something changed; added: readings only came."""

    channel: int
    first_ms: int
    last_ms: int
    added: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A span with the readings around it, and whether these reach the channel's ends.

    begun_ms: when the first of the intervals began that end within the span or next after it,
        where that is told.
    """

    asked: ChangedSpan
    window: Window
    begun_ms: int = FAR_MS


@dataclass(frozen=True, slots=True)
class Settled:
    """Whole hours first_ms .. last_ms (not included) of a channel, and the rows that make them.

    end: the channel's last readings, where it is a register and its hours reach the last one: as
        many as a judgement of what follows looks at.
    """

    channel: int
    first_ms: int
    last_ms: int
    rows: EffectiveReadings
    end: EffectiveReadings | None = None


def windows(asked: Sequence[ChangedSpan], found: Columns, rows: int, known: Known) -> list[Read]:
    """Return each span with its readings, and the exchanges among them.

    found: place (of the span), at, value, with at most `rows` of them before and after the span.
    """
    edges = np.searchsorted(found["place"], np.arange(len(asked) + 1)).tolist()
    return [
        _window(one, found, slice(edges[place], edges[place + 1]), rows, known)
        for place, one in enumerate(asked)
    ]


def _window(one: ChangedSpan, found: Columns, own: slice, rows: int, known: Known) -> Read:
    at, channel = found["at"][own], one.channel
    whole_before = int(np.searchsorted(at, one.first_ms, "left")) < rows
    whole_after = len(at) - int(np.searchsorted(at, one.last_ms, "right")) < rows
    low = -FAR_MS if whole_before else int(at[0])
    high = FAR_MS if whole_after else int(at[-1])
    effective = assemble(
        {
            "channel_id": np.full(len(at), channel, np.int64),
            "at": at,
            "value": found["value"][own],
        },
        _of(known.exchanges, channel, low, high),
        _of(known.settings, channel, low, high),
        known.kinds,
        _of(known.verdicts, channel, low, high),
        _of(known.starts, channel, low, high),
    )
    after = int(np.searchsorted(at, one.last_ms, "right"))
    last = int(at[after]) if after < len(at) else one.last_ms
    begun = _of(known.starts, channel, one.first_ms, last)["from_ms"]
    begun_ms = int(begun.min()) if len(begun) else FAR_MS
    return Read(one, Window(effective, whole_before, whole_after), begun_ms)


def _of(columns: Columns, channel: int, low: int, high: int) -> Columns:
    first, beyond = np.searchsorted(columns["channel_id"], [channel, channel + 1]).tolist()
    own = {name: column[first:beyond] for name, column in columns.items()}
    if "at" not in own:
        return own
    inside = (own["at"] >= low) & (own["at"] <= high)
    return own if inside.all() else {name: column[inside] for name, column in own.items()}


def settled(read: Read, kind: int) -> Settled | None:
    """Return the hours that a change within the span can touch; None where more must be read."""
    return _register(read) if kind == Kind.REGISTER else _plain(read)


def _register(read: Read) -> Settled | None:
    window, at = read.window, read.window.effective.at_ms
    near = widened(window, read.asked.first_ms, read.asked.last_ms, added=read.asked.added)
    if near is None:
        return None
    start, stop = near.start_ms, near.stop_ms
    first = start if start > -FAR_MS else min([read.asked.first_ms, *at[:1].tolist()])
    last = stop if stop < FAR_MS else max([read.asked.last_ms, *at[-1:].tolist()])
    first, last = _hours(first, last)
    rows = judged_from(window, first, last)
    if rows is None:
        return None
    return Settled(read.asked.channel, first, last, rows, _end(window, last))


def _end(window: Window, last_ms: int) -> EffectiveReadings | None:
    """Return the last readings of a register, if there are none after last_ms or unread."""
    at = window.effective.at_ms
    first = len(at) - 1 - BOUNDS.calm
    if not (window.whole_after and len(at) and at[-1] <= last_ms):
        return None
    if first < 0 and not window.whole_before:
        return None
    return part(window.effective, max(first, 0), len(at))


def judged_from(window: Window, first_ms: int, last_ms: int) -> EffectiveReadings | None:
    """Return the rows of a register from which a stretch of time is judged; None for too few.

    They are those that a change of all of it would be judged from: if everything in it had come
    just now, nothing beyond would look different.
    """
    added = not _exchanged(window.effective, first_ms, last_ms)
    whole = widened(window, first_ms, last_ms, added=added)
    return None if whole is None else part(window.effective, whole.first, whole.beyond)


def _exchanged(effective: EffectiveReadings, first: int, last: int) -> bool:
    low, high = np.searchsorted(effective.at_ms, [first, last]).tolist()
    some = slice(low, high + 1)
    walls = (effective.ends[some] != effective.starts[some]) | ~effective.ends_known[some]
    return bool(walls.any())


def _plain(read: Read) -> Settled | None:
    """Intervals and power: a reading shapes the step before it and the step after."""
    window, at = read.window, read.window.effective.at_ms
    before = int(np.searchsorted(at, read.asked.first_ms, "left")) - 1
    after = int(np.searchsorted(at, read.asked.last_ms, "right"))
    period_ms = int(window.effective.period_before_ms.max()) if len(at) else 0
    begun_ms = min(read.asked.first_ms - period_ms, read.begun_ms)
    first = int(at[before]) if before >= 0 else begun_ms
    last = int(at[after]) if after < len(at) else read.asked.last_ms
    first, last = _hours(first, last)
    reaches_back = window.whole_before or (len(at) > 0 and int(at[0]) <= first)
    reaches_on = window.whole_after or (len(at) > 0 and int(at[-1]) >= last)
    if not (reaches_back and reaches_on):
        return None
    return Settled(read.asked.channel, first, last, window.effective)


def _hours(first: int, last: int) -> tuple[int, int]:
    return first // HOUR_MS * HOUR_MS, -(-last // HOUR_MS) * HOUR_MS


def part(effective: EffectiveReadings, first: int, beyond: int) -> EffectiveReadings:
    """Return some of the rows."""
    return part_where(effective, slice(first, beyond))


def part_where(effective: EffectiveReadings, some: Any) -> EffectiveReadings:
    """Return some of the rows, by a slice or a mask."""
    return EffectiveReadings(
        *(getattr(effective, name)[some] for name in EffectiveReadings.__slots__)
    )
