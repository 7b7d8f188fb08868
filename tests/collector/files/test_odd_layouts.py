"""Tables as offices lay them out, each told from its neighbours and none misread."""

import pytest

from tests.collector.files.rig import asked, codes, rows, taken
from tests.collector.files.test_as_they_exist import book

MINE = {"gateway": "bj/g", "zone": "UTC"}
DAYS = [("m1", "2025-01-01", 5.0), ("m1", "2025-01-02", 6.0)]
MARKED = '表号,日期,示数\n\'0001,\'2025-01-01,\'5\n"=""0001""",2025-01-02,6\n'


def said(content, **answers) -> list[tuple[str, str, float]]:
    """Return the channel, day and value of each reading."""
    return [(row.key, row.at[:10], row.value) for row in rows(content, **MINE, **answers)]


@pytest.mark.parametrize(
    "content",
    [
        "年,月,日,表号,用电量\n2025,1,1,m1,5\n2025,1,2,m1,6\n",
        "表号,年份,月份,日期,读数\nm1,2025年,1月,1日,5\nm1,2025年,1月,2日,6\n",
        "年,月,日,表号,用电量\n2025,1,1,m1,5\n,,2,m1,6\n合计,,,,11\n",
        "表号,日期,用电量\n,,kWh\nm1,2025-01-01,5\nm1,2025-01-02,6\n",
        "表号,日期,用电量\nm1,2025-01-01,5 kWh\nm1,2025-01-02,6度\n",
        "表号,日期,星期,用电量\nm1,2025-01-01,星期三,5\nm1,2025/1/2 星期四,星期四,6\n",
        "2025年用电日报\n表号,日期,用电量\nm1,1月1日,5\nm1,1月2日,6\n",
        "表号：m1,,\n日期,用电量\n2025-01-01,5\n2025-01-02,6\n",
        "表号,日期,时间,示数\nm1,20250101,0000,5\nm1,20250102,000000,6\n",
        "表号,日期,用电量\nm1,2025-01-01,5\nm1,2025-01-02,6\n本日合计,,11\n平均值,,5.5\n第一季度,,11\n",
        "表号,日期,用电量\nm1,2025-01-01,5\nm1,2025-01-02,6\n备注：来自供电公司\n制表人：张三,审核：李四\n",
        "表号,日期,用电量\nm1,2025-01-01,5\nm1,2025-01-02,6\n填表人：,张三,填表日期：2025-02-01\n",
    ],
    ids=[
        "three columns", "with their words", "merged", "unit row", "unit in cells", "weekdays",
        "year above", "meter above", "bare clock", "sums", "remarks", "signed",
    ],
)  # fmt: skip
def test_one_table_as_offices_lay_it_out_says_the_same(content):
    assert said(content) == DAYS
    assert said(content.encode("gbk")) == DAYS


def test_year_month_and_day_beside_columns_of_channels_are_no_channel():
    content = "年,月,日,1#楼(kWh),2#楼(kWh)\n2025,1,1,5,7\n"
    assert said(content) == [("1#楼", "2025-01-01", 5.0), ("2#楼", "2025-01-01", 7.0)]
    with_hours = "年,月,日,时,表号,示数\n2025,1,1,8,m1,5\n"
    assert [row.at for row in rows(with_hours, **MINE)] == ["2025-01-01T08:00:00Z"]


def test_marks_by_which_spreadsheets_keep_text_are_no_part_of_it():
    assert said(MARKED) == [("0001", "2025-01-01", 5.0), ("0001", "2025-01-02", 6.0)]


def test_groups_above_their_parts_are_one_heading():
    below = "日期,1号楼,,2号楼,\n,电(kWh),水(m³),电(kWh),水(m³)\n2025-01-01,5,1,6,2\n"
    above = ",1号楼,,2号楼,\n日期,电(kWh),水(m³),电(kWh),水(m³)\n2025-01-01,5,1,6,2\n"
    for content in (below, above):
        found = [(row.key, row.value, row.unit) for row in rows(content, **MINE)]
        assert found == [
            ("1号楼电", 5, "kWh"), ("1号楼水", 1, "m3"), ("2号楼电", 6, "kWh"),
            ("2号楼水", 2, "m3"),
        ]  # fmt: skip
    rates = "表号,日期,用电量,\n,,尖,峰\nm1,2025-01-01,5,6\n"
    assert [row.key for row in rows(rates, **MINE)] == ["m1.sharp", "m1.peak"]


def test_who_says_of_which_channel_all_rows_are_is_heard_before_a_line_above():
    content = "表号:m1,\n日期,用电量\n2025-01-01,5\n"
    assert [row.key for row in rows(content, channel="m9", **MINE)] == ["m9"]


def test_two_columns_of_one_channel_are_refused():
    content = "日期,电,电\n2025-01-01,5,6\n"
    assert codes(content, **MINE) == [("file.double_column", 1)]


def test_a_sum_beside_the_channels_is_left_out_and_carriers_side_by_side_are_channels():
    summed = "时间,1#楼,2#楼,合计\n2025-01-01 00:00,5,6,11\n"
    assert [row.key for row in rows(summed, **MINE)] == ["1#楼", "2#楼"]
    assert taken(summed, **MINE).told[0].left_out == ["合计"]
    carriers = "月份,电量（度）,水量（吨）\n2025年1月,5,1\n全年合计,5,1\n"
    assert [(row.key, row.unit) for row in rows(carriers, **MINE)] == [
        ("电量", "kWh"),
        ("水量", "t"),
    ]


def test_spans_in_one_column_have_two_instants():
    hours = "表号,日期,时段,用电量\nm1,2025-01-01,00:00-01:00,5\nm1,2025-01-01,23:00-24:00,6\n"
    assert [(row.begins, row.at) for row in rows(hours, **MINE)] == [
        ("2025-01-01T00:00:00Z", "2025-01-01T01:00:00Z"),
        ("2025-01-01T23:00:00Z", "2025-01-02T00:00:00Z"),
    ]
    bill = "户号,计费周期,用水量(吨)\n1,2025年1月1日至2025年1月31日,5\n"
    assert list(asked(bill, **MINE)) == ["last_day"]
    (row,) = rows(bill, last_day="in", **MINE)
    assert (row.begins, row.at) == ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")


@pytest.mark.parametrize("said_above", ["单位：万千瓦时", "单位:万千瓦时", "（单位：万kWh）"])
def test_the_unit_of_a_line_above_counts_however_its_colon_is_written(said_above):
    content = f"某单位用电统计,,{said_above}\n表号,日期,用电量\nm1,2025-01-01,0.5\n"
    assert [(row.value, row.unit) for row in rows(content, **MINE)] == [(0.5, "10MWh")]


def test_what_is_left_out_below_a_table_is_told_and_a_figure_there_is_no_remark():
    content = "表号,日期,用电量\nm1,2025-01-01,5\n说明：抄表数\n备注,2025-01-02,6\n合计,,11\n"
    file = taken(content, **MINE)
    assert (file.told[0].remark_lines, file.told[0].total_lines) == ([3], [5])
    assert [row.key for row in rows(content, **MINE)] == ["m1", "备注"]
    wrong = "表号,日期,用电量\nm1,2025-01-01,5\n备注,,6\n"
    assert codes(wrong, **MINE) == [("file.bad_time", 3)]


def test_a_myems_batch_report_is_a_row_a_meter_over_one_span():
    head = ["", "ID", "Name", "Space", "Electricity (kWh)", "Water (m³)"]
    report = [
        ["", "Space:", "Site"], ["", "Reporting Start Datetime:", "2025-01-01T00:00:00"],
        ["", "Reporting End Datetime:", "2025-02-01T00:00:00"], head,
        ["", "1", "1F meter", "Site", 5.5, ""], ["", "2", "Water meter", "Site", "", 2],
        ["", "3", "Boiler", "Site", 1, 2],
    ]  # fmt: skip
    found = rows(book(("MeterBatch", report)), gateway="bj/g", zone="UTC", last_day="out")
    assert {(row.begins, row.at) for row in found} == {
        ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
    }
    assert [(row.key, row.value, row.unit) for row in found] == [
        ("1F meter", 5.5, "kWh"), ("Water meter", 2, "m3"),
        ("Boiler Electricity", 1, "kWh"), ("Boiler Water", 2, "m3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (("表号：m1", "表号：m2"), ["m1", "m2"]),
        (("1号楼电表", "2号楼电表"), ["1号楼电表", "2号楼电表"]),
        (("电表编号: 0012,安装位置", "电表编号: 0013,安装位置"), ["0012", "0013"]),
    ],
)
def test_meters_below_each_other_are_told_apart_by_the_lines_above_them(lines, keys):
    table = "日期,读数\n2025-01-01,5\n2025-01-02,6\n合计,11\n\n"
    found = [
        (row.key, row.value) for row in rows("".join(f"{one}\n{table}" for one in lines), **MINE)
    ]
    assert found == [(key, value) for key in keys for value in (5.0, 6.0)]
    first, second = (f"{one}\n{table}" for one in lines)
    wrong = first + second.replace("2025-01-02,6", "2025-01-02,")
    assert codes(wrong, **MINE) == [("file.not_a_number", 10)]


def test_a_line_of_one_text_that_no_headings_follow_is_no_meter():
    content = (
        "m1\n日期,读数\n2025-01-01,5\n\nm2\n日期,读数\n2025-01-01,7\n巡检员李四\n2025-01-02,8\n"
    )
    assert [code for code, _ in codes(content, **MINE)] in (["file.row"], ["file.bad_time"])
