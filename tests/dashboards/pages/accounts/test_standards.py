"""The page of an institution beside quota standards: scales, steps, and what is lacking."""

import html
import re
from datetime import date

import pytest

from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.examples_of_standards import in_shandong, state, year
from tests.dashboards.pages.conftest import Site


@pytest.fixture
def graded(bare):
    """The office stands in Shandong, in zone A, with a year of 192,000 kWh and 80 persons."""
    in_shandong(bare.world)
    year(bare.world, "office", 2020, 192_000)
    state(bare.world, "zone:Shandong-A")
    app = create_app(
        bare.world.pool, extra_routers=[router()], error_page=error_page, today=date(2021, 2, 1)
    )
    return Site(bare.world, app)


def article(page: str, standard: str, value: str) -> str:
    """Return what is said of one standard's value."""
    found = re.findall(r"<article.*?</article>", page, re.DOTALL)
    texts = [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]
    return next(one for one in texts if one.startswith(standard) and value in one)


def test_where_an_office_stands_is_drawn_and_told_in_both_languages(graded):
    path = graded.path("office", "/standards")
    english = graded.client("planner of all", "en").get(path).text
    one = article(english, "DB37/T 2672-2019", "kgce/(person·a)")
    assert "reasonable" in one
    assert "Here 744.00" in one
    assert "leading value 453.70 · reference value 781.00 · constraint value 1,197.80" in one
    assert "23,224 kgce to save in a year (39.0%)" in one
    assert "use: energy_kgce = 59520.0000" in one
    assert '<rect class="stands"' in english
    chinese = graded.client("planner of all", "zh").get(path).text
    assert "距引导值(先进值):年须节约 23,224 kgce" in article(chinese, "DB37/T 2672-2019", "人·a")


def test_what_is_lacking_and_what_is_for_others_is_told(graded):
    page = graded.client("planner of all", "en").get(graded.path("office", "/standards")).text
    assert "Lacks: Electricity for heating" in html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "climate zone: asked Shandong sub-zone B, here Shandong sub-zone A" in page
    assert "文 7 号" in page
    assert "/do/standard.state/" in page
    reader = graded.client("city reader", "en").get(graded.path("office", "/standards")).text
    assert "/do/standard.state/" not in reader


def test_a_year_before_the_edition_is_told(graded):
    year(graded.world, "office", 2018, 192_000)
    path = graded.path("office", "/standards?year=2018&which=own")
    page = graded.client("planner of all", "en").get(path).text
    assert "the year came before the standard" in page
    assert "Guangdong" not in page.partition("For others")[0]


def test_no_standard_is_an_answer(graded):
    page = graded.client("planner of all", "en").get(graded.path("academy", "/standards"))
    assert page.status_code == 200
    assert "No quota standard applies. Lacking: class" in page.text


def test_the_page_of_an_institution_leads_there(graded):
    page = graded.client("planner of all", "en").get(graded.path("office")).text
    assert graded.path("office", "/standards") in page


def test_nobody_looks_at_whom_he_does_not_see(graded):
    path = graded.path("hidden", "/standards")
    assert graded.client("of the office").get(path).status_code == 404
