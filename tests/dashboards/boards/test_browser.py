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
    "commonwatt-union": 4,  # nothing was dropped, withheld, followed, or is of CO2 and water
    "commonwatt-region": 2,
    "commonwatt-institution": 4,  # nothing is of CO2 and water
    "commonwatt-building": 9,
    "commonwatt-comparison": 2,
    "commonwatt-quality": 5,  # what was kept for days says nothing of a clock
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


def test_a_target_that_is_followed_is_told_to_the_hundredth_of_a_percent(site, visit):
    make_union(site.world)
    site.world.admin(
        """INSERT INTO target_progress (target_id, union_id, day, year, upto, due, institutions,
                   months, base, base_size, now, now_size, annual_months, annual_before,
                   annual_before_size, annual_now, annual_now_size, enough_permille, guarded,
                   verdict, fall_millionths, asked_millionths, annual_fall_millionths,
                   annual_asked_millionths)
           SELECT id, union_id, '2016-03-31', 2016, storage.today() - 20, 12, 4, 9, 10000, 1, 9519,
                  1, 9, 9820, 1, 9519, 1, 950, '{}', 'on_path', 48100, 10100, 30652, 5000
             FROM target"""
    )
    page = visit("en")
    page.goto(f"/boards/commonwatt-union?{MARCH}")
    board = BOARDS[[one.uid for one in BOARDS].index("commonwatt-union")]
    assert len(list(board.panels())) - ready(page) == LACKING["commonwatt-union"] - 1
    told = page.inner_text("tr:has-text('All members')").split("\t")
    assert told[:7] == ["Total energy", "All members", "2016", "4.81%", "1.01%", "3.06%", "0.50%"]
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
