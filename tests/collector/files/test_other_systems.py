"""Exports of other systems, made after what they document, go in without retyping.

Home Assistant: the energy panel's and the history panel's downloads (home-assistant/frontend,
ha-panel-energy and ha-panel-history). MyEMS: the workbooks of its meter reports (MyEMS/myems,
excelexporters meterenergy and metertrend). ENERGY STAR Portfolio Manager: the workbook of a
property's meters (sheets Properties, Meters, Meter Entries).
"""

from datetime import datetime
from typing import Any

import pytest

from tests.collector.files.rig import Row, asked, codes, rows, taken
from tests.collector.files.test_as_they_exist import book

CHINA = {"gateway": "bj/c22", "zone": "Asia/Shanghai"}
ENERGY_PANEL = (
    "entity_id,type,unit,2026-01-05T10:00:00.000Z,2026-01-05T11:00:00.000Z\n"
    "sensor.import,grid_consumption,kWh,1.5,0.5\n"
    "sensor.import_cost,grid_consumption_cost,EUR,0.4,0.1\n"
    "sensor.gas,gas,m3,,2\n"
    ",calculated_total_consumption,kWh,1.5,0.5\n"
)
HISTORY = (
    "entity_id,state,last_changed\n"
    "sensor.meter,1234.5,2026-01-05T10:00:00.000Z\n"
    "sensor.meter,unavailable,2026-01-05T10:30:00.000Z\n"
    "sensor.meter,1235.5,2026-01-05T11:00:00.000Z\n"
)


def day(year: int, month: int, of: int) -> datetime:
    """Return a day as a workbook keeps it, without zone."""
    return datetime(year, month, of)  # noqa: DTZ001


EXPLAINED = "kWh (thousand Watt-hours)"


def test_the_energy_panel_of_home_assistant_has_a_column_for_each_hour_or_day():
    assert list(asked(ENERGY_PANEL, gateway="bj/c22")) == ["stamp"]
    answers = {"gateway": "bj/c22", "stamp": "start"}
    assert codes(ENERGY_PANEL, **answers) == [("file.bad_key", 5)]

    file = taken(ENERGY_PANEL, empty="skip", **answers)

    assert (file.told[0].money, file.told[0].empty) == (1, 2)
    assert rows(ENERGY_PANEL, empty="skip", **answers) == [
        Row("bj/c22", "sensor.import", f"2026-01-05T{n}:00:00Z", f"2026-01-05T{n + 1}:00:00Z",
            value, "kWh")
        for n, value in ((10, 1.5), (11, 0.5))
    ] + [
        Row("bj/c22", "sensor.gas", "2026-01-05T11:00:00Z", "2026-01-05T12:00:00Z", 2.0, "m3")
    ]  # fmt: skip


def test_the_history_of_home_assistant_has_states_that_are_no_readings():
    assert codes(HISTORY, gateway="bj/c22") == [("file.not_a_number", 3)]
    assert [row.value for row in rows(HISTORY, gateway="bj/c22", empty="skip")] == [1234.5, 1235.5]


def placed(cells: dict[str, Any]) -> list[list[Any]]:
    """Return rows of which single cells are written, by their place: B19."""
    table: list[list[Any]] = [[""] * 6 for _ in range(30)]
    for place, value in cells.items():
        table[int(place[1:]) - 1][ord(place[0]) - ord("A")] = value
    return table


def about(name: str, begins: str, ends: str) -> dict[str, Any]:
    return {
        "B3": name, "C3": "1F meter", "B4": begins, "C4": "2026-01-01T00:00:00",
        "D4": ends, "E4": "2026-01-02T00:00:00",
    }  # fmt: skip


def energy(words: tuple[str, str, str, str, str], times: list[str]) -> bytes:
    """Return a MyEMS report of the energy of a meter."""
    carrier, at, total, name, detail = words
    cells = about(f"{name}:", "Reporting Start Datetime:", "Reporting End Datetime:") | {
        "B7": "1F meter", "C7": f"{carrier} (kWh)", "D7": "Ton of Standard Coal(TCE)",
        "B8": "Consumption", "C8": 6.75, "D8": 0.01, "B9": "Increment Rate", "C9": "-",
        "B11": f"1F meter{detail}", "B19": at, "C19": f"{carrier} (kWh)",
        "B23": total, "C23": 6.75,
    }  # fmt: skip
    values = {f"B{20 + n}": text for n, text in enumerate(times)}
    return book(("MeterEnergy", placed(cells | values | {"C20": 1.5, "C21": 2.25, "C22": 3.0})))


def test_a_myems_report_of_energy_is_of_the_meter_that_is_named_and_begins_at_its_times():
    hours = [f"2026-01-01T0{n}:00:00" for n in range(3)]
    for words in (
        ("Electricity", "Datetime", "Total", "Name", "Detailed Data"),
        ("电", "日期时间", "总计", "名称", "详细数据"),
    ):
        content = energy(words, hours)
        file = taken(content, channel="m1", **CHINA)
        assert (file.told[0].totals, file.told[0].stamp) == (1, "end")
        found = rows(content, channel="m1", stamp="start", **CHINA)
        assert [(row.begins, row.value, row.unit) for row in found] == [
            ("2025-12-31T16:00:00Z", 1.5, "kWh"),
            ("2025-12-31T17:00:00Z", 2.25, "kWh"),
            ("2025-12-31T18:00:00Z", 3.0, "kWh"),
        ]


def test_a_myems_report_by_months_is_of_whole_months():
    months = ["2026-01", "2026-02", "2026-03"]
    content = energy(("Electricity", "Datetime", "Total", "Name", "Detailed Data"), months)

    found = rows(content, channel="m1", gateway="bj/c22", zone="UTC")

    assert [row.at[:10] for row in found] == ["2026-02-01", "2026-03-01", "2026-04-01"]


def test_a_myems_trend_is_of_registers_whose_columns_are_named():
    cells = about("Name:", "Reporting Start Datetime:", "Reporting End Datetime:")
    cells |= {"B6": "1F meter Trend", "B14": "Datetime", "C14": "Ep", "D14": "Voltage"}
    for n in range(3):
        cells |= {f"B{15 + n}": f"2026-01-01T0{n}:00:00", f"C{15 + n}": 1000.5 + n}
        cells |= {f"D{15 + n}": 220.1}
    content = book(("MeterTrend", placed(cells)))

    found = rows(content, columns={"Ep": "key:m1", "Voltage": "ignore"}, **CHINA)

    assert [(row.key, row.value) for row in found] == [("m1", 1000.5 + n) for n in range(3)]


def bill(meter: int, begins: datetime, ends: datetime, use: object, unit: str) -> list[Any]:
    return [
        "School A", 11111, meter, "Main", "Electric - Grid", 901, begins, ends, "", use, unit,
        100.2, "No", "", "", day(2025, 3, 3), "me",
    ]  # fmt: skip


def portfolio(*bills: list[Any]) -> bytes:
    """Return a workbook of Portfolio Manager."""
    name = ["Property Name", "Portfolio Manager ID"]
    meters = [*name, "Portfolio Manager Meter ID", "Meter Name", "Meter Type", "First Bill Date"]
    entries = [
        *name, "Portfolio Manager Meter ID", "Meter Name", "Meter Type", "Meter Consumption ID",
        "Start Date", "End Date", "Delivery Date", "Usage/Quantity", "Usage Units", "Cost ($)",
        "Estimation", "Demand (kW)", "Demand Cost ($)", "Last Modified Date", "Last Modified By",
    ]  # fmt: skip
    return book(
        ("Properties", [[*name, "Gross Floor Area"], ["School A", 11111, 5000]]),
        ("Meters", [["Meters"], [], meters, ["School A", 11111, 222, "Main", "Grid", "2025"]]),
        ("Meter Entries", [["Meter Entries"], [], entries, *bills]),
    )


def test_the_bills_of_portfolio_manager_have_two_instants_and_explained_units():
    content = portfolio(
        bill(222, day(2025, 1, 1), day(2025, 1, 31), 1234.5, EXPLAINED),
        bill(222, day(2025, 2, 1), day(2025, 2, 28), 1000, EXPLAINED),
        bill(223, day(2025, 1, 1), day(2025, 1, 31), 10, "ccf (hundred cubic feet)"),
    )

    assert list(asked(content, **CHINA)) == ["sheets"]
    assert [row[1:] for row in rows(content, sheets="readings", **CHINA)] == [
        ("222", "2024-12-31T16:00:00Z", "2025-01-31T16:00:00Z", 1234.5, "kWh"),
        ("222", "2025-01-31T16:00:00Z", "2025-02-28T16:00:00Z", 1000.0, "kWh"),
        ("223", "2024-12-31T16:00:00Z", "2025-01-31T16:00:00Z", 10.0, "ccf"),
    ]


def delivered(on: object, amount: object, unit: str, kind: str, number: int) -> list[Any]:
    return ["School A", 11111, 224, "Tank", kind, number, "", "", on, amount, unit, 80.5, "No", "",
            "", day(2025, 3, 3), "me"]  # fmt: skip


def test_deliveries_of_portfolio_manager_are_no_readings_and_it_is_said_where_they_go():
    tank = delivered(day(2025, 1, 5), 100, "Gallons (US)", "Diesel", 902)
    both = portfolio(bill(222, day(2025, 1, 1), day(2025, 1, 31), 1234.5, EXPLAINED), tank)
    file = taken(both, sheets="readings", last_day="in", **CHINA)
    assert ([*file.errors], len(file.readings), file.told[-1].deliveries) == ([], 1, 1)
    (error,) = taken(portfolio(tank, tank), sheets="readings", last_day="in", **CHINA).errors
    assert (error.code, error.where["value"]) == ("file.deliveries", "2")
    assert "delivery.record" in error.next_en


def test_an_empty_sheet_beside_readings_is_passed_over_and_a_whole_empty_book_is_not():
    table = [["表号", "时间", "读数"], ["m1", "2026-01-01 00:00", 5]]

    file = taken(book(("数据", table), ("Sheet2", [])), **CHINA)

    assert (len(file.readings), file.errors, file.told[1].passed) == (1, [], True)
    assert codes(book(("Sheet1", []), ("Sheet2", [])), **CHINA)[0][0] == "file.empty"


STATISTICS = (
    "statistic_id,unit,start,state,sum,change\n"
    "sensor.m,kWh,2026-01-05T10:00:00Z,1000.5,10.5,1.5\n"
    "sensor.m,kWh,2026-01-05T11:00:00Z,1001,11,0.5\n"
)


def test_of_the_statistics_of_home_assistant_one_column_is_meant():
    (error,) = taken(STATISTICS, gateway="bj/c22").errors
    assert [one["value"] for one in error.where["choices"]] == [
        "state=value", "sum=value", "change=value",
    ]  # fmt: skip
    for named, values in (("sum", [10.5, 11]), ("state", [1000.5, 1001]), ("change", [1.5, 0.5])):
        told = {"gateway": "bj/c22", "columns": {named: "value"}}
        assert list(asked(STATISTICS, **told)) == ["length_s"]
        found = rows(STATISTICS, length_s=3600, **told)
        assert [row.value for row in found] == values
        assert [row.at for row in found] == ["2026-01-05T11:00:00Z", "2026-01-05T12:00:00Z"]
    assert list(asked("statistic_id,start,sum\na,2026-01-05T10:00Z,5\n", gateway="bj/g")) == [
        "length_s"
    ]


def above(begins: str, ends: str) -> list[list[Any]]:
    return [["Space:", "Site"], [begins, "2025-01-01T00:00:00"], [ends, "2025-02-01T00:00:00"]]


def of(title: str, *table: list[Any]) -> bytes:
    return book((title, list(table)))


@pytest.mark.parametrize(
    ("labels", "heads"),
    [
        (("Start Datetime:", "End Datetime:"), ("ID", "Name", "Space", "Energy Category", "Total")),
        (("开始时间:", "结束时间:"), ("ID", "名称", "空间", "能源分类", "总计")),
    ],
)
def test_a_myems_batch_report_by_days_is_of_each_day(labels, heads):
    *named, total = heads
    table = [
        *above(*labels), [*named, "2025-01-01", "2025-01-02", total],
        ["1", "1F meter", "Site", "Electricity", 1.5, 2, 3.5],
        ["2", "2F meter", "Site", "Electricity", "", 7, 7],
    ]  # fmt: skip
    found = rows(of("MeterBatch", *table), gateway="bj/g", zone="UTC")
    assert [(row.key, row.begins, row.at[:10], row.value) for row in found] == [
        ("1F meter", "2025-01-01T00:00:00Z", "2025-01-02", 1.5),
        ("1F meter", "2025-01-02T00:00:00Z", "2025-01-03", 2),
        ("2F meter", "2025-01-02T00:00:00Z", "2025-01-03", 7),
    ]


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("OfflineMeterBatch", ["ID", "Name", "Space", "Electricity (kWh)"]),
        ("EquipmentBatch", ["Name", "Space", "Electricity (kWh)", "Costs (CNY)"]),
        ("TenantBatch", ["Name:", "Space:", "Electricity (kWh)", "Carbon Emissions (KGCO2E)"]),
    ],
)
def test_batch_reports_of_other_things_are_read_alike(title, head):
    labels = ("Start Datetime:", "End Datetime:")
    use = head.index("Electricity (kWh)")
    row: list[Any] = ["x"] * use + [5.5] + [9] * (len(head) - use - 1)
    found = rows(of(title, *above(*labels), head, row), gateway="b/g", zone="UTC", last_day="out")
    assert [(one.begins, one.at[:10], one.value, one.unit) for one in found] == [
        ("2025-01-01T00:00:00Z", "2025-02-01", 5.5, "kWh")
    ]


def test_a_myems_report_of_tracked_meters_is_of_registers():
    head = ["ID", "Name", "Space", "Cost Center", "Energy Category", "Description", "Start Value",
            "End Value", "Difference Value"]  # fmt: skip
    table = [*above("Start Datetime:", "End Datetime:"), ["Start Integrity Rate:", "100%"], head,
             ["1", "M1", "Site", "c", "Electricity", "", 100, 150.5, 50.5]]  # fmt: skip
    found = rows(of("MeterTracking", *table), gateway="b/g", zone="UTC")
    assert [(one.begins, one.at[:10], one.value) for one in found] == [
        (None, "2025-01-01", 100), (None, "2025-02-01", 150.5),
    ]  # fmt: skip


def test_a_myems_report_beside_another_period_holds_both():
    head = ["", "Base Period - Datetime", "Base Period - Electricity (kWh)",
            "Reporting Period - Datetime", "Reporting Period - Electricity (kWh)"]  # fmt: skip
    table = [
        ["", "Name:", "M1"], ["", "M1Detailed Data"], head,
        ["", "2024-01-01T00:00:00", 5, "2025-01-01T00:00:00", 6],
        ["", "2024-01-01T01:00:00", 5.5, "2025-01-01T01:00:00", 6.5],
        ["", "Total", 10.5, "Total", 12.5],
    ]  # fmt: skip
    told = {"gateway": "b/g", "zone": "UTC", "channel": "M1", "stamp": "start"}
    found = {one.begins: one.value for one in rows(of("MeterEnergy", *table), **told)}
    assert found == {
        "2024-01-01T00:00:00Z": 5, "2024-01-01T01:00:00Z": 5.5, "2025-01-01T00:00:00Z": 6,
        "2025-01-01T01:00:00Z": 6.5,
    }  # fmt: skip


def test_a_bill_of_a_myems_tenant_is_of_its_carriers_over_their_spans():
    head = ["", "Energy Category", "Billing Period Start", "Billing Period End", "Quantity", "Unit",
            "Amount", "Tax Rate", "VAT Output Tax"]  # fmt: skip
    table = [["", "", "Payment Notice"], ["", "Bill Number:", "1"], head,
             ["", "Electricity", "2025-01-01", "2025-01-31", 500, "kWh", 300, "0.13", 39],
             ["", "Subtotal:", "", "", "", "", 300]]  # fmt: skip
    (found,) = rows(of("TenantBill", *table), gateway="b/g", zone="UTC", last_day="in")
    assert (found.key, found.at[:10], found.value, found.unit) == (
        "Electricity", "2025-02-01", 500, "kWh",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("MeterCost", "report_of_money"), ("SpaceCarbon", "report_of_carbon"),
        ("MeterSaving", "report_of_plans"), ("ShopfloorPlan", "report_of_plans"),
        ("SpaceLoad", "report_of_other"), ("MeterComaprison", "report_of_differences"),
        ("EquipmentTracking", "report_without_use"),
    ],
)  # fmt: skip
def test_a_myems_report_of_anything_but_use_says_which_to_export(title, code):
    table = [["", "Datetime", "Electricity (kWh)"], ["", "2025-01-01T00:00:00", 5]]
    (error,) = taken(of(title, *table), gateway="b/g", zone="UTC", channel="m").errors
    assert error.code == f"file.{code}"
    assert "EnergyCategory" in error.next_en or "each meter" in error.next_en


def test_the_single_spreadsheet_of_portfolio_manager_is_of_the_meter_that_is_named():
    content = (
        "Start Date,End Date,Usage (kWh),Cost ($),Estimated Value\n"
        "1/1/2025,1/31/2025,1234.5,100.2,No\n2/1/2025,2/28/2025,1000,90,Yes\n"
    )
    assert list(asked(content, **CHINA)) == ["channel"]
    found = rows(content, channel="m1", **CHINA)
    assert [(one.at, one.value, one.unit) for one in found] == [
        ("2025-01-31T16:00:00Z", 1234.5, "kWh"), ("2025-02-28T16:00:00Z", 1000, "kWh"),
    ]  # fmt: skip


NEM12 = (
    "100,NEM12,200405011135,MDA1,Ret1\n200,VABD000163,E1Q1,1,E1,N1,METSER123,kWh,30,\n"
    f"300,20040201,{','.join(['1.111'] * 48)},A,,,20040202120025,20040202142516\n"
    f"300,20040202,{','.join(['0.5'] * 48)},V,,,20040203120025,20040203142516\n"
    "400,1,46,A,,\n400,47,48,N14,,\n"
    f"300,20040203,{','.join(['0'] * 48)},N,,,20040203120025,20040203142516\n"
)


def test_a_day_of_nem12_is_of_its_intervals_but_for_those_not_read():
    found = rows(NEM12 + "900\n", gateway="au/g")
    assert len(found) == 48 + 46
    assert found[0] == Row(
        "au/g", "VABD000163 E1", "2004-01-31T14:00:00Z", "2004-01-31T14:30:00Z", 1.111, "kWh"
    )
    assert found[-1].at == "2004-02-02T13:00:00Z"
    (error,) = taken(NEM12, gateway="au/g").errors
    assert error.code == "file.cut_short"
    bill = (
        "100,NEM13,200405011135,MDA1,Ret1\n"
        "250,1234567890,1141,01,11,11,METSER66,E,000021.2,20031001000000,A,,,000534.5,"
        "20040201000000,E64,77,,343.5,kWh,20040509,20040202125010,20040203000130\n900\n"
    )
    assert rows(bill, gateway="au/g") == [
        Row("au/g", "1234567890 11", "2003-09-30T14:00:00Z", "2004-01-31T14:00:00Z", 343.5, "kWh")
    ]
