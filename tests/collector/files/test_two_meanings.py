"""What could be meant in two ways is asked, never guessed: years of two digits, brackets."""

import pytest

from collector.files.refusals import Place
from collector.files.short_years import readings_of
from tests.collector.files.rig import asked, codes, rows, taken

KNOWN = {"gateway": "bj/c1", "channel": "m1", "zone": "Asia/Shanghai"}


def days(*cells: str, **answers: object) -> list[str]:
    content = "时间,电量(kWh)\n" + "".join(f"{cell} 08:00,{n}\n" for n, cell in enumerate(cells, 1))
    return [row.at[:10] for row in rows(content, **KNOWN, **answers)]


def of_days(*cells: str) -> str:
    return "时间,电量(kWh)\n" + "".join(f"{cell} 08:00,{n}\n" for n, cell in enumerate(cells, 1))


@pytest.mark.parametrize("cell", ["25-1-12", "25/01/02", "25.1.12", "01.02.25", "31/1/25"])
def test_a_year_of_two_digits_is_asked_where_the_day_may_be_another(cell):
    content = of_days(cell)

    assert asked(content, **KNOWN) == {"dates": ["ymd", "dmy", "mdy"]}
    (error,) = taken(content, **KNOWN).errors
    assert error.where["line"] == 2
    assert cell in error.zh
    assert cell in error.en
    assert "--dates ymd" in error.next_en


def test_it_is_read_as_was_answered_and_what_the_answer_does_not_fit_is_refused():
    assert days("25-1-2", "25-1-3", dates="ymd") == ["2025-01-02", "2025-01-03"]
    assert days("02/01/25", dates="dmy") == ["2025-01-02"]
    assert days("01/02/25", dates="mdy") == ["2025-01-02"]
    assert codes(of_days("1/31/25"), **KNOWN, dates="ymd") == [("file.two_orders", 2)]


def test_one_day_that_has_one_meaning_decides_for_the_others_before_and_after():
    assert days("1/2/25", "1/31/25", "2/3/25") == ["2025-01-02", "2025-01-31", "2025-02-03"]
    assert days("25-1-12", "25-1-5") == ["2025-01-12", "2025-01-05"]  # no year has one digit
    assert days("25年1月2日") == ["2025-01-02"]


def test_days_of_four_digits_say_nothing_about_those_of_two():
    assert asked(of_days("31/12/2024", "25-1-12"), **KNOWN) == {"dates": ["ymd", "dmy", "mdy"]}


def test_what_is_no_day_in_any_order_is_refused():
    assert codes(of_days("25-13-45"), **KNOWN) == [("file.bad_time", 2)]
    assert codes(of_days("99-12-31"), **KNOWN) == [("file.bad_time", 2)]
    assert set(readings_of(("29", "2", "23"))) == {"ymd"}  # 2023 has no 29 February
    assert readings_of(("1", "2", "3")) == {}


@pytest.mark.parametrize("cell", ["(5)", "（5）", "( 5.0 )"])
def test_a_number_in_brackets_is_asked(cell):
    content = f"时间,电量(kWh)\n2025-01-02 08:00,{cell}\n2025-01-02 09:00,7\n"

    assert asked(content, **KNOWN) == {"brackets": ["minus", "mark"]}
    (error,) = taken(content, **KNOWN).errors
    assert (error.where["line"], error.where["value"]) == (2, cell.strip())
    assert [row.value for row in rows(content, **KNOWN, brackets="minus")] == [-5, 7]
    assert [row.value for row in rows(content, **KNOWN, brackets="mark")] == [5, 7]


def test_brackets_and_decimals_are_asked_one_after_the_other():
    content = "时间;电量(kWh)\n2025-01-02 08:00;(1,234)\n"

    assert asked(content, **KNOWN) == {"brackets": ["minus", "mark"]}
    assert asked(content, **KNOWN, brackets="minus") == {"decimal": [".", ","]}
    read = rows(content, **KNOWN, brackets="minus", decimal=",")
    assert [row.value for row in read] == [-1.234]


@pytest.mark.parametrize("cell", ["(-5)", "((5))", "(five)", "()", "(5"])
def test_what_is_no_number_within_brackets_is_refused(cell):
    content = f"时间,电量(kWh)\n2025-01-02 08:00,{cell}\n"

    assert codes(content, **KNOWN) == [("file.not_a_number", 2)]


def test_a_place_is_said_so_that_it_can_be_shown_whatever_a_heading_holds():
    place = Place("a\x00.csv", "s\x1b", 2, "电量(\x00Wh)")

    assert all(text.isprintable() for text in place.said())
    assert place.where("v")["field"] == "电量(�Wh)"
    (error,) = taken("时间,电量(\x00Wh)\n2025-01-02 08:00,1\n", gateway="a/b", channel="m").errors
    assert error.zh.isprintable()


@pytest.mark.parametrize(
    ("content", "key", "values", "unit"),
    [
        ("户号,抄表月份,本月电量(千瓦时),电费(元)\n11,2025年1月,1234,900.1\n11,2025年2月,1300,950\n",
         "11", [1234, 1300], "kWh"),
        ("户号;日期;日电量(kWh);峰;平;谷\n03;2025/1/1;12,5;5;4;3,5\n", "03", [12.5], "kWh"),
        ("热表号,日期,热量(GJ)\nH1,2025-01-01,1.5\n", "H1", [1.5], "GJ"),
        ("燃气表编号,抄表日期,本期用气量(方)\nG1,2025-01-01,100\nG1,2025-02-01,120\n",
         "G1", [100, 120], "m3"),
        ("表号\uff0c日期\uff0c电量\uff08度\uff09\nA1\uff0c25-1-5\uff0c12\n", "A1", [12], "kWh"),
        ("表号,抄表时间,止码\nA1,25年1月31日 8时,1000\n", "A1", [1000], None),
        ("Meter ID,Start Date,End Date,Usage,Usage Units\n5,1/1/25,1/31/25,12,therms\n",
         "5", [12], "therm"),
    ],
)  # fmt: skip
def test_files_of_offices_and_grids_as_they_come(content, key, values, unit):
    read = rows(content, gateway="bj/c1", zone="Asia/Shanghai", last_day="in")

    assert [(row.key, row.unit) for row in read] == [(key, unit)] * len(values)
    assert [row.value for row in read] == values
