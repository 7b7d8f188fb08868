"""What a wrong clock had set aside, shifted over HTTP: a preview first."""

from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from tests.actions.world import GATEWAY, HOUR_MS, START_MS
from tests.api.test_problems import assert_problem

NOW_MS = START_MS + 30 * 24 * HOUR_MS


def test_a_shift_is_shown_first_and_kept_when_it_is_said_so(front):
    payload = native.encode_one(77, "office e", NOW_MS + 8 * HOUR_MS, 9000.0)
    message = Message(f"cw/v1/{GATEWAY}/data", GATEWAY, payload, NOW_MS)
    take_in([message], native.decode, front.app.state.sink)
    client = front.client("planner of all")
    count = "SELECT count(*) FROM reading"
    before = front.world.admin(count)

    gateway = client.get("/api/v1/gateways").json()["items"][0]
    (waiting,) = client.get("/api/v1/rejects").json()["items"]
    url = f"/api/v1/gateways/{gateway['gateway_id']}/rejects/shift"
    preview = client.post(url, json={}, params={"dry_run": "true"}).json()["effects"]
    assert front.world.admin(count) == before
    made = client.post(url, json={"shift": "-8h"})
    assert made.status_code == 201
    done = made.json()

    assert (gateway["clock_ahead_s"], gateway["shift_proposed"]) == (8 * 3600, "-8h")
    assert gateway["clock_set_aside_at"] is not None
    assert (waiting["reason"], waiting["off_s"]) == ("clock.ahead", 8 * 3600)
    effects = {one["code"]: one for one in preview}
    assert (effects["shift"]["after_en"], effects["taken"]["after_en"]) == ("-8h", "1")
    assert (done["taken"], done["shift"]) == (1, "-8h")
    assert front.world.admin(count) == [(before[0][0] + 1,)]
    assert client.get("/api/v1/rejects").json()["items"] == []
    nothing = client.post(url, json={})
    assert_problem(nothing, 422, "rejects.nothing_to_shift")


def test_readers_shift_nothing(front):
    (number,) = front.world.admin("SELECT id FROM gateway WHERE name = %s", GATEWAY)[0]
    url = f"/api/v1/gateways/{number}/rejects/shift"
    assert_problem(front.client("city reader").post(url, json={}), 403, "access.denied")
    assert_problem(front.client("outsider").post(url, json={}), 404, "not_found")
