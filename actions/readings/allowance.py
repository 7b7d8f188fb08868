"""How much each key may push, so that one gateway does not take the others' turn."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic
from typing import Final

from actions.access.login import LockedError

_AT_ONCE: Final = 2  # requests of one gateway
_REMEMBERED: Final = 10_000


class Allowance:
    """Readings that each gateway may still push: a minute's at once, then as many as time gives.

    per_min: readings. Counted in this process alone; more than a minute's in one request pass where
    nothing was used, and are waited off afterwards.
    """

    def __init__(self, per_min: int = 60_000, *, clock: Callable[[], float] = monotonic) -> None:
        self._per_min = per_min
        self._clock = clock
        self._lock = threading.Lock()
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._under_way: dict[str, int] = {}

    @contextmanager
    def turn(self, gateway: str) -> Iterator[None]:
        """Let a request in; LockedError where as many of this gateway are under way."""
        with self._lock:
            count = self._under_way.get(gateway, 0)
            if count >= _AT_ONCE:
                raise _too_many(gateway, _AT_ONCE)
            self._under_way[gateway] = count + 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[gateway] -= 1
                if not self._under_way[gateway]:
                    del self._under_way[gateway]

    def take(self, gateway: str, readings: int) -> None:
        """Count readings; LockedError says how long to wait where a minute's are used."""
        with self._lock:
            now = self._clock()
            used, since = self._used.pop(gateway, (0.0, now))
            used = max(0.0, used - (now - since) * self._per_min / 60)
            free = used == 0 or used + readings <= self._per_min
            self._used[gateway] = (used + readings if free else used, now)
            while len(self._used) > _REMEMBERED:
                self._used.popitem(last=False)
        if not free:
            wanted = min(readings, self._per_min)
            wait_s = max(1, ceil((used + wanted - self._per_min) * 60 / self._per_min))
            raise _too_fast(gateway, self._per_min, wait_s)


def _too_fast(gateway: str, per_min: int, wait_s: int) -> LockedError:
    return LockedError(
        "push.too_fast",
        zh=f"采集网关 {gateway} 推送超过每分钟 {per_min:,} 个读数。",
        en=f"The gateway {gateway} pushes more than {per_min:,} readings a minute.",
        next_zh=f"未保存任何内容;请在 {wait_s} 秒后重发。",
        next_en=f"Nothing of this was kept: send it again in {wait_s} s.",
        where={"gateway": gateway, "wait_s": wait_s},
    )


def _too_many(gateway: str, most: int) -> LockedError:
    return LockedError(
        "push.too_many_at_once",
        zh=f"采集网关 {gateway} 已有 {most} 个请求在处理。",
        en=f"{most} requests of the gateway {gateway} are under way.",
        next_zh="请等待前一个请求的应答后再发送。",
        next_en="Wait for the answer to one before sending the next.",
        where={"gateway": gateway, "wait_s": 1},
    )
