"""How a service ends: on a signal, or when whoever started it is gone."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

_GRACE_S = 20.0  # after that a service that hangs is no service


def until_stopped() -> threading.Event:
    """Return the event that Ctrl-C and SIGTERM set; a second signal ends the process at once."""
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    return stop


def on_hangup(reload: Callable[[], None]) -> None:
    """Have something read anew on SIGHUP, which then ends the process no more."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda number, frame: reload())


def with_owner(stop: Callable[[], None]) -> None:
    """Stop when standard input ends: it is a pipe whose other end dies with its owner."""

    def watch() -> None:
        try:
            while os.read(sys.stdin.fileno(), 4096):
                pass
        except OSError:
            pass
        stop()
        threading.Event().wait(_GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="owner", daemon=True).start()
