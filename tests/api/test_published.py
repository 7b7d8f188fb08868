"""Published values as lists: each row with its document, of a day, as JSON, CSV and XLSX."""

import csv
import io

import pytest

from storage.registry.published import BY_CODE, columns


@pytest.mark.parametrize("code", BY_CODE)
def test_every_list_says_where_each_row_stands(window, code):
    client = window.client("planner of all")
    found = client.get(f"/api/v1/published/{code}").json()

    assert found["items"]
    for row in found["items"]:
        assert tuple(row) == columns(BY_CODE[code])
        assert row["source"]
        assert row["evidence"] in ("yes", "secondary", "no")
    text = client.get(f"/api/v1/published/{code}", params={"format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    for written, row in zip(rows, found["items"], strict=True):
        for name, value in row.items():
            assert written[name].removeprefix("'") == (value or "")
    book = client.get(f"/api/v1/published/{code}", params={"format": "xlsx"})
    assert book.content[:2] == b"PK"


def test_the_lists_are_listed_and_others_are_not_there(window):
    client = window.client("planner of all")
    listed = client.get("/api/v1/published").json()

    assert {one["code"] for one in listed} == set(BY_CODE)
    assert all(client.get(one["href"]).status_code == 200 for one in listed)
    assert client.get("/api/v1/published/app_user").status_code == 404


def test_a_day_takes_the_editions_that_hold_on_it(window):
    client = window.client("planner of all")

    def of(code, **asked):
        return client.get(f"/api/v1/published/{code}", params=asked).json()["items"]

    assert {row["plan"] for row in of("member-classes", on="2013-05-01")} == {"12th FYP"}
    assert of("member-classes", on="2016-01-01") == []
    assert {row["year"] for row in of("grid-factors", on="2022-12-31")} == {"2022"}
    assert of("band-rules", on="2021-02-19") == []
    assert len(of("band-rules", on="2021-02-20")) == 4
    assert of("band-rules", known_at="2020-01-01T00:00:00Z") == []
