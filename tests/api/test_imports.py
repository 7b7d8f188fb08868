"""A file of readings over HTTP: who sends it, what became of it, and what stands against it."""

from datetime import UTC, datetime

from api import ApiSettings, create_app
from storage.readings.store import Store
from tests.actions.world import HOUR_MS, START_MS
from tests.api.conftest import Front
from tests.api.test_problems import assert_problem
from tests.sheets import cells_of
from tests.storage.world import forget_readings

URL = "/api/v1/imports/readings?name=july.csv"
HEADER = "gateway,channel,at,value\n"


def at(hour: int) -> str:
    return datetime.fromtimestamp((START_MS + hour * HOUR_MS) / 1000, UTC).isoformat()


def row(hour: int, value: float, channel: str = "office e") -> str:
    return f"demo-a/g1,{channel},{at(hour)},{value}\n"


def test_a_file_is_rehearsed_then_stored_then_known_already(front):
    client = front.client("of the office")
    text = HEADER + row(80, 500) + row(81, 501)
    count = "SELECT count(*) FROM reading"
    before = front.world.admin(count)[0][0]

    rehearsed = client.post(f"{URL}&dry_run=true", content=text)
    assert rehearsed.status_code == 200, rehearsed.text
    assert front.world.admin(count)[0][0] == before
    stored = client.post(URL, content=text.encode("gbk"))
    again = client.post(URL, content=text).json()

    assert rehearsed.json()["dry_run"]
    assert not stored.json()["dry_run"]
    done, tried = ({**one.json()["done"]} for one in (stored, rehearsed))
    for one in (done, tried):
        assert [each["how"]["encoding"] for each in one.pop("recognised")] == ["UTF-8"]
    assert tried.pop("import_id") is None
    assert done.pop("import_id") > 0
    assert done == tried
    assert done == {
        "readings": 2,
        "channels": 1,
        "first_at": "2016-03-04T08:00:00Z",
        "last_at": "2016-03-04T09:00:00Z",
        "inserted": 2,
        "revised": 0,
        "duplicates": 0,
        "rounded": 0,
        "outdone": 0,
        "corrected": 0,
        "examples": [],
        "behind": 0,
        "behind_lines": [],
        "left_out": 0,
        "kept": [],
        "converted": [],
        "file_id": None,
    }
    assert (again["done"]["inserted"], again["done"]["duplicates"]) == (0, 2)
    assert front.world.admin(count)[0][0] == before + 2
    assert client.get("/readyz").json()["usage_rows_waiting"] == 1


def test_mistakes_are_told_together_with_file_line_and_field(front):
    client = front.client("of the office")
    text = HEADER + row(80, 500) + row(81, -1) + row(82, 1, "police e") + "demo-a/g1,office e,,1\n"
    body = assert_problem(client.post(URL, content=text), 422, "import.problems")

    assert [(one["line"], one["field"]) for one in body["where"]["problems"]] == [
        (3, "value"),
        (4, "channel"),
        (5, "at"),
    ]
    assert body["next_en"].startswith("Nothing was imported")
    assert "july.csv, line 3, value" in body["detail_en"]
    assert "july.csv 第 3 行" in body["detail_zh"]
    assert front.world.admin("SELECT count(*) FROM rejected_message") == [(0,)]


def test_who_may_only_read_brings_no_file(front):
    for who in ("city reader", "outsider"):
        assert_problem(front.client(who).post(URL, content=HEADER), 403, "access.denied")
    assert_problem(front.client().post(URL, content=HEADER), 401)


def test_a_file_may_be_larger_than_other_bodies_but_not_endless(front):
    world = front.world
    files = Store(world.database.url("collector"), "import")
    settings = ApiSettings(body_bytes=1_000, file_bytes=10_000)
    app = create_app(world.pool, settings=settings, file_sink=files)
    client = Front(world, app).client("of the office")

    fits = client.post(URL, content=HEADER + "".join(row(h, 500 + h) for h in range(80, 160)))
    assert fits.status_code == 200, fits.text
    assert_problem(client.post(URL, content=HEADER + row(80, 500) * 300), 413)
    assert_problem(client.post("/api/v1/login", content=b" " * 2_000), 413)
    files.close()


def test_where_no_file_is_taken_in_it_is_said(front):
    client = Front(front.world, create_app(front.world.pool)).client("of the office")
    assert_problem(client.post(URL, content=HEADER), 503, "import.not_offered")


def test_a_lower_value_counts_as_a_correction_with_a_reason(front):
    client = front.client("of the office")
    client.post(URL, content=HEADER + row(80, 500) + row(81, 501))
    lower = HEADER + row(80, 499) + row(81, 501)

    told = client.post(URL, content=lower).json()["done"]
    assert_problem(client.post(f"{URL}&as_correction=true", content=lower), 422, "import.no_reason")
    done = client.post(f"{URL}&as_correction=true&reason=letter 12", content=lower).json()["done"]

    assert (told["outdone"], told["corrected"]) == (1, 0)
    (example,) = told["examples"]
    assert (example["line"], example["value"], example["stands"]) == (2, "499", "500.000")
    assert (done["outdone"], done["corrected"]) == (1, 1)
    undo = f"/api/v1/imports/corrections/{done['file_id']}/undo"
    payload = {"reason": "the other letter"}
    tried = client.post(undo, json=payload, params={"dry_run": "true"}).json()
    assert tried["effects"][0]["after_en"] == "1"
    assert client.post(undo, json=payload).json() == {"file_id": done["file_id"], "corrections": 1}
    assert_problem(client.post(undo, json=payload), 409, "correction.taken_back")
    assert_problem(front.client("city reader").post(undo, json=payload), 403, "access.denied")
    assert_problem(front.client("outsider").post(undo, json=payload), 404, "not_found")
    again = client.post(URL, content=lower).json()["done"]
    assert (again["outdone"], again["examples"][0]["stands"]) == (1, "500.000")


def test_what_a_file_leaves_open_is_asked_and_answered_by_name(front):
    client = front.client("of the office")
    content = "表号;时间;读数\noffice e;2016-03-04 08:00;500\n".encode("utf-16")
    body = assert_problem(client.post(URL, content=content), 422, "import.problems")

    asked = {one["question"]: one["choices"] for one in body["where"]["problems"]}
    assert set(asked) == {"gateway", "zone"}
    assert asked["zone"][0]["value"] == "channel"
    answers = "&gateway=demo-a/g1&zone=UTC"
    taken = client.post(f"{URL}{answers}", content=content)
    assert taken.status_code == 200, taken.text
    assert taken.json()["done"]["inserted"] == 1
    (told,) = taken.json()["done"]["recognised"]
    assert (told["how"]["encoding"], told["how"]["separator"]) == ("UTF-16", ";")
    assert ["时间", "at"] in told["columns"]
    assert_problem(
        client.post(f"{URL}{answers}&dates=ydm", content=content), 422, "import.bad_answer"
    )


def test_bills_that_went_out_come_back_with_both_their_instants(front):
    client, gas = front.client("of the office"), front.world.channel["office gas"]
    forget_readings(front.world.database.admin_url)
    bills = [(0, 700, 70), (700, 1500, 80.5), (1510, 1511, 3)]  # the last has the own period
    text = "gateway,channel,from,at,value\n" + "".join(
        f"demo-a/g1,office gas,{at(first)},{at(last)},{value}\n" for first, last, value in bills
    )
    assert client.post(URL, content=text).status_code == 200
    front.world.work()
    before = hours(front)

    sent = client.get(f"/api/v1/channels/{gas}/readings?format=csv&bom=true").text
    begins = [line.split(",")[0][:10] for line in sent.splitlines()[1:4]]
    assert begins == [at(0)[:10], at(700)[:10], ""]
    again = client.post(f"{URL}&gateway=demo-a/g1&channel=office gas", content=sent).json()
    assert (again["done"]["inserted"], again["done"]["duplicates"]) == (0, 3)
    forget_readings(front.world.database.admin_url)
    back = client.post(f"{URL}&gateway=demo-a/g1&channel=office gas", content=sent)
    assert back.json()["done"]["inserted"] == 3
    front.world.work()

    assert hours(front) == before
    assert len(before) == 1500 + 1
    assert sum(used for _, used, _ in before) == 153_500


def hours(front: Front) -> list[tuple]:
    return front.world.admin("SELECT hour, used, known_s FROM usage_hour ORDER BY channel_id, hour")


def test_failed_rows_come_back_as_a_workbook_and_the_others_may_go_in(front):
    client = front.client("of the office")
    text = HEADER + row(280, 500) + row(281, 501, "nobody's") + "demo-a/g1,office e,never,1\n"

    refused = client.post(URL, content=text, params={"format": "xlsx", "name": "july.csv"})
    assert refused.status_code == 422
    assert "readings-errors.xlsx" in refused.headers["content-disposition"]
    assert [one[1] for one in cells_of(refused.content)] == ["行号", "3", "4"]
    done = client.post(f"{URL}&without_failed=true", content=text).json()["done"]
    assert (done["inserted"], done["left_out"]) == (1, 2)
    again = client.post(URL, content=refused.content)
    assert again.status_code == 422, "sent back as it is, the same rows fail"
    assert {one["line"] for one in again.json()["where"]["problems"]} == {2, 3}
