"""Corrections over the API: tried, made, listed, taken back, refused by field."""

from tests.actions.world import OFFICE_WH


def test_a_correction_is_tried_made_listed_and_taken_back(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/corrections"
    payload = {"at": "2016-03-04T00:00:00+00:00", "value": "103.5", "reason": "photo"}

    tried = client.post(f"{url}/set", json=payload, params={"dry_run": "true"})
    assert (tried.status_code, client.get(url).json()["items"]) == (200, [])
    effects = {one["code"]: one for one in tried.json()["effects"]}
    account = effects["account"]["where"]
    assert account["before"] == f"{sum(OFFICE_WH) / 1000:.3f}"
    assert account["after"] == f"{103.5 - 5:.3f}"
    assert effects["correction"]["after_en"] == "103.500 kWh"
    seen = {"If-Match": tried.headers["ETag"]}
    made = client.post(f"{url}/set", json=payload, headers=seen)
    assert made.status_code == 201
    (listed,) = client.get(url).json()["items"]
    assert listed.pop("unit") == "kWh"
    assert listed == made.json()
    assert (listed["value"], listed["reason"], listed["known_until"]) == ("103.500", "photo", None)

    assert client.get(f"{url}/{listed['id']}").json() == listed
    of = f"/api/v1/institutions/{world.institution['office']}/accounts/electricity/2016-03"
    (term,) = client.get(f"{of}/explanation").json()["terms"]
    assert listed["id"] in {one["correction_id"] for one in term["evidence"]["occurred"]}
    stranger = front.client("outsider").get(f"{url}/{listed['id']}")
    assert stranger.status_code == 404

    again = f"/api/v1/corrections/{listed['id']}/undo"
    undone = client.post(again, json={"reason": "wrong meter"})
    assert (undone.status_code, undone.json()["id"]) == (201, listed["id"])
    assert client.get(url, params={"holds": "true"}).json()["items"] == []
    (kept,) = client.get(url).json()["items"]
    assert kept.pop("unit") == "kWh"
    assert kept["known_until"]
    assert client.get(f"{url}/{listed['id']}").json() == kept
    refused = client.post(again, json={"reason": "wrong meter"})
    assert (refused.status_code, refused.json()["code"]) == (409, "correction.taken_back")


def test_an_exchange_tells_what_it_changes_before_it_is_recorded(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-04T00:00:00+00:00", "initial": "0", "source": "form 12"}

    tried = client.post(url, json=payload, params={"dry_run": "true"})
    assert (tried.status_code, client.get(url).json()["items"]) == (200, [])
    effects = {one["code"]: one for one in tried.json()["effects"]}
    assert effects["hours"]["after_en"] == "1"
    assert effects["exchange"]["after_en"] == "? → 0.000 kWh"
    made = client.post(url, json=payload)
    assert (made.status_code, len(client.get(url).json()["items"])) == (201, 1)
    withdraw = {"at": payload["at"], "reason": "the other meter"}
    assert client.post(f"{url}/withdraw", json=withdraw).status_code == 201
    assert client.get(url).json()["items"] == []


def test_what_is_wrong_with_a_correction_is_named(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/corrections"
    payload = {"at": "2016-03-02T00:00:00+00:00", "reason": "photo"}

    for kind, wrong, code, status in (
        ("set", {}, "request.invalid", 422),
        ("void", {"value": "1"}, "request.invalid", 422),
        ("set", {"value": "-1"}, "correction.impossible", 422),
        ("wrap", {}, "correction.impossible", 422),
        ("void", {"at": "2016-03-02T00:00:01+00:00"}, "not_found", 404),
    ):
        answer = client.post(f"{url}/{kind}", json=payload | wrong)
        assert (answer.status_code, answer.json()["code"]) == (status, code), wrong
    none = {"at": "2016-03-02T00:00:00+00:00", "reason": "x"}
    exchange = f"/api/v1/channels/{world.channel['office e']}/exchanges/withdraw"
    assert client.post(exchange, json=none).status_code == 404
    reader = front.client("city reader")
    assert reader.post(f"{url}/void", json=payload).status_code == 403
    assert client.get(url).json()["items"] == []
