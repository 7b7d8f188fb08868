"""Years counted from 1911: read where the file says so, asked where it does not."""

import pytest

from tests.collector.files.rig import asked, codes, rows, taken
from tests.collector.files.test_as_they_exist import book

KNOWN = {"gateway": "tw/g", "zone": "UTC"}
DAYS = ["2024-05-01", "2024-05-02"]


def of(first: str, second: str, heads: str = "電表編號,日期,用電量") -> str:
    return f"{heads}\nm1,{first},5\nm1,{second},6\n"


@pytest.mark.parametrize(
    "content",
    [
        of("民國113年5月1日", "民國113年5月2日"),
        of("中華民國113/05/01", "中華民國113/05/02"),
        of("民國1130501", "民國1130502"),
        of("113/05/01", "113/05/02", "電表編號,民國日期,用電量"),
        "民國一一三年五月" + "\n" + of("113.5.1", "113.5.2"),
        "民國年,月,日,電表編號,用電量\n113,5,1,m1,5\n113,5,2,m1,6\n",
        book(("民國", [["中華民國統計"], ["電表編號", "日期", "用電量"], ["m1", "1130501", 5],
                     ["m1", 1130502, 6]])),
    ],
    ids=["in words", "with slashes", "without signs", "heading", "above", "columns", "workbook"],
)  # fmt: skip
def test_a_file_that_says_so_is_read_so(content):
    found = rows(content, **KNOWN)
    assert ([row.at[:10] for row in found], [row.key for row in found]) == (DAYS, ["m1", "m1"])
    assert taken(content, **KNOWN).told[0].how["years"] == "+1911"


@pytest.mark.parametrize("days", [("113/05/01", "113/05/02"), ("1130501", "1130502")])
def test_a_year_of_three_digits_that_nothing_explains_is_asked_about(days):
    content = of(*days)
    assert asked(content, **KNOWN) == {"years": ["roc"]}
    assert asked(content, gateway="tw/g") == {
        "years": ["roc"],
        "zone": ["channel", "Asia/Shanghai", "ZONE"],
    }
    (error,) = taken(content, **KNOWN).errors
    assert [error.where[one] for one in ("line", "field", "value")] == [2, "日期", days[0]]
    assert [row.at[:10] for row in rows(content, years="roc", **KNOWN)] == DAYS


@pytest.mark.parametrize(
    "content",
    [
        of("11305", "11306", "電表編號,年月,用電量"),
        of("113年5月", "113年6月", "電表編號,月份,用電量"),
        "113年度用電統計\n電表編號,1月,2月,3月,4月,5月,6月\nm1,,,,,5,6\n",
        "電表編號,113年5月,113年6月,113年7月\nm1,5,6,\n",
    ],
)
def test_months_of_such_years(content):
    assert list(asked(content, **KNOWN)) == ["years"]
    found = rows(content, years="roc", **KNOWN)
    assert [(row.begins[:10], row.value) for row in found] == [("2024-05-01", 5), ("2024-06-01", 6)]


def test_spans_of_such_years_and_what_is_no_year():
    bill = "電表編號,計費期間,用電量\nm1,113/03/05~113/05/05,5\nm1,113/05/05~113/07/05,6\n"
    found = rows(bill, years="roc", **KNOWN)
    assert [row.begins[:10] for row in found] == ["2024-03-05", "2024-05-05"]
    assert codes(of("113/13/01", "113/05/01"), years="roc", **KNOWN) == [("file.bad_time", 2)]
    plain = "表号,日期,读数,备注\nm113年,2026-05-01,113.5,113/05/01\n"
    assert [(*row[1:3], row.value) for row in rows(plain, **KNOWN)] == [("m113年", None, 113.5)]
