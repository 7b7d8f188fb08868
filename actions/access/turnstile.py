"""Whose password is checked next: few at once, known ones first, and no address takes all turns.

A check costs 19 MiB and some hundredths of a second of a processor, so whoever may have one is
decided before anything else is asked, the database included.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from metering.errors import UnavailableError

_MOST_KEYS: Final = 10_000


class BusyError(UnavailableError):
    """Too many log in at once, or from one address: wait a moment."""


class Bucket:
    """Tokens that come back with time: `burst` at once, `a_second` from then on, by key."""

    def __init__(self, burst: float, a_second: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._a_second = a_second
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take a token and return 0, or return for how long there is none."""
        now = self._clock()
        left, since = self._left.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._a_second)
        short = max(0.0, 1 - left)
        self._left[key] = (left if short else left - 1, now)
        while len(self._left) > _MOST_KEYS:
            self._left.popitem(last=False)
        return short / self._a_second

    def give_back(self, key: str) -> None:
        """Return a token that was taken for something that did no harm."""
        left, since = self._left.get(key, (self._burst, self._clock()))
        self._left[key] = (min(self._burst, left + 1), since)


class Turnstile:
    """Lends turns for checking a password.

    Strangers have one turn at a time and a rate, by address and together. Who has logged in from an
    address before is known there, and so is who shows a device from which the login came before: it
    has a turn of its own, first, and no rate but that of its own failures. waiting: of each kind at
    most; the others are told to come again.

    of_all: ten strangers a second take a quarter of a processor; the rest is left to others.
    """

    def __init__(
        self,
        *,
        waiting: int = 6,
        longest_s: float = 3.0,
        of_address: tuple[float, float] = (20, 0.5),
        of_all: tuple[float, float] = (30, 10),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._waiting = waiting
        self._longest_s = longest_s
        self._changed = threading.Condition()
        self._by_address = Bucket(*of_address, clock)
        self._by_all = Bucket(*of_all, clock)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._inside = {True: 0, False: 0}
        self._outside = {True: 0, False: 0}

    @contextmanager
    def turn(self, login: str, address: str | None, *, known: bool = False) -> Iterator[None]:
        """Lend a turn, or raise BusyError at once or when it takes too long."""
        known = known or self._key(login, address) in self._known
        with self._changed:
            if not known:
                self._pay(address)
            self._wait(known)
        try:
            yield
        finally:
            with self._changed:
                self._inside[known] -= 1
                self._changed.notify_all()

    def succeeded(self, login: str, address: str | None) -> None:
        """Remember who logs in from where, and take no token for it."""
        key = self._key(login, address)
        with self._changed:
            if key not in self._known:
                self._by_all.give_back("")
                if address is not None:
                    self._by_address.give_back(address)
            self._known[key] = None
            self._known.move_to_end(key)
            while len(self._known) > _MOST_KEYS:
                self._known.popitem(last=False)

    def _pay(self, address: str | None) -> None:
        short_s = self._by_address.take(address) if address is not None else 0.0
        short_s = short_s or self._by_all.take("")
        if short_s > 0:
            raise busy(short_s)

    def _wait(self, known: bool) -> None:
        if self._outside[known] >= self._waiting:
            raise busy(1)
        self._outside[known] += 1
        try:
            if not self._changed.wait_for(lambda: not self._inside[known], self._longest_s):
                raise busy(1)
            self._inside[known] += 1
        finally:
            self._outside[known] -= 1

    @staticmethod
    def _key(login: str, address: str | None) -> str:
        return f"{login}@{address or ''}"


def busy(wait_s: float) -> BusyError:
    """Return the answer to who has to come again."""
    whole_s = int(wait_s) + 1
    return BusyError(
        "login.busy",
        zh=f"登录请求过多,请等待 {whole_s} 秒。",
        en=f"Too many people are logging in at once: wait {whole_s} seconds.",
        next_zh="请稍后重试。",
        next_en="Try again in a moment.",
        where={"wait_s": whole_s},
    )
