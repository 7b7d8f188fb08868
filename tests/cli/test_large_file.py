"""`commonwatt import large`, killed at any moment: nothing half imported is left."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.storage.world import GATEWAY, make_channels
from worker.loop import Worker, WorkSettings

ROWS = 150_000
STATE = "SELECT state FROM reading_import ORDER BY id"


def written(folder: Path, count: int = ROWS) -> Path:
    """Write a file of readings, one a minute."""
    file = folder / "big.csv.gz"
    with gzip.open(file, "wt", compresslevel=1) as out:
        out.write("gateway,channel,at,value\n")
        for n in range(count):
            out.write(f"{GATEWAY},k{n % 2},{1_456_790_400_000 + n // 2 * 60_000},{n // 2}\n")
    return file


def command(database, file: Path, *options: str) -> list[str]:
    return [
        sys.executable, "-m", "cli", "import", "large", str(file), *options,
        "--database-url", database.url("api"),
        "--collector-database-url", database.url("collector"),
    ]  # fmt: skip


def asked(database, statement: str) -> list[tuple]:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def run(database, file: Path, *options: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"COMMONWATT_LANG": "en"}
    return subprocess.run(
        command(database, file, *options),
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def killed(database, file: Path, state: str, rows: str) -> None:
    """Begin an import, and kill it once its handle is in a state and has so many rows."""
    process = subprocess.Popen(
        command(database, file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    look = f"SELECT count(*) FROM reading_import WHERE state = '{state}' AND {rows}"
    until = time.monotonic() + 60
    while asked(database, look) == [(0,)]:
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def watched(database) -> None:
    """Let the worker look after the handles now, until it has ended them."""
    until = time.monotonic() + 60
    while {state for (state,) in asked(database, STATE)} & {"received", "read"}:
        assert time.monotonic() < until
        with psycopg.connect(database.admin_url, autocommit=True) as connection:
            connection.execute("UPDATE task SET at = now() WHERE done_at IS NULL")
        Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()


@pytest.mark.slow
@pytest.mark.crash
@pytest.mark.parametrize(
    ("state", "rows"), [("received", "rows_read > 0"), ("read", "rows_stored >= 0")]
)
def test_killed_it_leaves_nothing_and_the_same_file_goes_in_afterwards(
    database, tmp_path, state, rows
):
    make_channels(database.admin_url, [1, 1], period_s=60)
    file = written(tmp_path)
    killed(database, file, state, rows)
    watched(database)
    (first,) = asked(database, STATE)
    whole = asked(database, "SELECT count(*) FROM reading")[0][0]

    assert (first, whole) in [(("interrupted",), 0), (("stored",), ROWS), (("in_accounts",), ROWS)]
    assert asked(database, "SELECT count(*) FROM pg_class WHERE relname IN ('came', 'sorted')") == [
        (0,)
    ]
    again = run(database, file)
    assert again.returncode == 0, again.stderr
    assert asked(database, "SELECT count(*), max(value) FROM reading") == [(ROWS, ROWS // 2 - 1)]
    assert asked(database, STATE)[-1] == ("stored",)


def test_it_waits_for_the_accounts_and_tells_mistakes_by_line(database, tmp_path):
    make_channels(database.admin_url, [1, 1], period_s=60)
    file = written(tmp_path, 200)
    bad = tmp_path / "bad.csv"
    bad.write_text(f"gateway,channel,at,value\n{GATEWAY},k0,soon,1\n")

    stored = run(database, file)
    refused = run(database, bad)

    assert stored.returncode == 0, stored.stderr
    assert "inserted 200" in stored.stdout
    assert refused.returncode != 0
    assert "bad.csv, line 2, at" in refused.stderr
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()
    again = run(database, file, "--wait")
    assert again.returncode == 0, again.stderr
    assert "duplicates 200" in again.stdout
    assert "The accounts have it" in again.stderr
