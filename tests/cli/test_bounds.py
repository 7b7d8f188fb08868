"""Every session of ours has bounds, by whichever way it is opened, and an operator may set them."""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

import cli
from actions.actor import open_pool
from cli import settings, wiring, wiring_services
from cli.checkup import checks
from cli.demo import database as demo
from storage import connections, migrate
from storage.accounts import usage
from storage.readings import store
from worker.loop import LANES
from worker.pulse import Pulse

ROOT = Path(cli.__file__).parents[1]
SHIPPED = (
    *("metering", "analytics", "compact", "storage", "collector", "actions", "worker", "api"),
    *("dashboards", "simulators", "cli"),
)
NAMES = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
SHOWN = "SELECT current_setting('{}'), current_setting('{}'), current_setting('{}')".format(*NAMES)
SET = {
    "COMMONWATT_LOCK_S": "2",
    "COMMONWATT_STATEMENT_S": "3",
    "COMMONWATT_WRITE_STATEMENT_S": "4",
    "COMMONWATT_IDLE_TRANSACTION_S": "5",
    "COMMONWATT_MIGRATE_STATEMENT_S": "61",
}


@pytest.fixture
def known(monkeypatch) -> settings.Settings:
    for name, value in SET.items():
        monkeypatch.setenv(name, value)
    return settings.load()


def opening(tree: ast.AST) -> Iterator[str]:
    """Yield what a module calls to open a connection or a pool."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.rpartition(".")[2] in {"ConnectionPool", "AsyncConnectionPool"} or (
                called in {"psycopg.connect", "Connection.connect", "psycopg.Connection.connect"}
            ):
                yield called


def test_connections_are_opened_in_two_places_and_nowhere_else():
    found = {
        (path.relative_to(ROOT).as_posix(), called)
        for package in SHIPPED
        for path in (ROOT / package).rglob("*.py")
        for called in opening(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == {
        ("storage/connections.py", "psycopg.connect"),
        ("actions/actor.py", "ConnectionPool"),
    }


@contextmanager
def pooled(url: str, bounds: connections.Bounds) -> Iterator[psycopg.Connection]:
    with closing(open_pool(url, max_size=1, bounds=bounds)) as pool, pool.connection() as lent:
        yield lent


WAYS: dict[str, tuple[str, Callable[[str, settings.Settings], object]]] = {
    "opened": ("api", lambda url, known: connections.opened(url, "t", wiring.reading(known))),
    "pool": ("api", lambda url, known: pooled(url, wiring.reading(known))),
    "writer": ("worker", lambda url, known: connections.writer(url, "t", wiring.writing(known))),
    "readings": ("collector", lambda url, known: store.connect(url, "t", wiring.writing(known))),
    "usage": ("worker", lambda url, known: usage.connect(url, wiring.writing(known))),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_session_has_the_bounds_that_are_set(database_of_module, way, known):
    group, opened = WAYS[way]
    with opened(database_of_module.url(group), known) as connection:
        found = connection.execute(SHOWN).fetchone()

    assert found == ("2s", "3s" if group == "api" else "4s", "5s")


@pytest.mark.parametrize("way", WAYS)
def test_a_session_has_bounds_where_nothing_is_set(database_of_module, way):
    group, opened = WAYS[way]
    with opened(database_of_module.url(group), settings.load()) as connection:
        found = connection.execute(SHOWN).fetchone()

    assert found == ("30s", "30s" if group == "api" else "10min", "2min")


def test_the_demos_administrator_has_bounds(server):
    with demo._server(server.admin_url) as connection:
        assert "0" not in connection.execute(SHOWN).fetchone()


def test_doctor_gives_up_where_somebody_holds_a_table(database, tmp_path, known):
    here = {"state": tmp_path, "database_url": database.admin_url, "broker_url": "mqtt://x:1"}
    known = known.model_copy(update=here)
    with psycopg.connect(database.admin_url) as holder:
        holder.execute("LOCK TABLE stale_usage IN ACCESS EXCLUSIVE MODE")
        told = [one.en for one in checks(known) if one.state == "bad"]

    assert any("lock timeout" in one for one in told)


def test_migrating_gives_up_where_somebody_holds_a_table(database):
    with psycopg.connect(database.admin_url) as holder:
        holder.execute("LOCK TABLE migration IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate.migrate(database.admin_url, bounds=connections.Bounds(0.3, 60))


def test_each_lane_of_the_worker_has_the_bounds_that_are_set(database, known, monkeypatch):
    found = {}
    beat = Pulse.beat

    def seen(self: Pulse, *, moved: bool) -> None:
        found[self._queue] = self._connection.execute(SHOWN).fetchone()
        beat(self, moved=moved)

    monkeypatch.setattr(Pulse, "beat", seen)
    stop = threading.Event()
    worker = wiring_services.worker(known, database.url("worker"), lambda *_, **__: None)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    until = time.monotonic() + 30
    while len(found) < len(LANES) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    thread.join()

    assert found == dict.fromkeys(LANES, ("2s", "4s", "5s"))
