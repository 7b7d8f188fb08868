"""`POST /api/v1/readings`: one commit, an answer by row, once under a key, any format, bounded."""

import gzip
import json
from contextlib import closing

import pytest

from actions.access.login import LockedError
from actions.readings.allowance import Allowance
from api import ApiSettings, create_app
from collector import pushed
from collector.pushed import Form, cut
from storage.readings.pushed import PushStore
from tests.actions.world import HOUR_MS, START_MS
from tests.api.conftest import Front
from tests.api.test_problems import assert_problem

URL = "/api/v1/readings?gateway=demo-a/g1"
AT_MS = START_MS + 90 * HOUR_MS
COUNT = "SELECT count(*) FROM reading WHERE at >= to_timestamp(%s / 1000.0) AND channel_id = %s"


def key_of(front) -> dict:
    made = front.client("planner of all").post(front.key_url(), json={"reason": "new"}).json()
    return {"Authorization": f"Bearer {made['key']}"}


@pytest.fixture
def key(front) -> dict:
    return key_of(front)


@pytest.fixture(scope="module")
def window_key(window) -> dict:
    return key_of(window)


def csv_of(*rows: str) -> bytes:
    return "\n".join(["at,channel,value,unit", *rows]).encode()


def stored(front) -> int:
    return front.world.admin(COUNT, AT_MS, front.world.channel["office e"])[0][0]


def test_rows_are_committed_and_the_wrong_ones_named_by_line_and_channel(front, key):
    client = front.client()
    body = csv_of(
        f"{AT_MS},office e,200,kWh",
        f"{AT_MS + 1000},office e,lots,kWh",
        "",
        f"{AT_MS + 2000},nobody's,7,kWh",
        f"{AT_MS + 3000},office e,0.2001,MWh",
    )
    answer = client.post(URL, content=body, headers=key | {"Content-Type": "text/csv"})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["inserted"], told["revised"], told["duplicates"], told["refused"]) == (2, 0, 0, 2)
    by_line = {row["line"]: (one, row) for one in told["rejected"] for row in one["readings"]}
    assert set(by_line) == {3, 5}
    why, row = by_line[5]
    assert (why["reason"], row["channel"]) == ("reading.unknown_key", "nobody's")
    assert row["at"].endswith("Z")
    assert why["next_zh"]
    assert by_line[3][0]["reason"] == "reading.bad_quality"
    assert stored(front) == 2
    # What was refused is kept, and read again under the route of what is pushed.
    (kept, *_) = front.world.admin("SELECT topic, payload FROM rejected_message ORDER BY id")
    assert kept[0] == "http/v1/demo-a/g1/records"
    again = client.post(URL, content=body, headers=key | {"Content-Type": "text/csv"}).json()
    assert (again["inserted"], again["duplicates"], again["refused"]) == (0, 2, 2)


def test_under_a_key_it_is_done_once_and_answered_alike(front, key):
    client, timeless = front.client(), json.dumps({"channel": "office e", "value": 205})
    headers = key | {"Idempotency-Key": "run 7"}
    first = client.post(URL, content=timeless, headers=headers)
    again = client.post(URL, content=timeless, headers=headers)

    assert first.json()["inserted"] == 1
    assert (again.json(), again.headers["Idempotent-Replay"]) == (first.json(), "true")
    assert stored(front) == 1, "without a key the arrival would have made it another reading"
    other = client.post(URL, content=b'{"channel":"office e","value":206}', headers=headers)
    assert_problem(other, 422, "idempotency.other_request")


def test_gzip_lines_basic_and_every_format_take_the_same_way(front, key):
    client = front.client()
    basic = ("demo-a/g1", key["Authorization"].removeprefix("Bearer "))
    lines = b"".join(
        json.dumps({"channel": "office e", "at": AT_MS + n, "value": 200}).encode() + b"\n"
        for n in range(1200)
    )
    packed = client.post(
        "/api/v1/readings", content=gzip.compress(lines), auth=basic,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    assert packed.json()["inserted"] == 1200, packed.text

    line = f"office value=201 {AT_MS + 5000}\npower value=1 {AT_MS + 5000}"
    influx = client.post(f"{URL}&codec=influx&set=precision=ms", content=line, headers=key).json()
    assert [row["channel"] for one in influx["rejected"] for row in one["readings"]] == [
        "office/value", "power/value",
    ]  # fmt: skip
    [(topic,)] = front.world.admin("SELECT topic FROM rejected_message")
    assert topic == "http/v1/demo-a/g1/influx?set=precision%3Dms"
    assert pushed.TABLE.gateway_of(topic) == "demo-a/g1"
    native = json.dumps({"seq": 9, "channel": "office e", "at": [AT_MS + 6000], "value": [201]})
    assert client.post(URL, content=native, headers=key).json()["stored"] == [[9, 9]]


@pytest.mark.parametrize(
    ("query", "headers", "body", "status", "code"),
    [
        ("", {"Authorization": "Bearer wrong"}, b"{}", 401, "gateway.wrong_key"),
        ("", {"Authorization": ""}, b"{}", 401, "gateway.no_key"),
        ("", {"Authorization": "Basic !"}, b"{}", 401, "gateway.no_key"),
        ("&codec=nonsense", {}, b"{}", 422, "codec.unknown"),
        ("&codec=dsmr&set=x", {}, b"{}", 422, "codec.bad_settings"),
        ("&codec=dsmr&set=x=1", {}, b"{}", 422, "codec.bad_settings"),
        ("", {"Content-Type": "image/png"}, b"{}", 422, "push.content_type"),
        ("", {"Content-Encoding": "br"}, b"{}", 422, "push.encoding"),
        ("", {"Content-Encoding": "gzip"}, b"{}", 422, "push.encoding"),
        ("", {"Content-Encoding": "gzip"}, gzip.compress(b"{}" * 9)[:-9], 422, "push.encoding"),
        ("", {"Content-Encoding": "gzip"}, gzip.compress(b" " * 200_000), 413, "request.too_large"),
    ],
)  # fmt: skip
def test_what_is_refused_as_a_whole_keeps_nothing_and_says_the_next_step(
    window, window_key, query, headers, body, status, code
):
    answer = window.client().post(URL + query, content=body, headers=window_key | headers)
    assert_problem(answer, status, code)
    assert window.world.admin("SELECT count(*) FROM rejected_message") == [(0,)]


def test_a_gateway_is_named_and_a_key_is_good_for_one(window, window_key):
    client = window.client()
    assert_problem(client.post("/api/v1/readings", content=b"{}", headers=window_key), 401)
    other = client.post("/api/v1/readings?gateway=demo-a/g2", content=b"{}", headers=window_key)
    assert_problem(other, 401, "gateway.wrong_key")


def test_a_gateway_that_pushes_too_fast_waits_and_keeps_nobody_else(front, key):
    told = ApiSettings(push_readings_per_min=60)
    with closing(PushStore(front.world.database.url("collector"), "slow")) as sink:
        slow = Front(front.world, create_app(front.world.pool, settings=told, sink=sink)).client()
        rows = [f"{AT_MS + n},office e,200,kWh" for n in range(60)]
        assert slow.post(URL, content=csv_of(*rows), headers=key).json()["inserted"] == 60
        answer = slow.post(URL, content=csv_of(*rows[:9]), headers=key)
    assert_problem(answer, 429, "push.too_fast")
    assert 1 <= int(answer.headers["Retry-After"]) <= 9


def test_an_allowance_comes_back_with_time_and_is_each_gateways_own():
    now = [0.0]
    allowance = Allowance(60, clock=lambda: now[0])
    allowance.take("a", 60)
    allowance.take("b", 100)  # more than a minute's, once
    for gateway, wait_s in (("a", 30), ("b", 70)):
        with pytest.raises(LockedError) as caught:
            allowance.take(gateway, 30)
        assert caught.value.where["wait_s"] == wait_s
    now[0] = 30.0
    allowance.take("a", 30)
    with allowance.turn("a"), allowance.turn("a"), allowance.turn("b"):
        third = allowance.turn("a")
        with pytest.raises(LockedError):
            third.__enter__()
    with allowance.turn("a"):
        pass


def test_a_body_is_cut_into_messages_that_can_be_read_alone():
    rows = [f"{place},m{place}" for place in range(1100)]
    parts = cut(Form("records", lines="rows"), "\n".join(["value,channel", *rows]).encode())
    assert [len(one.lines) for one in parts] == [500, 500, 100]
    assert all(one.payload.startswith(b"value,channel\n") for one in parts)
    assert (parts[1].lines[0], parts[1].payload.split(b"\n")[1]) == (502, b"500,m500")
    wide = cut(
        Form("records", lines="rows"), ("channel,value\n" + ("x" * 30_000 + "\n") * 5).encode()
    )
    assert [len(one.lines) for one in wide] == [2, 2, 1]

    lines = b'{"channel":"a","value":1}\n\n{"seq":1,"channel":"b","value":2}\nno json\n'
    objects = cut(Form("records", lines="objects"), lines)
    assert [one.payload[:1] for one in objects] == [b"[", b"{", b"n"]
    assert [list(one.lines) for one in objects] == [[1], [3], [4]]
    for form in ("rows", "objects", "messages", ""):
        for body in (b"", b"\xff", b"\n \n"):
            assert [one.payload for one in cut(Form("records", lines=form), body)] == [body]
