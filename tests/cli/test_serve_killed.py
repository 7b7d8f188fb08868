"""`commonwatt serve`, killed while a large file comes or is stored, says so and leaves no row.

`COMMONWATT_TEST_ROWS=3000000` brings so many rows first, and says how much memory `serve` holds.
"""

import http.client
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import numpy as np
import psutil
import psycopg
import pytest

from actions.access.login import hash_password
from tests.actions.world import make_world
from tests.cli.test_large_file import watched
from tests.cli.test_serve import command, port, wait_for  # noqa: F401  # a fixture
from tests.dashboards.pages.conftest import PASSWORD
from worker.loop import Worker, WorkSettings

ROWS = int(os.environ.get("COMMONWATT_TEST_ROWS", "0"))
URL = "/api/v1/imports/readings/large"
HEADER = b"gateway,channel,at,value\n"


def packed(rows: int) -> Iterator[bytes]:
    """Return a compressed file of readings, minute by minute, as it is made."""
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    yield pack.compress(HEADER)
    for first in range(0, rows, 10_000):
        at = (np.arange(first, min(first + 10_000, rows)) * 60 + 1_456_800_000).astype("M8[s]")
        lines = "".join(
            f"demo-a/g1,office e,{one.isoformat()}Z,{n / 1000}\n"
            for n, one in enumerate(at.tolist())
        )
        yield pack.compress(lines.encode())
    yield pack.flush()


def asking(at: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", at, timeout=600)


def sent(at: int, token: str, body: Iterator[bytes]) -> str:
    """Send a file in pieces, and return where its handle is."""
    one = asking(at)
    said = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    one.request("POST", f"{URL}?name=big.csv.gz", body, said, encode_chunked=True)
    answer = one.getresponse()
    assert answer.status == 202, answer.read()
    return str(answer.headers["location"])


def logged_in(at: int) -> str:
    one, body = asking(at), {"login": "of-the-office", "password": PASSWORD, "bearer": True}
    one.request("POST", "/api/v1/login", json.dumps(body), {"Content-Type": "application/json"})
    return str(json.loads(one.getresponse().read())["token"])


def served(database, at: int) -> subprocess.Popen[str]:
    """Start a server, and wait until it answers."""
    arguments, known = command("--port", str(at), "--database-url", database.url("api"))
    known["COMMONWATT_COLLECTOR_DATABASE_URL"] = database.url("collector")
    process = subprocess.Popen(
        arguments, env=known, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(at, process)
    return process


@pytest.fixture
def serving(database, port) -> Iterator[tuple[subprocess.Popen[str], str]]:  # noqa: F811
    """A server on a world whose people have a password, and a token of one of them."""
    world = make_world(database)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.close()
    process = served(database, port)
    yield process, logged_in(port)
    process.kill()
    process.wait()


@pytest.mark.slow
@pytest.mark.crash
def test_killed_while_a_file_comes_it_leaves_no_row(database, serving, port):  # noqa: F811
    process, token = serving
    if ROWS:
        measured(process, port, token)

    def cut() -> Iterator[bytes]:
        for number, piece in enumerate(packed(200_000)):
            if number == 10:
                process.kill()
            yield piece
            time.sleep(0.01)

    before = asked(database, "SELECT count(*) FROM reading")
    with suppress(OSError, http.client.HTTPException, AssertionError):
        sent(port, token, cut())
    assert process.wait(30) != 0
    watched(database)
    assert asked(database, "SELECT count(*) FROM reading") == before
    held = "SELECT count(*) FROM pg_class WHERE relname IN ('came', 'sorted')"
    assert asked(database, held) == [(0,)]


STORED = """
    SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM run_of_file),
           (SELECT count(*) FROM reading_of_file), (SELECT count(*) FROM reading_file),
           (SELECT count(*) FROM stale_usage)
"""
COUNTED = "SELECT sum(quanta), count(*) FROM account_figure"
HOURS = "SELECT sum(used), count(*) FROM usage_hour"
WAITS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
_WORKS = """
import sys, threading
from worker.loop import Worker, WorkSettings
from worker.usage import Limits
Worker(sys.argv[1], WorkSettings(limits=Limits(channels=1, readings=20_000)),
       lambda *_, **__: None).run(threading.Event())
"""


@contextmanager
def held_up(database) -> Iterator[None]:
    """Let nobody write a reading meanwhile; whoever waits for it can be killed midway."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("LOCK TABLE reading IN SHARE ROW EXCLUSIVE MODE")
        yield


def until(database, statement: str, least: int = 1) -> None:
    ends = time.monotonic() + 300
    while (asked(database, statement)[0][0] or 0) < least:
        assert time.monotonic() < ends, statement
        time.sleep(0.02)


def state(at: int, token: str, where: str) -> dict:
    one = asking(at)
    one.request("GET", where, headers={"Authorization": f"Bearer {token}"})
    return dict(json.loads(one.getresponse().read()))


def listed(at: int, token: str) -> list[dict]:
    one = asking(at)
    said = {"Authorization": f"Bearer {token}"}
    one.request("GET", "/api/v1/imports/files", headers=said)
    return list(json.loads(one.getresponse().read())["items"])


def work(database) -> None:
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()


def undone(at: int, token: str, file_id: int) -> int:
    """Take a file back; return the answer's status, 0 where nobody answers."""
    one = asking(at)
    said = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with suppress(OSError, http.client.HTTPException):
        one.request("POST", f"/api/v1/imports/files/{file_id}/undo", '{"reason": "wrong"}', said)
        return one.getresponse().status
    return 0


@pytest.mark.slow
@pytest.mark.crash
def test_killed_while_it_stores_counts_or_takes_back_nothing_is_half_done(
    database, serving, port  # noqa: F811
):  # fmt: skip
    rows = ROWS or 12_000
    process, token = serving
    work(database)
    before = asked(database, STORED)
    with held_up(database):  # while a file is stored
        where = sent(port, token, packed(rows))
        until(database, WAITS)
        process.kill()
        process.wait()
    watched(database)
    assert asked(database, STORED) == before
    process = served(database, port)
    try:
        token = logged_in(port)
        found = state(port, token, where)
        assert found["state"] == "interrupted"
        assert "重新发送" in str(found["errors"])
        where = sent(port, token, packed(rows))  # the very same again
        while (found := state(port, token, where))["state"] in {"received", "read"}:
            time.sleep(0.05)
        assert found["counts"]["inserted"] == rows
        stored = asked(database, STORED)

        working = subprocess.Popen([sys.executable, "-c", _WORKS, database.url("worker")])
        until(database, "SELECT count(*) FROM usage_hour")  # while the accounts follow
        working.kill()
        working.wait()
        work(database)
        work(database)
        assert state(port, token, where)["state"] == "in_accounts"
        counted = asked(database, COUNTED), asked(database, HOURS)
        # By hand: a Wh a minute, but where the register begins anew, which is every 10,000.
        assert counted[1][0][0] == rows - -(-rows // 10_000)
        file_id = found["file_id"]

        with held_up(database), ThreadPoolExecutor(1) as pool:  # while it is taken back
            answer = pool.submit(undone, port, token, file_id)
            until(database, WAITS)
            process.kill()
            process.wait()
            assert answer.result(30) == 0
        until(database, f"SELECT (count(*) = {stored[0][0]})::integer FROM reading")
        work(database)
        assert (asked(database, COUNTED), asked(database, HOURS)) == counted
        process = served(database, port)
        began = time.monotonic()
        token = logged_in(port)
        with ThreadPoolExecutor(1) as pool:
            answer, seen = pool.submit(undone, port, token, file_id), set[int]()
            while not answer.done():  # others see how far it is before anything is committed
                seen |= {one["taken_back"] or 0 for one in listed(port, token)}
            assert answer.result() == 201
        print(f"\nseen on the way: {len(seen)} counts up to {max(seen):,}")
        assert max(seen) <= rows
        assert len(seen) > 2 or rows < 100_000
        print(f"\n{rows:,} rows taken back in {time.monotonic() - began:.0f} s")
        assert asked(database, STORED)[0][:3] == before[0][:3]
        work(database)
        assert asked(database, HOURS)[0][0] in (None, 0)
    finally:
        process.kill()
        process.wait()


def measured(process: subprocess.Popen[str], at: int, token: str) -> None:
    """Bring a file, and say what the server held before and meanwhile."""
    held = psutil.Process(process.pid)
    before, most, began = held.memory_info().rss, 0, time.monotonic()
    where = sent(at, token, packed(ROWS))
    received_s = time.monotonic() - began
    most_then = held.memory_info().rss
    while True:
        one = asking(at)
        one.request("GET", where, headers={
            "Authorization": f"Bearer {token}"})  # fmt: skip
        found = json.loads(one.getresponse().read())
        most = max(most, held.memory_info().rss)
        if found["state"] not in {"received", "read"}:
            break
        time.sleep(0.2)
    print(f"\n{ROWS:,} rows, {found['bytes'] / 1e6:.1f} MB packed, {found['state']}: received in "
          f"{received_s:.0f} s, {time.monotonic() - began:.0f} s in all; serve held "
          f"{before / 1e6:.0f} MB before, {most_then / 1e6:.0f} once received, at most "
          f"{most / 1e6:.0f}")  # fmt: skip


def asked(database, statement: str) -> list[tuple]:
    with psycopg.connect(database.admin_url) as connection:
        return connection.execute(statement.encode()).fetchall()
