"""Answers kept for a while: a question that many ask at the same time is asked once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final, cast
from weakref import WeakSet

from fastapi import Request

_KEEP_S: Final = 60.0
_MOST: Final = 2000


class _Said:
    """What was answered: all that is kept of it once it is there, without whom it made wait."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Answers:
    """What was answered to whom within the last minute; the oldest leave when there are many.

    A key holds the set of rights and the whole question, or its digest, so nobody gets another's
    answer.
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
        self._kept: OrderedDict[Hashable, tuple[float, Future[Any] | _Said]] = OrderedDict()
        _ALL.add(self)

    def __len__(self) -> int:
        """How many are kept, those that are being asked for among them."""
        return len(self._kept)

    def get(
        self, key: Hashable, ask: Callable[[], Any], keeps: Callable[[Any], bool] = lambda _: True
    ) -> Any:
        """Return what `ask` says, or said a moment ago; who comes meanwhile waits for it.

        keeps: whether an answer is kept once it is there.
        """
        with self._lock:
            self._forget()
            found = self._kept.get(key)
            mine = found is None or found[0] <= self._clock()
            if mine:
                answer: Future[Any] | _Said = Future()
                self._kept[key] = (self._clock() + self._keep_s, answer)
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                assert found is not None
                answer = found[1]
        if not isinstance(answer, Future):
            return answer.value
        if not mine:
            return answer.result()
        try:
            value = ask()
        except BaseException as error:
            self._settle(key, answer, None)
            answer.set_exception(error)
            raise
        self._settle(key, answer, _Said(value) if keeps(value) else None)
        answer.set_result(value)
        return value

    def forget(self) -> None:
        """Let go of what is too old, also where nobody asks any more."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        """Let go of what is too old: whatever is kept lies in the order in which it was asked."""
        while self._kept and (first := next(iter(self._kept.items())))[1][0] <= self._clock():
            del self._kept[first[0]]

    def _settle(self, key: Hashable, answer: Future[Any], said: _Said | None) -> None:
        """Keep what was said in the place of who waits for it, or nothing."""
        with self._lock:
            if (kept := self._kept.get(key)) is not None and kept[1] is answer:
                if said is None:
                    del self._kept[key]
                else:
                    self._kept[key] = (kept[0], said)


_ALL: Final[WeakSet[Answers]] = WeakSet()


def forget_old() -> None:
    """Let go of what is too old among all answers that are kept anywhere."""
    for one in list(_ALL):
        one.forget()


def answers_of(request: Request, name: str) -> Answers:
    """Return the answers of one kind that the application keeps."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, Answers())
    return cast(Answers, getattr(state, name))
