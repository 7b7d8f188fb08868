"""Boards in a real browser: every panel shows its figures, in both languages, light and dark."""

import pytest

from dashboards.boards.catalogue import BOARDS
from tests.dashboards.boards.conftest import make_union
from tests.dashboards.pages.test_browser import chromium, fits, visit

__all__ = ["chromium", "visit"]
pytestmark = pytest.mark.browser
MARCH = "from=2016-03-01&to=2016-03-31"


def ready(page) -> int:
    """Return how many panels of a board show figures."""
    page.wait_for_selector("#board[data-drawn]")
    return int(page.get_attribute("#board", "data-drawn"))


LACKING = {
    "commonwatt-union": 3,  # nothing was dropped, withheld, or followed for a target
    "commonwatt-region": 2,
    "commonwatt-institution": 3,
    "commonwatt-building": 9,
    "commonwatt-comparison": 2,
    "commonwatt-quality": 4,
    "commonwatt-collector": 9,  # of March; what is of now is there
}


@pytest.mark.parametrize(
    ("lang", "width", "dark"), [("zh", 1280, False), ("en", 1280, True), ("zh", 390, False)]
)
def test_every_board_shows_its_figures_and_nothing_is_refused(site, visit, lang, width, dark):
    make_union(site.world)
    page = visit(lang, width, dark)
    office = site.world.institution["office"]
    lacking = {}
    for board in BOARDS:
        page.goto(f"/boards/{board.uid}?var-institution={office}&{MARCH}")
        lacking[board.uid] = len(list(board.panels())) - ready(page)
        assert fits(page), board.uid
    # There is no year before, no sum lacks a carrier, nothing was rejected in March, no run dropped
    # anybody, and of its curves only three days were measured.
    assert lacking == LACKING
    assert page.wrong == []


def test_choices_stay_in_the_address_and_rows_lead_down(site, visit):
    page = visit("en")
    page.goto(f"/boards/commonwatt-region?{MARCH}")
    ready(page)
    page.evaluate("window.same = true")
    page.select_option("#var-region", label="Demo city 1")
    page.wait_for_url("**var-region=**")
    ready(page)
    assert page.evaluate("window.same")
    page.click("text=Demo office")
    ready(page)

    assert "/boards/commonwatt-institution" in page.url
    assert "from=2016-03-01" in page.url
    page.click("summary >> nth=0")
    page.wait_for_selector("details[open] tbody tr")  # it is filled as it opens
    assert page.locator("details[open] tbody tr").count() == 1
    assert page.wrong == []
