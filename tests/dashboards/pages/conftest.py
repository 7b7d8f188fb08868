"""The pages over the world of institutions, with people who log in by the form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.world import TODAY, World, fill, make_world

PASSWORD = "a long enough one"
_hashed = cache(hash_password)


@dataclass
class Site:
    """A running application over a world."""

    world: World
    app: object

    def client(self, who: str | None = None, lang: str = "zh") -> TestClient:
        """Return a browser of sorts, logged in by the form as a person of the world."""
        client = TestClient(
            self.app,
            raise_server_exceptions=False,
            follow_redirects=False,
            headers={"Accept": "text/html"},
        )
        client.cookies.set("cw_lang", lang)
        if who is not None:
            answer = self.log_in(client, who.replace(" ", "-"), PASSWORD)
            assert answer.status_code == 303, answer.text
        return client

    def log_in(self, client: TestClient, login: str, password: str, following: str = "/"):
        """Fill in and send the form of the log-in page."""
        page = client.get("/login", params={"next": following})
        (token,) = re.findall(r'name="form" value="([^"]+)"', page.text)
        fields = {"login": login, "password": password, "form": token}
        return client.post("/login", params={"next": following}, data=fields)

    def path(self, name: str, rest: str = "") -> str:
        """Return the address of an institution's page."""
        return f"/institutions/{self.world.institution[name]}{rest}"


@pytest.fixture
def bare(database) -> Iterator[Site]:
    """The pages without any reading; everybody has the same password."""
    world = make_world(database)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", _hashed(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture
def site(full, bare) -> Site:
    """The same with readings and accounts behind them."""
    fill(bare.world)
    return bare
