"""How a gateway is, judged by its own habits: late by its own interval, off by its own clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

_FEW: Final = 5  # arrivals, before which nothing is usual
_SLACK_S: Final = 60
_TIMES: Final = 3  # of the usual interval, after which it is late
_READINGS: Final = 2  # of its quickest channel, one of which may fail
_BEYOND: Final = (6, 5)  # of its longest but one, which one outage does not move
_CLOCK_OF: Final = 9  # messages whose middle is the clock's offset: one of old readings is no clock
_AHEAD_MS: Final = 60_000
_WINDOW: Final = 10_000  # numbers in which gaps are looked for
_FIRST_S: Final = 3600  # the interval of one of which nothing is known


class Clock(StrEnum):
    """What a gateway's instants say of its clock."""

    UNKNOWN = "unknown"
    FINE = "fine"
    AHEAD = "ahead"
    BEHIND = "behind"
    OLD = "old"  # it sends what happened long before, which says nothing of its clock


@dataclass(frozen=True, slots=True)
class Habits:
    """What was seen of a gateway of late.

    every_s: between its last arrivals. ahead_ms: by how much the newest instant of each of its last
    messages was ahead of the arrival. seqs: the ranges of its numbers, first and last, in order.
    period_s, soonest_s: the longest and the shortest between readings of its channels, where there
    are any.
    """

    seen_at: datetime | None
    every_s: Sequence[int]
    ahead_ms: Sequence[int]
    seqs: Sequence[tuple[int, int]]
    period_s: int | None = None
    soonest_s: int | None = None

    @property
    def usual_s(self) -> int | None:
        """The middle of the times between its arrivals; None before there are enough."""
        return int(median(self.every_s)) if len(self.every_s) >= _FEW else None

    @property
    def late_after_s(self) -> int:
        """For how long it may be silent: by its own habit, else by its channels' period.

        `storage.late_after_s` says the same in SQL.

        The longest silence but one counts too: who sends a day's readings at once, and is silent
        for the rest of the day, is not late for it. And nobody is late before a second reading of
        its quickest channel is due: what was buffered for weeks comes within a minute.
        """
        if self.usual_s is None:
            return _TIMES * (self.period_s or 0) + _FIRST_S
        longest = sorted(self.every_s)[-2]
        due_s = _READINGS * (self.soonest_s or 0)
        return max(_TIMES * self.usual_s, longest * _BEYOND[0] // _BEYOND[1], due_s) + _SLACK_S

    def offline(self, now: datetime) -> bool:
        """Return whether it has been silent for longer than it uses to."""
        return self.seen_at is None or now - self.seen_at > timedelta(seconds=self.late_after_s)

    @property
    def offset_ms(self) -> int | None:
        """By how much its instants are ahead of their arrival, of late."""
        return int(median(self.ahead_ms[-_CLOCK_OF:])) if self.ahead_ms else None

    @property
    def clock(self) -> Clock:
        """Whether the clock is right: a reading is never of later, and not older than two sendings.

        A clock that is behind is behind by the same from message to message. What was buffered is
        sent faster than it was measured, so its offsets move; and one recent message shows that
        the clock is right, whatever old ones came around it.
        """
        if self.offset_ms is None:
            return Clock.UNKNOWN
        if self.offset_ms > _AHEAD_MS:
            return Clock.AHEAD
        last = self.ahead_ms[-_CLOCK_OF:]
        within_ms = 1000 * (2 * max(self.usual_s or _FIRST_S, self.period_s or 0) + _SLACK_S)
        if max(last) >= -within_ms:
            return Clock.FINE
        steady = len(last) >= _FEW and max(last) - min(last) <= within_ms
        return Clock.BEHIND if steady else Clock.OLD

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The numbers that are missing among its last ten thousand, first and last of each gap."""
        if not self.seqs:
            return []
        least = self.seqs[-1][1] - _WINDOW
        pairs = zip(self.seqs, self.seqs[1:], strict=False)
        gaps = [(before[1] + 1, after[0] - 1) for before, after in pairs]
        return [gap for gap in gaps if gap[0] > least]
