"""What a wrong clock had set aside, shifted over HTTP: a preview first."""

from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from tests.actions.world import GATEWAY, HOUR_MS, START_MS
from tests.api.test_problems import assert_problem

URL = "/api/v1/rejects/shift"
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
    preview = client.post(URL, json={"gateway": GATEWAY}).json()
    assert front.world.admin(count) == before
    done = client.post(URL, json={"gateway": GATEWAY, "shift": "-8h", "dry_run": False}).json()

    assert (gateway["clock_ahead_s"], gateway["shift_proposed"]) == (8 * 3600, "-8h")
    assert gateway["clock_set_aside_at"] is not None
    assert (waiting["reason"], waiting["off_s"]) == ("clock.ahead", 8 * 3600)
    assert (preview["dry_run"], done["dry_run"]) == (True, False)
    assert preview["done"] == done["done"]
    assert done["done"]["taken"] == 1
    assert front.world.admin(count) == [(before[0][0] + 1,)]
    assert client.get("/api/v1/rejects").json()["items"] == []
    nothing = client.post(URL, json={"gateway": GATEWAY})
    assert_problem(nothing, 422, "rejects.nothing_to_shift")


def test_readers_shift_nothing(front):
    answer = front.client("city reader").post(URL, json={"gateway": GATEWAY})
    assert_problem(answer, 403, "access.denied")
