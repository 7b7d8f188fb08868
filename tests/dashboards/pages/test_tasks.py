"""What goes on after its answer: begun by an action, watched on a page, seen by nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from fastapi import APIRouter

from actions.access.login import hash_password
from actions.catalogue import declared
from actions.declared import ACTIONS, About, Action, Effect, Started
from actions.fields import Acting, Words
from actions.rights import Right
from api import actions, create_app
from dashboards.pages.app import error_page, router
from storage import tasks
from storage.tasks import Done, Onward
from tests.actions.world import TODAY, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden, walk


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    declared()

    class Toy(Action[None, Started]):
        """Begin something long."""

        about = About("toy.begin", Right.LOOK, "/toys", "玩", "Play", ("好", "Done"), "toys")

        def foresee(self, on: None, at: Acting) -> list[Effect]:
            """Return one effect."""
            return [Effect("toy", Words("玩具", "Toy"))]

        def do(self, on: None, at: Acting) -> Started:
            """Have it done later."""
            return Started(task=tasks.add(at.connection, "toy", at.actor, datetime.now(UTC)))

    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    routes = APIRouter(prefix="/api/v1")
    actions._add(routes, Toy)
    pages = [routes, router()]
    yield Site(
        world, create_app(world.pool, extra_routers=pages, error_page=error_page, today=TODAY)
    )
    world.close()
    del ACTIONS["toy.begin"]


def taken(site: Site, do: tasks.Do) -> None:
    """Be the worker once."""
    with psycopg.connect(site.world.database.url("worker"), autocommit=True) as connection:
        while True:
            task = tasks.take(connection, lambda c, t: do(c, t) if t.kind == "toy" else Done())
            if task is None or task.kind == "toy":
                return


def test_a_task_is_begun_watched_and_its_result_found(site):
    client = site.client("city reader", "en")
    _, then = walk(client, "/do/toy.begin", {})
    path = then.partition("?")[0]
    assert path.startswith("/tasks/")
    page = client.get(then)
    assert (page.status_code, page.headers["refresh"]) == (200, "3")
    assert "Going on" in page.text

    taken(site, lambda connection, task: Onward({}, rows_left=1234))
    assert "1,234" in client.get(path).text

    def fail(connection, task):
        raise RuntimeError("no paper")

    taken(site, fail)
    page = client.get(path)
    assert ("no paper" in page.text, page.headers["refresh"]) == (True, "30")
    site.world.admin("UPDATE task SET at = now() WHERE kind = 'toy'")
    taken(site, lambda connection, task: Done({"to": "/boards"}))
    page = client.get(path)
    assert "refresh" not in page.headers
    assert 'href="/boards">What came of it' in page.text
    assert client.get(f"/api/v1{path}").json()["state"] == "done"


def test_the_api_answers_202_with_where_to_look(site):
    client = site.client("city reader", "en")
    csrf = hidden(client.get("/do/toy.begin").text)["csrf"][0]
    headers = {"X-CSRF-Token": csrf, "Idempotency-Key": "one"}

    first, again = (client.post("/api/v1/toys", json={}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    place = f"/tasks/{first.json()['task']}"
    assert first.headers["location"] == again.headers["location"] == place
    assert again.headers["idempotent-replay"] == "true"
    for stranger in ("education line", "outsider"):
        other = site.client(stranger)
        assert other.get(place).status_code == 404
        assert other.get(f"/api/v1{place}").status_code == 404


def test_tasks_are_listed_newest_first_to_whoever_had_them_started(site):
    client = site.client("city reader", "en")
    world = site.world
    world.admin(
        """INSERT INTO task (kind, key, at, by, attempts, reason, error)
           SELECT 'toy.begin', n::text, now(), 'user:' || %s, 1, 'toy.torn', 'the paper is torn'
             FROM generate_series(1, 3) n""",
        world.user["city reader"],
    )

    page = client.get("/tasks?state=set_aside")
    assert page.text.count("the paper is torn") == 3
    assert "Play" in page.text  # as its action is called
    first, rest = client.get("/api/v1/tasks?state=set_aside&limit=2").json(), None
    rest = client.get(first["next"]).json()
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next"]) == (3, None)
    assert site.client("outsider", "en").get("/api/v1/tasks").json()["items"] == []
    assert site.client("outsider", "zh").get("/tasks").status_code == 200
