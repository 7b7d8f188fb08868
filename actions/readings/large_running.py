"""Large files on their way beside the answers: one is taken after the other, and a few may wait."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Protocol

from actions.actor import Actor
from actions.readings.large_imports import LargeFile, LargeSink, receive, take
from metering.errors import EnergyError, UnavailableError

_MOST: Final = 4  # on their way in one process, each with two sessions of the database


class OpenSink(LargeSink, Protocol):
    """Where a file goes, with what is to be given back."""

    def cancel(self) -> None:
        """End the statement that is at work, if any; from another thread."""
        ...

    def close(self) -> None:
        """Give the sessions back."""
        ...


class LargeFiles:
    """Takes files that were received. opened: where the file with this handle goes."""

    def __init__(self, opened: Callable[[int], OpenSink], most: int = _MOST) -> None:
        self._opened = opened
        self._most = most
        self._lock = threading.Lock()
        self._sinks: set[OpenSink] = set()
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, "large files")

    def expect(self) -> None:
        """Refuse a file that could not even wait, before its bytes are read."""
        with self._lock:
            if len(self._sinks) >= self._most or self._stopping.is_set():
                raise _busy()

    def begin(self, actor: Actor, file: LargeFile) -> int:
        """Have a file taken; return its handle at once."""
        self.expect()
        import_id = receive(actor, file)
        sink = self._opened(import_id)
        with self._lock:
            self._sinks.add(sink)
        self._thread.submit(self._take, actor, sink, file)
        return import_id

    def close(self) -> None:
        """Stop: what is not stored by now is interrupted, and leaves nothing."""
        self._stopping.set()
        with self._lock:
            for sink in self._sinks:
                sink.cancel()
        self._thread.shutdown()

    def _take(self, actor: Actor, sink: OpenSink, file: LargeFile) -> None:
        try:
            with suppress(EnergyError):  # its handle says so
                now_ms = int(time.time() * 1000)
                take(actor, sink, file, now_ms=now_ms, stopped=self._stopping.is_set)
        finally:
            with self._lock:
                self._sinks.discard(sink)
            sink.close()
            file.source.close()


def _busy() -> UnavailableError:
    return UnavailableError(
        "import.busy",
        zh="已有几个大文件正在导入。",
        en="Several large files are being taken already.",
        next_zh="请稍后再发送。",
        next_en="Send it again a little later.",
    )
