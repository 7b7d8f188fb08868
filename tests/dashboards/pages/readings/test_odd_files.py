"""Odd files through page, API and command, as an officer has them: each door says the same."""

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.world import TODAY, World, make_world
from tests.collector.files.test_as_they_exist import book, zipped
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.readings.test_readings import send
from tests.dashboards.pages.test_forms import hidden, walk
from tests.sheets import cells_of

GATEWAY: Final = "demo-o/g1"
REGIONS: Final = (
    "code,kind,name_zh,name_en,parent_code\n990500,city,演示五市,Demo city five,990000\n"
)
INSTITUTIONS: Final = (
    "code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,"
    "valid_from\nodd-1,某局,An office,,GOV,government,city,990500,1234.5,,2023-01-01\n"
)
KINDS: Final = {"register": "kWh,3600,5000,1000000000", "interval": "kWh,86400,,"}
KEYS: Final = {"m1": "register", "0001": "register", "1号楼": "register", "2号楼": "register",
               "d1": "interval", "d1.peak": "interval"}  # fmt: skip
HEADS: Final = (
    "institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,zone,since,gateway,"
    "key,name_zh,name_en\n"
)
CHANNELS: Final = HEADS + "".join(
    f"odd-1,m{n},c{n},electricity,{kind},{KINDS[kind]},Asia/Shanghai,2023-01-01T00:00+08:00,"
    f"{GATEWAY},{key},表{n},Meter {n}\n"
    for n, (key, kind) in enumerate(KEYS.items())
)


class Odd(NamedTuple):
    """A file, what is answered of it, how many readings it holds, or what is said against it.

    says: line, field, what was read, and a part of what to do, of its only mistake or question.
    """

    content: bytes
    readings: int = 0
    says: tuple[int, str, str, str] | None = None
    answers: tuple[tuple[str, str], ...] = ()


def of(heads: str, *rows: str, page: str = "utf-8", **how: Any) -> Odd:
    """Return a table. how: `says` of what is refused, `readings` where not one a row, answers."""
    says, readings = how.pop("says", None), how.pop("readings", len(rows))
    content = "".join(f"{one}\n" for one in (heads, *rows))
    return Odd(content.encode(page), readings, says, tuple(how.items()))


HIDDEN: Final = book(("s", [["表号", "日期", "时间", "示数"], ["m1", "2024-05-01", 0.5, 5.0]]))
UTC: Final = {"zone": "UTC"}
TAIWAN: Final = {"page": "cp950", **UTC}
ONE: Final = "2025-01-01T00Z"
OWN: Final = {"zone": "channel"}
ODD: Final[dict[str, Odd]] = {
    "three columns": of("年,月,日,表号,示数", "2025,1,1,m1,5", page="gbk", **UTC),
    "marks": of("表号,日期,示数", "'0001,'2025-01-01,'5", **UTC),
    "meter above": of("表号：m1,,", "日期,示数", "2025-01-01,5", "合计,5", readings=1, **UTC),
    "columns of channels": of("日期,1号楼(kWh),2号楼(kWh)", "2025-01-01,5,6", readings=2, **UTC),
    "Taiwan": of("電表編號,日期,示數", "m1,民國113年5月1日,5", **TAIWAN),
    "Taiwan unsaid": of("電表編號,日期,示數", "m1,113/05/01,5", **TAIWAN,
                        says=(2, "日期", "113/05/01", "--years roc")),
    "Taiwan answered": of("電表編號,日期,示數", "m1,113/05/01,5", years="roc", **TAIWAN),
    "twelve digits": of("表号,时间,示数", "m1,202613450015,5",
                        says=(2, "时间", "202613450015", "2026-01-31")),
    "seconds": of("表号,时间,示数", "m1,1767225600,5"),
    "unknown column": of("表号,时间,示数,相位", f"m1,{ONE},5,A",
                         says=(1, "列名", "相位", "--column 相位=ignore")),
    "two values": of("表号,时间,电量(kWh),水量(t)", f"m1,{ONE},5,6",
                     says=(1, "列名", "电量(kWh), 水量(t)", "水量(t)=value")),
    "one of two": of("表号,时间,电量(kWh),水量(t)", f"m1,{ONE},5,6", column="电量(kWh)=value"),
    "purchases": of("卡号,交易日,加油量(升)", "1,2025-01-01,5",
                    says=(1, "列名", "加油量(升)", "delivery.record")),
    "a day of use": of("表号,日期,用电量", "d1,2025-01-01,5", **OWN,
                       says=(2, "日期", "2024-12-31T16:00:00Z", "--stamp start")),
    "that day": of("表号,日期,用电量", "d1,2025-01-01,5", stamp="start", **OWN),
    "rates": of("户号,抄表起始日期,抄表截止日期,总电量,峰时电量", "d1,20250101,20250131,5,3",
                "d1,20250201,20250228,5,3", **OWN),
    "both rates": of("户号,日期,总电量,峰时电量", "d1,2025-01-01,5,3", readings=2, rates="both",
                     stamp="start", **OWN),
    "workbook": Odd(HIDDEN, 1, None, (("zone", "UTC"),)),
    "no number": of("表号,时间,示数", f"m1,{ONE},缺测", says=(2, "示数", "缺测", "只写数字")),
    "not a meter": of("表号,时间,示数", f"m9,{ONE},5", says=(2, "表号", "m9", "import registry")),
    "short id": of("表号,时间,示数", f"1,{ONE},5", says=(2, "表号", "1", "--same 1=0001")),
    "PDF": Odd(b"%PDF-1.4 ...", 0, (0, "", "PDF", "CSV")),
    "Excel 4": Odd(b"\x09\x04\x06\x00\x00\x00\x00\x01\x00\x00", 0, (0, "", "", "xlsx")),
}  # fmt: skip


@dataclass
class Doors:
    """Where files come in: a browser, a program's session, and the world behind them."""

    world: World
    browser: TestClient
    program: TestClient


@pytest.fixture(scope="module")
def doors(database_of_module) -> Iterator[Doors]:
    """A world with an office whose meters have odd keys."""
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'administrator', 'all')",
        f"user:{world.user['planner of all']}",
    )
    parts = {"extra_routers": [router()], "error_page": error_page, "file_sink": world.sink}
    app = create_app(world.pool, today=TODAY, **parts)
    with closing(world):
        browser, program = Site(world, app).client("planner of all"), TestClient(app)
        said = {"login": "planner-of-all", "password": PASSWORD, "bearer": True}
        token = program.post("/api/v1/login", json=said).json()["token"]
        program.headers["Authorization"] = f"Bearer {token}"
        tables = {"regions": REGIONS, "institutions": INSTITUTIONS, "channels": CHANNELS}
        body = zipped(**{f"{name}__csv": one.encode() for name, one in tables.items()})
        assert send(browser, "/imports/registry", "do", body, "r.zip").status_code == 303
        yield Doors(world, browser, program)


def problems(answer: Any) -> list[dict[str, Any]]:
    """Return what an answer of the API holds against a file."""
    body = answer.json()
    return body.get("problems") or body.get("errors") or [body]


@pytest.mark.parametrize("name", ODD)
def test_page_and_api_say_the_same_of_an_odd_file(doors, name):
    odd, query = ODD[name], {"name": "odd.csv", "gateway": GATEWAY, "dry_run": "true"}
    path = "/imports/readings"
    answers = {f"answer.{one}": value for one, value in odd.answers}
    page = send(doors.browser, path, "check", odd.content, "odd.csv", gateway=GATEWAY, **answers)
    said = doors.program.post(
        "/api/v1" + path, params=query | dict(odd.answers), content=odd.content
    )
    if odd.says is None:
        assert page.status_code == said.status_code == 200, said.text
        assert said.json()["done"]["readings"] == odd.readings
        assert f"<dd>{odd.readings}</dd>" in page.text
        return
    assert page.status_code == said.status_code == 422, said.text
    (one,) = said.json()["where"]["problems"]
    line, field, value, remedy = odd.says
    assert (one["line"], one["value"], one["file"]) == (line, value, "odd.csv")
    told, shown = said.json()["detail_zh"], html.unescape(page.text)
    assert [part for part in (field, remedy) if part not in told] == []
    assert told[: told.index(" ", 8)] in shown
    if "question" in one:  # a field for the answer, where the page can ask it
        assert f'name="answer.{one["question"]}"' in page.text


def test_an_odd_file_goes_in_answered_on_the_page_and_is_taken_back(doors):
    path, head = "/imports/readings", "電號,日期,用電量,相位\n"
    file = (head + "d1,113/05/01,5,A\nd1,113/05/02,6,A\n").encode("cp950")
    fields = {"gateway": GATEWAY}
    asked = send(doors.browser, path, "check", file, "t.csv", **fields)
    fields["upload"] = hidden(asked.text)["upload"][0]
    for answer in ("column=相位=ignore", "years=roc", "zone=channel", "stamp=start"):
        name, _, value = answer.partition("=")
        assert asked.status_code == 422
        assert f'value="{value}"' in html.unescape(asked.text), answer
        fields[f"answer.{name}"] = value
        asked = send(doors.browser, path, "check", **fields)
    assert asked.status_code == 200, asked.text
    assert "Big5" in asked.text
    done = send(doors.browser, path, "do", **fields)
    assert done.status_code == 303
    count = "SELECT count(*) FROM reading r JOIN channel c ON c.id = r.channel_id AND c.code = 'c4'"
    assert doors.world.admin(count) == [(2,)]
    receipt = doors.browser.get(done.headers["location"]).text
    (undo,) = re.findall(r'href="(/do/import.undo/\d+)"', receipt)
    walk(doors.browser, undo, {"reason": "the wrong year"})
    assert doors.world.admin(count) == [(0,)]


def test_the_rows_that_fail_come_back_as_a_workbook_with_their_reasons(doors):
    head = "表号,时间,示数\n"
    file = (head + "m1,2025-01-01T00Z,5\nm1,2025-01-02T00Z,缺测\nm9,2025-01-03T00Z,5\n").encode(
        "gbk"
    )
    sent = send(doors.browser, "/imports/readings", "errors", file, "a.csv", gateway=GATEWAY)
    _, *rows = cells_of(sent.content)
    assert [[row[n] for n in (2, 4)] for row in rows] == [["m1", "缺测"], ["m9", "5"]]
    assert [row[0][:2] for row in rows] == ["示数", "表号"]


def test_the_command_says_what_the_page_says(doors, tmp_path):
    known = {name: one for name, one in os.environ.items() if not name.startswith("COMMONWATT")}
    urls = {"DATABASE_URL": "api", "COLLECTOR_DATABASE_URL": "collector"}
    known |= {f"COMMONWATT_{name}": doors.world.database.url(one) for name, one in urls.items()}
    for name in ("Taiwan unsaid", "Taiwan answered"):
        file, odd = tmp_path / "odd.csv", ODD[name]
        file.write_bytes(odd.content)
        options = [part for one, value in odd.answers for part in (f"--{one}", value)]
        ran = subprocess.run(
            [sys.executable, "-m", "cli", "import", "readings", file, "--gateway", GATEWAY,
             "--dry-run", *options],
            env=known | {"COMMONWATT_LANG": "zh"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == (2 if odd.says else 0), ran.stderr
        assert ("第 2 行,日期:“113/05/01”" in ran.stderr) == bool(odd.says)
