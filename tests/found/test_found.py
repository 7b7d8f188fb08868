"""Every folder of ../shared/found, done as its README says, comes to the answer that it gives.

What waits for another issue ("files as people have them") is listed, and tried as far as it passes.
"""

import csv
import html
import io
import json
import re
import shutil
import time
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.accounts.explanations import explain_account
from actions.actor import SYSTEM, Actor, open_pool
from actions.compact.bases import review
from actions.compact.progress import progress_of
from actions.compact.runs import Method, Rule
from actions.compact.targets import Indicator, Target
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.acts import confirm, make_union, set_target
from tests.actions.compact_world import issue_run, record_progress, run_target
from tests.actions.tables import indicators_of, shares_of
from tests.collector.rig import Mosquitto
from tests.found.folders import FOUND, NEWEST_MS, FoundServer, clocked, rows_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FOUND is None, reason="there is no ../shared/found beside this checkout"),
    pytest.mark.skipif(
        time.time() * 1000 < NEWEST_MS, reason="what ../shared/found holds is still to come"
    ),
]

IN_ORDER = (
    "01-spurious-zero",
    "02-misread-spike",
    "02-misread-spike/real-figures",
    "03-meter-swap-in-outage",
    "07-local-day",
    "08-bill-across-months",
    "09-correction-lower",
    "13-wrong-clock/no-wrap",
    "16-total-and-rates",
    "20-area-change",
    "28-missing-months",
    "29-tenant-moves",
    "30-decimals-per-unit",
    "36-frozen-then-lump",
)
AS_THEY_ARE = {  # each taken or refused in a test of its own
    "10-local-time-no-zone", "21b-leading-zeros", "22-utility-csv-formats", "23-green-button-xml",
    "31-chinese-units",
}  # fmt: skip
OWN_ORDER = {"09-correction-lower": ["estimated.csv", "actual.csv", "twice.csv"]}
NOT_READINGS = {"channels.csv", "institutions.csv", "bills-as-intervals.csv"}
PASSWORD = "a long enough one"
WHOLE_2024, WHOLE_2025 = (date(2024, 1, 1), date(2025, 1, 1)), (date(2025, 1, 1), date(2026, 1, 1))


@pytest.fixture(scope="module")
def found(database_of_module) -> FoundServer:
    """All folders on one server: a registry, then its files, then what comes later."""
    assert FOUND is not None
    found = FoundServer(database_of_module)
    for name in IN_ORDER:
        assert found.registry(name).returncode == 0, found.outputs[name].stderr
        files = OWN_ORDER.get(name) or sorted(
            one.name for one in (FOUND / name).glob("*.csv") if one.name not in NOT_READINGS
        )
        for file in files:
            readings = found.readings(f"{name}/{file}")
            assert readings.returncode == 0, readings.stderr
    for later in ("20-area-change/later", "29-tenant-moves/move-out", "29-tenant-moves/move-in"):
        assert found.registry(later).returncode == 0, found.outputs[later].stderr
    found.work()
    return found


@pytest.fixture(scope="module")
def actor(found):
    pool = open_pool(found.database.url("api"), max_size=2)
    yield Actor(pool, SYSTEM)
    pool.close()


def expected() -> list[tuple[str, dict]]:
    if FOUND is None:
        return []
    content = json.loads((FOUND / "expect.json").read_text())
    return [(folder, one) for folder, each in content.items() for one in each if folder[:2] != "27"]


@pytest.mark.parametrize(
    ("folder", "wanted"), expected(), ids=[one["institution"] for _, one in expected()]
)
def test_totals_are_those_of_expect_json(found, folder, wanted):
    months = found.months(wanted["institution"], wanted["carrier"])
    total = sum(one for one in months.values() if one is not None)

    least, most = wanted["total"] if isinstance(wanted["total"], list) else [wanted["total"]] * 2
    assert Decimal(str(least)) <= total <= Decimal(str(most))
    if "months" in wanted:
        assert months == {month: Decimal(one) for month, one in wanted["months"].items()}


def test_every_folder_is_here():
    assert FOUND is not None
    here = (
        {one.split("/")[0] for one in IN_ORDER}
        | {"13-wrong-clock", "27-negative-register", "39-export-truncated"}
        | AS_THEY_ARE
    )

    assert {one.name for one in FOUND.iterdir() if one.is_dir()} == here


def hours(found: FoundServer, institution: str) -> list[tuple[int | None, int]]:
    return found.rows(
        """SELECT h.used, h.measured_s FROM usage_hour h
             JOIN account_term t USING (channel_id) WHERE t.institution_id = %s ORDER BY h.hour""",
        found.id(institution),
    )


def test_08_a_bill_counts_in_its_own_days_as_register_and_as_intervals(found, tmp_path):
    bills = tmp_path / "bills.csv"
    bills.write_text(
        "网关,表号,起始日期,截止日期,用电量(度)\nbj/c08b,m1,2025-04-15,2025-05-15,44160\n"
        "bj/c08b,m1,2025-05-15,2025-06-17,43840\n"
    )
    taken = found.readings(bills, "--zone", "Asia/Shanghai")
    assert taken.returncode == 0, taken.stderr
    found.work()

    wanted = {"2025-04": "23552.000", "2025-05": "43192.242", "2025-06": "21255.758"}
    for institution in ("c08", "c08b"):
        months = {month: one for month, one in found.months(institution).items() if one}
        assert months == {month: Decimal(one) for month, one in wanted.items()}


def test_01_hours_of_zeros_are_estimated(found):
    for institution in ("c01a", "c01b", "c01c"):
        used = hours(found, institution)
        assert all(0 <= one <= 2000 for one, _ in used if one is not None)
        assert [measured for _, measured in used].count(0) == 3


def test_02_one_hour_is_unknown_and_twelve_litres_are_twelve(found):
    assert found.months("c02c", "water") == {"2023-02": Decimal("0.012")}
    assert [one for one, _ in hours(found, "c02b")].count(None) == 1


def test_03_six_days_are_unknown_until_the_exchange_is_recorded(found):
    ((known,),) = found.rows(
        "SELECT sum(known_s) FROM account WHERE institution_id = %s", found.id("c03b")
    )
    assert known == 2 * 900


def test_07_days_are_local_and_a_channel_may_begin_earlier(found, tmp_path):
    days = found.rows(
        """SELECT d.day, d.used FROM usage_day d JOIN account_term t USING (channel_id)
            WHERE t.institution_id = %s AND d.used IS NOT NULL ORDER BY 1""",
        found.id("c07"),
    )
    assert days == [(date(2018, 2, 28), 7000), (date(2018, 3, 25), 5000)]

    older = tmp_path / "older.csv"
    older.write_text("gateway,channel,at,value\nbj/c07,m2,2017-06-01T12:00:00Z,3\n")
    refused = found.readings(older)
    assert refused.returncode == 2
    assert "let the channel begin earlier" in refused.stderr or "since" in refused.stderr
    copied = shutil.copytree(FOUND / "07-local-day", tmp_path / "earlier")
    channels = (copied / "channels.csv").read_text()
    (copied / "channels.csv").write_text(
        channels.replace("2018-01-01T00:00-05:00", "2017-01-01T00:00-05:00")
    )
    assert found.registry(copied).returncode == 0
    assert found.readings(older).returncode == 0
    (copied / "channels.csv").write_text(channels.replace("America/Toronto", "Asia/Kolkata"))
    refused = found.registry(copied)
    assert refused.returncode == 2
    assert "zone" in refused.stderr


def test_08_a_register_of_bills_is_spread_over_its_days(found):
    wanted = {"2025-04": "23552.000", "2025-05": "43192.242", "2025-06": "21255.758"}

    assert found.months("c08") == {month: Decimal(one) for month, one in wanted.items()}


def test_09_a_lower_value_is_told_and_counts_as_a_correction(found):
    folder = "09-correction-lower"
    told = found.outputs[f"{folder}/actual.csv"].stderr
    assert "2 rows do not count" in told
    assert "--as-correction" in told
    assert "1 rows do not count" in found.outputs[f"{folder}/twice.csv"].stderr
    corrected = found.readings(
        f"{folder}/actual.csv", "--as-correction", "--reason", "the utility's actual values"
    )
    assert corrected.returncode == 0, corrected.stderr
    found.work()

    assert found.months("c09") == {"2026-02": 297 + 10}  # and 10 of twice.csv at 5 o'clock
    again = found.readings(f"{folder}/estimated.csv")
    assert "3 rows do not count" in again.stderr


def test_10_times_without_an_offset_are_asked_about_or_taken_in_the_channels_zone(found):
    folder = "10-local-time-no-zone"
    found.registry(folder)
    refused = found.readings(f"{folder}/readings.csv")

    assert refused.returncode == 2
    assert "readings.csv, line 2, at and 4 more: " in refused.stderr
    assert "--zone channel" in refused.stderr
    assert found.readings(f"{folder}/readings.csv", "--zone", "channel").returncode == 0
    found.work()
    assert found.months("c10") == {"2024-01": 3}


def test_21b_an_id_that_excel_spoiled_is_asked_about(found, tmp_path):
    folder = "21b-leading-zeros"
    found.registry(folder)
    assert found.readings(f"{folder}/readings.csv").returncode == 0
    assert "has rewritten as a number" in found.readings(f"{folder}/sci.csv").stderr
    spoiled = tmp_path / "excel.csv"
    spoiled.write_text("gateway,channel,at,value\nbj/g21,12345,2026-01-01T02:00:00+08:00,12\n")
    asked = found.readings(spoiled)
    assert asked.returncode == 2
    assert "--same 12345=00012345" in asked.stderr

    assert found.readings(spoiled, "--same", "12345=00012345").returncode == 0
    assert "1001 ≈ 01001" in found.registry(f"{folder}/excel").stderr


CHINA, MINE = ("--zone", "Asia/Shanghai"), ("--gateway", "bj/c22", "--channel", "m1")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        *(
            (f"{name}.csv", ())
            for name in ["semicolon", "sep", "tab", "trailing-blank", "utf16", "total-row"]
        ),
        ("zh-header.csv", ("--gateway", "bj/c22")),
        ("ha-linky.csv", MINE),
        ("wiener.csv", (*MINE, "--zone", "Europe/Vienna")),
        ("sdge.csv", ("--gateway", "bj/c22", *CHINA, "--dates", "mdy", "--same", "0000000=m1")),
        (
            "state-grid.csv",
            ("--gateway", "bj/c22", *CHINA, "--same", "1100000000001=m1", "--ratio", "asis"),
        ),
    ],
)
def test_22_layouts_of_utilities_are_read_and_told(found, file, words):
    folder = "22-utility-csv-formats"
    if folder not in found.outputs:
        found.registry(folder)
    tried = found.readings(f"{folder}/{file}", "--dry-run", *words)

    assert tried.returncode == 0, tried.stderr
    assert f"{file}: csv" in tried.stdout


def test_22_a_multiplier_that_the_channel_does_not_have_is_asked_about(found):
    words = ("--gateway", "bj/c22", *CHINA, "--same", "1100000000001=m1")
    asked = found.readings("22-utility-csv-formats/state-grid.csv", *words)

    assert asked.returncode == 2
    assert "multiplier is 40, the channel is registered with a ratio of 1" in asked.stderr


def test_23_green_button_is_read_and_a_broken_workbook_called_one(found):
    folder = "23-green-button-xml"
    early = found.readings(f"{folder}/gb.xml", *MINE, "--unit", "Wh")
    broken = found.readings(f"{folder}/book.xlsx")

    assert "2011-03-06T05:15:00.000Z" in early.stderr  # read; the channel begins in 2020
    assert "The workbook is damaged" in broken.stderr


@pytest.mark.parametrize("unit", ["GJ", "吉焦", "千瓦时"])
def test_31_units_are_taken_as_officers_write_them(found, unit, tmp_path):
    rows = [row | {"unit": unit} for row in rows_of("31-chinese-units/channels.csv")]
    with (tmp_path / "channels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found.say("import", "registry", "--dry-run", FOUND / "31-chinese-units", name="31")
    found.registry("31-chinese-units")
    again = found.say("import", "registry", "--dry-run", tmp_path, name="31 again")

    assert "not counted in" not in again.stderr
    assert (again.returncode == 0) == (unit != "千瓦时"), again.stderr  # another unit: not the same


def test_13_what_a_wrong_clock_stamped_is_set_aside(found, mosquitto, tmp_path):
    assert FOUND is not None
    fields = (FOUND / "13-wrong-clock/mqtt.jsonl").read_text().splitlines()
    lines = clocked([json.loads(one) for one in fields], "bj/c13d", 8 * 3_600_000)
    found.registry("13-wrong-clock")
    broker = Mosquitto(mosquitto, tmp_path)
    broker.start()
    try:
        found.publish(broker, lines)
    finally:
        broker.end()
    found.work()

    aside = found.rows(
        """SELECT gateway, reason, count(*) FROM rejected_message
            WHERE gateway LIKE 'bj/c13_' GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert aside == [
        ("bj/c13a", "clock.ahead", 1),
        ("bj/c13a", "reading.before_since", 1),
        ("bj/c13b", "clock.behind", 3),
        ("bj/c13c", "clock.behind", 3),
        ("bj/c13d", "clock.ahead", 8),
    ]
    assert found.months("c13a") == {"2026-11": 1}
    assert found.months("c13b") == {"2026-11": 130}
    assert found.months("c13c") == {"2026-11": 710}
    assert sum(found.months("c13d").values()) == 20  # what is not ahead of its arrival


def test_13_a_file_of_a_clock_that_fell_back_makes_no_months(found):
    fields = found.outputs["13-wrong-clock/no-wrap/readings.csv"]

    assert "3 rows were left out (line 8, 9, 10)" in fields.stderr
    assert found.months("c13e") == {"2026-11": 130}


def with_share(folder: str, shares: dict[str, str], tmp_path):
    """Return a copy of a registry with shares of channels, held always."""
    rows = rows_of(f"{folder}/channels.csv")
    for row in rows:
        if row["channel"] in shares:
            row |= {"share": shares[row["channel"]], "valid_from": row["since"]}
    with (tmp_path / "channels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def test_16_total_and_rates_are_told_and_can_be_mended(found, actor, tmp_path):
    told = found.outputs["16-total-and-rates"].stderr
    assert "4 channels of electricity all count" in told
    assert "counted twice" in told
    explained = explain_account(actor, found.id("c16"), "electricity", date(2026, 2, 1))
    total = next(t for t in explained.terms if t.channel_id == explained.counted_twice[0])
    assert total.channel.code == "total"
    mended = with_share(
        "16-total-and-rates", dict.fromkeys(("peak", "flat", "valley"), "0"), tmp_path
    )
    fields = found.registry(mended)
    assert "counted twice" not in fields.stderr
    found.work()

    assert found.months("c16") == {"2026-02": Decimal("18.29")}


def test_20_area_is_weighted_by_days_and_asked_back(found, actor):
    assert "area_m2 1000 → 1500 (+50%)" in found.outputs["20-area-change/later"].stderr
    (one,) = indicators_of(
        actor, *WHOLE_2025, institution_id=found.id("c20"), profiles=["GB2589-2020"]
    ).rows

    assert round(one.per_m2, 4) == Decimal("0.8599")
    assert round(one.area_m2, 2) == Decimal("1252.05")


def test_27_net_is_refused_on_a_register_and_counts_on_intervals(found, tmp_path):
    refused = found.registry("27-negative-register")
    assert refused.returncode == 2
    assert "channels.csv, line 2, net" in refused.stderr
    copied = shutil.copytree(FOUND / "27-negative-register", tmp_path / "27")
    fields = (copied / "channels.csv").read_text()
    (copied / "channels.csv").write_text(fields.replace("1000,,yes,,", "1000,,,,", 1))
    assert found.registry(copied).returncode == 0
    for file in ("net-falling.csv", "net-interval.csv"):
        assert found.readings(copied / file).returncode == 0
    assert found.readings(copied / "readings.csv").returncode == 2  # below 0
    found.work()

    assert found.months("c27a") == {"2026-08": 2}
    assert found.months("c27b") == {"2026-08": Decimal("0.496")}


def test_28_missing_months_have_no_rank(found, actor):
    ((tianjin,),) = found.rows(
        "SELECT region_id FROM region_fact WHERE code = '120000' AND known_until IS NULL"
    )
    for year, ranked in ((WHOLE_2024, ["c28a", "c28c"]), (WHOLE_2025, ["c28a"])):
        rows = indicators_of(actor, *year, region_id=tianjin, profiles=["GB2589-2020"]).rows
        placed = {one.institution_id for one in rows if one.place_m2 is not None}
        assert placed == {found.id(name) for name in ranked}
        assert {one.of_m2 for one in rows} == {len(ranked)}


def test_28_missing_months_have_no_quota_and_are_no_saving(found, actor):
    regions = dict(
        found.rows("SELECT code, region_id FROM region_fact WHERE code IN ('110000', '120000')")
    )
    union = make_union(actor, "京津", "Two cities", sorted(regions.values()))
    asked = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, 2024, 2025)
    target = set_target(actor, union, asked, "test")
    b = found.id("c28b")

    lines = review(actor, target).lines
    odd = next(one for one in lines if one.institution_id == b)
    marks = [(one.mark.code, one.mark.month) for one in odd.findings]
    assert marks == [("missing", month) for month in (10, 11, 12)]
    run = run_target(actor, target, Method(Rule.PROPORTIONAL)).run.run_id
    share = next(one for one in shares_of(actor, run).rows if one.institution_id == b)
    assert share.months_g[9:] == [None] * 3
    assert all(one is not None for one in share.months_g[:9])
    confirm(actor, target, "seen", institution_ids=[one.institution_id for one in lines])
    confirm(actor, target, "the rest")
    issue_run(actor, run)
    record_progress(actor, union, date(2025, 12, 31))

    member = next(o for o in progress_of(actor, union_id=union) if o.member_id == regions["120000"])
    assert member.known_s < member.expected_s
    assert member.over_g is None
    each = {one.institution_id: one for one in progress_of(actor, union_id=union, members=False)}
    assert each[b].over_g is None
    assert each[found.id("c28c")].over_g is None
    assert each[found.id("c28a")].over_g == 1_076_607 - each[found.id("c28a")].path_g


def test_29_a_tenant_moves_and_each_has_its_days(found):
    assert "moves out by its share 0" in found.outputs["29-tenant-moves/move-in"].stderr
    a, b = found.months("c29a"), found.months("c29b")

    assert a == {"2025-01": 310, "2025-02": 280, "2025-03": 140}
    assert b == {"2025-03": 170, "2025-04": 300, "2025-05": 300}


def test_30_values_finer_than_the_quantum_are_told(found):
    assert "60 of them are finer" in found.outputs["30-decimals-per-unit/readings.csv"].stderr
    assert "finer" not in found.outputs["30-decimals-per-unit/r-b.csv"].stderr
    assert found.months("c30b") == found.months("c30c") == {"2026-04": Decimal("0.624")}


def test_36_the_frozen_time_is_estimated(found):
    ((measured,),) = found.rows(
        """SELECT sum(measured_s) FROM account
            WHERE institution_id = %s AND month = '2026-01-01'""",
        found.id("c36"),
    )
    assert measured == 0


@pytest.fixture(scope="module")
def officer(found, actor) -> TestClient:
    """A browser of somebody who may read everything."""
    with psycopg.connect(found.database.admin_url) as connection:
        ((made,),) = connection.execute(
            """INSERT INTO app_user (login, name, password_hash) VALUES ('o', 'o', %s)
               RETURNING id""",
            [hash_password(PASSWORD)],
        )
        connection.execute(
            """INSERT INTO access_grant (viewer, role, scope, valid_from)
               VALUES (%s, 'reader', 'all', '2015-01-01')""",
            [f"user:{made}"],
        )
    app = create_app(actor.pool, extra_routers=[router()], error_page=error_page)
    client = TestClient(app, headers={"Accept": "text/html"})
    client.cookies.set("cw_lang", "en")
    (token,) = re.findall(r'name="form" value="([^"]+)"', client.get("/login").text)
    fields = {"login": "o", "password": PASSWORD, "form": token}
    assert client.post("/login", params={"next": "/"}, data=fields).status_code == 200
    return client


def test_39_the_links_of_the_list_hold_its_filter_and_all_rows(found, officer):
    folder = "39-export-truncated"
    assert found.registry(folder).returncode == 0, found.outputs[folder].stderr
    assert found.readings(f"{folder}/readings.csv").returncode == 0
    found.work()
    ((hebei,),) = found.rows(
        "SELECT region_id FROM region_fact WHERE code = '130000' AND known_until IS NULL"
    )
    for search, count in (("", 1100), ("x000", 10)):
        page = officer.get("/institutions", params={"region": hebei, "search": search}).text
        links = [html.unescape(one) for one in re.findall(r'href="([^"]+format=csv[^"]*)"', page)]
        assert {one.split("?")[0] for one in links} >= {"/api/v1/institutions", "/api/v1/accounts"}
        for link in links:
            of_2025 = re.sub(r"from=[\d-]+&to=[\d-]+", "from=2025-01&to=2025-12", link)
            rows = csv.reader(io.StringIO(officer.get(of_2025).content.decode("utf-8-sig")))
            names = {one for row in rows for one in row if "Case " in one}
            assert names == {f"Case x{n:04}" for n in range(count)}, link
