"""Old workbooks (.xls) say what the same workbook says as XLSX, within the same bounds.

xlwt, which writes BIFF8, makes the files; what it cannot write is made of records here.
"""

import io
import struct
import tracemalloc
from datetime import datetime
from typing import Any

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.files.grids import grids
from collector.files.limits import Limits
from tests.collector.files.rig import codes, rows, taken
from tests.collector.files.test_as_they_exist import zipped
from tests.collector.files.test_forms import MINE, SAYS
from tests.sheets import cells_of

DAY = "YYYY-MM-DD"
FORMATS = {datetime: 'yyyy"年"m"月"d"日" h:mm', float: "0.00"}


def old(*sheets: tuple[str, list[list[Any]]], **about: Any) -> bytes:
    """Return a workbook; a cell may be (value, format). about: dates_1904, hidden."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = about.get("dates_1904", False)
    styles: dict[str, Any] = {}
    for title, table in sheets:
        sheet = book.add_sheet(title, cell_overwrite_ok=True)
        sheet.visibility = 1 if title == about.get("hidden") else 0
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                value, shown = cell if isinstance(cell, tuple) else (cell, FORMATS.get(type(cell)))
                if value == "":
                    continue
                key = shown or "General"
                style = styles.setdefault(key, xlwt.easyxf(num_format_str=key))
                sheet.write(row, column, value, style)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 1, day, hour)  # noqa: DTZ001 - as workbooks keep it


REPORT = [
    ["抄表记录"],
    [],
    ["表号", "时间", "读数"],
    ["m1", at(1, 8), 5.5],
    ["m1", (at(2), DAY), 6],
]


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def raw(*cells: bytes, page: bytes = b"") -> bytes:
    """Return a sheet of BIFF5 with no container around it, as small programs write it."""
    return b"".join(
        (record(0x0809, struct.pack("<4H", 0, 16, 0, 0)), page, *cells, record(10, b""))
    )


def label(row: int, column: int, text: bytes) -> bytes:
    return record(0x0204, struct.pack("<4H", row, column, 0, len(text)) + text)


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<3Hd", row, column, 0, value))


@pytest.mark.parametrize(
    "content",
    [
        old(("一月", REPORT)), zipped(a__xls=old(("一月", REPORT))),
        old(("一月", REPORT), dates_1904=True), old(("一月", REPORT), ("Sheet2", [])),
    ],
    ids=["plain", "zipped", "of a Macintosh", "beside an empty sheet"],
)  # fmt: skip
def test_an_old_workbook_says_what_a_new_one_says(content):
    found = rows(content, name="电表.xls", **MINE)
    assert [(row.key, row.at, row.value) for row in found] == SAYS


def test_what_was_recognised_is_told_and_a_hidden_sheet_is_named():
    table = [["表号", "时间", "读数"], ["m2", at(1), xlwt.Formula("2+3")]]
    content = old(("一月", REPORT), ("旧", table), hidden="旧")
    file = taken(content, name="a.xls", hidden="read", **MINE)
    shown, hidden = file.told
    assert (shown.form, shown.sheet, shown.header_line, shown.shape) == ("xls", "一月", 3, "long")
    assert "hidden" not in shown.how
    assert {"hidden", "formulas"} <= hidden.how.keys()


def test_cells_of_each_kind_are_kept_as_they_are():
    texts = [f"{'长' * 300}{n}" for n in range(120)] + [f"plain {n}" * 20 for n in range(120)]
    given_cells = [
        ["a", "b", 0.35, True, 1234.56, -7, 1e300, 2**29, 0.1],
        *([one] for one in texts),
    ]
    grid = cells_of(old(("s", given_cells)))
    assert grid[0] == ["a", "b", "0.35", "1", "1234.56", "-7", "1e+300", "536870912", "0.1"]
    assert [row[0] for row in grid[1:]] == texts  # cut over several records, wide and narrow


@settings(max_examples=20)
@given(st.lists(st.lists(st.floats(-1e12, 1e12) | st.text("aé长 x", max_size=9), max_size=5),
                min_size=1, max_size=8))  # fmt: skip
def test_what_is_written_is_read(table):
    (grid,) = grids(io.BytesIO(old(("s", [[(one, "General") for one in row] for row in table]))),
                    "s.xls", 100)  # fmt: skip
    said = {line - 1: row for line, row in zip(grid.lines, grid.rows, strict=True)}
    for n, row in enumerate(table):
        for m, cell in enumerate(row):
            found = said.get(n, [])
            text = found[m] if m < len(found) else ""
            assert text.strip() == cell.strip() if isinstance(cell, str) else float(text) == cell


def test_merged_cells_say_whose_the_rows_below_are():
    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    for column, head in enumerate(("表号", "日期", "用电量")):
        sheet.write(0, column, head)
    sheet.write_merge(1, 2, 0, 0, "m1")
    for row in (1, 2):
        sheet.write(row, 1, f"2026-01-0{row}")
        sheet.write(row, 2, 5 + row)
    content = io.BytesIO()
    book.save(content)
    assert [(one.key, one.value) for one in rows(content.getvalue(), **MINE)] == [
        ("m1", 6), ("m1", 7),
    ]  # fmt: skip


def test_a_mistake_is_named_by_sheet_row_and_column():
    wrong = [*REPORT, ["m1", at(3), "缺"]]
    (error,) = taken(old(("一月", wrong)), name="a.xls", **MINE).errors
    assert error.code == "file.not_a_number"
    assert [error.where[one] for one in ("file", "sheet", "line", "field")] == [
        "a.xls", "一月", 6, "读数",
    ]  # fmt: skip
    table = [["表号", "时间", "读数"], ["m1", at(1), xlwt.Formula("2+3")]]
    (refused,) = taken(old(("s", table)), **MINE, formulas="refuse").errors
    assert (refused.code, refused.where["value"]) == ("file.formula", "C2")


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_sheet_without_container_is_read_whatever_order_its_cells_have(encoding):
    heads = [label(0, n, one.encode(encoding)) for n, one in enumerate(("表号", "时间", "读数"))]
    texts = [label(1, 0, b"m1"), label(1, 1, b"2026-01-01 08:00"), label(2, 0, b"m1"),
             label(2, 1, b"2026-01-02 00:00")]  # fmt: skip
    for cells in ([*heads, *texts], [*texts, *heads]):
        content = raw(*cells, number(2, 2, 6.0), number(1, 2, 5.5))
        assert [(one.key, one.at, one.value) for one in rows(content, **MINE)] == SAYS


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (old(("s", REPORT))[:-900], "broken_workbook"),
        (old(("s", REPORT)).replace(record(0x42, b"\xb0\x04"), record(0x2F, b"\xb0\x04")),
         "encrypted"),
        (old(("s", REPORT)).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")),
         "not_a_table"),
        (raw(label(0, 300, b"x"), label(0, 9_999, b"x")), "too_wide"),
        (raw(label(0, 0, b"x"))[:-4], "broken_workbook"),
    ],
    ids=["cut", "with a password", "of another program", "too wide", "cut within"],
)  # fmt: skip
def test_what_cannot_be_read_says_why(content, code):
    (error,) = taken(content, name="a.xls", **MINE).errors
    assert error.code == f"file.{code}"
    assert error.next_zh


def test_two_far_cells_and_a_chain_without_end_take_no_room():
    far = raw(*(label(row, column, b"x") for row, column in ((0, 0), (65_535, 255))))
    looped = bytearray(old(("s", REPORT * 300)))
    table = struct.unpack_from("<I", looped, 76)[0]
    for n in range(100):
        struct.pack_into("<I", looped, (table + 1) * 512 + 4 * n, 0)
    tracemalloc.start()
    for content in (far * 1, bytes(looped)):
        assert taken(content, name="a.xls", **MINE).errors
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_cells_beyond_the_bounds_are_refused():
    content = old(("s", [["x"] * 50] * 30))
    assert codes(content, **MINE)
    with pytest.raises(Exception, match="more than 1000 items"):
        list(grids(io.BytesIO(content), "a.xls", 100, Limits(cells=1_000)))


def of_excel(version: int, *records: bytes, kind: int = 0x10) -> bytes:
    """Return a workbook of Excel 2 to 4: formats, styles, then cells."""
    bof = {2: 0x0009, 3: 0x0209, 4: 0x0409}[version]
    return b"".join((record(bof, struct.pack("<3H", 0, kind, 0)), *records, record(10, b"")))


def formats(version: int, *codes: bytes) -> list[bytes]:
    """Return formats, which are numbered by their order, and a style of each."""
    if version == 4:
        made = [record(0x041E, bytes((0, 0, len(code))) + code) for code in codes]
    else:
        made = [record(0x001E, bytes([len(code)]) + code) for code in codes]
    kind = {3: 0x0243, 4: 0x0443}.get(version)
    return made + [record(kind, bytes((0, n)) + bytes(10)) for n in range(len(codes)) if kind]


def cells_of_2(*table: tuple[object, ...]) -> list[bytes]:
    made = []
    for row, cells in enumerate(table):
        for column, cell in enumerate(cells):
            shown = 1 if isinstance(cell, float) and cell > 40_000 else 0
            at = struct.pack("<2H", row, column) + bytes((0, shown, 0))
            if isinstance(cell, bytes):
                made.append(record(0x0004, at + bytes([len(cell)]) + cell))
            elif isinstance(cell, int):
                made.append(record(0x0002, at + struct.pack("<H", cell)))
            else:
                made.append(record(0x0003, at + struct.pack("<d", cell)))
    return made


def cells_since_3(version: int, *table: tuple[object, ...]) -> list[bytes]:
    made = []
    for row, cells in enumerate(table):
        for column, cell in enumerate(cells):
            shown = 1 if isinstance(cell, float) and cell > 40_000 else 0
            at = struct.pack("<3H", row, column, shown)
            if isinstance(cell, bytes):
                made.append(record(0x0204, at + struct.pack("<H", len(cell)) + cell))
            elif isinstance(cell, int):  # the result of a formula
                kind = 0x0406 if version == 4 else 0x0206
                made.append(record(kind, at + struct.pack("<d2H", cell, 0, 0)))
            else:
                made.append(record(0x0203, at + struct.pack("<d", cell)))
    return made


HEADS = tuple(one.encode("gbk") for one in ("表号", "时间", "读数"))
TABLE = (HEADS, (b"m1", 46_023 + 1 / 3, 5.5), (b"m1", 46_024.0, 6))


@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_workbook_of_excel_2_to_4_says_what_a_new_one_says(version):
    cells = cells_of_2(*TABLE) if version == 2 else cells_since_3(version, *TABLE)
    content = of_excel(version, *formats(version, b"General", b"yyyy-mm-dd hh:mm"), *cells)
    found = rows(content, name="a.xls", **MINE)
    assert [(row.key, row.at, row.value) for row in found] == SAYS
    file = taken(content[:-6], name="a.xls", **MINE)
    assert [error.code for error in file.errors] == ["file.broken_workbook"]
    assert codes(of_excel(version, kind=0x20), **MINE) == [("file.older_workbook", 0)]
