"""Tasks under kill -9: none is lost, none is done twice, and outside each has one id."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import psycopg
import pytest

from tests.worker import toys
from worker.registered import do_one

_ROOT = Path(__file__).parents[2]


def started(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.worker.toys", *arguments]
    return subprocess.Popen(command, cwd=_ROOT)


@pytest.mark.crash
@pytest.mark.slow
def test_kills_of_workers_and_of_those_who_ask_lose_and_repeat_nothing(database, tmp_path):
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(toys.MADE)
    rng, killed = random.Random(1), Counter[str]()
    outside = tmp_path / "outside"
    outside.touch()
    names = iter(range(1000))

    def another(role: str) -> subprocess.Popen[bytes]:
        if role == "work":
            return started("work", database.url("worker"))
        return started("ask", database.url("api"), str(next(names)), str(outside))

    running = [(role, another(role)) for role in ("work", "work", "ask", "ask")]

    def enough() -> bool:
        with psycopg.connect(database.admin_url) as admin:
            [(asked,)] = admin.execute("SELECT count(*) FROM toy_asked").fetchall()
        return asked > 100 and min(killed["work"], killed["ask"]) >= 3

    ends = time.monotonic() + 240  # a machine that does much else is slow
    while not enough() and time.monotonic() < ends:
        time.sleep(rng.uniform(0.5, 2.5))
        place = rng.randrange(len(running))
        role, process = running[place]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        killed[role] += 1
        running[place] = (role, another(role))
    for _, process in running:
        process.kill()
        process.wait()
    with psycopg.connect(database.url("worker"), autocommit=True) as worker, toys.known():
        while do_one(worker) is not None:
            pass

    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        asked = {row[0] for row in admin.execute("SELECT key FROM toy_asked").fetchall()}
        done = Counter(row[0] for row in admin.execute("SELECT key FROM toy_done").fetchall())
        left = Counter(
            row[0] for row in admin.execute("SELECT key FROM task WHERE done_at IS NULL").fetchall()
        )
    wanted = {key for key in asked if not key.startswith("toy.portions")} | {
        f"{key}/{part}"
        for key in asked
        if key.startswith("toy.portions")
        for part in range(toys.PARTS)
    }
    assert min(killed["work"], killed["ask"]) >= 3, killed
    assert len(asked) > 100
    assert left == Counter(key for key in asked if key.startswith("toy.nightly"))  # successors
    assert done == Counter(dict.fromkeys(wanted, 1))
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for line in outside.read_text(encoding="utf-8").splitlines():
        number, key = line.split(" ", 1)
        ids[key].add(number)
    assert all(len(numbers) == 1 for numbers in ids.values())
