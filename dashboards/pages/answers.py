"""Answers kept for a while: a question that many ask at the same time is asked once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final

_KEEP_S: Final = 60.0
_MOST: Final = 2000


class Answers:
    """What was answered to whom within the last minute; the oldest leave when there are many.

    A key holds the set of rights and the whole question, so nobody gets another's answer.
    """

    def __init__(
        self,
        *,
        keep_s: float = _KEEP_S,
        most: int = _MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keep_s = keep_s
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()

    def get(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """Return what `ask` says, or said a moment ago; who comes meanwhile waits for it."""
        with self._lock:
            found = self._kept.get(key)
            mine = found is None or found[0] <= self._clock()
            if mine:
                answer: Future[Any] = Future()
                self._kept[key] = (self._clock() + self._keep_s, answer)
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                assert found is not None
                answer = found[1]
        if not mine:
            return answer.result()
        try:
            answer.set_result(ask())
        except BaseException as error:
            with self._lock:
                if (kept := self._kept.get(key)) is not None and kept[1] is answer:
                    del self._kept[key]
            answer.set_exception(error)
            raise
        return answer.result()
