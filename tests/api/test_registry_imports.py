"""A registry over HTTP: tried, taken, its failed rows given back, and only by who may register."""

from tests.sheets import cells_of, sheets_of

URL = "/api/v1/imports/registry?name=institutions.csv&namespace=roster"
HEAD = (
    "code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,"
    "persons,valid_from\n"
)
GOOD = "a-1,甲,A,,GOV,government,city,000000,1234.5,,2024-01-01\n"
BAD = "b-1,乙,B,,GOV,government,city,000000,large,,2024-01-01\n"
COUNT = "SELECT count(*) FROM institution_code WHERE namespace = 'roster'"


def test_a_registry_is_tried_then_taken_and_failed_rows_come_back(front):
    client, count = front.client("planner of all"), front.world.admin
    tried = client.post(f"{URL}&dry_run=true", content=HEAD + GOOD)
    assert tried.status_code == 200, tried.text
    assert tried.json()["done"]["institutions"] == {"made": 1, "changed": 0, "unchanged": 0}
    assert count(COUNT) == [(0,)]

    refused = client.post(URL, content=HEAD + GOOD + BAD)
    assert (refused.status_code, refused.json()["code"]) == (422, "import.problems")
    book = client.post(f"{URL}&format=xlsx", content=HEAD + GOOD + BAD)
    assert (book.status_code, [row[1] for row in cells_of(book.content)]) == (422, ["行号", "3"])
    assert count(COUNT) == [(0,)]
    done = client.post(f"{URL}&without_failed=true", content=HEAD + GOOD + BAD).json()["done"]
    assert (done["institutions"]["made"], done["left_out"]) == (1, 1)
    assert count(COUNT) == [(1,)]


def test_who_may_not_register_is_refused_before_the_file_is_read(front):
    refused = front.client("of the office").post(URL, content="nothing of the kind")
    assert (refused.status_code, refused.json()["code"]) == (403, "access.denied")
    assert front.client().post(URL, content=HEAD).status_code == 401


def test_a_registry_goes_out_as_the_files_that_come_in(front):
    client, path = front.client("planner of all"), "/api/v1/exports/registry"
    client.post(URL, content=HEAD + GOOD)
    out = client.get(f"{path}?namespace=roster")
    assert out.status_code == 200, out.text
    assert (out.headers["content-type"], out.headers["x-rows"] > "0") == ("application/zip", True)
    again = client.post("/api/v1/imports/registry?name=r.zip&namespace=roster", content=out.content)
    assert again.json()["done"]["institutions"] == {"made": 0, "changed": 0, "unchanged": 1}
    book = client.get(f"{path}?namespace=roster&format=xlsx").content
    assert [row[0] for row in dict(sheets_of(book))["institutions"]] == ["code", "a-1"]

    unknown = client.get(f"{path}?namespace=nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "export.no_namespace")
    assert front.client("of the office").get(path).status_code == 403
