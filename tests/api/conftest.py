"""The API over the world of institutions, with people who can log in."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from actions.login import hash_password
from api import ApiSettings, create_app
from storage.readings import Store
from tests.actions.world import TODAY, World, fill, make_world

PASSWORD = "a long enough one"


@dataclass
class Front:
    """A running application over a world."""

    world: World
    app: object

    def client(self, who: str | None = None) -> TestClient:
        """Return a client, logged in by bearer token as a person of the world."""
        client = TestClient(self.app, raise_server_exceptions=False)
        if who is not None:
            said = {"login": who.replace(" ", "-"), "password": PASSWORD, "bearer": True}
            answer = client.post("/api/v1/login", json=said)
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client


@pytest.fixture
def front(database) -> Iterator[Front]:
    """The API with readings and accounts behind it; everybody has the same password."""
    world = make_world(database)
    fill(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')""",
        f"user:{world.user['planner of all']}",
    )
    store = Store(database.url("collector"), "http")
    settings = ApiSettings(body_bytes=100_000)
    files = Store(database.url("collector"), "import")
    app = create_app(world.pool, settings=settings, sink=store, file_sink=files, today=TODAY)
    yield Front(world, app)
    store.close()
    files.close()
    world.close()
