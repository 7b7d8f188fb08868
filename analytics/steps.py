"""Which readings count, and what each stretch of time used, or why nobody knows: the columns."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

HOUR_MS: Final = 3_600_000

Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Codes: TypeAlias = "NDArray[np.int8]"


class Reason(IntEnum):
    """What a step is: known plainly, known in a way that a person is told, or why it is unknown."""

    KNOWN = 0
    FALL = 1  # the register fell, and no wrap explains it: a person says what it was
    HELD_TOO_LONG = 2  # a power value holds for 1.5 periods at most
    OUT_OF_RANGE = 3  # more than 2^53 quanta of the carrier
    NO_FINAL = 4  # an exchange whose last value nobody read
    GAP = 5  # the total is measured, its shape over more than 1.5 periods is estimated
    MISSING = 6  # interval values that never came
    WRAPPED = 7  # a fall that is a wrap
    CAUGHT_UP = 8  # a frozen register, then all it had missed: one step, its shape estimated
    OVER_LIMIT = 9  # more than the connection can carry: a person says what it was
    BILL = 10  # as GAP, of a use whose beginning a file tells
    TURNS = 11  # nobody knows how often the register turned: a person says what it was


_KNOWN: Final = (Reason.KNOWN, Reason.WRAPPED, Reason.CAUGHT_UP)
_IS_KNOWN: Final = tuple(one in _KNOWN for one in Reason)  # by reason


def is_known(reason: Codes) -> Bools:
    """Return which reasons are those of a known use."""
    known: Bools = np.array(_IS_KNOWN)[reason]
    return known


@dataclass(frozen=True, slots=True)
class EffectiveReadings:
    """Effective readings of some channels, sorted by (channel, at); row i is one instant of one.

    ends, starts: the value as the end of the step before and as the start of the one after; they
        differ only at an exchange. [quanta of the channel]
    factor, under: numerator and denominator of carrier quanta per channel quantum.
    factor and what follows: the settings valid at the instant, and, as an interval's end needs
        them, those valid just before it; 0 is unknown for a limit and a wrap.
    from_ms: when the use of an interval began, -1 where only its end is told.
    reinstated: where a person says that the reading stands, however it looks.
    wrap_confirmed: where a person says that the fall to this reading is a wrap.
    """

    channel: Ints
    at_ms: Ints
    ends: Ints
    starts: Ints
    ends_known: Bools
    starts_known: Bools
    kind: Codes
    factor: Ints
    under: Ints
    period_ms: Ints
    max_per_hour: Ints
    wraps_at: Ints
    factor_before: Ints
    under_before: Ints
    period_before_ms: Ints
    max_per_hour_before: Ints
    from_ms: Ints
    reinstated: Bools
    wrap_confirmed: Bools


@dataclass(frozen=True, slots=True)
class Steps:
    """What each stretch of time used; columns of equal length, sorted by (channel, start).

    used: 0 where unknown; times factor / under it is quanta of the carrier. A register's is whole
        already (factor and under are 1); an interval's is quanta of the channel, power's quanta of
        the channel × ms: both are rounded once, when an hour is made of them.
    period_ms: the expected distance of readings; a known step up to 1.5 of it is measured.
    """

    channel: Ints
    start_ms: Ints
    end_ms: Ints
    used: Ints
    factor: Ints
    under: Ints
    reason: Codes
    period_ms: Ints

    def __len__(self) -> int:
        return len(self.channel)

    @property
    def known(self) -> Bools:
        """Where the use is known."""
        return is_known(self.reason)

    @property
    def measured(self) -> Bools:
        """Where the use is known and the step short enough to show its shape."""
        short: Bools = 2 * (self.end_ms - self.start_ms) <= 3 * self.period_ms
        return self.known & short


@dataclass(frozen=True, slots=True)
class Judged:
    """Steps, and which of the rows they were judged from stand; the others are set aside."""

    steps: Steps
    stands: Bools


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches that were not measured, and why; columns sorted by (channel, start)."""

    channel: Ints
    start_ms: Ints
    end_ms: Ints
    reason: Codes
