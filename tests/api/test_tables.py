"""Every table as a workbook: the cells of its CSV, numbers as numbers, text as text."""

import csv
import io
import math
import re
import zipfile
from xml.etree import ElementTree

import pytest

from actions.workbooks import MEDIA_TYPE
from tests.actions import examples_of_submissions
from tests.actions.compact_world import make_union_world

PERIODS = ("/accounts", "/indicators")
_NAMES = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows_of(book: bytes) -> list[list[object]]:
    """Return the cells of a workbook's first sheet; text as text, numbers as floats."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        worksheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    found = []
    for row in worksheet.iterfind("sheetData/row", _NAMES):
        cells: dict[int, object] = {}
        for cell in row.findall("c", _NAMES):
            value = cell.findtext("v", None, _NAMES)
            assert cell.find("f", _NAMES) is None, "a formula"
            kind, place = cell.get("t"), _column(cell.get("r"))
            if kind == "inlineStr":
                cells[place] = "".join(cell.itertext())
            elif value is not None:
                cells[place] = bool(int(value)) if kind == "b" else float(value)
        found.append([cells.get(place) for place in range(max(cells, default=-1) + 1)])
    return found


def _column(name: str) -> int:
    letters = re.match("[A-Z]+", name)[0]
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def same(text: str, cell: object) -> bool:
    """Whether a cell of the workbook says what the cell of the CSV says."""
    if cell is None:
        return text == ""
    if isinstance(cell, bool):
        return text == str(cell).lower()
    if isinstance(cell, float):  # a spreadsheet's number holds 15 digits
        return math.isclose(float(text), cell, rel_tol=1e-14)
    return cell == text.removeprefix("'")


def _forms(methods: dict) -> dict:
    """Return the forms in which a path's rows are had."""
    return methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})


@pytest.fixture
def union(front):
    return make_union_world(front.world)


def test_every_table_is_the_same_as_csv_and_as_workbook(front, union):
    run_id, world = union.issued(), front.world
    client = front.client("planner of all")
    client.post(f"/api/v1/unions/{union.union}/progress", json={"day": "2016-03-10"})
    place = {
        "institution_id": world.institution["office"], "carrier": "electricity",
        "channel_id": world.channel["office"] if "office" in world.channel
        else next(iter(world.channel.values())),
        "union_id": union.union, "run_id": run_id, "code": "quota-standards",
        "year": 2016, "submission_id": examples_of_submissions.opened(world),
    }  # fmt: skip
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    tables = [path for path, methods in paths.items() if "text/csv" in _forms(methods)]
    # Forms as they are handed in: tests/actions/test_submissions.py.
    tables = [path for path in tables if not path.endswith(("/file", "/columns"))]
    period = {"from": "2015-01", "to": "2016-12"}
    filled = 0
    for path in tables:
        at, asked = path.format(**place), period if path.endswith(PERIODS) else {}
        as_csv = client.get(at, params=asked | {"format": "csv"})
        as_book = client.get(at, params=asked | {"format": "xlsx"})
        assert (as_csv.status_code, as_book.status_code) == (200, 200), (at, as_csv.text)
        assert as_book.headers["content-type"] == MEDIA_TYPE
        assert as_book.headers["content-disposition"].endswith('.xlsx"')
        lines = list(csv.reader(io.StringIO(as_csv.text)))
        cells = rows_of(as_book.content)
        assert cells[0] == lines[0], at
        assert len(cells) == len(lines), at
        for texts, row in zip(lines[1:], cells[1:], strict=True):
            wide = row + [None] * (len(texts) - len(row))
            wrong = [pair for pair in zip(texts, wide, strict=True) if not same(*pair)]
            assert not wrong, (at, wrong)
        filled += len(cells) > 1
    assert len(tables) >= 19
    assert filled >= 12
