"""Promise 2 under kill -9: whoever dies, wherever, the result is that of a recomputation."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from storage.readings.store import Store
from tests.storage.world import START_MS, SentReading, batch_of, make_channels
from tests.worker.test_usage import (
    HOUR_MS,
    assert_accounts_are_sums,
    assert_as_modelled,
    modelled,
    worker,
)

_WORKS = """
import sys, threading
from worker.loop import Worker, WorkSettings
from worker.usage import Limits
Worker(sys.argv[1], WorkSettings(limits=Limits(channels=2)), lambda *_, **__: None).run(
    threading.Event()
)
"""
_WRITES = """
import sys
from storage.readings.store import Store
from tests.storage.world import batch_of
from tests.worker.test_kills import history
store = Store(sys.argv[1], "test")
for batch in history(int(sys.argv[2])):
    store.write(*batch_of(batch), [])
"""
_ROOT = Path(__file__).parents[2]


def history(seed: int) -> list[list[SentReading]]:
    """Return batches of conflicting readings in an order that the seed decides.

    Each fits its neighbours, so no clock is suspected.
    """
    readings = [
        SentReading(f"k{key}", START_MS + hour * HOUR_MS, float(hour * (key + 1) + seq), seq)
        for hour in range(240)
        for key in range(4)
        for seq in (1, 2)
    ]
    random.Random(seed).shuffle(readings)
    return [readings[first : first + 11] for first in range(0, len(readings), 11)]


def started(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=_ROOT)


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_of_workers_and_writers_leave_what_a_recomputation_gives(database, seed):
    ids = make_channels(database.admin_url, [0] * 4, wraps_at=1000, max_per_hour=900)
    rng = random.Random(seed)
    killed: Counter[str] = Counter()
    ends = time.monotonic() + 10
    workers = [started(_WORKS, database.url("worker")) for _ in range(2)]
    writers = [started(_WRITES, database.url("collector"), str(n)) for n in (seed, seed + 50)]

    while time.monotonic() < ends:
        time.sleep(rng.uniform(0.3, 0.9))
        kind, group = rng.choice([("worker", workers), ("writer", writers)])
        place = rng.randrange(2)
        if group[place].poll() is None:
            os.kill(group[place].pid, signal.SIGKILL)
            killed[kind] += 1
        group[place].wait()
        group[place] = (
            started(_WORKS, database.url("worker"))
            if kind == "worker"
            else started(_WRITES, database.url("collector"), str(rng.randrange(1000)))
        )
    for one in workers + writers:
        one.kill()
        one.wait()
    store = Store(database.url("collector"), "test")
    for batch in history(0):  # what has no receipt is sent again
        store.write(*batch_of(batch), [])
    store.close()
    worker(database).drain()

    assert min(killed["worker"], killed["writer"]) >= 2, killed
    channels = modelled(database, ids, [0] * 4, wraps_at=1000, zone="Europe/London")
    assert_as_modelled(database, channels)
    assert_accounts_are_sums(database)
    with psycopg.connect(database.admin_url) as c:
        counts = c.execute(
            "SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM reading_revision)"
        ).fetchone()
    assert counts == (240 * 4, 240 * 4)  # of two numbers the greater stands, the other is kept
