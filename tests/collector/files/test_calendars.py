"""Tables whose columns or rows are days, months or instants, as offices keep them."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.files.months import january, month_in_year, month_of, said_in
from tests.collector.files.rig import asked, codes, rows, taken

MINE = {"gateway": "bj/c22", "zone": "UTC"}
HEAD = "表号,用电量(kWh)\n"


def spans(content, **answers):
    return [(row.begins, row.at, row.value) for row in rows(content, **MINE, **answers)]


def month(year: int, of: int) -> tuple[str, str]:
    """Return begin and end of a month as a file's readings say them."""
    return f"{year}-{of:02}-01T00:00:00Z", f"{year + of // 12}-{of % 12 + 1:02}-01T00:00:00Z"


@pytest.mark.parametrize(
    "content",
    [
        "表号,年月,用电量(kWh)\nm1,2024-02,5\nm1,202403,6\n",
        "表号,月份,用电量(kWh)\nm1,2024年2月,5\nm1,2024年3月份,6\n",
        "表号,年份,月份,用电量\nm1,2024,2,5\nm1,2024年,3月,6\n",
        "meter,month,kWh\nm1,Feb 2024,5\nm1,March 2024,6\n",
        "表号,2024-02,2024年3月\nm1,5,6\n",
        "2024年各单位用电量\n表号,2月,3月(度),4月\nm1,5,6,\n",
        "表号,年度,1月,2月用电量,3月用电量(kWh),4月\nm1,2024,,5,6,\n",
        "2024年2月至3月\n年份,表号,2024.2,2024.3\n2020,m1,5,6\n,合计,5,6\n",
    ],
    ids=["iso", "zh", "two columns", "en", "columns", "title", "year column", "total row"],
)
def test_the_use_of_months_is_read_in_every_form(content):
    assert spans(content) == [(*month(2024, 2), 5.0), (*month(2024, 3), 6.0)]


def test_a_list_of_meters_is_of_the_month_that_its_title_says_or_that_is_told():
    assert spans("2025年3月电费清单\n" + HEAD + "m1,7\n") == [(*month(2025, 3), 7.0)]
    assert spans(HEAD + "m1,7\n", month="2025-03") == [(*month(2025, 3), 7.0)]
    assert list(asked(HEAD + "m1,7\n", **MINE)) == ["month"]


@pytest.mark.parametrize(
    "title",
    [
        "2025年1月至3月",
        "2025年1-3月",
        "2024年12月~2025年1月",
        "制表日期:2025年2月3日",
        "2025-02-03",
    ],
)
def test_a_title_that_names_a_day_or_several_months_is_no_month(title):
    assert list(asked(f"{title}\n{HEAD}m1,7\n", **MINE)) == ["month"]


@given(st.integers(1973, 2099), st.integers(1, 12), st.sampled_from(["{}", "{}日", "{}号"]))
@example(2024, 2, "{}")
def test_the_days_of_a_month_are_read_without_gap_and_no_more_than_it_has(year, of, form):
    days = range(1, 32)
    has = monthrange(year, of)[1]
    values = ",".join(str(day) if day <= has else "" for day in days)
    content = f"{year}年{of}月\n表号,{','.join(map(form.format, days))}\nm1,{values}\n"

    found = spans(content)

    assert [value for _, _, value in found] == list(range(1, has + 1))
    assert (found[0][0], found[-1][1]) == month(year, of)
    assert all(before[1] == after[0] for before, after in pairwise(found))


def test_a_day_that_the_month_does_not_have_is_named_where_something_stands_there():
    content = "2025年2月\n表号," + ",".join(f"{n}日" for n in range(1, 32)) + "\n"
    content += "m1," + ",".join(["1"] * 29) + ",,\n"

    assert codes(content, **MINE) == [("file.no_such_day", 3)]


def test_columns_of_months_or_days_without_a_year_are_asked_for_it():
    assert list(asked("表号,1月,2月,3月\nm1,1,2,3\n", **MINE)) == ["month"]
    assert spans("表号,1月,2月,3月\nm1,1,2,3\n", month="2023")[0] == (*month(2023, 1), 1.0)
    assert codes("表号,月份,用电量(kWh)\nm1,3月,3\n", **MINE) == [("file.bad_month", 2)]
    assert codes("表号,年份,月份,用电量\nm1,2025,13,3\n", **MINE) == [("file.bad_month", 2)]


def test_columns_of_instants_are_asked_what_they_mark_and_last_to_the_next():
    content = "表号,2026-01-01,2026-02-01,2026-03-01\nm1,1,2,\n"

    assert list(asked(content, **MINE)) == ["stamp"]
    assert spans(content, stamp="start") == [(*month(2026, 1), 1.0), (*month(2026, 2), 2.0)]
    assert spans(content, stamp="end") == [
        (None, "2026-01-01T00:00:00Z", 1.0),
        (*month(2026, 1), 2.0),
    ]


def test_instants_of_which_only_some_have_an_offset_are_no_columns_of_one_table():
    content = "meter,2026-01-05T01:00,2026-01-05T02:00Z,2026-01-05T03:00Z\nm1,1,2,3\n"

    for stamp in ("start", "end"):
        assert codes(content, **MINE, stamp=stamp) == [("file.no_header", 1)]


def test_the_last_of_uneven_instants_is_asked_how_long_it_lasts():
    content = "id,meter,2026-01-01T00:00Z,2026-01-01T01:00Z,2026-01-01T03:00Z\n1,m1,1,2,3\n"
    answers = {"stamp": "start", "columns": {"id": "ignore"}}

    assert list(asked(content, gateway="bj/c22", **answers)) == ["length_s"]
    assert spans(content, length_s=1800, **answers)[-1][:2] == (
        "2026-01-01T03:00:00Z", "2026-01-01T03:30:00Z",
    )  # fmt: skip


def test_days_of_instants_last_to_the_next_midnight_where_clocks_change():
    starts = ["2026-03-27T23:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"]
    content = f"meter,{','.join(starts)}\nm1,1,2,3\n"

    found = rows(content, gateway="bj/c22", zone="Europe/Vienna", stamp="start")

    assert [row.at for row in found] == [
        "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z",
    ]  # fmt: skip


@given(
    st.integers(60, 86_400),
    st.lists(st.integers(0, 500), min_size=2, max_size=20, unique=True),
    st.lists(st.integers(0, 500), min_size=2, max_size=20, unique=True),
)
def test_use_that_begins_at_its_time_lasts_as_long_as_the_least_step_of_its_series(step, a, b):
    """A gap is no long use; a series of another rhythm keeps its own."""
    a, b = [*a, 501, 502], [*b, 501, 502]  # so that both have a step of one
    steps = {"a": step, "b": 3 * step}
    origin = datetime(2026, 1, 1, tzinfo=UTC)
    content = "meter,timestamp,kWh\n" + "".join(
        f"{name},{(origin + timedelta(seconds=n * steps[name])).isoformat()},1\n"
        for name, places in (("a", a), ("b", b))
        for n in places
    )

    found = rows(content, gateway="bj/c22", stamp="start")

    for row in found:
        begins, ends = (datetime.fromisoformat(one or "") for one in (row.begins, row.at))
        assert (ends - begins).total_seconds() == steps[row.key]


def test_times_that_begin_use_and_tell_no_length_are_asked_for_it():
    content = "meter,timestamp,kWh\nm1,2026-01-01T00:00Z,1\n"

    assert list(asked(content, gateway="bj/c22", stamp="start")) == ["length_s"]
    assert spans(content, stamp="start", length_s=900)[0][1] == "2026-01-01T00:15:00Z"
    assert taken(content, gateway="bj/c22").told[0].stamp == "end"


@given(st.integers(1970, 2099), st.integers(1, 12))
def test_a_month_is_the_same_in_all_its_forms(year, of):
    forms = [f"{year}-{of:02}", f"{year}{of:02}", f"{year}年{of}月", f"{year}/{of}", f"{of}/{year}"]

    assert {month_of(one) for one in forms} == {january(year) + of - 1}
    assert month_of(f"{year}-{of:02}-01", headed=True) == january(year) + of - 1
    assert month_of(f"{year}-{of:02}-01") is None
    assert month_in_year(f"{of}月") == month_in_year(str(of), bare=True) == of
    assert said_in(f"某局{year}年{of}月用电统计表")[0] == {january(year) + of - 1}
