"""From effective readings to judged steps, for all channels and kinds at once."""

from __future__ import annotations

import numpy as np

from analytics.intervals import begun_ms, follows, intervals, power
from analytics.lines import BOUNDS, Bounds
from analytics.registers import registers
from analytics.steps import Bools, EffectiveReadings, Judged, Reason, Spans, Steps
from metering.channels import Kind


def judged(effective: EffectiveReadings, bounds: Bounds = BOUNDS) -> Judged:
    """Return the steps that effective readings make, and which of the readings stand."""
    found = registers(effective, bounds)
    parts = [found.steps, intervals(effective), *power(effective)]
    some = [part for part in parts if len(part)]
    if len(some) <= 1:
        return Judged((some or parts)[0], found.stands)
    columns = [np.concatenate([getattr(part, name) for part in some]) for name in Steps.__slots__]
    order = np.lexsort((columns[1], columns[0]))
    return Judged(Steps(*(column[order] for column in columns)), found.stands)


def steps(effective: EffectiveReadings) -> Steps:
    """Return the steps that effective readings make."""
    return judged(effective).steps


def unmeasured(effective: EffectiveReadings, made: Steps) -> Spans:
    """Return what was not measured, from where a channel's first step starts to its last reading.

    A known step longer than 1.5 periods is a GAP, a BILL or CAUGHT_UP: its total is measured, its
    shape is not. Where interval values leave time uncovered, they are MISSING. Together with the
    measured steps these spans fill the time without overlap.
    """
    some = ~made.measured
    plain = np.isin(made.reason, (Reason.KNOWN, Reason.WRAPPED))
    estimated = np.where(_billed(effective, made), np.int8(Reason.BILL), np.int8(Reason.GAP))
    reason = np.where(plain, estimated, made.reason)[some]
    before = effective.at_ms[:-1]
    start = begun_ms(effective)[1:]
    hole = follows(effective) & (effective.kind[1:] == Kind.INTERVAL) & (start > before)
    channel = np.concatenate([made.channel[some], effective.channel[1:][hole]])
    start_ms = np.concatenate([made.start_ms[some], before[hole]])
    end_ms = np.concatenate([made.end_ms[some], start[hole]])
    reason = np.append(reason, np.full(int(hole.sum()), Reason.MISSING, np.int8))
    order = np.lexsort((start_ms, channel))
    return Spans(channel[order], start_ms[order], end_ms[order], reason[order])


def _billed(effective: EffectiveReadings, made: Steps) -> Bools:
    """Return which steps are uses whose beginning was told."""
    rows = np.flatnonzero((effective.from_ms >= 0) & (effective.kind == Kind.INTERVAL))
    billed = np.zeros(len(made), np.bool_)
    if len(rows):
        told = set(
            zip(effective.channel[rows].tolist(), effective.at_ms[rows].tolist(), strict=True)
        )
        ends = zip(made.channel.tolist(), made.end_ms.tolist(), strict=True)
        billed[:] = [one in told for one in ends]
    return billed
