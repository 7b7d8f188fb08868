"""A real database for every test that asks: plain PostgreSQL from the wheel, or the one named."""

import os
import secrets
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from storage import migrate

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(  # for `make mutation`: that a test fails is enough
    "mutation",
    settings.get_profile("ci"),
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    database=None,
)
settings.load_profile("ci")

_MEMORY = Path("/dev/shm")
_MEMORY_BYTES = 4 * 2**30


def _keep_in_memory() -> None:
    """Let temporary files be in memory, where there is room and programs may run.

    A database is some 500 files: on a disk that others use, making one takes up to seconds, in
    memory 40 ms. Who names a TMPDIR is heard.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    room = os.statvfs(_MEMORY)
    if room.f_bavail * room.f_frsize >= _MEMORY_BYTES and not room.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # what was found before


_keep_in_memory()


# About how many others a test outlasts, by its mark.
_OUTLASTS = {"slow": 40, "crash": 20, "browser": 10}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let examples go before properties where one failure is enough: they take no time.

    Several processes take the longest files first, so that none is left alone with one at the end.
    """
    if config.getoption("--hypothesis-profile") == "mutation":
        items.sort(key=lambda item: bool(item.get_closest_marker("hypothesis")))
    elif hasattr(config, "workerinput"):
        lasts: Counter[Path] = Counter()
        for item in items:
            marks = [cost for mark, cost in _OUTLASTS.items() if item.get_closest_marker(mark)]
            lasts[item.path] += max(marks, default=1)
        items.sort(key=lambda item: -lasts[item.path])


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their kind: an archive holds the second in which it was packed.

    Processes that collect in two different seconds would have different tests, and run none.
    """
    return "bytes" if isinstance(val, bytes) else None


_ASKED = "COMMONWATT_TEST_DATABASE_URL"
PASSWORDS = {group: f"{group}-of-the-tests" for group in migrate.GROUPS}


@dataclass(frozen=True, slots=True)
class Server:
    """A database server on which tests may make databases.

    ours: nobody else's, so it need not outlive the machine: what it writes is not waited for.
    """

    admin_url: str
    ours: bool = False

    def named(self, database: str) -> str:
        """Return the administrator's URL of another database."""
        return psycopg.conninfo.make_conninfo(self.admin_url, dbname=database)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of one test."""

    name: str
    admin_url: str

    def url(self, group: str) -> str:
        """Return the URL of the login of api, collector or worker."""
        return psycopg.conninfo.make_conninfo(
            self.admin_url, user=f"{self.name}_{group}", password=PASSWORDS[group]
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this test process."""
    if asked := os.environ.get(_ASKED):
        yield Server(asked)
        return
    from cli import services  # a database named from outside needs none of it

    state = tmp_path_factory.mktemp("server")
    with services.up(state, broker_url="mqtt://127.0.0.1:1") as running:
        _hurry(running.running.database_url)
        yield Server(running.running.database_url, ours=True)
    services.remove(state)  # as root the data is elsewhere than in pytest's closed folder


def _hurry(admin_url: str) -> None:
    """Let nothing wait for the disk: a process that is killed loses nothing by it, only a machine.

    A database is made in a tenth of the time, and dropped in a thirtieth. Logging in, which tests
    do thousands of times, takes a third of the processor: their passwords are no secret.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "scram_iterations = 1"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """A migrated database from which the tests' own are copied.

    TimescaleDB keeps its background sessions, which would forbid the copy, off a template that
    nobody may connect to.
    """
    name = f"cwt_{secrets.token_hex(4)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" IS_TEMPLATE true'.encode())
    migrate.migrate(server.named(name))
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
    try:
        yield name
    finally:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false'.encode())
        _drop(server, name)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Database]:
    """A database of this test alone, with logins for api, collector and worker."""
    with _copied(server, template) as database:
        yield database


@pytest.fixture(scope="module")
def database_of_module(server: Server, template: str) -> Iterator[Database]:
    """The same for tests of one module that change nothing in it."""
    with _copied(server, template) as database:
        yield database


@pytest.fixture
def of_engine(server: Server) -> Iterator[Callable[[migrate.Engine], Database]]:
    """Make a database of the named engine, for this test alone."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(_made(server, engine))


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The administrator's URL of a database without tables."""
    name = f"cwt_{secrets.token_hex(6)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield server.named(name)
    _drop(server, name)


@contextmanager
def _copied(server: Server, template: str) -> Iterator[Database]:
    """Lend a copy of the template: all that migrating makes but the logins is in it already."""
    name = f"cwt_{secrets.token_hex(6)}"
    how = "STRATEGY file_copy" if server.ours else ""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
    try:
        migrate.give_logins(server.named(name), PASSWORDS)
        yield Database(name, server.named(name))
    finally:
        _drop(server, name)


@contextmanager
def _made(server: Server, engine: migrate.Engine) -> Iterator[Database]:
    name = f"cwt_{secrets.token_hex(6)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        migrate.migrate(server.named(name), passwords=PASSWORDS, engine=engine)
        yield Database(name, server.named(name))
    finally:
        _drop(server, name)


def _drop(server: Server, name: str) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        for group in migrate.GROUPS:
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{group}"'.encode())


@pytest.fixture(scope="session")
def mosquitto() -> str:
    """The broker's binary; tests that need it say so where it is missing."""
    for path in (*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/local/sbin"):
        if (found := Path(path) / "mosquitto").exists():
            subprocess.run([found, "-h"], capture_output=True, check=False)
            return str(found)
    pytest.skip("mosquitto is not installed: the broker tests cannot run")
