"""Exchanges over the API: recorded, shown in the channel's unit, refused by field."""


def test_an_exchange_is_recorded_and_shown(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    said = {"at": "2016-03-01T05:00:00+00:00", "initial": "0.5", "source": "form 12"}

    made = client.post(url, json=said | {"final": "12.345"})
    again = client.post(url, json=said)

    assert made.status_code == again.status_code == 201
    assert (made.json()["final"], made.json()["initial"]) == ("12.345", "0.500")
    assert [one["final"] for one in client.get(url).json()] == [None]


def test_what_is_wrong_with_an_exchange_is_named(front):
    client = front.client("of the office")
    url = f"/api/v1/channels/{front.world.channel['office e']}/exchanges"
    said = {"at": "2016-03-01T05:00:00+00:00", "initial": "-1", "source": "form 12"}

    impossible = client.post(url, json=said)
    naive = client.post(url, json=said | {"at": "2016-03-01T05:00:00"})

    assert (impossible.status_code, impossible.json()["code"]) == (422, "exchange.impossible")
    assert naive.status_code == 422
