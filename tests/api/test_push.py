"""Readings over HTTP: the gateway's key, one commit, the receipt; again changes nothing."""

import json
import time

import pytest

from api import create_app
from collector.codecs import native
from tests.actions.world import HOUR_MS, START_MS
from tests.api.conftest import Front
from tests.api.test_problems import assert_problem

URL = "/api/v1/gateways/demo-a/g1/data"


@pytest.fixture
def key(front) -> dict:
    client = front.client("planner of all")
    made = client.post(front.key_url(), json={"reason": "new"}).json()["key"]
    return {"Authorization": f"Bearer {made}"}


def payload_of(seq: int | None = 70, key: str = "office e", value: float = 200.0) -> bytes:
    return native.encode_one(seq, key, START_MS + 90 * HOUR_MS, value)


def test_a_push_is_stored_receipted_and_once(front, key):
    client = front.client()
    first = client.post(URL, content=payload_of(), headers=key)
    again = client.post(URL, content=payload_of(), headers=key)

    assert first.status_code == 200, first.text
    assert first.json() == {
        "stored": [[70, 70]],
        "rejected": [],
        "inserted": 1,
        "revised": 0,
        "duplicates": 0,
    }
    assert again.json() == {**first.json(), "inserted": 0, "duplicates": 1}
    rows = front.world.admin(
        "SELECT value, seq FROM reading WHERE channel_id = %s AND seq = 70",
        front.world.channel["office e"],
    )
    assert rows == [(200_000, 70)]
    assert front.client("of the office").get("/api/v1/gateways").json()["items"][0]["has_key"]


def test_a_push_ahead_of_its_arrival_is_receipted_set_aside_and_named(front, key):
    """Nine minutes are jitter; local time of Shanghai sent as UTC, 2099 and 1970 are none."""
    client, now_ms = front.client(), int(time.time() * 1000)
    times = {80: now_ms + 9 * 60_000, 81: now_ms + 8 * HOUR_MS, 82: 4_070_908_800_000, 83: 0}
    told = {}
    for seq, at_ms in times.items():
        payload = native.encode_one(seq, "office e", at_ms, 300.0)
        told[seq] = client.post(URL, content=payload, headers=key).json()

    assert [one["stored"] for one in told.values()] == [[[seq, seq]] for seq in times]
    assert [[one["reason"] for one in answer["rejected"]] for answer in told.values()] == [
        [], ["clock.ahead"], ["clock.ahead"], ["reading.before_since"],
    ]  # fmt: skip
    assert "UTC+8h" in told[81]["rejected"][0]["message_en"]
    waiting = front.world.admin(
        "SELECT seq, payload IS NOT NULL FROM rejected_message WHERE resolved_at IS NULL ORDER BY 1"
    )
    assert waiting == [(81, True), (82, True), (83, True)]
    assert front.world.admin(
        "SELECT seq FROM reading WHERE channel_id = %s AND seq >= 80",
        front.world.channel["office e"],
    ) == [(80,)]  # fmt: skip


def test_what_cannot_be_taken_is_kept_and_named(front, key):
    client = front.client()
    unknown = client.post(URL, content=payload_of(71, "nobody's"), headers=key).json()
    broken = client.post(URL, content=b'{"seq": 72, "channel": 5}', headers=key).json()
    garbage = client.post(URL, content=b"\xff\x00", headers=key).json()

    assert unknown["stored"] == [[71, 71]]
    assert [one["reason"] for one in unknown["rejected"]] == ["reading.unknown_key"]
    assert unknown["rejected"][0]["seq"] == 71
    assert broken["stored"] == [[72, 72]]
    assert garbage["stored"] == []
    assert garbage["rejected"][0]["message_zh"]
    kept = front.client("planner of all").get("/api/v1/rejects").json()["items"]
    assert [one["gateway"] for one in kept] == ["demo-a/g1"] * 3
    detail = front.client("planner of all").get(f"/api/v1/rejects/{kept[2]['reject_id']}").json()
    assert (detail["payload_base64"], detail["payload_text"]) == ("/wA=", None)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        (URL, {}),
        (URL, {"Authorization": "Bearer wrong"}),
        ("/api/v1/gateways/demo-a/g2/data", None),
        ("/api/v1/gateways/demo-a/nowhere/data", None),
    ],
)
def test_without_its_key_a_gateway_says_nothing(front, key, url, headers):
    answer = front.client().post(
        url, content=payload_of(), headers=key if headers is None else headers
    )

    assert_problem(answer, 401)
    assert front.world.admin("SELECT count(*) FROM reading WHERE seq = 70") == [(0,)]
    assert front.world.admin("SELECT count(*) FROM rejected_message") == [(0,)]


def test_a_persons_session_is_no_key(front, key):
    answer = front.client("planner of all").post(URL, content=payload_of())
    assert_problem(answer, 401, "gateway.wrong_key")


def test_a_push_that_is_too_large_is_refused(front, key):
    many = [{"channel": "office e", "at": START_MS, "value": 1.0}] * 3000
    body = json.dumps({"seq": 1, "readings": many}).encode()
    assert_problem(
        front.client().post(URL, content=body[:70_000], headers=key), 413, "request.too_large"
    )
    assert_problem(front.client().post(URL, content=body, headers=key), 413)


def test_where_nothing_takes_readings_in_it_is_said(front, key):
    client = Front(front.world, create_app(front.world.pool)).client()
    assert_problem(client.post(URL, content=payload_of(), headers=key), 503, "push.not_offered")
