"""Files as utilities, spreadsheets and other systems write them, made after public reports."""

import gzip
import io
import zipfile

import pytest
import xlsxwriter

from collector.files.limits import Limits
from collector.files.reading import read
from tests.collector.files.rig import Row, asked, codes, rows, rows_of, taken

HEADER = "gateway,channel,at,value\n"
NEW_YEAR = "2025-12-31T16:00:00Z"
ONE = Row("bj/c22", "m1", None, NEW_YEAR, 1.0)
LINE = "bj/c22,m1,2026-01-01T00:00:00+08:00,1\n"
MINE = {"gateway": "bj/c22", "channel": "m1"}
CHINA = {"zone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + LINE).replace(",", ";"),
        (HEADER + LINE).replace(",", "\t"),
        "sep=,\n" + HEADER + LINE,
        "sep=;\n" + (HEADER + LINE).replace(",", ";"),
        (HEADER + LINE).encode("utf-16"),
        (HEADER + LINE).encode("utf-16-le"),
        (HEADER + LINE).encode("utf-8-sig"),
        HEADER + LINE + "\n   \n,,,\n",
        HEADER + LINE + "合计,,,1\n",
        HEADER + LINE + HEADER,
        "2026年电量导出\n\n" + HEADER + LINE,
        gzip.compress((HEADER + LINE).encode()),
        "采集网关,通道,时间,数值\n" + LINE,
        ("采集网关,通道键,采集时间,读数\n" + LINE).encode("gbk"),
        LINE,
    ],
    ids=[
        "semicolon", "tab", "sep", "sep semicolon", "utf-16", "utf-16 without mark", "mark",
        "blank rows", "total row", "headings again", "title", "gzip", "zh", "gbk", "no headings",
    ],
)  # fmt: skip
def test_one_table_in_many_forms_says_the_same(content):
    assert rows(content) == [ONE]


def test_times_as_people_write_them_are_taken_in_the_zone_that_is_named():
    content = HEADER + "".join(
        f"bj/c10,m1,{at},{n}\n"
        for n, at in enumerate(
            ["2024-01-01 00:00:00", "2024/1/1 1:00", "2024年1月1日 2时", "45292.125",
             "01/01/2024 04:00", "2024.01.01 05:00:00", "2024-01-01 6:00", "20240101070000",
             "1 Jan 2024 8:00 AM", "2024/1/1 上午9:00", "2024-01-01 24:00"]
        )
    )  # fmt: skip

    assert [row.at[11:16] for row in rows(content, zone="UTC")] == [
        *(f"{hour:02}:00" for hour in range(10)),
        "00:00",
    ]
    assert rows(content, zone="Asia/Shanghai")[0].at == "2023-12-31T16:00:00Z"
    assert asked(content) == {"zone": ["channel", "Asia/Shanghai", "ZONE"]}


def test_days_in_chinese_numerals_and_times_without_any_separator_are_times():
    days = ("二〇二六年一月三日", "二零二六年十二月三十一日", "二〇二六年十月二十日 8:30")
    text = "表号,时间,读数\n" + "".join(f"m1,{one},5\n" for one in (*days, "202601010015"))
    assert [row.at for row in rows(text, gateway="bj/g", zone="UTC")] == [
        "2026-01-03T00:00:00Z", "2026-12-31T00:00:00Z", "2026-10-20T08:30:00Z",
        "2026-01-01T00:15:00Z",  # and not of 1976, in milliseconds
    ]  # fmt: skip
    for wrong in ("二〇二六年十三月一日", "二〇二六年一月〇日"):
        found = taken(f"表号,时间,读数\nm1,{wrong},5\n", gateway="bj/g", zone="UTC")
        assert [error.code for error in found.errors] == ["file.bad_time"]


def test_what_a_workbook_hides_or_shows_otherwise_is_told():
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "date_1904": True}) as made:
        day = made.add_format({"num_format": "YYYY-MM-DD"})  # as other programs than Excel write it
        for title in ("一月", "旧"):
            sheet = made.add_worksheet(title)
            sheet.write_row(0, 0, ["表号", "日期", "用电量"])
            sheet.write(1, 0, "m1")
            sheet.write(1, 1, 44_561 + (title == "旧"), day)
            sheet.write(1, 2, 5)
        made.get_worksheet_by_name("旧").hide()
    known = {"gateway": "bj/g", "zone": "UTC"}
    assert asked(content.getvalue(), **known) == {"hidden": ["read", "leave"]}
    (error,) = taken(content.getvalue(), **known).errors
    assert (error.where["sheet"], error.where["line"], error.where["value"]) == ("旧", 1, "1")
    for hidden, days in (("read", ["2026-01-01", "2026-01-02"]), ("leave", ["2026-01-01"])):
        file = taken(content.getvalue(), hidden=hidden, **known)
        assert [row.at[:10] for row in rows_of(file)] == days
        assert ["hidden" in one.how for one in file.told] == [False, True]
        assert [one.passed for one in file.told] == [False, hidden == "leave"]


def test_a_hidden_sheet_of_something_else_is_left_out_and_told():
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as made:
        made.add_worksheet("一月").write_row(0, 0, ["表号", "时间", "读数"])
        made.get_worksheet_by_name("一月").write_row(1, 0, ["m1", "2026-01-01", 5])
        lists = made.add_worksheet("字典")
        lists.write_column(0, 0, ["电", "水"])
        lists.hide()
    file = taken(content.getvalue(), gateway="bj/g", zone="UTC")
    assert ([*file.errors], [one.passed for one in file.told]) == ([], [False, True])
    (error,) = taken(content.getvalue(), gateway="bj/g", zone="UTC", columns={"读数": "x"}).errors
    assert error.code == "file.unknown_column"


def test_a_utility_with_semicolons_a_decimal_comma_and_two_times_of_day():
    content = (
        "Datum;Zeit von;Zeit bis;Verbrauch [kWh]\n"
        "01.07.2023;23:45;00:00;0,063\n02.07.2023;00:00;00:15;1.234,5\n"
    )

    assert {error.where["question"] for error in taken(content).errors} == {
        "gateway", "channel", "zone",
    }  # fmt: skip
    assert rows(content, **MINE, zone="Europe/Vienna") == [
        Row("bj/c22", "m1", "2023-07-01T21:45:00Z", "2023-07-01T22:00:00Z", 0.063, "kWh"),
        Row("bj/c22", "m1", "2023-07-01T22:00:00Z", "2023-07-01T22:15:00Z", 1234.5, "kWh"),
    ]


SDGE = (
    '"Name : A B",,,,\n"UOM: kWh",,,,\n,,,,\n'
    '"Meter Number","Date","Start Time","Duration","Consumed"\n'
    '"0000000","09/04/2024",12:00:00 AM,"Hour","0.34"\n'
)


def test_lines_above_a_table_are_passed_over_but_for_the_unit_that_they_say():
    known = {"gateway": "us/s", "zone": "America/Los_Angeles"}
    assert asked(SDGE, **known) == {"dates": ["dmy", "mdy"]}
    assert rows(SDGE, **known, dates="mdy") == [
        Row("us/s", "0000000", "2024-09-04T07:00:00Z", "2024-09-04T08:00:00Z", 0.34, "kWh")
    ]
    sure = SDGE + '"0000000","09/14/2024",1:00:00 PM,"Hour","0.5"\n'
    assert [row.begins for row in rows(sure, **known)] == [
        "2024-09-04T07:00:00Z",
        "2024-09-14T20:00:00Z",
    ]


def test_a_table_without_headings_is_read_where_its_cells_leave_no_choice():
    linky = "2025-10-05T01:00:00+02:00;20\n2025-10-05T01:30:00+02:00;15\n"

    assert [one[2:5] for one in rows(linky, **MINE)] == [
        (None, "2025-10-04T23:00:00Z", 20),
        (None, "2025-10-04T23:30:00Z", 15),
    ]
    assert codes("1100000000001,2026-01-01,1000.5\n", **MINE) == [("file.no_header", 1)]


STATE_GRID = (
    "户号,日期,正向有功总,尖,峰,平,谷,倍率\n1100000000001,2026-01-01,1000.5,0,300,400,300.5,40\n"
)


@pytest.mark.parametrize(
    ("rates", "keys"),
    [
        (None, {"": 1000.5}),
        ("rates", {".sharp": 0, ".peak": 300, ".flat": 400, ".valley": 300.5}),
        ("both", {"": 1000.5, ".sharp": 0, ".peak": 300, ".flat": 400, ".valley": 300.5}),
    ],
)
def test_of_a_total_and_its_rates_only_one_is_read_unless_told(rates, keys):
    file = taken(STATE_GRID.encode("gbk"), gateway="bj/g", rates=rates, **CHINA)

    assert not file.errors
    values = zip(file.readings.channel_key, file.readings.value.tolist(), strict=True)
    assert dict(values) == {f"1100000000001{name}": value for name, value in keys.items()}
    assert set(file.ratio.tolist()) == {40}
    assert file.told[0].rates_both is (rates == "both")
    assert file.told[0].rates_left == ([] if rates else ["尖", "峰", "平", "谷"])


def test_a_multiplier_is_kept_beside_the_value_or_multiplied_as_told():
    multiplied = taken(STATE_GRID, gateway="bj/g", ratio="multiply", **CHINA)

    assert multiplied.readings.value.tolist() == [40_020]
    assert multiplied.ratio.tolist() == [1]


def hours(heads: list[str], day: str = "2026-01-01") -> str:
    figures = ",".join(str(n) for n in range(1, len(heads) + 1))
    return f"表号,日期,{','.join(heads)},合计\nm1,{day},{figures},300\n合计,,{figures},300\n"


@pytest.mark.parametrize(
    ("heads", "answers", "first", "last"),
    [
        ([f"{n}时" for n in range(1, 25)], {}, ("16:00", "17:00"), "16:00"),
        ([f"{n:02}:00-{n + 1:02}:00" for n in range(24)], {}, ("16:00", "17:00"), "16:00"),
        ([f"P{n}" for n in range(1, 97)], {}, ("16:00", "16:15"), "16:00"),
        ([f"{n}:00" for n in range(24)], {"stamp": "start"}, ("16:00", "17:00"), "16:00"),
        ([f"{n}:00" for n in range(24)], {"stamp": "end"}, ("15:00", "16:00"), "15:00"),
    ],
)
def test_a_column_for_each_hour_of_a_day(heads, answers, first, last):
    found = rows(hours(heads), gateway="bj/g", **CHINA, **answers)

    assert len(found) == len(heads)
    assert (found[0].begins[11:16], found[0].at[11:16]) == first
    assert found[-1].at[11:16] == last
    assert [one.value for one in found] == list(range(1, len(heads) + 1))


def test_hours_from_zero_are_asked_whether_they_begin_or_end():
    content = hours([f"{n}:00" for n in range(24)])

    assert asked(content, gateway="bj/g", **CHINA) == {"stamp": ["start", "end"]}


def test_a_column_for_each_channel_with_what_was_not_read_left_out():
    content = "时间,1#楼(kWh),2#楼(千瓦时),备注\n2026-01-01 00:00,10,20,\n2026-01-01 01:00,,21,缺\n"
    file = taken(content, gateway="bj/g", **CHINA)

    assert not file.errors, file.errors
    assert file.readings.channel_key == ["1#楼", "2#楼", "2#楼"]
    assert file.readings.value.tolist() == [10, 20, 21]
    assert file.readings.unit == ["kWh"] * 3
    assert file.told[0].empty == 1


BILLS = "户号,起始日期,终止日期,用电量(kWh)\n"


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ("1,2025-04-15,2025-05-15,44160\n1,2025-05-15,2025-06-17,43840\n", "2025-06-16T16:00:00Z"),
        ("1,2025-04-15,2025-05-14,44160\n1,2025-05-15,2025-06-16,43840\n", "2025-06-16T16:00:00Z"),
    ],
)
def test_bills_over_any_days_have_two_instants(lines, last):
    found = rows(BILLS + lines, gateway="bj/g", **CHINA)

    assert [(one.begins, one.at) for one in found] == [
        ("2025-04-14T16:00:00Z", "2025-05-14T16:00:00Z"),
        ("2025-05-14T16:00:00Z", last),
    ]


def test_a_single_bill_is_asked_whether_its_last_day_belongs_to_it():
    content = BILLS + "1,2025-04-15,2025-05-14,44160\n"

    assert asked(content, gateway="bj/g", **CHINA) == {"last_day": ["in", "out"]}
    ends = {rows(content, gateway="bj/g", last_day=day, **CHINA)[0].at for day in ("in", "out")}
    assert ends == {"2025-05-14T16:00:00Z", "2025-05-13T16:00:00Z"}


@pytest.mark.parametrize(
    ("cells", "decimal", "value"),
    [
        (["1.234"], None, None),
        (["1.234"], ".", 1.234),
        (["1.234"], ",", 1234),
        (["1.234", "0.5"], None, 1.234),
        (["1.234", "0,5"], None, 1234),
        (["0,5", "1.234"], None, 0.5),
        (["1.234", "12.345"], None, None),
        (["1,234", "2.5"], None, 1234),
        (["1.234.567"], None, 1_234_567),
        (["1 234,5"], None, 1234.5),
    ],
)
def test_what_may_be_two_numbers_is_asked_unless_another_row_decides(cells, decimal, value):
    lines = "".join(f"bj/g;m1;2026-01-0{n}T00:00Z;{cell}\n" for n, cell in enumerate(cells, 1))
    content = HEADER.replace(",", ";") + lines
    if value is None:
        assert asked(content, decimal=decimal) == {"decimal": [".", ","]}
    else:
        assert rows(content, decimal=decimal)[0].value == value


@pytest.mark.parametrize("cell", ["51e999.5", "1e5.5", "1E5,5", "1.5e5,5"])
def test_an_exponent_before_decimals_is_no_number(cell):
    content = HEADER.replace(",", ";") + f"a/b;m;2026-01-01T00Z;1,25\na/b;m;2026-01-02T00Z;{cell}\n"
    assert codes(content)[0][0] in {"file.not_a_number", "file.two_signs"}


def test_two_decimal_signs_in_one_column_are_refused_where_the_second_stands():
    content = HEADER.replace(",", ";") + "a/b;m;2026-01-01T00Z;1.5\na/b;m;2026-01-02T00Z;1,5\n"

    assert codes(content) == [("file.two_signs", 3)]


@pytest.mark.parametrize(
    ("days", "dates", "month"),
    [
        (["03/04/2026"], None, None),
        (["03/04/2026"], "dmy", 4),
        (["03/04/2026"], "mdy", 3),
        (["03/04/2026", "13/04/2026"], None, 4),
        (["03/04/2026", "03/14/2026"], None, 3),
        (["03.04.2026"], None, 4),
        (["2026/03/04"], None, 3),
    ],
)
def test_what_may_be_two_days_is_asked_unless_another_row_decides(days, dates, month):
    content = HEADER + "".join(f"bj/g,m1,{day} 08:00,1\n" for day in days)
    if month is None:
        assert asked(content, **CHINA) == {"dates": ["dmy", "mdy"]}
    else:
        assert int(rows(content, dates=dates, **CHINA)[0].at[5:7]) == month


def test_an_hour_that_comes_twice_is_told_apart_by_the_order_of_rows_or_asked():
    twice = ["00:30", "01:30", "01:30", "02:30"]
    content = HEADER + "".join(f"us/g,m1,2022-11-06 {at},{n}\n" for n, at in enumerate(twice))
    chicago = {"zone": "America/Chicago"}

    assert [one.at[11:16] for one in rows(content, **chicago)] == [
        "05:30",
        "06:30",
        "07:30",
        "08:30",
    ]
    once = HEADER + "us/g,m1,2022-11-06 01:30,1\n"
    assert asked(once, **chicago) == {"hour": ["first", "second"]}
    assert rows(once, **chicago, hour="second")[0].at == "2022-11-06T07:30:00Z"
    assert codes(HEADER + "us/g,m1,2022-03-13 02:30,1\n", **chicago) == [("file.no_such_hour", 2)]


def test_units_of_cells_headings_and_lines_above_have_one_name():
    said = [(1, "度"), (2, "立方米"), (3, "吨")]
    content = "表号,时间,读数,单位\n" + "".join(f"1,2026-01-0{d}T00Z,1,{u}\n" for d, u in said)

    assert [one.unit for one in rows(content, gateway="a/b")] == ["kWh", "m3", "t"]
    assert codes(content + "1,2026-01-04T00Z,1,斤\n", gateway="a/b") == [("file.unknown_unit", 5)]


def test_an_id_that_a_spreadsheet_rewrote_is_asked_about():
    content = HEADER + "bj/g21,1.2345E+04,2026-01-01T00:00:00+08:00,10\n"

    assert codes(content) == [("file.spoiled_id", 2)]
    assert rows(content, same={"1.2345E+04": "00012345"})[0].key == "00012345"


def test_headings_that_nobody_knows_are_named_and_may_be_told_or_left_out():
    content = "表号,时间,读数,颜色\n1,2026-01-01T00Z,1,红\n"

    assert codes(content, gateway="a/b") == [("file.unknown_column", 1)]
    assert rows(content, gateway="a/b", columns={"颜色": "ignore"})[0].value == 1
    assert rows(content, gateway="a/b", columns={"*": "ignore"})[0].value == 1
    bare = "表号,时间,读数,\n1,2026-01-01T00Z,1,红\n"
    assert rows(bare, gateway="a/b", columns={"#4": "ignore"})[0].value == 1
    told = "表号,时间,读数,能量\n1,2026-01-01T00Z,,7\n"
    assert rows(told, gateway="a/b", columns={"能量": "value", "读数": "ignore"})[0].value == 7


def test_a_channel_that_is_called_total_is_no_total_row():
    assert rows(HEADER + "bj/c16,total,2026-02-15T00:00:00+08:00,5\n")[0].key == "total"


def book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": True}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for title, lines in sheets:
            sheet = made.add_worksheet(title)
            for n, cells in enumerate(lines):
                for at, cell in enumerate(cells):
                    sheet.write(
                        n, at, cell, *([day] if isinstance(cell, float) and cell > 4e4 else [])
                    )
    return content.getvalue()


SHEET = [
    ["某市机关用电", "", "", ""],
    [],
    ["表号", "时间", "数值", "备注"],
    ["m1", 46_023.0, 1, ""],
]


def test_all_sheets_of_a_workbook_are_read_and_named_by_title_and_row():
    content = book(("一月", SHEET), ("二月", [*SHEET[:3], ["m1", 46_054.5, "1 234,5", ""]]))
    file = taken(content, name="b.xlsx", gateway="bj/g", **CHINA)

    assert [str(one) for one in file.errors] == []
    assert file.readings.value.tolist() == [1, 1234.5]
    assert [(one.sheet, one.header_line) for one in file.told] == [("一月", 3), ("二月", 3)]
    assert file.place(1).said()[1] == "b.xlsx, sheet “二月”, line 4"


def test_results_of_formulas_count_or_are_refused_and_other_workbooks_never_do():
    content = book(("s", [["表号", "时间", "数值"], ["m1", 46_023.0, "=1+1"]]))
    plain = {"gateway": "bj/g", **CHINA}

    assert taken(content, **plain).told[0].how["formulas"] == "1"
    assert codes(content, **plain, formulas="refuse") == [("file.formula", 0)]
    away = book(("s", [["表号", "时间", "数值"], ["m1", 46_023.0, "='[1]x'!A1"]]))
    assert codes(away, **plain) == [("file.external", 0)]


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return content.getvalue()


@pytest.mark.parametrize("pack", [lambda body: zipped(a__xlsx=body), gzip.compress])
def test_a_workbook_within_an_archive_is_read_and_named_with_it(pack):
    table = [["gateway", "channel", "at", "value"], ["bj/c22", "m1", "2026-01-01T00:00+08:00", 1]]

    assert rows(pack(book(("s", table)))) == [ONE]


def test_an_archive_of_workbooks_is_refused_where_they_unpack_to_too_much():
    body = book(("s", [["gateway", "channel", "at", "value"]]))
    size = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(body)).infolist())
    many = zipped(a__xlsx=body, b__xlsx=body, c__xlsx=body)

    def told(limits: Limits) -> list[str]:
        file = read(io.BytesIO(many), "f.zip", received_ms=7, limits=limits)
        return [error.code for error in file.errors if error.code == "file.bomb"]

    assert told(Limits(unpacked_bytes=3 * size)) == []
    assert told(Limits(unpacked_bytes=3 * size - 1)) == ["file.bomb"]
    assert told(Limits(inner_bytes=len(body) - 1)) == ["file.bomb"] * 3


def test_all_files_of_an_archive_are_read_and_all_mistakes_told_at_once():
    content = zipped(
        a__csv=(HEADER + LINE).encode(),
        b__csv=(HEADER + "bj/c22,m1,yesterday,1\n").encode("gbk"),
        c__csv=(HEADER + "bj/c22,m1,2026-01-02T00:00Z,x\n").encode("utf-16"),
    )
    file = taken(content, name="all.zip")

    assert [(error.where["file"], error.code) for error in file.errors] == [
        ("all.zip/b.csv", "file.bad_time"),
        ("all.zip/c.csv", "file.not_a_number"),
    ]
    assert rows(zipped(a__csv=(HEADER + LINE).encode())) == [ONE]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped(a__zip=zipped(b__csv=b"x")), "nested_archive"),
        (zipped(a__csv=b"0" * 20_000_000), "bomb"),
        (gzip.compress(b"0" * 20_000_000), "bomb"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xff\xfe\x00\x81", "broken_archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken_workbook"),
        (b"\x09\x04\x06\x00\x00\x00\x00\x01\x00\x00", "older_workbook"),
        (b"%PDF-1.7\n", "not_a_table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "no_header"),
        (b'{"a": [1, 2]}', "not_a_table"),
        (b'<?xml version="1.0"?><Workbook/>', "not_green_button"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        (b"<?xml version='1.0'?><feed><entry>", "broken_xml"),
        ((HEADER + "bj/\xff\xff").encode("latin-1"), "broken_encoding"),
        (b"", "empty"),
    ],
    ids=[
        "zip in zip", "zip bomb", "gzip bomb", "zip", "xls", "older xls", "pdf", "html", "json",
        "xml", "entity", "cut xml", "no encoding", "empty",
    ],
)  # fmt: skip
def test_what_is_no_table_is_called_what_it_is(content, code):
    (error,) = taken(content).errors

    assert error.code == f"file.{code}"
    assert error.next_zh
    assert error.next_en


GREEN = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{types}<entry>{up}<content>
<IntervalBlock xmlns="http://naesb.org/espi"><interval><duration>1800</duration><start>1299387600
</start></interval><IntervalReading><timePeriod><duration>900</duration><start>1299387600</start>
</timePeriod><value>1790</value></IntervalReading></IntervalBlock></content></entry></feed>"""
TYPES = """<entry><link rel="self" href="/MeterReading/1"/>
<link rel="related" href="/ReadingType/7"/><content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>
<entry><link rel="self" href="/ReadingType/7"/><content><ReadingType xmlns="http://naesb.org/espi">
<powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>{uom}</uom></ReadingType></content></entry>"""
UP = '<link rel="up" href="/MeterReading/1/IntervalBlock"/>'


def test_green_button_intervals_have_two_instants_and_the_unit_of_their_type():
    spans = ("2011-03-06T05:00:00Z", "2011-03-06T05:15:00Z")
    bare = GREEN.format(types="", up="")
    typed = GREEN.format(types=TYPES.format(power=-3, uom=72), up=UP)

    assert set(asked(bare)) == {"gateway", "channel"}
    assert rows(bare, **MINE) == [Row("bj/c22", "m1", *spans, 1790.0)]
    assert rows(typed, **MINE) == [Row("bj/c22", "m1", *spans, 1.79, "Wh")]
    assert rows(typed, gateway="bj/g")[0].key == "/MeterReading/1"
    flows = {}
    for code in (0, 1, 4, 19, 20):
        said = f"<flowDirection>{code}</flowDirection><uom>"
        file = taken(typed.replace("<uom>", said), **MINE)
        flows[code] = (
            [row.key for row in rows(typed.replace("<uom>", said), **MINE)],
            file.told[0].flows,
        )
    assert flows == {
        0: (["m1"], []), 1: (["m1"], []), 4: (["m1.net"], [("m1.net", "net")]),
        19: (["m1.export"], [("m1.export", "export")]), 20: (["m1.total"], [("m1.total", "total")]),
    }  # fmt: skip
    volts = GREEN.format(types=TYPES.format(power=0, uom=29), up=UP)
    assert [error.code for error in taken(volts, **MINE).errors] == ["file.unknown_unit"]
