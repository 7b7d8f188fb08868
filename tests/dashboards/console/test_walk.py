"""A planner walks: sets a target, compares rules, issues, and reads a quota's arithmetic."""

import re
from decimal import Decimal

import pytest

from dashboards.console.words import say
from tests.dashboards.pages.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(served, chromium):
    """Return a function that logs in and writes down what goes wrong in the page."""
    opened = []

    def enter(lang: str, who: str = "planner of all", width: int = 1280):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.wrong = []
        page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("request", lambda r: page.wrong.append(r.url) if _foreign(r.url, served) else None)
        page.goto(f"{served.url}/?lang={lang}")
        page.fill("#login", who.replace(" ", "-"))
        page.fill("#password", PASSWORD)
        page.click("form.stack button")
        page.wait_for_selector("main.cw-main table")
        return page

    yield enter
    for context in opened:
        context.close()


def _foreign(url: str, served) -> bool:
    return not url.startswith((served.url, "data:", served.url.replace("http", "ws")))


def field(page, lang: str, key: str):
    return page.get_by_label(say(key, lang), exact=True)


def button(page, lang: str, key: str):
    return page.get_by_role("button", name=say(key, lang), exact=True)


@pytest.mark.parametrize(("lang", "width"), [("zh", 1280), ("en", 390)])
def test_a_planner_goes_from_a_target_to_the_arithmetic_of_a_quota(visit, served, lang, width):
    page = visit(lang, width=width)
    page.click(f"a[href='/unions/{served.union.union}']")
    page.get_by_text(say("set_target", lang)).first.click()
    field(page, lang, "fall_percent").fill("4")
    button(page, lang, "set_target").click()
    page.get_by_text(say("needs", lang, what=say("source", lang))).wait_for()
    field(page, lang, "source").fill("minutes of the joint conference")
    button(page, lang, "set_target").click()
    page.wait_for_url("**/targets/*")

    table = page.locator("table.cw-table").first
    table.wait_for()
    for rule in "ABC":
        assert say(f"rule_{rule}", lang) in table.inner_text()
    assert "96.00 %" in table.inner_text()
    assert page.get_by_text(say("gini", lang)).count() == 1

    field(page, lang, "ceiling_percent").fill("90")
    change = {"zh": "最小改动:该年下降率改为 10", "en": "Smallest change: a fall of 10"}[lang]
    alert = page.locator(".cw-alert", has_text=change)
    alert.wait_for()
    field(page, lang, "ceiling_percent").fill("")
    alert.wait_for(state="detached")

    page.click("button[data-rule=A]")
    page.wait_for_url("**/runs/*")
    button(page, lang, "prove").click()
    page.get_by_text(say("same_bytes", lang)).wait_for()
    waits = page.get_by_text(say("bases_wait", lang, n=4))
    waits.wait_for()
    run_at = page.url
    waits.click()
    page.wait_for_url("**/targets/*")
    field(page, lang, "why").fill("looked at")
    page.click("button[data-base=confirm_rest]")
    page.get_by_text(say("base_open", lang, n=2, percent=90.0)).wait_for()
    served.union.answered(int(page.url.rsplit("/", 1)[-1]))
    page.goto(run_at)
    button(page, lang, "issue_run").click()
    button(page, lang, "issue_yes").click()
    page.get_by_text(say("arithmetic_link", lang)).nth(1).wait_for()
    page.fill("[role=search] input", "office")
    page.click("[role=search] button")
    page.wait_for_url("**search=office**")
    rows = page.locator("table.cw-table").last.locator("tbody tr")
    assert rows.count() == 1
    page.get_by_text(say("arithmetic_link", lang)).nth(1).click()
    page.wait_for_url("**/quotas/2016**")
    text = page.locator("[data-arithmetic]").inner_text()
    base, multiplier, share = map(Decimal, re.match(r"(\S+) × λ (\S+) = (\S+) ", text).groups())
    assert round(base * multiplier, 6) == share
    assert round(multiplier, 2) == Decimal("0.96")
    assert text.endswith("kgce")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    issued = served.union.world.admin("SELECT count(*) FROM book_cause WHERE kind = 'issue'")
    assert issued == [(1,)]
    assert page.wrong == []


def test_a_deed_after_the_session_ended_is_refused(visit, served):
    page = visit("en")
    page.goto(f"{served.url}/unions/{served.union.union}")
    button(page, "en", "stand_now").wait_for()
    served.union.world.admin("DELETE FROM user_session")

    button(page, "en", "stand_now").click()

    page.get_by_text("The session has ended.").wait_for()
    assert served.union.world.admin("SELECT count(*) FROM standing") == [(0,)]


def test_an_administrator_adds_a_person_with_a_grant(visit, served):
    page = visit("en", "outsider")
    page.goto(f"{served.url}/people")
    field(page, "en", "login").fill("wang")
    button(page, "en", "add_person").click()
    page.get_by_text("Please fill in: Name").wait_for()
    field(page, "en", "name").fill("Wang")
    button(page, "en", "add_person").click()

    page.get_by_text("The password of wang, shown this once").wait_for()
    grants = served.union.world.admin(
        """SELECT g.role, g.scope FROM access_grant g
             JOIN app_user u ON 'user:' || u.id = g.viewer WHERE u.login = 'wang'"""
    )
    assert grants == [("reader", "region")]
    assert page.wrong == []


def test_an_exchange_is_recorded_in_the_zone_of_the_channel(visit, served):
    page = visit("zh", "outsider")
    world = served.union.world
    page.goto(f"{served.url}/exchanges?institution={world.institution['office']}")
    field(page, "zh", "at").fill("2016-03-05")
    field(page, "zh", "final").fill("zehn")
    field(page, "zh", "source").fill("换表单 7")
    button(page, "zh", "record").click()
    page.get_by_text("请填数字").wait_for()
    field(page, "zh", "final").fill("1300.5")
    button(page, "zh", "record").click()

    page.get_by_text(say("recorded", "zh")).wait_for()
    recorded = world.admin("""SELECT x.at AT TIME ZONE c.zone, x.source
             FROM exchange x JOIN channel c ON c.id = x.channel_id""")
    assert [(str(at), source) for at, source in recorded] == [("2016-03-05 00:00:00", "换表单 7")]
    assert page.wrong == []
