"""The console as a process over a union's world, with people who log in by its form."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from actions.access.login import hash_password
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import fill, make_world
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_browser import chromium

__all__ = ["chromium"]


@dataclass
class Served:
    """Where the console answers, and the world behind it."""

    url: str
    union: UnionWorld

    def client(self, who: str | None = None) -> httpx2.Client:
        """Return a browser of sorts, logged in by the form."""
        client = httpx2.Client(base_url=self.url, follow_redirects=False)
        if who is not None:
            page = client.get("/login").text
            (token,) = re.findall(r'name="form" value="([^"]+)"', page)
            said = {"login": who.replace(" ", "-"), "password": PASSWORD, "form": token}
            assert client.post("/login", data=said).status_code == 303
        return client


@pytest.fixture
def served(database) -> Iterator[Served]:
    """Run `commonwatt console` until the test is over."""
    world = make_world(database)
    fill(world)
    union = make_union_world(world)
    world.admin(
        """INSERT INTO institution_fact
               (institution_id, attribute, value, valid_from, source, known_by)
           VALUES (%s, 'class', 'GOV', '2010-01-01', 'test', 'test')""",
        world.institution["office"],
    )
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, valid_from)
           VALUES (%s, 'administrator', 'all', '2015-01-01')""",
        f"user:{world.user['outsider']}",
    )
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMMONWATT_")}
    environment["COMMONWATT_DATABASE_URL"] = database.url("api")
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "console", "--port", str(port)], env=environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 30
        while not _answers(url) and time.monotonic() < ends and process.poll() is None:
            time.sleep(0.1)
        yield Served(url, union)
    finally:
        process.terminate()
        assert process.wait(20) == 0
        world.close()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz").status_code == 200
    except httpx2.TransportError:
        return False
