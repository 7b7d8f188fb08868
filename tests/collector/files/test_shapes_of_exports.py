"""Exports of utilities, meters and dashboards, made after their public documentation."""

import pytest

from collector.files.headings import heading_of
from tests.collector.files.rig import Row, asked, codes, rows, taken
from tests.collector.files.test_as_they_exist import book

MINE = {"gateway": "bj/g", "zone": "UTC"}


def said(content, **answers) -> list[tuple[str, str, float]]:
    """Return the channel, instant and value of each reading."""
    return [(row.key, row.at[:16], row.value) for row in rows(content, **{**MINE, **answers})]


@pytest.mark.parametrize(
    ("clock", "at"),
    [(0.5, "12:00"), (0.010416666666666666, "00:15"), ("0.75", "18:00"), (8.0, "08:00")],
)
def test_a_time_of_day_that_a_spreadsheet_keeps_as_part_of_a_day(clock, at):
    content = book(("s", [["表号", "日期", "时间", "读数"], ["m1", "2026-11-01", clock, 5]]))
    assert said(content) == [("m1", f"2026-11-01T{at}", 5)]


def test_a_time_of_day_that_may_be_two_is_refused():
    content = book(("s", [["表号", "日期", "时间", "读数"], ["m1", "2026-11-01", 8.3, 5]]))
    assert codes(content, **MINE) == [("file.bad_time", 2)]  # 8:03, or 8:30


@pytest.mark.parametrize(
    ("spans", "last"),
    [
        (["00:00,00:14", "00:15,00:29"], "00:30"),
        (["00:00,00:59", "23:00,23:59"], "00:00"),
        (["00:00:00,00:14:59", "00:15:00,00:29:59"], "00:30"),
        (["00:00,00:14"], "00:15"),
        (["00:05,00:14"], "00:14"),
    ],
)
def test_a_period_that_names_its_last_minute_holds_it(spans, last):
    lines = "".join(f"Electric usage,2026-10-31,{one},0.05,$0.01\n" for one in spans)
    content = f"TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST\n{lines}"
    assert rows(content, channel="m", **MINE)[-1].at[11:16] == last


def test_a_table_of_grafana_has_its_time_and_a_column_a_series():
    content = '"Time","office kWh","lab kWh"\n2026-11-01 00:00:00,5,6\n'
    assert said(content) == [
        ("office kWh", "2026-11-01T00:00", 5),
        ("lab kWh", "2026-11-01T00:00", 6),
    ]


def test_the_span_that_was_asked_of_influxdb_is_no_start_of_a_reading():
    content = (
        "#group,false,false,true,true,false,false,true\n"
        ",result,table,_start,_stop,_time,_value,entity_id\n"
        ",,0,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,2026-11-01T00:10:00Z,5.5,m1\n"
    )
    assert rows(content, **MINE) == [Row("bj/g", "m1", None, "2026-11-01T00:10:00Z", 5.5)]


def test_a_sum_beside_columns_of_channels_by_months_is_left_out():
    table = [["表一"], ["单位:千瓦时"], ["月份", "1号楼", "2号楼", "合计"],
             ["2026年10月", 1, 2, 3]]  # fmt: skip
    assert [row[:2] for row in said(book(("s", table)))] == [
        ("1号楼", "2026-11-01T00:00"), ("2号楼", "2026-11-01T00:00"),
    ]  # fmt: skip


@pytest.mark.parametrize("month", ["26年10月", "Oct-26", "Oct 2026", "202610", "2026年10月份"])
def test_months_with_short_years(month):
    assert said(f"户号,月份,用电量\n1,{month},5\n") == [("1", "2026-11-01T00:00", 5)]


def test_the_meter_above_a_table_of_rates_is_heard():
    content = "用户编号：0012,,\n用户名称：某局,,\n日期,总电量,峰,谷\n2026-11-01,5,3,2\n"
    assert said(content) == [("0012", "2026-11-01T00:00", 5)]
    assert taken(content, **MINE).told[0].rates_left == ["峰", "谷"]


def test_a_bill_with_rates_holds_its_last_day_as_any_bill():
    content = (
        "户号,户名,抄表起始日期,抄表截止日期,有功总电量（千瓦时）,峰时电量,谷时电量,应收电费\n"
        "1,某局,20261001,20261031,12,7,5,8.5\n1,某局,20261101,20261130,13,7,6,8.5\n"
    )
    assert said(content) == [("1", "2026-11-01T00:00", 12), ("1", "2026-12-01T00:00", 13)]
    assert taken(content, **MINE).told[0].rates_left == ["峰时电量", "谷时电量"]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("计费起始日期", "from"), ("抄表截止日期", "to"), ("上月抄表示数", "previous"),
        ("本期止码(吨)", "current"), ("实际用气量（立方米）", "value"), ("總用水度數", "value"),
        ("表具号", "channel"), ("電號", "channel"), ("自来水表编号", "channel"),
        ("电费年月", "month"), ("日冻结时间", ""), ("污水处理费", "ignore"),
        ("应收电费(元)", "ignore"),
        ("Serial No.", "channel"), ("Gas Meter ID", "channel"), ("Reading date", "date"),
        ("Estimated Cost Inc. Tax (p)", "ignore"), ("Zeit", "clock"), ("Horodate", "at"),
        ("1号楼用电量", ""), ("空调电量", ""), ("联系人电话号", ""), ("车牌号", ""), ("完整率", ""),
    ],
)  # fmt: skip
def test_a_heading_put_together_of_known_words_has_their_role(heading, role):
    assert heading_of(heading).role == role


HEAT = "热表号,抄表时间,热能表数,流量(m3),状态码\nH1,2026-11-01 00:00,120.5,3000,0\n"


def test_each_column_that_nobody_knows_is_asked_about_with_what_it_may_be():
    errors = taken(HEAT, **MINE).errors
    assert [one.where["value"] for one in errors] == ["热能表数", "流量(m3)", "状态码"]
    assert {one.code for one in errors} == {"file.unknown_column"}
    choices = [one["value"] for one in errors[0].where["choices"]]
    assert choices[:4] == ["热能表数=ignore", "热能表数=value", "热能表数=at", "热能表数=channel"]
    told = {"热能表数": "value", "流量(m3)": "ignore", "#5": "ignore"}
    assert said(HEAT, columns=told) == [("H1", "2026-11-01T00:00", 120.5)]


def test_a_table_in_words_that_nobody_knows_is_asked_about_column_by_column():
    content = "某公司\nMätare,Avläst,Ställning\nm1,2026-11-01 00:00,5\n"
    assert list(asked(content, **MINE)) == ["column"]
    told = {"Mätare": "channel", "Avläst": "at", "Ställning": "value"}
    assert said(content, columns=told) == [("m1", "2026-11-01T00:00", 5)]


def test_of_two_columns_of_one_role_one_is_asked_for():
    both = "表号,时间,电量(kWh),水量(t)\nm1,2026-11-01 00:00,5,3\n"
    (error,) = taken(both, **MINE).errors
    assert error.code == "file.which_column"
    assert said(both, columns={"水量(t)": "value"}) == [("m1", "2026-11-01T00:00", 3)]
    twice = "户号,表号,抄表时间,读数\n1,a,2026-11-01 00:00,5\n1,b,2026-11-01 00:00,7\n"
    assert codes(twice, **MINE) == [("file.which_column", 1)]
    assert [row[0] for row in said(twice, columns={"表号": "channel"})] == ["a", "b"]
    alike = twice.replace("1,b", "2,b")
    assert [row[0] for row in said(alike)] == ["1", "2"]  # both tell the rows apart


@pytest.mark.parametrize("heading", ["加油量(升)", "购气量（方）", "充值金额"])
def test_a_list_of_what_was_bought_says_where_it_goes(heading):
    content = f"卡号,交易日,{heading}\n1000113,2026-11-01 10:20:30,45.2\n"
    (error,) = taken(content, **MINE).errors
    assert error.code == "file.purchases"
    assert "delivery.record" in error.next_zh


REGISTERS = (
    "计量点编号,日期,示数类型,示数\n"
    "03,2026-11-01,正向有功总,10\n03,2026-11-01,正向有功峰,3\n03,2026-11-01,谷,7\n"
    "03,2026-11-01,反向有功总,1\n"
)


@pytest.mark.parametrize(
    ("rates", "found"),
    [
        (None, {"03": 10}),
        ("rates", {"03.peak": 3, "03.valley": 7}),
        ("both", {"03": 10, "03.peak": 3, "03.valley": 7}),
    ],
)
def test_rows_that_say_which_register_they_are_of_are_not_mixed(rates, found):
    assert {row[0]: row[2] for row in said(REGISTERS, rates=rates)} == found
    left = taken(REGISTERS, rates=rates, **MINE).told[0].how["registers_left"]
    assert "反向有功总" in left
    assert ("谷" in left) == (rates is None)


def test_rates_alone_are_read_and_a_register_that_nobody_knows_is_asked_about():
    alone = REGISTERS.replace("正向有功总", "平")
    assert [row[0] for row in said(alone)] == ["03.flat", "03.peak", "03.valley"]
    (error,) = taken(REGISTERS.replace("谷", "需量"), **MINE).errors
    assert (error.code, error.where["value"]) == ("file.unknown_column", "示数类型")


def test_a_row_for_each_year_is_of_the_whole_year():
    content = "户号,年度,用电量\n1,2024年,5\n1,2025,6\n"
    assert [(row.begins[:10], row.at[:10]) for row in rows(content, **MINE)] == [
        ("2024-01-01", "2025-01-01"), ("2025-01-01", "2026-01-01"),
    ]  # fmt: skip


def test_the_offset_beside_the_local_times_of_a_logger_names_their_zone():
    content = (
        "Gateway Name,Gateway SN,Device Name,Logging Interval\nEGX,123,PM1,15\n\n"
        "Error,UTC Offset (minutes),Local Time Stamp,Active Energy (Wh)\n"
        "0,480,2026-11-01 00:15:00,1000\n0,-210,2026-11-01 00:30:00,1100\n"
    )
    told = {"gateway": "bj/g", "columns": {"Error": "ignore", "Active Energy (Wh)": "key:m1"}}
    assert [(row.key, row.at, row.unit) for row in rows(content, **told)] == [
        ("m1", "2026-10-31T16:15:00Z", "Wh"), ("m1", "2026-11-01T04:00:00Z", "Wh"),
    ]  # fmt: skip


@pytest.mark.parametrize("nothing", ["", "-", "/", "／", "N/A", "\\", "×", "#N/A", "缺测"])
def test_a_row_in_which_nothing_was_read_is_asked_about(nothing):
    content = f"表号,时间,读数\nm1,2026-11-01 00:00,{nothing}\nm1,2026-11-01 01:00,5\n"
    assert asked(content, **MINE) == {"empty": ["skip"]}
    assert said(content, empty="skip") == [("m1", "2026-11-01T01:00", 5)]


def test_days_of_the_month_above_and_sums_beside_hours():
    days = "2026年11月抄表\n户号,日期,读数\n1,1日,5\n1,2日 8:00,6\n"
    assert [row[1] for row in said(days)] == ["2026-11-01T00:00", "2026-11-02T08:00"]
    hours = "电表编号,日期," + ",".join(f"{n}点" for n in range(1, 25)) + ",日合计\n"
    content = f"{hours}m1,2026-11-01,{','.join(['1'] * 24)},24\n"
    assert len(said(content)) == 24
    assert taken(content, **MINE).told[0].left_out == ["日合计"]


def test_a_unit_is_no_office():
    content = "单位,月份,用煤量(吨)\n某局1科,2026-10,12.5\n"
    assert [one.where["value"] for one in taken(content, **MINE).errors] == ["单位"]
    assert said(content, columns={"单位": "channel"}) == [("某局1科", "2026-11-01T00:00", 12.5)]
    assert rows("表号,时间,读数,单位\nm1,2026-11-01T00Z,5,度\n", **MINE)[0].unit == "kWh"
