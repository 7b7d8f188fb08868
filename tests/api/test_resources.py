"""Resources: what a reader gets, the same in JSON and CSV, page by page, and no more."""

import csv
import io

import pytest

from tests.actions.test_reads import SEES, SEES_CHANNELS
from tests.actions.world import OFFICE_WH


def followed(client, url: str) -> list[dict]:
    """Return the pages of a list."""
    pages = []
    while url is not None:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        url = pages[-1]["next"]
    return pages


def rows_of(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


PEOPLE = sorted(set(SEES) - {"system"})


@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_shows_what_is_granted_and_hides_the_rest_as_missing(window, who):
    client, world = window.client(who), window.world
    for name, number in world.institution.items():
        wanted = 200 if name in SEES[who] else 404
        for path in ("", "/accounts", "/usage/electricity"):
            answer = client.get(f"/api/v1/institutions/{number}{path}")
            assert answer.status_code == wanted, (name, path)
            if wanted == 404:
                assert f"Demo {name}" not in answer.text
        explained = client.get(
            f"/api/v1/institutions/{number}/accounts/electricity/2016-03/explanation"
        )
        has = wanted == 200 and name not in ("hidden", "clinic")
        assert explained.status_code == (200 if has else 404)
    for name, number in world.channel.items():
        wanted = 200 if name in SEES_CHANNELS[who] else 404
        for path in ("", "/readings", "/revisions", "/usage"):
            assert client.get(f"/api/v1/channels/{number}{path}").status_code == wanted
    for name, number in world.meter.items():
        owner = name.split()[0] if name != "shared e" else "school"
        wanted = 200 if owner in SEES[who] else 404
        assert client.get(f"/api/v1/meters/{number}").status_code == wanted
    listed = client.get("/api/v1/institutions").json()["items"]
    assert {one["name_en"] for one in listed} == {f"Demo {name}" for name in SEES[who]}
    every = client.get("/api/v1/accounts?from=2016-01&to=2016-12").json()["items"]
    seen = {world.institution[name] for name in SEES[who] - {"hidden", "clinic"}}
    assert {one["institution_id"] for one in every} == seen


@pytest.mark.parametrize(
    ("url", "size"),
    [
        ("/api/v1/institutions", 4),
        ("/api/v1/accounts?from=2016-01&to=2016-12", 1),
        ("/api/v1/rejects", 2),
        ("/api/v1/gateways", 1),
    ],
)
def test_lists_are_the_same_in_json_and_csv_and_over_pages(front, url, size):
    client, world = front.client("planner of all"), front.world
    for number in range(5):
        world.admin(
            """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
                   message_zh, message_en, i, readings, identity)
               VALUES (now(), 't', 'demo-a/g1', %s, 'payload.malformed', '坏', 'bad',
                       '{1,2}', 2, gen_random_uuid()::text::bytea)""",
            b"%d" % number,
        )  # fmt: skip
    whole = client.get(url).json()
    mark = "&" if "?" in url else "?"
    paged = [row for page in followed(client, f"{url}{mark}limit={size}") for row in page["items"]]
    as_csv = client.get(url, headers={"Accept": "text/csv"})

    assert whole["next"] is None
    assert paged == whole["items"]
    assert len(paged) > size
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    rows = rows_of(as_csv.text)
    assert len(rows) == len(paged)
    for row, item in zip(rows, paged, strict=True):
        assert list(row) == list(item)
        for name, value in item.items():
            assert row[name] == written(value)


def written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(map(str, value))
    return str(value)


@pytest.mark.parametrize("grain", ["hour", "day", "month"])
def test_use_is_the_same_in_json_and_csv_and_over_pages(window, grain):
    client, number = window.client("of the office"), window.world.channel["office e"]
    url = f"/api/v1/channels/{number}/usage?grain={grain}"
    whole = client.get(url).json()
    pages = followed(client, f"{url}&limit=7")
    table = client.get(f"{url}&format=csv&bom=true")
    linked, rows = f"{url}&limit=7&format=csv", []
    while linked is not None:
        answer = client.get(linked)
        rows += rows_of(answer.text)
        linked = answer.links["next"]["url"] if "next" in answer.links else None

    for name in ("t", "used", "measured_s", "coverage"):
        column = [value for page in pages for value in page[name]]
        assert column == whole[name]
        assert [row[name] for row in rows] == [written(value) for value in column]
    assert table.content.startswith("\ufefft,used,unit".encode())
    assert len(rows_of(table.text)) == len(whole["t"]) == {"hour": 72, "day": 3, "month": 1}[grain]
    total = sum(round(float(one) * 1000) for one in whole["used"])
    assert (total, whole["unit"]) == (sum(OFFICE_WH), "kWh")


def test_readings_are_the_same_in_json_and_csv_and_over_pages(window):
    client, number = window.client("of the office"), window.world.channel["office e"]
    url = f"/api/v1/channels/{number}/readings"
    whole = client.get(url).json()
    pages = followed(client, f"{url}?limit=10")
    rows = rows_of(client.get(url, headers={"Accept": "text/csv"}).text)

    for name in ("at", "value", "quanta", "rank", "seq"):
        assert [value for page in pages for value in page[name]] == whole[name]
        assert [row[name] for row in rows] == [written(value) for value in whole[name]]
    assert (whole["at"][0], whole["value"][0]) == ("2016-03-01T00:00:00.000Z", "5.000")


@pytest.mark.parametrize(
    "ends",
    [
        "from=2016-03-01&to=2016-03-02",
        "from=2016-03-01T00:00:00Z&to=2016-03-02T00:00:00Z",
        "from=2016-03-01T08:00:00%2B08:00&to=2016-03-02T08:00:00%2B08:00",
        "from=2016-03-01T08:00:00+08:00&to=2016-03-02T08:00:00+08:00",  # a plus as browsers lose it
        "from=2016-03-01&to=2016-03-02&zone=Europe/London",
    ],
)
def test_a_day_is_asked_for_in_many_ways(window, ends):
    client, number = window.client("of the office"), window.world.channel["office e"]
    found = client.get(f"/api/v1/channels/{number}/usage?{ends}").json()

    assert found["used"] == [f"{wh / 1000:.3f}" for wh in OFFICE_WH[:24]]


def test_an_account_is_exact_and_says_under_which_profile(window):
    client, number = window.client("of the office"), window.world.institution["office"]
    url = f"/api/v1/institutions/{number}/accounts?from=2016-03&to=2016-03&carrier=electricity"
    (national,) = client.get(url).json()["items"]
    (shandong,) = client.get(f"{url}&profile=DB37-2019").json()["items"]
    wh = sum(OFFICE_WH)

    assert (national["used"], national["quanta"]) == (f"{wh / 1000:.3f}", str(wh))
    assert national["kgce"] == f"{(wh * 1229 + 5000) // 10000 / 1000:.3f}"
    assert shandong["kgce_per_unit"] == "0.31"
    for share, held in (("coverage", "known_s"), ("shape_coverage", "measured_s")):
        assert national[share] == int(national[held] * 1e4 / national["expected_s"]) / 1e4
    assert national["coverage"] > national["shape_coverage"]  # the register was silent for a day
    assert client.get(f"{url}&profile=nobodys").status_code == 404


def test_an_explanation_goes_down_to_readings_and_arithmetic(window):
    client, number = window.client("of the office"), window.world.institution["office"]
    url = f"/api/v1/institutions/{number}/accounts/electricity/2016-03/explanation"
    found = client.get(url).json()
    (term,) = found["terms"]

    assert (found["agrees"], found["waits"]) == (True, False)
    assert term["part"] == term["evidence"]["used"] == found["account"]["used"]
    assert term["evidence"]["first"]["at"] == "2016-03-01T00:00:00Z"
    assert {one["reason"] for one in term["evidence"]["unmeasured"]} == {"gap", "after_last"}
    assert all(one["reason_zh"] and one["reason_en"] for one in term["evidence"]["unmeasured"])
    assert [one["taken"] for one in found["grid_chain"]] == [False, True, False]
    assert found["coefficient"]["source"]
    assert found["kgce"]["arithmetic"].endswith(f"→ {found['kgce']['grams']} g")


def test_a_name_that_a_spreadsheet_would_run_is_quoted_in_csv(front):
    front.world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
               known_by) VALUES (%s, 'roster_status', '=1+1', '2015-01-01', 'test', 'user:1')""",
        front.world.institution["school"],
    )
    client = front.client("of the school")

    (row,) = rows_of(client.get("/api/v1/institutions?format=csv").text)
    assert row["roster_status"] == "'=1+1"
    assert client.get("/api/v1/institutions").json()["items"][0]["roster_status"] == "=1+1"


def test_words_regions_and_single_things_are_there(window):
    client, world = window.client("city reader"), window.world
    found = client.get("/api/v1/regions?limit=1000").json()["items"]
    regions = {one["name_en"]: one for one in found}
    shown = client.get(f"/api/v1/channels/{world.channel['office e']}").json()
    meter = client.get(f"/api/v1/meters/{world.meter['office e']}").json()

    assert set(regions) == {"National", "Demo province", "Demo city 1"}
    assert len(client.get("/api/v1/regions?whole=true").json()["items"]) > 30
    assert "water" in {one["code"] for one in client.get("/api/v1/carriers").json()["items"]}
    assert client.get("/api/v1/profiles").json()["items"][0]["is_default"]
    assert (shown["channel"]["kind"], shown["last"]["value"]) == ("register", "102.560")
    assert shown["settings"][0]["valid_from"] is None
    assert shown["settings"][0]["factor"] == "1"
    assert meter["channels"][0]["channel_id"] == world.channel["office e"]
    assert len(client.get("/api/v1/meters").json()["items"]) == 4
