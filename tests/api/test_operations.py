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
        "due_rows_waiting": 0,
    }
    front.world.say("office e", [(1_456_790_400_000 + 80 * 3_600_000, 500.0)], 9)
    assert front.client().get("/readyz").json()["usage_rows_waiting"] == 1


def test_a_database_of_another_version_is_not_ready(front):
    front.world.admin("DELETE FROM migration WHERE number = 8")
    answer = front.client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["missing_migrations"] == ["0008_what_readers_ask.sql"]


def test_figures_count_what_was_delivered_refused_and_asked(front):
    front.world.admin(
        """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
               message_zh, message_en, i, readings, identity)
           VALUES (now(), 't', 'demo-a/g1', 'x', 'reading.unknown_key', '坏', 'bad', '{0,1}', 2,
                   'one')"""
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
    route = "/api/v1/institutions/{institution_id}"
    assert found["commonwatt_http_requests_total", "GET", route, "200"] == 1
    assert found["commonwatt_http_requests_total", "GET", route, "404"] == 1
    assert found["commonwatt_http_requests_total", "GET", "unmatched", "404"] == 1
    for name in ("Demo", "演示", GATEWAY, "424242", "police"):
        assert name not in text


def test_the_description_of_the_api_is_served(front):
    served = front.client().get("/api/v1/openapi.json").json()

    assert served == described()
