"""The first page: what needs somebody, by role; use while closed is that of plain arithmetic."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from zoneinfo import ZoneInfo

import pytest

from actions.access.login import hash_password
from actions.boards.today import today_of
from collector.codecs import native
from collector.intake import take_in
from dashboards.pages.words import say
from metering.messages import Message
from tests.actions.book_world import lock_year, make_books, propose_transfer
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_opening import hours, vacation
from tests.actions.world import HOUR_MS, START_MS, ZONE
from tests.dashboards.pages.accounts.test_pages import row_of, text_of
from tests.dashboards.pages.conftest import PASSWORD

HOURS = 31 * 24 - 1  # the month ends in summer time
HOLIDAY = "2016-03-17"  # a Thursday that is off in this test alone
LOADS = {"workday": 10, "night": 4, "weekend": 6, "holiday": 7}
QUIET_AT = (2, 3, 4)  # o'clock: a tenth of the hours and more


def kind_of(hour: int) -> tuple[str, int]:
    """Return what kind an hour of March 2016 is, and which o'clock."""
    at = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=hour)
    local = at.astimezone(ZoneInfo(ZONE))
    if f"{local:%Y-%m-%d}" == HOLIDAY:
        return "holiday", local.hour
    if local.isoweekday() >= 6:
        return "weekend", local.hour
    return ("workday" if 6 <= local.hour < 22 else "night"), local.hour


def load_of(hour: int) -> int:
    kind, clock = kind_of(hour)
    return 1 if clock in QUIET_AT else LOADS[kind]


@pytest.fixture
def month(bare):
    """The office measured through all of March, by the hour."""
    world = bare.world
    world.admin(
        """INSERT INTO day_off (calendar, "off", name_zh, name_en, valid_from, valid_to, source,
               evidence) VALUES ('CN', 'yes', '测试', 'test', %s, %s::date + 1, 'test', 'no')""",
        HOLIDAY, HOLIDAY,
    )  # fmt: skip
    shown, register = [(START_MS, 0.0)], 0
    for hour in range(HOURS):
        register += load_of(hour)
        shown.append((START_MS + (hour + 1) * HOUR_MS, float(register)))
    world.say("office e", shown)
    world.work()
    return bare


def test_use_while_closed_is_told_apart_from_what_always_runs(month):
    found = today_of(month.world.actor("of the office")).institutions
    loads = sorted(load_of(hour) for hour in range(HOURS))
    quiet = loads[ceil(len(loads) / 10) - 1]
    expected = {}
    for kind in ("night", "weekend", "holiday"):
        hours = [load_of(hour) for hour in range(HOURS) if kind_of(hour)[0] == kind]
        expected[kind] = (len(hours), sum(hours), sum(max(one - quiet, 0) for one in hours))

    assert quiet == 1
    assert {one.kind: (one.hours, one.kwh, one.above_kwh) for one in found.wastes} == expected
    assert [one.kind for one in found.wastes] == sorted(
        expected, key=lambda kind: -expected[kind][2]
    )
    assert all(one.above_yuan is None for one in found.wastes)


def test_hours_of_its_own_say_when_it_is_closed(month):
    every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    hours(month.world, every, "08:30-20:00")
    vacation(month.world, "2016-03-07", "2016-03-09")

    def kind(hour: int) -> str:
        at = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=hour)
        local = at.astimezone(ZoneInfo(ZONE))
        if f"{local:%Y-%m-%d}" in (HOLIDAY, "2016-03-07", "2016-03-08"):
            return "holiday"
        if 8 <= local.hour < 20:
            return "open"
        return "weekend" if local.isoweekday() >= 6 else "night"

    found = today_of(month.world.actor("of the office")).institutions.wastes
    counted = Counter(map(kind, range(HOURS)))
    assert {one.kind: one.hours for one in found} == {
        one: counted[one] for one in ("night", "weekend", "holiday")
    }


def test_a_price_turns_it_into_yuan(month):
    actor = month.world.actor("of the office")
    month.world.admin(
        """INSERT INTO price (institution_id, carrier, yuan_per_unit, valid_from, source, known_by)
           VALUES (%s, 'electricity', 0.8, '2016-01-01', 'test', 'user:1')""",
        month.world.institution["office"],
    )
    for one in today_of(actor).institutions.wastes:
        assert one.above_yuan == one.above_kwh * Decimal("0.8")


def test_the_page_of_an_institution_leads_to_the_form_of_its_price(site):
    form = f"/do/account.price/{site.world.institution['office']}"

    assert f'href="{form}"' in site.client("of the office").get(site.path("office")).text
    assert form not in site.client("city reader").get(site.path("office")).text


def test_an_hour_that_a_meter_did_not_see_is_no_hour(month):
    month.world.admin("UPDATE usage_hour SET measured_s = 3599 WHERE hour < '2016-03-26'")

    assert today_of(month.world.actor("of the office")).institutions.wastes == []


def test_each_role_finds_what_it_looks_after(site):
    officer = text_of(site.client("of the office", "en").get("/").text)
    planner = text_of(site.client("planner of all", "en").get("/").text)
    nobody = text_of(site.client("outsider", "en").get("/").text)

    assert "Energy used in Mar 2016" in officer
    assert "Unions" not in officer
    assert "The platform" not in officer
    assert "Open data problems" in planner
    assert "There is no union that you plan for." in planner
    assert "Energy used" not in nobody
    assert "no accounts" in nobody.lower() or "No account" in nobody


def test_an_administrator_sees_what_is_silent_and_refused(site):
    site.world.admin("UPDATE access_grant SET role = 'administrator' WHERE viewer = %s",
                     f"user:{site.world.user['planner of all']}")  # fmt: skip
    page = text_of(site.client("planner of all", "en").get("/").text)

    assert "Gateway demo-a/g1" in page
    assert "silent since 2016-03-0" in page
    assert "0 rejected messages wait" in page
    assert "All queues move." in page


def test_a_new_key_of_a_known_gateway_is_told_to_who_registers_and_may_see_it(site):
    assert "New keys" not in text_of(site.client("planner of all", "en").get("/").text)
    payload = native.encode_one(1, "a new meter", START_MS, 5.0)
    for name in ("demo-a/g1", "demo-a/nobody knows it"):
        message = Message(f"cw/v1/{name}/data", name, payload, START_MS + 1)
        take_in([message], native.decode, site.world.sink)

    page = site.client("planner of all", "en").get("/").text
    assert "Gateway demo-a/g1 sends under keys that are not bound" in text_of(page)
    assert "a new meter" in page
    assert "nobody knows it" not in page
    assert 'href="/unbound-keys?gateway=demo-a%2Fg1"' in page
    # A guarded meter is bound there too, whose messages an officer of another does not see.
    assert "New keys" not in site.client("of the office", "en").get("/").text
    assert "New keys" not in site.client("outsider", "en").get("/").text


def test_the_first_page_names_what_lacks_most_with_a_way_to_it(site):
    page = site.client("of the office", "zh").get("/").text

    row = row_of(page[page.index('id="lacking"') :], "演示office")
    channel = site.world.channel["office e"]
    assert f'href="/institutions/{site.world.institution["office"]}?curve={channel}"' in page
    assert "%" in row


def test_the_first_page_names_unknown_steps_with_the_forms_that_settle_them(site):
    """Of the gas an hourly value never came: the only use that is not known, for who corrects."""
    gas = site.world.channel["office gas"]
    page = site.client("of the office", "en").get("/").text
    row = row_of(page[page.index('id="unknown"') :], "Demo office")
    assert "2016-03-01 04:00 – 2016-03-01 05:00" in row
    assert "interval values never came" in row

    asked = re.findall(r'href="(/do/[^"]+)"', page[page.index('id="unknown"') :])
    assert f"/do/reading.set/{gas}?at=2016-03-01T04%3A00%3A00%2B00%3A00" in asked
    reader = site.client("city reader", "en").get("/").text
    assert "never came" in reader
    assert "/do/reading.set" not in reader

    site.world.say("office gas", [(START_MS + 5 * HOUR_MS, 0.5)], seq=9)
    site.world.work()
    settled = site.client("of the office", "en").get("/").text
    assert "No step of these days is unknown." in settled


def test_a_register_that_fell_is_an_unknown_step_until_its_exchange_is_recorded(month):
    """The register's last hours of March fall back to nought: from there nothing is known."""
    world, channel = month.world, month.world.channel["office e"]
    at = START_MS + HOURS * HOUR_MS
    world.say("office e", [(at + HOUR_MS, 0.0), (at + 2 * HOUR_MS, 5.0)], seq=7)
    world.work()
    (step,) = today_of(world.actor("of the office")).institutions.unknown
    assert (step.channel.channel_id, step.step.reason) == (channel, "fall")
    assert (step.step.start_ms, step.step.end_ms) == (at, at + HOUR_MS)


def test_the_language_is_the_browsers_until_one_is_chosen(bare):
    client = bare.client()
    client.cookies.clear()

    def of(wanted: str) -> str:
        return client.get("/login", headers={"Accept-Language": wanted}).headers["content-language"]

    assert of("en-GB,en;q=0.9,zh;q=0.5") == "en"
    assert of("fr, zh-CN;q=0.8, en;q=0.3") == "zh-CN"
    assert of("en;q=0, fr") == "zh-CN"
    assert of("en;q=x,,;q=") == "zh-CN"
    client.cookies.set("cw_lang", "zh")
    assert of("en") == "zh-CN"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_waits_for_an_approval_stands_first(bare, lang):
    union = make_books(make_union_world(bare.world))
    bare.world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    movement = propose_transfer(bare.world.actor(), union, "school", "office")
    lock_year(bare.world, "office", 2016, 1)
    page = bare.client("planner of all", lang).get("/").text
    assert f'href="/movements/{movement}"' in page
    assert page.index("/movements/") < page.index('id="unions"')
    assert say("todo_cover", lang, year=2016, many=1) in text_of(page)
