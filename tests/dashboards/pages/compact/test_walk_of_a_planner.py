"""A planner walks in a browser: turns rules by sliders, keeps one, issues it, reads a quota."""

import re
from decimal import Decimal

import pytest

from dashboards.pages.words import say
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_browser import chromium, colours, drawn, fits, visit

__all__ = ["chromium", "visit"]
pytestmark = pytest.mark.browser


@pytest.fixture
def union(site) -> UnionWorld:
    made = make_union_world(site.world)
    site.world.admin(
        """INSERT INTO institution_fact
               (institution_id, attribute, value, valid_from, source, known_by)
           VALUES (%s, 'class', 'GOV', '2010-01-01', 'test', 'test')""",
        site.world.institution["office"],
    )
    return made


def turn(page, field: str, value: str) -> None:
    """Move the slider beside a number."""
    page.locator(f"#{field} ~ input[type=range]").evaluate(
        """(range, value) => {
            range.value = value;
            range.dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        value,
    )


@pytest.mark.parametrize(("lang", "width", "dark"), [("zh", 1280, False), ("en", 390, True)])
def test_a_planner_goes_from_sliders_to_the_arithmetic_of_a_quota(
    site, union, visit, lang, width, dark
):
    page = visit(lang, width=width, dark=dark)
    page.goto(f"/targets/{union.target}/compare")
    assert drawn(page, "#chart-compare") >= 4  # two members under two rules at least
    assert colours(page, "#chart-compare") > 3
    page.evaluate("window.same = true")  # lost if the page were loaded anew

    turn(page, "f-A-ceiling_percent", "90")
    change = {"zh": "最小改动:该年下降率改为 10", "en": "Smallest change: a fall of 10"}[lang]
    alert = page.locator(".alert", has_text=change)
    alert.wait_for()
    assert "A.ceiling_percent=90" in page.url
    page.fill("#f-A-ceiling_percent", "")
    alert.wait_for(state="detached")
    turn(page, "f-A-floor_percent", "50")
    page.wait_for_url("**A.floor_percent=50**")
    page.get_by_text(say("compare_done", lang)).wait_for()
    assert page.evaluate("window.same")
    assert fits(page)

    page.click("a[data-rule=A]")
    page.wait_for_url("**/do/run.make/**")
    assert page.input_value("#f-floor_percent") == "50"
    page.click("button.primary")
    page.get_by_text(say("form_effects", lang)).wait_for()
    page.click("button.primary")
    page.wait_for_url("**/runs/*")
    page.get_by_text(say("run_bases_wait", lang, count=4)).wait_for()
    assert fits(page)
    union.answered()
    page.reload()
    page.click("a[href*='/do/run.issue/']")
    page.click("button.primary")
    page.fill("#again", PASSWORD)
    page.click("button.primary")
    page.wait_for_url("**/runs/*")
    page.fill("#f-search", "office")
    page.press("#f-search", "Enter")
    page.wait_for_url("**search=office**")
    page.click("table.list tbody a")
    page.wait_for_url("**/quotas/2016**")

    line = page.inner_text("[data-arithmetic]")
    base, multiplier, share = map(Decimal, re.match(r"(\S+) × λ (\S+) = (\S+) ", line).groups())
    assert round(base * multiplier, 6) == share
    assert round(multiplier, 2) == Decimal("0.97")
    assert fits(page)
    assert site.world.admin("SELECT kind FROM book_cause") == [("issue",)]
    assert page.wrong == []
