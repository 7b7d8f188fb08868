"""Bulk exports over HTTP: the same rows in every form, gone on with after any row."""

import csv
import gzip
import io

import pytest

BULK = "/api/v1/exports"


def body_of(answer) -> str:
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_broken_download_goes_on_after_its_last_complete_line(window):
    client = window.client("province officer")
    for what, asked in (
        ("readings", {}),
        ("usage", {"grain": "day"}),
        ("usage", {"grain": "month"}),
    ):
        path = f"{BULK}/{what}"
        whole = body_of(client.get(path, params=asked))
        lines = whole.splitlines(keepends=True)
        for cut in {1, len(lines) // 2, len(lines) - 1}:
            row = dict(zip(lines[0].strip().split(","), lines[cut].split(","), strict=True))
            after = f"{row['channel_id']}@{row.get('at') or row['start']}"
            rest = body_of(client.get(path, params={**asked, "after": after}))
            assert "".join(lines[: cut + 1]) + rest == whole


def test_gzip_and_bom_are_the_same_rows(window):
    client = window.client("province officer")
    plain = body_of(client.get(f"{BULK}/readings"))
    packed = client.get(f"{BULK}/readings", params={"gzip": True})

    assert gzip.decompress(packed.content).decode() == plain
    assert packed.headers["content-disposition"].endswith('.csv.gz"')
    assert client.get(f"{BULK}/readings", params={"bom": True}).content[:3] == b"\xef\xbb\xbf"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_for_people_says_how_many_rows_and_of_when(window, lang):
    client = window.client("province officer")
    plain = list(csv.reader(io.StringIO(body_of(client.get(f"{BULK}/readings")))))
    answer = client.get(f"{BULK}/readings", params={"labels": lang})
    *rows, last = body_of(answer).splitlines()

    assert len(rows) == len(plain)
    assert last.startswith("# CommonWatt")
    assert f" {len(plain) - 1};" in last
    assert answer.headers["x-as-of"] in last


def test_others_rows_are_not_there_and_what_is_no_key_is_said(window):
    assert window.client().get(f"{BULK}/readings").status_code == 401
    police = window.world.channel["police e"]
    school = window.client("of the school")
    assert school.get(f"{BULK}/readings", params={"channel": police}).status_code == 404
    rows = csv.DictReader(io.StringIO(body_of(school.get(f"{BULK}/readings"))))
    assert {int(row["channel_id"]) for row in rows} == {window.world.channel["shared e"]}
    wrong = school.get(f"{BULK}/readings", params={"after": "yesterday"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "export.no_key")


def test_all_readings_of_a_channel_are_in_its_file(front):
    world = front.world
    world.admin("SELECT storage.ensure_months('2016-03-01', '2016-12-01')")
    world.admin(
        """INSERT INTO reading (at, value, seq, channel_id, rank)
           SELECT '2016-04-01Z'::timestamptz + g * interval '1 minute', g, 1, %s, 0
             FROM generate_series(1, 100100) g""",
        world.channel["clinic e"],
    )
    path = f"/api/v1/channels/{world.channel['clinic e']}/readings"
    answer = front.client("province officer").get(path, params={"format": "csv"})
    assert len(body_of(answer).splitlines()) == 100_101
    assert answer.headers["x-rows"] == "100100"
    assert "link" not in answer.headers
