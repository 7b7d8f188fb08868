"""What is printed: charts light, sharp and as wide as paper, few figures below; then as before."""

import pytest

from tests.dashboards.pages.test_browser import chromium, drawn, visit

__all__ = ["chromium", "visit"]
pytestmark = pytest.mark.browser

_CHART = """chart => {
    const element = document.querySelector(chart), canvas = element.querySelector("canvas");
    return [element.clientWidth, canvas.width / element.clientWidth];
}"""


def light(page) -> bool:
    """Return whether the page's ground is light."""
    return page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_charts_turn_to_paper_and_back(site, visit):
    page = visit("en", dark=True)
    page.goto(site.path("office"))
    figures = drawn(page)
    wide, _ = page.evaluate(_CHART, "#chart-curve")
    assert not light(page)
    assert wide > 1000

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("() => document.querySelector('#chart-curve canvas')?.width > 1500")
    narrow, sharpness = page.evaluate(_CHART, "#chart-curve")
    assert light(page)
    assert narrow <= 690
    assert sharpness >= 2
    assert drawn(page) == figures

    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function("() => document.querySelector('#chart-curve canvas')?.width <= 1280")
    assert page.evaluate(_CHART, "#chart-curve")[0] == wide
    assert not light(page)
    assert page.wrong == []


def test_lists_stay_tables_on_paper_and_are_cards_on_a_phone(visit):
    page = visit("en")
    page.goto("/institutions")
    display = "getComputedStyle(document.querySelector('table.list tbody tr')).display"
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate(display) == "grid"
    page.emulate_media(media="print")
    assert page.evaluate(display) == "table-row"


def test_a_board_on_paper_shows_figures_where_these_are_few(site, visit):
    page = visit("en")
    office = site.world.institution["office"]
    month = "from=2016-03-01&to=2016-03-31"
    page.goto(f"/boards/commonwatt-institution?var-institution={office}&{month}")
    page.wait_for_selector("#board[data-drawn]")
    opened = "document.querySelectorAll('.board-panel details[open] td').length"
    assert page.evaluate(opened) == 0

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(f"() => {opened} > 0")
    assert page.evaluate(
        "Math.max(...[...document.querySelectorAll('.board-panel details[open] table')]"
        ".map(one => one.querySelectorAll('th, td').length))"
    ) <= 220  # fmt: skip
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(opened) == 0
