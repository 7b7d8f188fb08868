"""Probes and figures: honest, and naming nobody."""

from prometheus_client.parser import text_string_to_metric_families

from tests.actions.world import GATEWAY
from tests.api.test_openapi import described


def figures(text: str) -> dict:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_ready_is_told_with_what_waits(front):
    assert front.client().get("/readyz").json() == {
        "ready": True,
        "missing_migrations": [],
        "usage_rows_waiting": 0,
        "account_rows_waiting": 0,
        "task_rows_waiting": 0,
        "set_aside": 0,
        "stalled": [],
        "notifications_full": 0.0,
    }
    front.world.say("office e", [(1_456_790_400_000 + 80 * 3_600_000, 500.0)], 9)
    assert front.client().get("/readyz").json()["usage_rows_waiting"] == 1


def test_a_queue_that_does_not_move_is_told(front):
    front.world.say("office e", [(1_456_790_400_000 + 80 * 3_600_000, 500.0)], 9)
    front.world.admin("UPDATE stale_usage SET queued_at = now() - interval '11 minutes'")
    assert front.client().get("/readyz").json()["stalled"] == ["usage"]

    # Long, but something was taken out of it just now.
    front.world.admin("INSERT INTO worker_lane VALUES ('usage', now(), now())")
    assert front.client().get("/readyz").json()["stalled"] == []

    front.world.admin("UPDATE worker_lane SET moved_at = now() - interval '11 minutes'")
    assert front.client().get("/readyz").json()["stalled"] == ["usage"]
    # What was set aside waits for itself, and holds nobody up.
    front.world.admin(
        """INSERT INTO set_aside (stage, key, channel_id, reason, error, retry_at)
           SELECT 'usage', channel_id, channel_id, 'computed.failed', 'x', now() + interval '1 h'
             FROM stale_usage"""
    )
    answer = front.client().get("/readyz").json()
    assert (answer["stalled"], answer["set_aside"]) == ([], 1)


def set_aside(world, who: str) -> int:
    [(number,)] = world.admin(
        """INSERT INTO set_aside (stage, key, institution_id, carrier, month, reason, error)
           VALUES ('figure', %s, %s, 'electricity', '2016-03-01', 'account.out_of_range', '9e15')
           RETURNING id""",
        who,
        world.institution[who],
    )
    return int(number)


def test_what_is_set_aside_shows_to_whoever_sees_the_institution(front):
    office, clinic = set_aside(front.world, "office"), set_aside(front.world, "clinic")
    reader = front.client("city reader")

    shown = reader.get("/api/v1/set-aside").json()["items"]

    assert [one["id"] for one in shown] == [office]
    assert shown[0]["reason"] == "account.out_of_range"
    assert shown[0]["institution_id"] == front.world.institution["office"]
    mended = {"reason": "mended"}
    assert reader.post(f"/api/v1/set-aside/{office}/retry", json=mended).status_code == 403
    everything = front.client("planner of all").get("/api/v1/set-aside").json()["items"]
    assert [one["id"] for one in everything] == [office, clinic]


def test_a_retry_is_an_act_of_whoever_writes_for_the_institution(front):
    world = front.world
    office, clinic = set_aside(world, "office"), set_aside(world, "clinic")
    world.admin("DELETE FROM stale_account")

    officer = front.client("of the office")
    mended = {"reason": "mended"}
    made = officer.post(f"/api/v1/set-aside/{office}/retry", json=mended)
    assert (made.status_code, made.json()) == (201, {"retried": 1})
    assert officer.post(f"/api/v1/set-aside/{clinic}/retry", json=mended).status_code == 404

    assert world.admin("SELECT institution_id, first::text FROM stale_account") == [
        (world.institution["office"], "2016-03-01")
    ]
    entries = world.admin("SELECT subject, detail FROM audit_entry WHERE act = 'set_aside.retry'")
    assert entries == [(str(office), mended)]
    world.work()
    assert [row[0] for row in world.admin("SELECT id FROM set_aside")] == [clinic]


def test_a_database_of_another_version_is_not_ready(front):
    front.world.admin("DELETE FROM migration WHERE number = 9")
    answer = front.client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["missing_migrations"] == ["0009_compact.sql"]


def test_figures_count_what_was_delivered_refused_and_asked(front):
    front.world.admin(
        """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
               message_zh, message_en, i, readings, identity)
           VALUES (now(), 't', 'demo-a/g1', 'x', 'reading.unknown_key', '坏', 'bad', '{0,1}', 2,
                   'one')"""
    )
    front.world.admin(
        """INSERT INTO collector_beat VALUES
               ('main', now(), now(), 'connected', 3, now() - interval '40 s', 0, 0),
               ('gone', now(), now() - interval '1 minute', 'connected', 0, NULL, 0, 0)"""
    )
    client = front.client("planner of all")
    client.get(f"/api/v1/institutions/{front.world.institution['police']}")
    client.get("/api/v1/institutions/424242")
    client.get("/no/such/address")
    text = client.get("/metrics").text
    found = figures(text)

    assert found["commonwatt_database_up",] == 1
    stored = front.world.admin("SELECT count(*) FROM reading")[0][0]
    assert found["commonwatt_intake_stored_total", "test"] == stored
    assert found["commonwatt_rejected_messages_waiting", "reading.unknown_key"] == 1
    assert found["commonwatt_queue_rows", "stale_usage"] == 0
    assert found["commonwatt_collector_up", "main"] == 1
    assert found["commonwatt_collector_up", "gone"] == 0
    assert found["commonwatt_collector_unacknowledged", "main"] == 3
    assert 40 <= found["commonwatt_collector_oldest_unacknowledged_seconds", "main"] < 90
    route = "/api/v1/institutions/{institution_id}"
    assert found["commonwatt_http_requests_total", "GET", route, "200"] == 1
    assert found["commonwatt_http_requests_total", "GET", route, "404"] == 1
    assert found["commonwatt_http_requests_total", "GET", "unmatched", "404"] == 1
    for name in ("Demo", "演示", GATEWAY, "424242", "police"):
        assert name not in text


def test_the_description_of_the_api_is_served(front):
    served = front.client().get("/api/v1/openapi.json").json()

    assert served == described()
