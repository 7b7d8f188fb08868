"""An import that is killed leaves nothing or all; two at once count one after the other."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.cli.test_imports import folder as folder
from tests.cli.test_imports import say as say

ROWS = 40_000
FIRST = datetime(2024, 3, 1, tzinfo=UTC)
COUNT = "SELECT count(*) FROM reading"
AUDITED = "SELECT count(*) FROM audit_entry WHERE act = 'readings.import'"
# Whoever waits here has bound its rows and is about to store them.
BLOCK = "LOCK TABLE reading IN ACCESS EXCLUSIVE MODE"


def march(first: float) -> str:
    times = ((FIRST + timedelta(minutes=15 * n)).isoformat() for n in range(ROWS))
    lines = (f"demo-x/g1,总表,{at},{first + n * 0.001:.3f}\n" for n, at in enumerate(times))
    return "gateway,channel,at,value\n" + "".join(lines)


@pytest.fixture
def begin(database):
    """Begin `commonwatt import readings`, to be waited for or killed."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    known |= {
        "COMMONWATT_DATABASE_URL": database.url("api"),
        "COMMONWATT_COLLECTOR_DATABASE_URL": database.url("collector"),
    }
    begun = []

    def begin(file) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "cli", "import", "readings", str(file)]
        begun.append(subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL))
        return begun[-1]

    yield begin
    for one in begun:
        one.kill()
        one.wait()


WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'
"""


def until(database, query: str, count: int) -> None:
    """Wait until a query counts that many."""
    with psycopg.connect(database.admin_url, autocommit=True) as watch:
        for _ in range(600):
            if watch.execute(query).fetchone()[0] == count:
                return
            watch.execute("SELECT pg_sleep(0.1)")
    raise AssertionError(f"never {count}: {query}")


def one(database, query: str) -> int:
    with psycopg.connect(database.admin_url) as connection:
        return connection.execute(query).fetchone()[0]


def test_killed_as_it_stores_it_leaves_nothing_and_said_again_it_is_whole(
    say, folder, database, begin
):
    say("registry", folder)
    file = folder / "march.csv"
    file.write_text(march(100), encoding="utf-8")
    with psycopg.connect(database.admin_url) as block:
        block.execute(BLOCK)
        killed = begin(file)
        until(database, WAITING, 1)
        killed.kill()
        killed.wait()
        block.rollback()

    until(database, OTHERS, 0)  # what it had asked of the database has ended
    assert (one(database, COUNT), one(database, AUDITED)) in {(0, 0), (ROWS, 1)}
    again = say("readings", file)
    assert again.returncode == 0, again.stderr
    assert one(database, COUNT) == ROWS


def test_two_files_of_the_same_instants_at_once_count_as_one_after_the_other(
    say, folder, database, begin
):
    say("registry", folder)
    low, high = folder / "low.csv", folder / "high.csv"
    low.write_text(march(100), encoding="utf-8")
    high.write_text(march(200), encoding="utf-8")
    with psycopg.connect(database.admin_url) as block:
        block.execute(BLOCK)
        both = [begin(low), begin(high)]
        until(database, WAITING, 2)
        block.rollback()
    assert [each.wait(120) for each in both] == [0, 0]

    assert one(database, COUNT) == ROWS
    assert one(database, "SELECT count(*) FROM reading WHERE value >= 200000") == ROWS
    assert one(database, AUDITED) == 2
