"""From steps to hours: one function spreads; the sum of hours is the sum of known steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.steps import HOUR_MS, Bools, Ints, Steps
from metering.errors import InputError

HOUR_BEYOND: Final = "usage.hour_out_of_range"
_SAFE: Final = 2**60
_BLOCK: Final = 2**19  # pieces at once, so that a gap of years costs no more memory than its hours


class _Parts(NamedTuple):
    """Parts of hours; columns sorted by (channel, hour)."""

    channel: Ints
    hour: Ints  # its number since 1970
    used: Ints
    known: Bools
    measured_ms: Ints
    known_ms: Ints
    factor: Ints
    under: Ints


@dataclass(frozen=True, slots=True)
class Hours:
    """Use by hour; columns of equal length, sorted by (channel, hour).

    hour_ms: the hour's beginning, UTC.
    used: the sum of the known parts [quanta of the carrier]; 0 where `known` is false.
    known: whether any part is known.
    measured_ms: time inside known steps short enough to show their shape, 0 to 3,600,000.
    known_ms: time inside known steps of any length, 0 to 3,600,000.
    """

    channel: Ints
    hour_ms: Ints
    used: Ints
    known: Bools
    measured_ms: Ints
    known_ms: Ints

    @property
    def measured_s(self) -> Ints:
        """Whole seconds of `measured_ms`."""
        return self.measured_ms // 1000

    @property
    def known_s(self) -> Ints:
        """Whole seconds of `known_ms`."""
        return self.known_ms // 1000


def spread(steps: Steps) -> Hours:
    """Return the hours that steps reach, each the sum of its parts of known steps.

    The part of a step before an instant h is (2·used·(h − t0) + T) // (2·T) with T = t1 − t0, so
    the parts of a step add to its use, whatever the hours. What is not yet in quanta of the
    carrier is rounded half up when all of an hour that has the same factor is together.
    """
    ends = np.cumsum(_pieces(steps))
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(_BLOCK, total, _BLOCK)).tolist()
    edges = [0, *sorted({cut for cut in cuts if cut > 0}), len(steps)]
    blocks = [
        _block(Steps(*(getattr(steps, name)[first:last] for name in Steps.__slots__)))
        for first, last in pairwise(edges)
    ]
    # An hour on an edge stands in two blocks; adding once more joins it.
    joined = map(np.concatenate, zip(*blocks, strict=True))
    parts = blocks[0] if len(blocks) == 1 else _summed(_Parts(*joined))
    if not ((parts.factor == 1) & (parts.under == 1)).all():
        parts = _summed(_counted(_together(parts)))
    return Hours(
        parts.channel,
        parts.hour * HOUR_MS,
        parts.used,
        parts.known,
        parts.measured_ms,
        parts.known_ms,
    )


def _pieces(steps: Steps) -> Ints:
    """Return how many hours each step reaches."""
    return -(-steps.end_ms // HOUR_MS) - steps.start_ms // HOUR_MS


def _block(steps: Steps) -> _Parts:
    """Return the hours that some of the steps reach."""
    start, end, used, pieces = steps.start_ms, steps.end_ms, steps.used, _pieces(steps)
    step = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(step)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    hour = (start // HOUR_MS)[step] + nth
    begin = np.maximum(hour * HOUR_MS, start[step])
    until = np.minimum((hour + 1) * HOUR_MS, end[step])
    part = used[step]
    if (cut := (pieces > 1)[step]).any():
        of = step[cut]
        whole, t0 = used[of], start[of]
        length = end[of] - t0
        upper, lower = (_before(whole, edge[cut] - t0, length) for edge in (until, begin))
        part[cut] = upper - lower
    inside, known = until - begin, steps.known[step]
    return _summed(
        _Parts(
            steps.channel[step],
            hour,
            part,
            known,
            inside * steps.measured[step],
            inside * known,
            steps.factor[step],
            steps.under[step],
        )
    )


def _before(used: Ints, time_ms: Ints, whole_ms: Ints) -> Ints:
    """Return the part of a use in the first `time_ms` of its `whole_ms`, half up."""
    safe = np.abs(used) <= _SAFE // whole_ms
    part = (2 * np.where(safe, used, 0) * time_ms + whole_ms) // (2 * whole_ms)
    for row in np.flatnonzero(~safe).tolist():
        amount, time, whole = int(used[row]), int(time_ms[row]), int(whole_ms[row])
        part[row] = (2 * amount * time + whole) // (2 * whole)
    return part


def _summed(parts: _Parts) -> _Parts:
    """Return one row per hour and factor; rows come sorted by (channel, hour)."""
    begins = np.ones(len(parts.channel), np.bool_)
    begins[1:] = False
    for column in (parts.channel, parts.hour, parts.factor, parts.under):
        begins[1:] |= column[1:] != column[:-1]
    firsts = np.flatnonzero(begins)
    if len(firsts) == len(parts.channel):
        return parts
    most = int(np.diff(firsts, append=len(parts.channel)).max())
    if max(int(parts.used.max()), -int(parts.used.min())) > (2**63 - 1) // most:
        _refuse_overflow(parts.channel, parts.hour, parts.used, firsts)
    return _Parts(
        parts.channel[firsts],
        parts.hour[firsts],
        np.add.reduceat(parts.used, firsts),
        np.logical_or.reduceat(parts.known, firsts),
        np.add.reduceat(parts.measured_ms, firsts),
        np.add.reduceat(parts.known_ms, firsts),
        parts.factor[firsts],
        parts.under[firsts],
    )


def _together(parts: _Parts) -> _Parts:
    """Return parts in which an hour has each factor once, though an unknown step lay between."""
    same = (parts.channel[1:] == parts.channel[:-1]) & (parts.hour[1:] == parts.hour[:-1])
    if not same.any():
        return parts
    order = np.lexsort((parts.under, parts.factor, parts.hour, parts.channel))
    return _summed(_Parts._make(column[order] for column in parts))


def _counted(parts: _Parts) -> _Parts:
    """Return parts in quanta of the carrier, half up."""
    used, factor, under = parts.used, parts.factor, parts.under
    whole, rest = np.divmod(used, under)
    small = under.astype(np.float64) * factor < _SAFE
    small &= np.abs(used).astype(np.float64) * factor / under < _SAFE
    factor_now = np.where(small, factor, 0)
    counted = whole * factor_now + (2 * rest * factor_now + under) // (2 * under)
    for row in np.flatnonzero(~small).tolist():
        exact = 2 * int(used[row]) * int(factor[row]) + int(under[row])
        counted[row] = exact // (2 * int(under[row]))
    ones = np.ones(len(used), np.int64)
    return parts._replace(used=counted, factor=ones, under=ones)


def _refuse_overflow(channel: Ints, hour: Ints, part: Ints, firsts: NDArray[np.intp]) -> None:
    """Refuse an hour whose exact sum 64 bits cannot hold: better none than a wrong one."""
    exact = np.add.reduceat(part.astype(object), firsts)
    for first, used in zip(firsts.tolist(), exact.tolist(), strict=True):
        if abs(used) >= 2**63:
            begin = np.datetime_as_string(np.datetime64(int(hour[first]), "h"), "m")
            raise hour_beyond(int(channel[first]), str(begin), used)


def hour_beyond(channel: int, begin: str, used: int) -> InputError:
    """Return the refusal of an hour, by its channel's id."""
    return InputError(
        HOUR_BEYOND,
        zh=f"通道 {channel} 在 {begin} (UTC) 一小时内的用量 {used} 超出可存范围。",
        en=f"Channel {channel} used {used} in the hour from {begin} (UTC), "
        "more than can be stored.",
        next_zh="请核对通道的系数与最小单位,或作废错误的读数。",
        next_en="Check the channel's factor and quantum, or void the wrong readings.",
        where={"channel": channel, "hour": begin, "used": used},
    )
