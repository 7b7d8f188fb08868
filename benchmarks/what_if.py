"""What a planner waits for while turning the parameters of a comparison, in time of the server."""

import hashlib
import secrets
import time
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

from actions.actor import SYSTEM
from api import ApiSettings, create_app
from benchmarks.broad import Broad
from dashboards.pages import app as pages

_SESSION = """
    INSERT INTO user_session (token_sha256, user_id, csrf, expires_at)
    VALUES (%s, %s, 'of the benchmark', now() + interval '1 hour')
"""


def what_if(made: Broad, pool: ConnectionPool[Any], target: int, runs: int) -> list[float]:
    """Return how long the page takes to compare all rules anew, once their union is loaded. [s]"""
    token = secrets.token_urlsafe(32)
    with psycopg.connect(made.tables.admin_url) as connection:
        digest = hashlib.sha256(token.encode()).digest()
        connection.execute(_SESSION, [digest, int(SYSTEM.partition(":")[2])])
    app = create_app(
        pool, extra_routers=[pages.router()], error_page=pages.error_page, today=made.today
    )
    client = TestClient(app, cookies={ApiSettings().cookie: token})
    path = f"/targets/{target}/compare"
    assert client.get(path).status_code == 200  # loads the union
    took = []
    for turn in range(runs):
        asked = {"part": "result", "A.floor_percent": str(80 + turn % 15)}
        before = time.perf_counter()
        answer = client.get(path, params=asked)
        took.append(time.perf_counter() - before)
        assert "table-compare" in answer.text
    return took
