"""Files of rows over the API: whole or not at all, wrong rows named, in a workbook where asked."""

from tests.sheets import cells_of

URL = "/api/v1/imports/exchange.record"
HEAD = "channel,at,initial,source\n"


def test_a_file_is_tried_refused_mended_and_done(front):
    client, channel = front.client("of the office"), front.world.channel["office e"]
    exchanges = f"/api/v1/channels/{channel}/exchanges"
    good, bad = f"{channel},2016-04-01 10:30,0,form\n", f"{channel},2016-04-01 11:30,x,form\n"

    wrong = client.post(URL, content=HEAD + good + bad, headers={"Accept-Language": "en"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "import.wrong_rows")
    assert wrong.headers["content-type"] == "application/problem+json"
    (error,) = wrong.json()["errors"]
    assert error["field"] == "row.3.initial"
    assert error["message"].startswith("First value of the new meter: Enter a number")

    book = client.post(URL, content=HEAD + good + bad, params={"format": "xlsx"})
    assert book.status_code == 422
    assert [row[2:4] for row in cells_of(book.content)[1:]] == [[str(channel), "2016-04-01 11:30"]]

    tried = client.post(URL, content=HEAD + good, params={"dry_run": "true"})
    assert tried.json() == {"dry_run": True, "rows": 1, "done": 1, "left_out": 0, "file_id": None}
    assert client.get(exchanges).json()["items"] == []
    done = client.post(URL, content=HEAD + good)
    assert done.json() == {"dry_run": False, "rows": 1, "done": 1, "left_out": 0, "file_id": 1}
    assert [one["at"] for one in client.get(exchanges).json()["items"]] == ["2016-04-01T09:30:00Z"]


def test_wrong_rows_are_left_out_where_that_is_asked_and_counted(front):
    client, channel = front.client("of the office"), front.world.channel["office e"]
    body = HEAD + f"{channel},2016-04-01 10:30,0,form\n{channel},2016-04-01 11:30,x,form\n"
    rest = {"without_failed": "true"}

    tried = client.post(URL, content=body, params=rest | {"dry_run": "true"}).json()
    done = client.post(URL, content=body, params=rest).json()
    for one in (tried, done):
        assert (one["rows"], one["done"], one["left_out"]) == (2, 1, 1)
    assert (tried["file_id"], done["file_id"] is not None) == (None, True)
    none = client.post(URL, content=HEAD + f"{channel},2016-04-01 11:30,x,form\n", params=rest)
    assert (none.status_code, none.json()["code"]) == (422, "import.wrong_rows")


def test_a_file_may_be_larger_than_other_bodies(front):
    client, channel = front.client("of the office"), front.world.channel["office e"]
    rows = f"{channel},2016-04-01 10:30,0,{'x' * 400}\n" * 500

    tried = client.post(URL, content=HEAD + rows, params={"dry_run": "true"})
    assert (tried.status_code, tried.json()["rows"]) == (200, 500)


def test_a_template_is_labelled_in_the_readers_language_and_rights_are_asked(front):
    client = front.client("of the office")
    for lang, label in (("zh", "换表时间"), ("en", "When the meter was exchanged")):
        book = client.get(URL, headers={"Accept-Language": lang})
        assert label in cells_of(book.content)[0]
    reader = front.client("city reader").post(URL, content=HEAD)
    assert (reader.status_code, reader.json()["code"]) == (403, "access.denied")
    assert front.client().post(URL, content=HEAD).status_code == 401
