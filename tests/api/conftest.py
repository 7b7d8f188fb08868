"""The API over the world of institutions, with people who can log in."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from api import ApiSettings, create_app
from storage.readings.pushed import PushStore
from storage.readings.store import Store
from tests.actions.world import TODAY, World, fill, make_world

PASSWORD = "a long enough one"
_hashed = cache(hash_password)


@dataclass
class Front:
    """A running application over a world."""

    world: World
    app: object
    _tokens: dict[str, str] = field(default_factory=dict)

    def client(self, who: str | None = None) -> TestClient:
        """Return a client, logged in by bearer token as a person of the world."""
        client = TestClient(self.app, raise_server_exceptions=False)
        if who is not None:
            client.headers["Authorization"] = f"Bearer {self._token(client, who)}"
        return client

    def key_url(self, gateway: str = "demo-a/g1") -> str:
        """Return the address that gives a gateway its key."""
        (row,) = self.world.admin("SELECT id FROM gateway WHERE name = %s", gateway)
        return f"/api/v1/gateways/{row[0]}/key"

    def _token(self, client: TestClient, who: str) -> str:
        if who not in self._tokens:
            payload = {"login": who.replace(" ", "-"), "password": PASSWORD, "bearer": True}
            answer = client.post("/api/v1/login", json=payload)
            assert answer.status_code == 200, answer.text
            self._tokens[who] = answer.json()["token"]
        return self._tokens[who]


@pytest.fixture
def front(full, database) -> Iterator[Front]:
    """The API with readings and accounts behind it; everybody has the same password."""
    with _opened(database) as front:
        yield front


@pytest.fixture(scope="module")
def window(full, database_of_module) -> Iterator[Front]:
    """The same for tests that only look, and so can share it."""
    with _opened(database_of_module) as front:
        yield front


@contextmanager
def _opened(database: Any) -> Iterator[Front]:
    world = make_world(database)
    fill(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", _hashed(PASSWORD))
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')""",
        f"user:{world.user['planner of all']}",
    )
    with (
        closing(world),
        closing(PushStore(database.url("collector"), "http")) as sink,
        closing(Store(database.url("collector"), "import")) as files,
    ):
        settings = ApiSettings(body_bytes=100_000)
        app = create_app(world.pool, settings=settings, sink=sink, file_sink=files, today=TODAY)
        yield Front(world, app)
