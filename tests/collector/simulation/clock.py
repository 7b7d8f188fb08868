"""Time that passes only when something happens, and everything that will happen in it."""

import heapq
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

_REMEMBERED = 60


class LawBrokenError(AssertionError):
    """The collector did what it must never do; the message tells what happened before."""


class Clock:
    """Virtual seconds, one source of chance for all, and what happened last."""

    def __init__(self, seed: int) -> None:
        self.now_s = 0.0
        self.chance = Random(seed)
        self.events = 0
        self._due: list[tuple[float, int, Callable[..., object], tuple[Any, ...]]] = []
        self._order = 0
        self._last: deque[tuple[float, str, tuple[object, ...]]] = deque(maxlen=_REMEMBERED)

    def after(self, delay_s: float, what: Callable[..., object], *given: Any) -> None:
        """Have something happen later; of what happens at one instant, in order of asking."""
        self._order += 1
        heapq.heappush(self._due, (self.now_s + delay_s, self._order, what, given))

    def run(self, until_s: float, done: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; return whether it was done before the time was over."""
        while self._due and self._due[0][0] <= until_s:
            self.now_s, _, what, given = heapq.heappop(self._due)
            self.events += 1
            what(*given)
            if done():
                return True
        self.now_s = until_s
        return False

    def note(self, what: str, *about: object) -> None:
        """Remember what happened, for whoever has to understand it."""
        self._last.append((self.now_s, what, about))

    def hold(self, true: object, law: str, *about: object) -> None:
        """Break off where a law does not hold."""
        if not true:
            story = "\n".join(
                f"  {at:10.4f} s  {what} {' '.join(map(str, more))}"
                for at, what, more in self._last
            )
            raise LawBrokenError(f"{law}: {' '.join(map(str, about))}\n{story}")
