"""Whether registers' readings fit what stands around them, as they come one after another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.clocks import NEAR, Pace, fits
from storage.readings.binding import Bound
from storage.readings.merging import runs_of_days

_NEVER: Final = -(2**45)  # ms, before all that can be said

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
    rows = rows[np.lexsort((bound.at_ms[rows], bound.seq[rows]))]
    for row in rows.tolist():
        register = registers[int(bound.channel_id[row])]
        at_ms, value = int(bound.at_ms[row]), int(bound.value[row])
        if doubtful[row]:
            fit[row] = register.takes(at_ms, value, int(bound.seq[row]))
        if fit[row]:
            register.add(at_ms, value)
    return fit


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
