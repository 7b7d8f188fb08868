"""Corrections over the API: tried, made, listed, taken back, refused by field."""

from tests.actions.world import OFFICE_WH


def test_a_correction_is_tried_made_listed_and_taken_back(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/corrections"
    said = {"kind": "set", "at": "2016-03-04T00:00:00+00:00", "value": "103.5", "reason": "photo"}

    tried = client.post(url, json=said, params={"dry_run": "true"})
    assert (tried.status_code, client.get(url).json()) == (200, [])
    made = client.post(url, json=said)
    assert made.status_code == 201
    assert made.json()["effects"] == tried.json()["effects"]
    (account,) = made.json()["effects"]["accounts"]
    assert account["before_quanta"] == sum(OFFICE_WH)
    assert account["after_quanta"] == 103_500 - 5_000
    (listed,) = client.get(url).json()
    assert (listed["value"], listed["reason"], listed["known_until"]) == ("103.500", "photo", None)

    assert client.get(f"{url}/{listed['id']}").json() == listed
    of = f"/api/v1/institutions/{world.institution['office']}/accounts/electricity/2016-03"
    (term,) = client.get(f"{of}/explanation").json()["terms"]
    assert listed["id"] in {one["correction_id"] for one in term["evidence"]["occurred"]}
    stranger = front.client("outsider").get(f"{url}/{listed['id']}")
    assert stranger.status_code == 404

    again = f"{url}/{listed['id']}/undo"
    undone = client.post(again, json={"reason": "wrong meter"})
    assert undone.status_code == 200
    assert client.get(url).json() == []
    (kept,) = client.get(url, params={"taken_back": "true"}).json()
    assert kept["known_until"]
    assert client.get(f"{url}/{listed['id']}").json() == kept
    refused = client.post(again, json={"reason": "wrong meter"})
    assert (refused.status_code, refused.json()["code"]) == (409, "correction.taken_back")


def test_an_exchange_tells_what_it_changes_before_it_is_recorded(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/exchanges"
    said = {"at": "2016-03-04T00:00:00+00:00", "initial": "0", "source": "form 12"}

    tried = client.post(url, json=said, params={"dry_run": "true"})
    assert (tried.status_code, client.get(url).json()) == (200, [])
    effects = {one["code"]: one for one in tried.json()["effects"]}
    assert effects["hours"]["after_en"] == "1"
    assert effects["exchange"]["after_en"] == "? → 0.000 kWh"
    made = client.post(url, json=said)
    assert (made.status_code, len(client.get(url).json())) == (201, 1)
    withdraw = {"kind": "withdraw", "at": said["at"], "reason": "the other meter"}
    client.post(f"/api/v1/channels/{world.channel['office e']}/corrections", json=withdraw)
    assert client.get(url).json() == []


def test_what_is_wrong_with_a_correction_is_named(front):
    client, world = front.client("of the office"), front.world
    url = f"/api/v1/channels/{world.channel['office e']}/corrections"
    said = {"at": "2016-03-02T00:00:00+00:00", "reason": "photo"}

    for wrong, code, status in (
        ({"kind": "set"}, "correction.value", 422),
        ({"kind": "void", "value": "1"}, "correction.value", 422),
        ({"kind": "set", "value": "-1"}, "correction.impossible", 422),
        ({"kind": "wrap"}, "correction.impossible", 422),
        ({"kind": "withdraw"}, "not_found", 404),
    ):
        answer = client.post(url, json=said | wrong)
        assert (answer.status_code, answer.json()["code"]) == (status, code), wrong
    reader = front.client("city reader")
    assert reader.post(url, json=said | {"kind": "void"}).status_code == 403
    assert client.get(url).json() == []
