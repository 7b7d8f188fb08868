"""Whether registers' readings fit what stands around them, as they come one after another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.clocks import HOUR_MS, NEAR, Pace, fits
from storage.readings.binding import Bound
from storage.readings.folding import runs_of_days

_NEVER: Final = -(2**45)  # ms, before all that can be said
_WITH_DOUBT: Final = 1.000001  # what is so near a limit is compared exactly, one by one

# Around each span of instants in question: what it holds, and the nearest to both sides.
_AROUND: Final = """
    SELECT s.channel, storage.ms(r.at), r.value, r.seq
      FROM unnest(%(channel)s::integer[], %(first)s::bigint[], %(last)s::bigint[])
           AS m (channel, first_ms, last_ms)
     CROSS JOIN LATERAL (SELECT m.channel, to_timestamp(m.first_ms / 1000.0) AS first,
                                to_timestamp(m.last_ms / 1000.0) AS last) s
     CROSS JOIN LATERAL (
           (SELECT at, value, seq FROM reading
             WHERE channel_id = s.channel AND at < s.first AND value IS NOT NULL
             ORDER BY at DESC LIMIT %(near)s)
           UNION ALL
           SELECT at, value, seq FROM reading
            WHERE channel_id = s.channel AND at BETWEEN s.first AND s.last AND value IS NOT NULL
           UNION ALL
           (SELECT at, value, seq FROM reading
             WHERE channel_id = s.channel AND at > s.last AND value IS NOT NULL
             ORDER BY at LIMIT %(near)s)) r
"""

_EXCHANGES: Final = """
    SELECT channel_id, storage.ms(at) FROM exchange
     WHERE channel_id = ANY(%s) AND known_until IS NULL ORDER BY channel_id, at
"""

_PACES: Final = """
    SELECT channel_id, storage.ms(valid_from), coalesce(max_per_hour, 0), coalesce(wraps_at, 0),
           period_s * 1000::bigint
      FROM channel_setting WHERE channel_id = ANY(%s) AND known_until IS NULL
     ORDER BY channel_id, valid_from
"""


class _Register:
    """What a register showed around the readings in question, nothing of it across an exchange."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, int]] = []
        self.stands: dict[int, tuple[int, int]] = {}  # by instant: seq and value
        self.exchanges: list[int] = []
        self.paces: list[tuple[int, Pace]] = []

    def rises(self, at_ms: NDArray[np.int64], value: NDArray[np.int64]) -> bool:
        """Return whether it rose, and could have, from each instant to the next, these included.

        False where it is not so plain: it was exchanged, or its pace has changed.
        """
        paces = {pace for _, pace in self.paces}
        if self.exchanges or len(paces) > 1:
            return False
        known = np.array(self.shown, np.int64).reshape(-1, 2)
        at, shown = np.append(known[:, 0], at_ms), np.append(known[:, 1], value)
        order = np.lexsort((shown, at))
        time_ms, rise = np.diff(at[order]), np.diff(shown[order])
        if (rise < 0).any() or (rise[time_ms == 0] > 0).any():
            return False
        most = next(iter(paces)).max_per_hour if paces else 0
        later = time_ms > 0
        well_within = rise[later] * (HOUR_MS * _WITH_DOUBT) < most * time_ms[later].astype(float)
        return most == 0 or bool(well_within.all())

    def takes(self, at_ms: int, value: int, seq: int) -> bool:
        """Return whether a reading fits, or stands there already."""
        if self.stands.get(at_ms) == (seq, value):
            return True
        exchange = bisect_right(self.exchanges, at_ms)
        since = self.exchanges[exchange - 1] if exchange else _NEVER
        until = self.exchanges[exchange] if exchange < len(self.exchanges) else -_NEVER
        first, last = (bisect_left(self.shown, (at, _NEVER)) for at in (at_ms, at_ms + 1))
        before = [one for one in self.shown[max(first - NEAR, 0) : first] if one[0] > since]
        after = [one for one in self.shown[last : last + NEAR] if one[0] < until]
        pace = next((pace for then, pace in reversed(self.paces) if then <= at_ms), Pace(0, 0, 0))
        return fits(at_ms, value, before, after, pace)

    def add(self, at_ms: int, value: int) -> None:
        """Take a reading that came before those that are still to be judged."""
        insort(self.shown, (at_ms, value))


def fitting(
    connection: Connection[Any], bound: Bound, doubtful: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which readings fit; those not in doubt do."""
    fit = np.ones(len(doubtful), np.bool_)
    if not doubtful.any():
        return fit
    registers = _registers(connection, bound, np.flatnonzero(doubtful))
    rows = np.flatnonzero(np.isin(bound.channel_id, list(registers)))
    rising = _rising(registers, bound, rows)
    if rising:
        rows = rows[~np.isin(bound.channel_id[rows], rising)]
    rows = rows[np.lexsort((bound.at_ms[rows], bound.seq[rows]))]
    for row in rows.tolist():
        register = registers[int(bound.channel_id[row])]
        at_ms, value = int(bound.at_ms[row]), int(bound.value[row])
        if doubtful[row]:
            fit[row] = register.takes(at_ms, value, int(bound.seq[row]))
        if fit[row]:
            register.add(at_ms, value)
    return fit


def _rising(registers: dict[int, _Register], bound: Bound, rows: NDArray[np.intp]) -> list[int]:
    """Return the registers of which every reading fits, whichever of them came before it.

    Where all that is known and all that is new, taken together, rises from one to the next at a
    pace that can be, so it does between any two of them: a rise is a sum of rises, and of time.
    """
    order = rows[np.lexsort((bound.at_ms[rows], bound.channel_id[rows]))]
    channel = bound.channel_id[order]
    starts = np.flatnonzero(np.append(True, channel[1:] != channel[:-1]))
    rising = []
    for first, last in zip(starts, np.append(starts[1:], len(order)), strict=True):
        some = order[first:last]
        one = int(channel[first])
        if registers[one].rises(bound.at_ms[some], bound.value[some]):
            rising.append(one)
    return rising


def _registers(
    connection: Connection[Any], bound: Bound, places: NDArray[np.intp]
) -> dict[int, _Register]:
    """Return the registers of readings in question, with what stands around these."""
    places = places[np.lexsort((bound.at_ms[places], bound.channel_id[places]))]
    channel, first, last = runs_of_days(bound, places)
    ids = sorted(set(channel))
    found = {one: _Register() for one in ids}
    spans = {"channel": channel, "first": first, "last": last, "near": NEAR}
    for one, at_ms, value, seq in connection.execute(_AROUND, spans):
        found[one].stands[at_ms] = (seq, value)
    for register in found.values():
        register.shown = sorted((at_ms, value) for at_ms, (_, value) in register.stands.items())
    for one, at_ms in connection.execute(_EXCHANGES, [ids]):
        found[one].exchanges.append(at_ms)
    for one, at_ms, *pace in connection.execute(_PACES, [ids]):
        found[one].paces.append((at_ms, Pace(*pace)))
    return found
