"""A large file over HTTP: received in pieces, watched by its handle, and never half there."""

import gzip
import hashlib
import threading
import time
from contextlib import closing

import pytest

from actions.readings import large_running
from actions.readings.large_running import LargeFiles
from api import ApiSettings, create_app
from storage.readings.large_store import LargeStore
from tests.api.conftest import Front
from tests.api.test_problems import assert_problem
from tests.storage.world import forget_readings

URL = "/api/v1/imports/readings/large"
HEADER = "gateway,channel,at,value\n"


def rows(hours: range, channel: str = "office e") -> str:
    return HEADER + "".join(
        f"demo-a/g1,{channel},2016-03-{2 + hour // 24:02d}T{hour % 24:02d}:30:00Z,{500 + hour}\n"
        for hour in hours
    )


@pytest.fixture
def big(front):
    """The same API, taking large files of at most 200 kB, and other bodies of at most 1 kB."""
    world = front.world
    forget_readings(world.database.admin_url)
    url = world.database.url("collector")
    settings = ApiSettings(body_bytes=1_000, large_file_bytes=200_000)
    with closing(LargeFiles(lambda one: LargeStore(url, one), most=2)) as large:
        app = create_app(world.pool, settings=settings, large_files=large, file_sink=world.sink)
        yield Front(world, app)


def ended(client, answer) -> dict:
    """Return what the handle says once the file is taken or refused."""
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = client.get(answer.headers["location"]).json()
        if found["state"] not in {"received", "read"}:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_file_in_pieces_is_stored_and_known_to_be_in_the_accounts(big):
    client, text = big.client("of the office"), rows(range(100))
    body = gzip.compress(text.encode())
    answer = client.post(
        f"{URL}?name=may.csv.gz",
        content=(body[n : n + 100] for n in range(0, len(body), 100)),
        headers={"Content-Encoding": "gzip"},
    )
    where = answer.headers["location"]
    for _ in range(40):
        found = client.get(f"{where}?wait=1").json()
        if found["state"] == "stored":
            big.world.work()
        if found["ended"]:
            break

    assert found["state"] == "in_accounts"
    assert (found["name"], found["rows_read"], found["bytes"]) == ("may.csv.gz", 100, len(body))
    assert found["sha256"] == hashlib.sha256(body).hexdigest()
    assert found["counts"]["inserted"] == 100
    assert big.world.admin("SELECT count(*) FROM reading") == [(100,)]
    assert [one["id"] for one in client.get("/api/v1/imports/readings").json()["items"]] == [
        found["id"]
    ]


def test_mistakes_are_told_by_line_and_nothing_is_kept(big):
    client = big.client("of the office")
    found = ended(client, client.post(URL, content=rows(range(5)) + "demo-a/g1,office e,soon,1\n"))

    assert (found["state"], found["error_count"]) == ("refused", 1)
    (error,) = found["errors"]
    assert (error["line"], error["field"], error["code"]) == (7, "at", "file.streamed_time")
    assert big.world.admin("SELECT count(*) FROM reading") == [(0,)]


def test_two_at_once_do_not_mix(big):
    client = big.client("of the office")
    first = client.post(URL, content=rows(range(60)) + "demo-a/g1,nobody,soon,1\n")
    second = client.post(URL, content=rows(range(40, 100)))

    assert [ended(client, one)["state"] for one in (first, second)] == ["refused", "stored"]
    assert big.world.admin("SELECT count(*), min(value) FROM reading") == [(60, 540_000)]


def test_the_handle_is_its_senders_and_administrators(big):
    answer = big.client("of the office").post(URL, content=rows(range(3)))
    where = answer.headers["location"]

    assert big.client("planner of all").get(where).status_code == 200
    assert_problem(big.client("city reader").get(where), 404, "not_found")
    assert big.client("city reader").get("/api/v1/imports/readings").json()["items"] == []


def test_who_may_bring_none_has_no_handle(big):
    for who, status in ((None, 401), ("city reader", 403)):
        answer = big.client(who).post(URL, content=rows(range(3)))
        assert answer.status_code == status, answer.text
    assert big.world.admin("SELECT count(*) FROM reading_import") == [(0,)]


def test_what_is_too_large_or_packed_otherwise_is_refused(big):
    client = big.client("of the office")
    large = client.post(URL, content=(b"x" * 50_000 for _ in range(5)))
    packed = client.post(URL, content=b"x", headers={"Content-Encoding": "br"})

    assert large.status_code == 413
    assert_problem(packed, 422, "import.encoding")
    assert big.world.admin("SELECT count(*) FROM reading_import") == [(0,)]


def test_more_than_may_wait_are_sent_away(big, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(large_running, "take", lambda *_, **__: goes_on.wait(60))
    client = big.client("of the office")
    for _ in range(2):
        assert client.post(URL, content=rows(range(3))).status_code == 202

    assert_problem(client.post(URL, content=rows(range(3))), 503, "import.busy")
    goes_on.set()
