"""What a refusal for want of a route advises can be done by following its words."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from collector.codecs.dsmr import Codec, Register
from collector.intake import take_in
from collector.routing import Routing
from metering.messages import Message
from storage.readings.routes import put
from storage.readings.store import Store
from tests.collector.rig import Gateways, Mosquitto, until
from tests.storage.world import START_MS, make_channels, rename_key

TOPIC = "dsmr/g1/raw"
ROUTES = """\
[[route]]
topic = "dsmr/+/raw"
codec = "dsmr"
gateway = "demo-a/{1}"
key = "{key}"
"""
WAITING = "SELECT gateway, reason FROM rejected_message WHERE resolved_at IS NULL"


def environment(url: str, routes: Path | None, lang: str = "en") -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    known |= {"COMMONWATT_DATABASE_URL": url, "COMMONWATT_LANG": lang}
    return known if routes is None else known | {"COMMONWATT_ROUTES_FILE": str(routes)}


def say(
    url: str, routes: Path | None, *command: str, lang: str = "en"
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "cli", *command],
        env=environment(url, routes, lang),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def ask(database, query: str, *values: object) -> list:
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        cursor = c.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def unrouted(database) -> str:
    """Let a telegram come for which there is no route; return what its refusal advises."""
    store = Store(database.url("collector"), "test")
    payload = Codec().encode(START_MS + 3_600_000, [Register("1-0:1.8.1", 12.5, "kWh")])
    routing = Routing()
    message = Message(TOPIC, routing.gateway_of(TOPIC), payload, START_MS + 7_200_000)
    [refused] = take_in([message], routing.decode, store).rejected
    store.close()
    assert refused.reason.code == "topic.no_route"
    return refused.reason.next_en


def test_a_topic_without_a_route_is_taken_in_as_its_refusal_says(database, tmp_path):
    [channel] = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, "1-0:1.8.1")
    advice = unrouted(database)
    url = database.url("collector")
    assert re.search(r"\[\[route\]\].*COMMONWATT_ROUTES_FILE.*replay-rejected", advice)
    assert ask(database, WAITING) == [(TOPIC, "topic.no_route")]

    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES, encoding="utf-8")
    assert "1 taken, 0 refused" in say(url, routes, "replay-rejected", "--dry-run").stdout
    done = say(url, routes, "replay-rejected")

    assert "1 taken, 0 refused" in done.stdout, done.stderr
    assert ask(database, "SELECT channel_id, value FROM reading") == [(channel, 12_500)]
    assert ask(database, WAITING) == []


def test_a_route_that_names_the_wrong_gateway_can_be_mended_after_it(database, tmp_path):
    [channel] = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, "1-0:1.8.1")
    unrouted(database)
    url, routes = database.url("collector"), tmp_path / "routes.toml"
    routes.write_text(ROUTES.replace("demo-a", "demo-x"), encoding="utf-8")
    wrong = say(url, routes, "replay-rejected")
    assert "0 taken, 1 refused" in wrong.stdout
    assert ask(database, WAITING) == [("demo-x/g1", "reading.bound_elsewhere")]

    routes.write_text(ROUTES, encoding="utf-8")
    assert "1 taken, 0 refused" in say(url, routes, "replay-rejected").stdout
    assert ask(database, "SELECT count(*) FROM reading") == [(1,)]
    assert ask(database, WAITING) == []


def test_a_file_that_cannot_be_used_stops_whoever_reads_it_and_names_the_line(database, tmp_path):
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES.replace('"dsmr"', '"dsmrr"'), encoding="utf-8")
    url = database.url("collector")
    for command in (["replay-rejected"], ["collect", "--broker-url", "mqtt://127.0.0.1:1"]):
        refused = say(url, routes, *command)
        assert refused.returncode != 0
        assert f"{routes}, line 3" in refused.stderr
        assert "The formats are" in refused.stderr
    found = say(url, routes, "doctor").stdout + say(url, routes, "doctor", lang="zh").stdout
    assert f"{routes}, line 3" in found
    assert f"{routes} 第 3 行" in found


@pytest.fixture
def broker(mosquitto, tmp_path):
    """A broker of this test alone."""
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Mosquitto(mosquitto, folder)
    made.start()
    yield made
    made.end()


def kept_here(database) -> None:
    """Have a route kept of topics that the file does not know."""
    with psycopg.connect(database.admin_url) as connection:
        how = ("dsmr", "demo-x/{1}", "{key}", [], {})
        assert put(connection, "p1/+/raw", how, None, "test", "test")


def test_a_hangup_has_a_running_collector_read_its_routes_and_ends_it_not(
    database, broker, tmp_path
):
    [channel] = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, "1-0:1.8.1")
    routes = tmp_path / "routes.toml"
    routes.write_text("", encoding="utf-8")
    gateways = Gateways(broker.port)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "collect", "--broker-url", broker.url],
        env=environment(database.url("collector"), routes),
    )
    try:
        until(lambda: gateways.states[-1:] == ["up"], within_s=60)
        routes.write_text(ROUTES, encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        payload = Codec().encode(START_MS + 3_600_000, [Register("1-0:1.8.1", 12.5, "kWh")])

        def stored() -> bool:
            gateways.publish(TOPIC, payload)  # until the collector listens to it, nobody does
            return bool(ask(database, "SELECT 1 FROM reading"))

        until(stored, within_s=60)
        assert process.poll() is None
        kept_here(database)

        def followed() -> bool:
            gateways.publish("p1/g1/raw", payload)
            return bool(ask(database, WAITING))

        until(followed, within_s=60)  # of a route that people keep, without being told
    finally:
        process.terminate()
        gateways.close()
    assert process.wait(30) == 0
    assert ask(database, "SELECT channel_id, value FROM reading") == [(channel, 12_500)]
