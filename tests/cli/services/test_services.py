"""What holds of services while they run: one start for all, and every test leaves them up."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from cli import services
from metering.errors import ConflictError
from tests.cli.services.world import answered, asked, killed, until


@pytest.fixture(scope="module")
def running(open_state: Path) -> Iterator[services.Services]:
    with services.up(open_state) as started:
        yield started


def test_nobody_enters_without_the_password(running, open_state):
    url = running.running.database_url
    record = services.status(open_state).record

    for way in ({}, {"host": record.socket}):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(make_conninfo(url, password="", **way)).close()
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(make_conninfo(url, password="postgres", **way)).close()
    assert asked(make_conninfo(url, host=record.socket), "SELECT 1") == 1


def test_secrets_are_for_their_owner_only(running, open_state):
    for name in ("postgres.password", "services.json"):
        assert (open_state / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("password_encryption", "scram-sha-256"),
        ("TimeZone", "UTC"),
        ("jit", "off"),
        ("max_locks_per_transaction", "256"),
        ("shared_buffers", "256MB"),
    ],
)
def test_the_database_is_set_for_durability_and_two_cores(running, setting, value):
    assert asked(running.running.database_url, f"SHOW {setting}") == value


def test_a_second_start_attaches_and_leaves_the_first_running(running, open_state):
    with services.up(open_state) as second:
        assert second.running == running.running
        assert not second.started_here

    assert answered(running.running.database_url)
    assert services.status(open_state).phase == "running"


def test_a_second_start_that_wants_something_else_is_refused(running, open_state):
    with pytest.raises(ConflictError, match="services down"):
        services.up(open_state, postgres_port=5432)
    with pytest.raises(ConflictError, match="services down"):
        services.up(open_state, broker_kind="amqtt")


def test_with_both_urls_given_nothing_is_started(tmp_path):
    with services.up(
        tmp_path / "none", database_url="postgresql://db/x", broker_url="mqtt://broker"
    ) as external:
        assert external.running.database_url == "postgresql://db/x"
        assert external.running.broker_url == "mqtt://broker"
        assert external.running.postgres_pid is external.running.broker_pid is None
    assert not (tmp_path / "none").exists()


@pytest.mark.crash
def test_a_killed_database_comes_back_with_what_was_committed(running):
    url = running.running.database_url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    busy = threading.Thread(target=_use_until_cut_off, args=(url,))
    busy.start()
    until(lambda: asked(url, "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'SLOW'") == 2)

    before = killed(running.running.postgres_pid)
    until(lambda: answered(url))
    busy.join()

    assert asked(url, "SELECT sum(n) FROM kept") == 500_500
    until(lambda: running.running.postgres_pid not in (before, None))


def _use_until_cut_off(url: str) -> None:
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("SELECT 'SLOW', sum(n) FROM generate_series(1, 1e12) AS n")


@pytest.mark.crash
def test_a_database_killed_again_and_again_comes_back(running):
    url = running.running.database_url
    for _ in range(3):
        until(lambda: running.running.postgres_pid is not None)
        killed(running.running.postgres_pid)
        until(lambda: running.running.postgres_pid is None)

    until(lambda: answered(url), within_s=20)


@pytest.mark.crash
def test_a_killed_broker_comes_back_at_its_port(running, open_state):
    url = running.running.broker_url
    before = killed(running.running.broker_pid)

    until(lambda: running.running.broker_pid not in (before, None))

    assert running.running.broker_url == url
    assert services.status(open_state).record.restarts["broker"] >= 1
