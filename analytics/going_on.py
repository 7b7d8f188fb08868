"""Registers that only go on: what comes after a calm end adds to its hours and changes no other.

A judgement does not cross calm steps, so a plain step after them leaves every step before as it
is, and is known itself. Nothing but the end of what is in the hours is needed, however many
readings an hour holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.effective import assemble
from analytics.hours import Hours, spread
from analytics.judging import steps
from analytics.lines import line_of
from analytics.reach import part_where
from analytics.steps import HOUR_MS, Bools, EffectiveReadings, Ints, Steps
from analytics.widening import plain_steps

Columns = Mapping[str, NDArray[Any]]

_MOST: Final = 2**40  # quanta that a step adds; more is for who can say that an hour holds too much
_NO_EXCHANGES: Final = {"at": np.zeros(0, np.int64)}


@dataclass(frozen=True, slots=True)
class Ends:
    """The last readings that registers' hours hold, each after calm steps; sorted by channel.

    measured_ms, known_ms: what whole seconds leave over of the time in the hour of the reading,
        0 to 999.
    """

    channel: Ints
    at_ms: Ints
    value: Ints
    measured_ms: Ints
    known_ms: Ints

    def only(self, some: Any) -> Ends:
        """Return some of the rows."""
        return Ends(*(getattr(self, name)[some] for name in Ends.__slots__))


@dataclass(frozen=True, slots=True)
class GoneOn:
    """What channels came to that only went on.

    hours: what is added to hours: channel_id, hour (ms), used, measured_s, known_s.
    ends: where each of these channels ends now.
    """

    hours: dict[str, NDArray[Any]]
    ends: Ends


def gone_on(ends: Ends, readings: Columns, settings: Columns, kinds: Mapping[int, int]) -> GoneOn:
    """Return what readings add; channels that do not only go on are left out.

    readings: channel_id, at, value, from each end itself on; sorted by (channel, at). An end that
        is not as it was tells that more changed.
    """
    ends = ends.only(_as_it_was(ends, readings))
    kept = np.isin(readings["channel_id"], ends.channel)
    rows = assemble(
        {name: column[kept] for name, column in readings.items()}, _NO_EXCHANGES, settings, kinds
    )
    odd = _odd(rows)
    ends = ends.only(~np.isin(ends.channel, odd))
    rows = part_where(rows, ~np.isin(rows.channel, odd))
    made = steps(rows)
    odd = made.channel[~made.known | (made.used > _MOST)]
    if len(odd):
        ends = ends.only(~np.isin(ends.channel, odd))
        rows = part_where(rows, ~np.isin(rows.channel, odd))
        some = ~np.isin(made.channel, odd)
        made = Steps(*(getattr(made, name)[some] for name in Steps.__slots__))
    return _added(ends, rows, spread(made))


def calm_ends(ends: Sequence[EffectiveReadings]) -> Bools:
    """Return which of the last readings of registers are calm: each step plain."""
    calm = np.ones(len(ends), np.bool_)
    if len(ends):
        calm[_odd(apart(ends))] = False
    return calm


def rest_of(hours: Hours, channel: Ints, at_ms: Ints) -> tuple[Ints, Ints]:
    """Return what whole seconds leave over of measured and known time in the hour of an instant.

    channel: (k,) sorted. returns: (k,) ms each, 0 where nothing of that hour is among the hours.
    """
    measured, known = np.zeros(len(channel), np.int64), np.zeros(len(channel), np.int64)
    if len(channel):
        place = np.minimum(np.searchsorted(channel, hours.channel), len(channel) - 1)
        here = (channel[place] == hours.channel) & (_hour(at_ms)[place] == hours.hour_ms)
        measured[place[here]] = hours.measured_ms[here] % 1000
        known[place[here]] = hours.known_ms[here] % 1000
    return measured, known


def apart(rows: Sequence[EffectiveReadings]) -> EffectiveReadings:
    """Return rows of many stretches together, each as a channel of its own."""
    columns = {
        name: np.concatenate([getattr(one, name) for one in rows])
        for name in EffectiveReadings.__slots__
    }
    place = np.repeat(np.arange(len(rows)), [len(one.at_ms) for one in rows])
    return EffectiveReadings(**{**columns, "channel": place})


def _as_it_was(ends: Ends, readings: Columns) -> Bools:
    """Return which ends are the first of their channel's readings, with the same value."""
    found = np.zeros(len(ends.channel), np.bool_)
    first = np.searchsorted(readings["channel_id"], ends.channel)
    some = np.flatnonzero(first < len(readings["channel_id"]))
    columns = (ends.channel, ends.at_ms, ends.value)
    found[some] = np.logical_and.reduce(
        [
            readings[name][first[some]] == column[some]
            for name, column in zip(("channel_id", "at", "value"), columns, strict=True)
        ]
    )
    return found


def _odd(rows: EffectiveReadings) -> Ints:
    """Return the channels that have a step which is not plain."""
    line = line_of(rows)
    inner = rows.channel[1:] == rows.channel[:-1]
    odd: Ints = rows.channel[1:][inner & ~plain_steps(line, line.rise)]
    return odd


def _added(ends: Ends, rows: EffectiveReadings, hours: Hours) -> GoneOn:
    place = np.searchsorted(ends.channel, hours.channel)
    same = _hour(ends.at_ms)[place] == hours.hour_ms
    whole = Hours(
        hours.channel,
        hours.hour_ms,
        hours.used,
        hours.known,
        hours.measured_ms + np.where(same, ends.measured_ms[place], 0),
        hours.known_ms + np.where(same, ends.known_ms[place], 0),
    )
    last = np.searchsorted(rows.channel, ends.channel, "right") - 1
    at_ms = rows.at_ms[last]
    measured, known = rest_of(whole, ends.channel, at_ms)
    still = at_ms == ends.at_ms
    return GoneOn(
        {
            "channel_id": whole.channel,
            "hour": whole.hour_ms,
            "used": whole.used,
            "measured_s": whole.measured_s,
            "known_s": whole.known_s,
        },
        Ends(
            ends.channel,
            at_ms,
            rows.starts[last],
            np.where(still, ends.measured_ms, measured),
            np.where(still, ends.known_ms, known),
        ),
    )


def _hour(at_ms: Ints) -> Ints:
    return at_ms // HOUR_MS * HOUR_MS
