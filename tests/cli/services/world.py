"""Looking at processes and databases, for tests of the services."""

import os
import time
from collections.abc import Callable

import psutil
import psycopg


def until(holds: Callable[[], bool], within_s: float = 10.0) -> float:
    """Wait until something holds, and return how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + within_s, f"not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - began


def gone(pids: list[int]) -> bool:
    """Return whether none of these processes runs any more."""
    return not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def asked(url: str, question: str) -> object:
    """Return the one value that a database answers."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def answered(url: str) -> bool:
    """Return whether a database answers at all."""
    try:
        return asked(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def killed(pid: int | None) -> int:
    """Kill a process as the out-of-memory killer does, and return its number."""
    assert pid is not None
    os.kill(pid, 9)
    return pid
