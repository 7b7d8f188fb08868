"""A payload is pasted under a topic, and told what it would store, and why not; nothing is kept.

What is set aside says so with its bytes, a reason and the next step, in Chinese and English.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from actions.access.login import hash_password
from actions.doing import carry_out
from actions.readings.routes_now import kept
from actions.readings.set_route import SetRoute
from api import create_app
from api.auth import CSRF_HEADER
from collector.intake import take_in
from collector.routing import NATIVE, PUSHED, Routing
from dashboards.pages.app import error_page, router
from metering.messages import Message
from tests.actions.examples_of_readings import bind
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, TODAY, World, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden

AT_MS = START_MS + HOUR_MS
TOPIC = f"cw/v1/{GATEWAY}/data"
JSON = {
    "topic": "maker/+/up",
    "codec": "json",
    "gateway": "demo-a/{1}",
    "settings": "rows = 'v.*'\nkey = '{k}'\nvalue = 'x'\nunit = '{u}'\nquality = 'q'\ntime = 't'",
    "source": "form 7",
}


def said(key: str, x: float, unit: str = "kWh", quality: str = "good", at_ms: int = AT_MS) -> dict:
    return {"k": key, "x": x, "u": unit, "q": quality, "t": at_ms}


def message(*rows: dict) -> str:
    return json.dumps({"v": list(rows)})


# What is wrong; topic, payload, the reason that is told.
BAD = (
    ("not of its format", TOPIC, "<xml/>", "payload.malformed"),
    ("another dimension", "maker/g1/up", message(said("office e", 5, "m3")), "reading.other_unit"),
    ("bound elsewhere", "maker/g2/up", message(said("office e", 5)), "reading.bound_elsewhere"),
    ("bad quality", "maker/g1/up", message(said("office e", 5, "kWh", "bad")),
     "reading.bad_quality"),
    ("no route", "nobody/g1", "{}", "topic.no_route"),
    ("bound to nothing", "maker/g1/up", message(said("new", 5)), "reading.unknown_key"),
    ("out of range", "maker/g1/up", message(said("office e", -5)), "reading.impossible_value"),
    ("its clock", "maker/g1/up", message(said("office e", 5, at_ms=4_000_000_000_000)),
     "clock.ahead"),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    with closing(make_world(database_of_module)) as world:
        world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
        carry_out(world.actor(), SetRoute.model_validate(JSON))
        bind(world, GATEWAY, "twin", world.channel["office e"])
        yield world


@pytest.fixture(scope="module")
def site(world) -> Site:
    app = create_app(
        world.pool, extra_routers=[router()], error_page=error_page, file_sink=world.sink,
        routes=Routing((NATIVE, PUSHED)), today=TODAY,
    )  # fmt: skip
    return Site(world, app)


def tried(client, topic: str, payload: str, **more) -> str:
    page = client.get("/payloads/try")
    fields = hidden(page.text) | {"topic": topic, "payload": payload, "encoding": "text"} | more
    return client.post("/payloads/try", data=fields).text


def test_it_says_what_would_be_stored_and_keeps_nothing(site, world):
    client = site.client("province officer", "en")
    page = tried(client, "maker/g1/up", message(said("office e", 5), said("new", 1)))

    assert "maker/+/up" in page
    assert "Readings that would be stored</dt><dd>1<" in page
    assert "reading.unknown_key" in page
    payload = base64.b64encode(message(said("office e", 5)).encode()).decode()
    asked = {"topic": "maker/g1/up", "payload": payload, "encoding": "base64"}
    csrf = hidden(client.get("/payloads/try").text)["csrf"][0]
    headers = {"Accept": "application/json", CSRF_HEADER: csrf}
    answer = client.post("/api/v1/payloads/try", json=asked, headers=headers).json()
    assert (answer["inserted"], answer["codec"], answer["gateway"]) == (1, "json", GATEWAY)
    assert answer["readings"][0]["refused"] is None
    for table in ("reading", "rejected_message", "unbound_key"):
        assert world.admin(f"SELECT count(*) FROM {table}") == [(0,)]


def test_where_a_key_is_bound_is_named(site):
    client = site.client("province officer", "en")
    assert f"There: {GATEWAY}." in tried(client, "maker/g2/up", message(said("office e", 5)))


def test_who_may_not_take_its_messages_may_not_try_them(site):
    assert site.client("city reader").get("/payloads/try").status_code == 403
    officer = site.client("of the office", "en")
    assert "do not have the right" in tried(officer, "cw/v1/demo-a/g2/data", "{}")
    wrong = tried(officer, "maker/g1/up", "xyz", encoding="hex")
    assert "not written in hex" in wrong


@pytest.mark.parametrize(("what", "topic", "payload", "reason"), BAD, ids=[one[0] for one in BAD])
def test_bad_input_is_set_aside_with_its_bytes_a_reason_and_the_next_step(
    site, world, what, topic, payload, reason
):
    """What the page says of it before is what is kept of it after, in both languages."""
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope, valid_from) VALUES (%s, 'administrator', "
        "'all', '2015-01-01') ON CONFLICT DO NOTHING",
        f"user:{world.user['planner of all']}",
    )
    with world.actor().look() as connection:
        routing = Routing((NATIVE,)).after(kept(connection))
    now_ms = START_MS + 40 * 24 * HOUR_MS
    sent = Message(topic, routing.gateway_of(topic, now_ms), payload.encode(), now_ms)
    [refused] = take_in([sent], routing.decode, world.sink).rejected

    assert refused.reason.code == reason
    row = world.admin(
        "SELECT payload, message_zh, message_en FROM rejected_message WHERE reason = %s", reason
    )
    assert row == [(payload.encode(), refused.reason.text("zh"), refused.reason.text("en"))]
    assert refused.reason.next_zh
    assert refused.reason.next_en
    for lang, step in (("zh", refused.reason.next_zh), ("en", refused.reason.next_en)):
        page = tried(site.client("planner of all", lang), topic, payload)
        assert reason in page
        assert reason == "clock.ahead" or escaped(step) in page  # its offset grows by the second


def escaped(text: str) -> str:
    """Return a text as a page has it."""
    return text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;")
