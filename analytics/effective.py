"""Readings, exchanges and dated settings of many channels, joined into what steps are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.steps import EffectiveReadings

Columns = Mapping[str, NDArray[Any]]

_HELD: Final = ("factor", "under", "max_per_hour")  # of the settings, now and just before


def assemble(
    readings: Columns,
    exchanges: Columns,
    settings: Columns,
    kinds: Mapping[int, int],
    verdicts: Columns | None = None,
    begun: Columns | None = None,
) -> EffectiveReadings:
    """Return effective readings with the setting that holds at each.

    readings: channel_id, at (ms), value; sorted by (channel, at), voids left out.
    exchanges: channel_id, at, final, final_known, initial; each supersedes a reading then.
    settings: channel_id, valid_from (ms), factor, under, period_s, max_per_hour, wraps_at;
        sorted by (channel, valid_from). Every channel has one from the beginning of time.
    kinds: by channel.
    verdicts: channel_id, at, wrap: whether a person says that the fall to the reading is a wrap.
    begun: channel_id, at (ms), from_ms: when the use of an interval began, where told.
    """
    channel, at, ends, starts, ends_known = _with_exchanges(readings, exchanges)
    now = _holding(settings, channel, at)
    before = _holding(settings, channel, at - 1)
    ids, place = np.unique(channel, return_inverse=True)
    judged, wraps = _confirmed(verdicts, channel, at)
    return EffectiveReadings(
        channel=channel,
        at_ms=at,
        ends=ends,
        starts=starts,
        ends_known=ends_known,
        starts_known=np.ones(len(at), np.bool_),
        kind=np.array([kinds[int(one)] for one in ids], np.int8)[place],
        **{name: settings[name][now] for name in (*_HELD, "wraps_at")},
        **{f"{name}_before": settings[name][before] for name in _HELD},
        period_ms=settings["period_s"][now] * 1000,
        period_before_ms=settings["period_s"][before] * 1000,
        from_ms=_begun(begun, channel, at),
        reinstated=judged & ~wraps,
        wrap_confirmed=judged & wraps,
    )


def _confirmed(
    verdicts: Columns | None, channel: NDArray[np.int64], at: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a person has said something of a reading, and whether that was: a wrap."""
    judged, wraps = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
    if verdicts is None or not len(verdicts["at"]):
        return judged, wraps
    told = {
        (one, then): wrap
        for one, then, wrap in zip(
            *(verdicts[name].tolist() for name in ("channel_id", "at", "wrap")), strict=True
        )
    }
    near = np.flatnonzero(np.isin(at, verdicts["at"]))
    for row in near.tolist():
        wrap = told.get((int(channel[row]), int(at[row])))
        judged[row], wraps[row] = wrap is not None, bool(wrap)
    return judged, wraps


def _begun(
    starts: Columns | None, channel: NDArray[np.int64], at: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return when the use of each row began, -1 where nobody told."""
    begun = np.full(len(at), -1, np.int64)
    if starts is None or not len(starts["at"]):
        return begun
    told = {
        (one, then): since
        for one, then, since in zip(
            *(starts[name].tolist() for name in ("channel_id", "at", "from_ms")), strict=True
        )
    }
    for row in np.flatnonzero(np.isin(at, starts["at"])).tolist():
        begun[row] = told.get((int(channel[row]), int(at[row])), -1)
    return begun


def _with_exchanges(readings: Columns, exchanges: Columns) -> tuple[NDArray[Any], ...]:
    channel, at, value = readings["channel_id"], readings["at"], readings["value"]
    known = np.ones(len(at), np.bool_)
    if not len(exchanges["at"]):
        return channel, at, value, value, known
    columns = [
        np.concatenate(pair)
        for pair in (
            (channel, exchanges["channel_id"]),
            (at, exchanges["at"]),
            (value, exchanges["final"]),
            (value, exchanges["initial"]),
            (known, exchanges["final_known"].astype(bool)),
        )
    ]
    exchanged = np.repeat([0, 1], [len(at), len(exchanges["at"])])
    order = np.lexsort((exchanged, columns[1], columns[0]))
    columns = [column[order] for column in columns]
    last = np.append(
        (columns[0][1:] != columns[0][:-1]) | (columns[1][1:] != columns[1][:-1]), True
    )
    return tuple(column[last] for column in columns)


def _holding(
    settings: Columns, channel: NDArray[np.int64], at: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return for each (channel, at) the row of the setting that holds then."""
    row = np.searchsorted(settings["channel_id"], channel, "left")
    last = np.searchsorted(settings["channel_id"], channel, "right") - 1
    # A channel has one setting, rarely a few: one pass over all readings for each further one.
    while True:
        later = row < last
        later[later] = settings["valid_from"][row[later] + 1] <= at[later]
        if not later.any():
            return row
        row = row + later
