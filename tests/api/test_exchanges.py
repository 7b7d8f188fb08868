"""Exchanges over the API: recorded, shown in the channel's unit, refused by field."""


def test_an_exchange_is_recorded_and_shown(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-01T05:00:00+00:00", "initial": "0.5", "source": "form 12"}

    made = client.post(url, json=payload | {"final": "12.345"})
    again = client.post(url, json=payload)

    assert made.status_code == again.status_code == 201
    assert (made.json()["final"], made.json()["initial"]) == ("12.345", "0.500")
    assert [one["final"] for one in client.get(url).json()["items"]] == [None]


def test_what_is_wrong_with_an_exchange_is_named(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-01T05:00:00+00:00", "initial": "200000", "source": "form 12"}

    impossible = client.post(url, json=payload)
    naive = client.post(url, json=payload | {"at": "2016-03-01T05:00:00"})

    assert (impossible.status_code, impossible.json()["code"]) == (422, "exchange.impossible")
    assert impossible.json()["where"]["field"] == "initial"
    assert naive.status_code == 422
    assert [one["field"] for one in naive.json()["errors"]] == ["body.at"]


def test_a_request_sent_again_under_its_key_is_answered_alike_and_done_once(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-02T06:00:00+00:00", "initial": "0.5", "source": "form 12"}

    first = client.post(url, json=payload, headers={"Idempotency-Key": "a"})
    again = client.post(url, json=payload, headers={"Idempotency-Key": "a"})
    other = client.post(url, json=payload | {"source": "13"}, headers={"Idempotency-Key": "a"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.other_request")
    assert len(client.get(url).json()["items"]) == 1


def test_a_dry_run_is_confirmed_by_its_tag_until_something_changes(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-02T06:00:00+00:00", "initial": "0.5", "source": "form 12"}

    tried = client.post(url, json=payload, params={"dry_run": "true"})
    tag = {"If-Match": tried.headers["ETag"]}
    assert (tried.status_code, client.get(url).json()["items"]) == (200, [])
    assert client.post(url, json=payload | {"initial": "1"}, headers=tag).status_code == 409
    assert client.post(url, json=payload, headers=tag).status_code == 201
    late = client.post(url, json=payload, headers=tag)
    assert (late.status_code, late.json()["code"]) == (409, "action.changed_meanwhile")


def test_who_may_look_tries_nothing_and_who_sees_nothing_finds_nothing(front):
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-02T06:00:00+00:00", "initial": "0.5", "source": "form 12"}

    for who, status in (("city reader", 403), ("outsider", 404)):
        for dry_run in ("true", "false"):
            answer = front.client(who).post(url, json=payload, params={"dry_run": dry_run})
            assert answer.status_code == status, (who, dry_run)
