"""A plain database copied into one with TimescaleDB: all of it, after any end, and nothing else."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from metering.errors import ConflictError
from storage import copying, migrate
from tests.databases import PASSWORDS, drop
from tests.storage.test_engines import (
    digests,
    has_timescaledb,
    make,
    readings,
    write,
    write_bills,
)
from tests.worker.test_usage import worker

pytestmark = pytest.mark.timescaledb


@pytest.fixture
def plain(server, of_engine):
    """A plain database with three months of readings and what was made of them."""
    if not has_timescaledb(server):
        pytest.skip("this server has no TimescaleDB: nothing was copied into it")
    database, _ = make(of_engine, "plain")
    for readings_of in readings():
        write(database, readings_of)
    write_bills(database, 1)
    worker(database).drain()
    return database


@pytest.fixture
def new(server) -> Iterator[str]:
    """The address of an empty database."""
    name = f"cwt_{secrets.token_hex(6)}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    yield server.named(name)
    drop(server, name)


def tables(url: str) -> dict[str, list[tuple]]:
    """Return every row of every table but those that are a database's own."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            """SELECT n.nspname || '.' || quote_ident(c.relname)
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'access', 'storage', 'report')
                  AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                  AND c.relname NOT IN ('engine', 'migration', 'definition', 'member_login')"""
        ).fetchall()
        return {
            name: connection.execute(
                f'SELECT t::text FROM {name} t ORDER BY t::text COLLATE "C"'.encode()
            ).fetchall()
            for (name,) in sorted(names)
        }


class Database:
    """What `digests` asks of a database."""

    def __init__(self, url: str) -> None:
        self.admin_url = url


def test_every_row_comes_over_and_the_services_go_on(plain, new):
    copied = copying.copy(plain.admin_url, new, passwords=PASSWORDS)

    before, after = tables(plain.admin_url), tables(new)
    assert after == before
    assert copied.rows == sum(len(rows) for rows in before.values())
    assert digests(Database(new)) == digests(plain)
    with psycopg.connect(new) as connection:
        assert migrate.engine_of(connection)[0] == "timescaledb"
        assert connection.execute("SELECT to_regnamespace('copying')").fetchone() == (None,)
        (chunks,) = connection.execute(
            "SELECT count(*) FROM timescaledb_information.chunks"
        ).fetchone()
        assert chunks == 10
        connection.execute(
            """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
                   message_zh, message_en, i, readings, identity)
               VALUES (now(), 't', 'g', '', 'r', 'z', 'e', '{}', 0, 'new')"""
        )  # its number is none that came over


def copier(source: str, target: str) -> subprocess.Popen[str]:
    """Return the command at work."""
    known = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    urls = {"COMMONWATT_DATABASE_URL": source, "COMMONWATT_NEW_DATABASE_URL": target}
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "cli", "migrate", "--to-timescaledb"],
        env=known | urls | {"COMMONWATT_LANG": "en"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.crash
@pytest.mark.parametrize("after", [1, 30, 55])
def test_a_copy_that_is_killed_goes_on_where_it_was(plain, new, after):
    first = copier(plain.admin_url, new)
    begun = [next(first.stdout) for _ in range(after)]
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()

    again = copier(plain.admin_url, new)
    output, _ = again.communicate(timeout=200)

    assert again.returncode == 0, output
    assert not {line.split(":")[0] for line in begun} & {
        line.split(":")[0] for line in output.splitlines()
    }
    assert "each row compared" in output
    assert tables(new) == tables(plain.admin_url)


def test_a_row_that_changes_under_way_is_found(plain, new, monkeypatch):
    compared = copying._compared

    def meddling(source, target, part):
        if part.name == "public.account":
            with psycopg.connect(plain.admin_url) as other:
                other.execute("UPDATE account SET quanta = quanta + 1 WHERE quanta > 0")
        return compared(source, target, part)

    monkeypatch.setattr(copying, "_compared", meddling)
    with pytest.raises(ConflictError, match=r"A row of public\.account differs"):
        copying.copy(plain.admin_url, new)
    monkeypatch.undo()

    copying.copy(plain.admin_url, new)

    assert tables(new) == tables(plain.admin_url)


def test_a_database_that_is_in_use_is_not_copied(plain, new):
    with (
        psycopg.connect(plain.url("worker")),
        pytest.raises(ConflictError, match="in use") as refused,
    ):
        copying.copy(plain.admin_url, new)
    assert "Stop serve, collect and work" in refused.value.next_en


def test_only_an_empty_database_is_copied_into_and_only_a_plain_one_out_of(plain, new, of_engine):
    with pytest.raises(ConflictError, match="has tables"):
        copying.copy(plain.admin_url, of_engine("timescaledb").admin_url)
    with pytest.raises(ConflictError, match="has timescaledb already"):
        copying.copy(of_engine("timescaledb").admin_url, new)


def test_a_copy_of_one_database_does_not_go_on_with_another(plain, new, of_engine, monkeypatch):
    def end(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(plain.admin_url, new, say=end)
    with pytest.raises(ConflictError, match="part of another database"):
        copying.copy(of_engine("plain").admin_url, new)
