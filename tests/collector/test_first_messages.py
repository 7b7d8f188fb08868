"""The first message of each format, as the guide has it: a real client, broker and account."""

import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from collector.codecs import names
from collector.routing import NATIVE, Route
from storage.readings.store import Store
from tests.collector.rig import running, until
from tests.storage.world import GATEWAY, make_channels, rename_key
from worker.loop import Worker, WorkSettings

GUIDES = [Path(f"docs/gateway-guide{of}.md").read_text(encoding="utf-8") for of in ("", ".zh-CN")]
LINE = re.compile(
    r"^# (?P<codec>\w+): route (?P<topic>\S+) → (?P<gateway>[^\s,]+)(?:, keys (?P<keys>[^\s,]+))?"
    r"(?:, settings (?P<settings>\{.*\}))?, bind (?P<bind>\S+)\n(?P<command>.*)$",
    re.MULTILINE,
)
AT = datetime(2026, 1, 1, tzinfo=UTC)  # of the messages that tell their time
UNTIMED = {"shelly_gen1", "emonhub", "homie", "victron"}
OURS = "example/gw1"
_BEFORE = """
    INSERT INTO reading (channel_id, at, rank, seq, value) VALUES (%s, %s, 0, 1, 500)
"""


class First(NamedTuple):
    codec: str
    route: Route
    key: str
    command: str


def first_messages(guide: str) -> list[First]:
    found = []
    for one in LINE.finditer(guide):
        settings: dict[str, Any] = tomllib.loads(f"s = {one['settings'] or '{}'}")["s"]
        route = Route(
            one["topic"], one["codec"], one["gateway"], one["keys"] or "{key}", settings=settings
        )
        found.append(First(one["codec"], route, one["bind"], one["command"]))
    return found


def test_both_guides_have_the_first_message_of_every_format():
    assert sorted(one.codec for one in first_messages(GUIDES[0])) == sorted(names())
    assert first_messages(GUIDES[0]) == first_messages(GUIDES[1])


def test_what_a_maker_pastes_is_in_an_account(database, broker):
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: no real client to publish with")
    firsts = first_messages(GUIDES[0])
    channels = {one.codec: _bound(database, one) for one in firsts}
    with psycopg.connect(database.admin_url) as c:
        c.execute("UPDATE gateway SET name = %s WHERE name = %s", [OURS, GATEWAY])
    routes = (*(one.route for one in firsts if one.codec != "native"), NATIVE)
    store = Store(database.url("collector"), "test")

    with running(store, broker.url, routes=routes) as collector:
        until(lambda: collector.tally.connected)
        for one in firsts:
            told = f'BROKER="-h 127.0.0.1 -p {broker.port} -q 1"\n{one.command}'
            subprocess.run(["bash", "-c", told], check=True, timeout=20)
        until(lambda: collector.tally.readings + sum(collector.tally.rejected.values()) >= 21)
    store.close()
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    with psycopg.connect(database.admin_url) as c:
        refused = c.execute("SELECT reason, message_en FROM rejected_message").fetchall()
        used = dict(
            c.execute(
                """SELECT t.channel_id, sum(a.quanta)::int FROM account a
                     JOIN account_term t USING (institution_id) GROUP BY t.channel_id"""
            ).fetchall()
        )
    assert refused == []
    assert {codec: used.get(channel) for codec, channel in channels.items()} == dict.fromkeys(
        channels, 1000
    )


def _bound(database, one: First) -> int:
    """Return a register in Wh, alone in an institution, that showed 500 Wh an hour before."""
    (channel,) = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, one.key)
    then = (datetime.now(UTC) if one.codec in UNTIMED else AT) - timedelta(hours=1)
    with psycopg.connect(database.admin_url) as c:
        c.execute("SELECT storage.ensure_months(%s, %s)", [then, then])
        c.execute(_BEFORE, [channel, then])
    return channel
