"""A real database for every test that asks: plain PostgreSQL from the wheel, or the one named."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from storage import migrate
from tests import databases
from tests.databases import PASSWORDS, Copies, Database, Server

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


# About how many others a test outlasts, by its mark or by what it asks for.
_OUTLASTS = {"slow": 300, "crash": 100, "browser": 40, "hypothesis": 20}
_WITH_DATABASE = 5


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Take half as many processes again as there are processors: many tests wait for servers."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return cores + cores // 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let examples go before properties where one failure is enough: they take no time.

    Several processes take the longest files first, so that none is left alone with one at the end.
    """
    if config.getoption("--hypothesis-profile") == "mutation":
        items.sort(key=lambda item: bool(item.get_closest_marker("hypothesis")))
    elif hasattr(config, "workerinput"):
        lasts: Counter[Path] = Counter()
        for item in items:
            lasts[item.path] += _lasts(item)
        items.sort(key=lambda item: -lasts[item.path])


def _lasts(item: pytest.Item) -> int:
    """Return about how long a test lasts, with one that only computes as the unit."""
    marks = [cost for mark, cost in _OUTLASTS.items() if item.get_closest_marker(mark)]
    asks = "server" in getattr(item, "fixturenames", ())
    return max([*marks, _WITH_DATABASE if asks else 1])


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their kind: an archive holds the second in which it was packed.

    Processes that collect in two different seconds would have different tests, and run none.
    """
    return "bytes" if isinstance(val, bytes) else None


_ASKED = "COMMONWATT_TEST_DATABASE_URL"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this test process."""
    if asked := os.environ.get(_ASKED):
        yield Server(asked)
        return
    from cli import services  # a database named from outside needs none of it

    state = tmp_path_factory.mktemp("server")
    with services.up(state, broker_url="mqtt://127.0.0.1:1") as running:
        databases.hurry(running.running.database_url)
        yield Server(running.running.database_url, ours=True)
    services.remove(state)  # as root the data is elsewhere than in pytest's closed folder


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """A migrated database from which the tests' own are copied.

    TimescaleDB keeps its background sessions, which would forbid the copy, off a template that
    nobody may connect to.
    """
    with databases.template(server, lambda name: migrate.migrate(server.named(name))) as name:
        yield name


@pytest.fixture(scope="session")
def peopled(server: Server, template: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A template that holds the world of institutions and people, and ids by name.

    A test that asks for this, itself or by a fixture, has it in its database from the beginning.
    """
    from tests.actions.world import make_world  # most tests need no world

    known: dict[str, Any] = {}

    def make(name: str) -> None:
        migrate.give_logins(server.named(name), PASSWORDS)
        world = make_world(Database(name, server.named(name)))
        world.close()
        known.update(world.known())

    with databases.template(server, make, like=template) as name:
        yield name, known


@pytest.fixture(scope="session")
def full(
    server: Server, peopled: tuple[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The same with readings, hours and accounts."""
    from tests.actions.world import fill, make_world

    def make(name: str) -> None:
        migrate.give_logins(server.named(name), PASSWORDS)
        world = make_world(Database(name, server.named(name), peopled[1]))
        fill(world)
        world.close()

    with databases.template(server, make, like=peopled[0]) as name:
        yield name, peopled[1]


@pytest.fixture(scope="session")
def copies(server: Server) -> Iterator[Copies]:
    """Lends copies of the templates, of this test process."""
    with closing(Copies(server)) as lender:
        yield lender


@contextmanager
def _copied(request: pytest.FixtureRequest, copies: Copies, template: str) -> Iterator[Database]:
    """Lend a copy of that which the test asks for, itself or by a fixture."""
    asked = next((name for name in ("full", "peopled") if name in request.fixturenames), None)
    known = None
    if asked is not None:
        template, known = request.getfixturevalue(asked)
    with copies.lent(template, known, filled=asked == "full") as database:
        yield database


@pytest.fixture
def database(request: pytest.FixtureRequest, copies: Copies, template: str) -> Iterator[Database]:
    """A database of this test alone, with logins for api, collector and worker."""
    with _copied(request, copies, template) as database:
        yield database


@pytest.fixture(scope="module")
def database_of_module(
    request: pytest.FixtureRequest, copies: Copies, template: str
) -> Iterator[Database]:
    """The same for tests of one module that change nothing in it; they ask for the same world."""
    with _copied(request, copies, template) as database:
        yield database


@pytest.fixture
def of_engine(server: Server) -> Iterator[Callable[[migrate.Engine], Database]]:
    """Make a database of the named engine, for this test alone."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(databases.made(server, engine))


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The administrator's URL of a database without tables."""
    name = f"cwt_{secrets.token_hex(6)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield server.named(name)
    databases.drop(server, name)


@pytest.fixture(scope="session")
def mosquitto() -> str:
    """The broker's binary; tests that need it say so where it is missing."""
    for path in (*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/local/sbin"):
        if (found := Path(path) / "mosquitto").exists():
            subprocess.run([found, "-h"], capture_output=True, check=False)
            return str(found)
    pytest.skip("mosquitto is not installed: the broker tests cannot run")
