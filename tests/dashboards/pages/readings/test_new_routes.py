"""A topic that had no route: its messages are taken on the page, once the routes file has one."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from actions.access.login import hash_password
from api import create_app
from cli.current_routes import CurrentRoutes
from collector.codecs import native
from collector.intake import take_in
from collector.routes_file import RoutesFile
from collector.routing import Routing
from dashboards.pages.app import error_page, router
from metering.messages import Message
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, TODAY, World, fill, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import fill_in, hidden, walk

TOPIC = "meters/g1/raw"
FORM = "/do/rejected.route"
OTHER = '[[route]]\ntopic = "elsewhere/+"\ncodec = "native"\ngateway = "demo-a/{1}"\n'
MENDED = f'[[route]]\ntopic = "meters/+/raw"\ncodec = "native"\ngateway = "{GATEWAY}"\n'
AT_MS = START_MS + 60 * 24 * HOUR_MS
WAITING = "SELECT gateway, reason FROM rejected_message WHERE resolved_at IS NULL ORDER BY id"


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "routes.toml"
    path.write_text(OTHER, encoding="utf-8")
    return path


@pytest.fixture
def world(database) -> Iterator[World]:
    with closing(make_world(database)) as world:
        fill(world)
        world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
        world.admin(
            "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
            f"user:{world.user['planner of all']}",
        )
        yield world


@pytest.fixture
def site(world, file) -> Site:
    routes = CurrentRoutes(lambda: Routing(RoutesFile(file).routes()), file)
    app = create_app(
        world.pool, extra_routers=[router()], error_page=error_page, file_sink=world.sink,
        routes=routes, today=TODAY,
    )  # fmt: skip
    return Site(world, app)


def refuse(world: World, key: str = "office e") -> None:
    payload = native.encode_one(77, key, AT_MS, 9000.0)
    message = Message(TOPIC, TOPIC, payload, AT_MS + HOUR_MS)
    assert take_in([message], Routing(()).decode, world.sink).rejected


def test_the_page_leads_to_the_form_and_the_form_takes_what_has_a_route_by_now(site, world, file):
    refuse(world)
    client = site.client("planner of all", "en")
    link = f"{FORM}?{urlencode({'topic': TOPIC})}"
    assert link in client.get("/rejects", params={"gateway": TOPIC}).text
    assert FORM in client.get("/rejects").text
    fields = {"topic": TOPIC, "reason": "a route was added"}
    early = client.post(FORM, data=hidden(client.get(link).text) | fields | {"step": "preview"})
    assert early.status_code == 422
    assert "COMMONWATT_ROUTES_FILE" in early.text  # what to do next
    before = world.admin("SELECT count(*) FROM reading")[0][0]

    file.write_text(MENDED, encoding="utf-8")  # the same service sees it
    check = fill_in(client, link, fields)
    assert "Messages that are taken" in check
    assert world.admin(WAITING) == [(TOPIC, "topic.no_route")]  # nothing was done yet
    walk(client, FORM, fields)

    assert world.admin("SELECT count(*) FROM reading")[0][0] == before + 1
    assert world.admin(WAITING) == []
    assert world.admin(
        "SELECT actor, detail ->> 'topic' FROM audit_entry WHERE act = 'rejected.route'"
    ) == [(f"user:{world.user['planner of all']}", TOPIC)]  # fmt: skip


def test_what_is_refused_for_another_reason_waits_on_under_its_gateway(site, world, file):
    refuse(world, key="nobody's")
    file.write_text(MENDED, encoding="utf-8")
    client = site.client("planner of all", "en")
    before = world.admin("SELECT count(*) FROM reading")[0][0]

    check, _ = walk(client, FORM, {"topic": TOPIC, "reason": "a route was added"})

    assert "reading.unknown_key" in check
    assert world.admin("SELECT count(*) FROM reading")[0][0] == before
    assert world.admin(WAITING) == [(GATEWAY, "reading.unknown_key")]


def test_who_does_not_administer_is_led_to_no_such_form(site, world):
    refuse(world)
    client = site.client("province officer", "en")

    assert FORM not in client.get("/rejects").text
    assert TOPIC not in client.get(FORM).text
