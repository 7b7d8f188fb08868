"""Tables tell the truth: all rows of the filter, and how many of when; a part says that it is."""

import csv
import io
import re

import pytest

from actions.workbooks import MEDIA_TYPE


def rows(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def many(front):
    """A city with 1,100 institutions, each with an account, beside those of the world."""
    world = front.world
    world.admin(
        """WITH made AS (INSERT INTO institution (id)
                SELECT 10000 + g FROM generate_series(1, 1100) g RETURNING id),
             placed AS (INSERT INTO affiliation (institution_id, region_id, level,
                    department_line, valid_from, source, known_by)
                SELECT id, %s, 'city', 'health', '2015-01-01', 'test', 'user:1' FROM made),
             counted AS (INSERT INTO account (institution_id, carrier, month, source, quanta,
                    measured_s)
                SELECT id, 'electricity', '2016-03-01', 'meter', id, 0 FROM made)
           INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                known_by)
           SELECT id, 'name_zh', '机构' || id, '2015-01-01', 'test', 'user:1' FROM made""",
        world.region["city 2"],
    )  # fmt: skip
    return front


def test_a_table_holds_all_rows_of_its_filter(many):
    client, region = many.client("planner of all"), many.world.region["city 2"]
    table = {"format": "csv", "region": region}
    months = {"from": "2016-03", "to": "2016-03"}

    listed = client.get("/api/v1/institutions", params=table)
    assert len(rows(listed)) == 1102  # the clinic and the hidden one too
    accounts = rows(client.get("/api/v1/accounts", params={**table, **months}))
    assert {int(one["institution_id"]) for one in accounts} == set(range(10001, 11101))
    one = rows(
        client.get("/api/v1/accounts", params={**months, "format": "csv", "search": "10777"})
    )
    assert [row["institution_id"] for row in one] == ["10777"]
    page = client.get("/api/v1/institutions", params={"region": region}).json()
    assert len(page["items"]) == 100
    assert page["next"]


def test_the_name_of_a_file_says_how_many_rows_of_when_and_whether_all(many):
    client = many.client("planner of all")
    whole = client.get("/api/v1/institutions", params={"format": "csv"})
    part = client.get("/api/v1/institutions", params={"format": "csv", "limit": 10})
    book = client.get("/api/v1/institutions", headers={"Accept": MEDIA_TYPE})

    name = r'filename="institutions-1106-rows-\d{8}T\d{4}Z\.%s"'
    for answer, form in ((whole, "csv"), (book, "xlsx")):
        assert re.search(name % form, answer.headers["content-disposition"])
        assert answer.headers["x-rows"] == "1106"
        assert "link" not in answer.headers
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.headers["x-as-of"])
    assert "institutions-10-rows-part-" in part.headers["content-disposition"]
    assert 'rel="next"' in part.headers["link"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0", "json"),
        ("text/csv;q=0.5, application/json", "json"),
        ("text/csv, application/json;q=0.9", "csv"),
        ("text/*, application/json;q=0.1", "csv"),
        ("text/csv;q=0.3, */*;q=0.1", "csv"),
        (f"{MEDIA_TYPE};q=0.8, text/csv;q=0.9", "csv"),
        (f"{MEDIA_TYPE}, text/csv;q=0.9, application/json;q=0.1", "xlsx"),
        ("application/json;q=0.2, */*;q=0.5", "csv"),
        ("text/html", "json"),
        ("text/csv;q=nonsense", "json"),
    ],
)
def test_accept_honours_qualities(window, accept, form):
    answer = window.client("planner of all").get("/api/v1/carriers", headers={"Accept": accept})
    media = {"json": "application/json", "csv": "text/csv", "xlsx": MEDIA_TYPE}[form]
    assert answer.headers["content-type"].startswith(media)


def test_people_and_exchanges_are_tables_with_all_that_the_reader_may_know(front):
    world = front.world
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, valid_from)
           VALUES (%s, 'administrator', 'all', '2015-01-01')""",
        f"user:{world.user['outsider']}",
    )
    people = rows(front.client("outsider").get("/api/v1/people", params={"format": "csv"}))
    assert len(people) == world.admin("SELECT count(*) FROM app_user")[0][0]
    (officer,) = [one for one in people if one["login"] == "of-the-office"]
    assert officer["grants"] == f"officer institution {world.institution['office']}"
    alone = rows(front.client("of the office").get("/api/v1/people", params={"format": "csv"}))
    assert [one["login"] for one in alone] == ["of-the-office"]

    path = f"/api/v1/channels/{world.channel['office e']}/exchanges"
    payload = {"at": "2016-03-01T12:30:00Z", "initial": "0", "source": "form 12", "despite": True}
    assert front.client("of the office").post(path, json=payload).status_code == 201
    of = f"/api/v1/institutions/{world.institution['office']}/exchanges"
    listed = front.client("of the office").get(of, params={"format": "csv"})
    assert "-1-rows-" in listed.headers["content-disposition"]
    assert [(one["meter"], one["source"], one["initial"]) for one in rows(listed)] == [
        ("office e", "form 12", "0.000")
    ]
    assert rows(front.client("of the school").get(of, params={"format": "csv"})) == []
