"""Kinds of tasks for tests alone, and processes that do them and can be killed."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from storage import tasks
from storage.tasks import Again, Do, Done, Onward, Outcome, Task
from worker import registered
from worker.loop import Worker, WorkSettings

MADE = """
    CREATE TABLE toy_asked (key text PRIMARY KEY);
    CREATE TABLE toy_done (key text NOT NULL, task_id bigint NOT NULL);
    GRANT SELECT, INSERT ON toy_asked, toy_done TO commonwatt_api, commonwatt_worker
"""
PARTS = 5
_DONE = "INSERT INTO toy_done (key, task_id) VALUES (%s, %s)"


def note(connection: Connection[Any], task: Task) -> Outcome:
    """Write down that it was done, beside the database too, and take a while between."""
    with Path(task.payload["outside"]).open("a", encoding="utf-8") as outside:
        outside.write(f"{task.id} {task.key}\n")
    connection.execute(_DONE, [task.key, task.id])
    time.sleep(0.01)
    return Done({"key": task.key})


def portions(connection: Connection[Any], task: Task) -> Outcome:
    """Do one of five parts, and go on."""
    part = task.payload.get("part", 0)
    connection.execute(_DONE, [f"{task.key}/{part}", task.id])
    time.sleep(0.005)
    left = PARTS - part - 1
    return Onward({"part": part + 1}, left) if left else Done({"parts": PARTS})


def poison(connection: Connection[Any], task: Task) -> Outcome:
    """Fail after something was written."""
    connection.execute(_DONE, [task.key, task.id])
    raise ZeroDivisionError("poison")


def nightly(connection: Connection[Any], task: Task) -> Outcome:
    """Come again in the year that the payload names."""
    connection.execute(_DONE, [task.key, task.id])
    return Again(datetime(task.payload["year"], 1, 1, tzinfo=UTC))


TOYS: dict[str, Do] = {
    "toy.note": note,
    "toy.portions": portions,
    "toy.poison": poison,
    "toy.nightly": nightly,
}


@contextmanager
def known() -> Iterator[None]:
    """Let workers of this process know the toys for a while."""
    registered.found().update(TOYS)
    try:
        yield
    finally:
        for name in TOYS:
            del registered.found()[name]


def work(url: str) -> None:
    """Do tasks until killed."""
    settings = WorkSettings(lanes=frozenset({"tasks"}), tasks_every_s=0.05, wait_s=0.02)
    with known():
        Worker(url, settings, lambda *_, **__: None).run(threading.Event())


def ask(url: str, name: str, outside: str) -> None:
    """Ask for tasks until killed, each in the transaction that writes down its cause."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', false)")
        for number in range(1_000_000):
            kind = ("toy.portions", "toy.nightly", "toy.note", "toy.note")[number % 4]
            key = f"{kind} {name} {number}"
            payload = {"outside": outside} if kind == "toy.note" else {"year": 2090}
            with connection.transaction():
                connection.execute("INSERT INTO toy_asked (key) VALUES (%s)", [key])
                tasks.add(connection, kind, key, datetime.now(UTC), payload)
            time.sleep(0.004)


if __name__ == "__main__":
    {"work": work, "ask": ask}[sys.argv[1]](*sys.argv[2:])
