"""The register of commitments on pages: from the list to one, and to what can be done to it."""

import html
import re

import pytest

from actions.access.login import hash_password
from tests.actions.acts import signers
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_commitments import assigned
from tests.actions.world import make_world
from tests.dashboards.pages.conftest import PASSWORD, Site, create_app, error_page, router
from tests.dashboards.pages.conftest import TODAY as DAY
from tests.dashboards.pages.test_forms import fill_in, hidden


@pytest.fixture(scope="module")
def site(database_of_module):
    """Pages of a union with a commitment that is overdue."""
    world = make_world(database_of_module)
    make_union_world(world)
    assigned(world, number="7", title="公布改造清单", due="2016-02-01")
    signers(world.actor(), [world.region["city 1"]])
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=DAY)
    yield Site(world, app)
    world.close()


@pytest.mark.parametrize(("lang", "late"), [("zh", "逾期"), ("en", "days overdue")])
def test_what_is_overdue_is_listed_and_its_page_says_so(site, lang, late):
    client = site.client("of the office", lang)
    page = client.get("/commitments", params={"overdue": "true"})
    assert page.status_code == 200, page.text
    assert "公布改造清单" in page.text
    assert late in page.text
    (link,) = set(re.findall(r'href="(/commitments/\d+)"', page.text))
    one = client.get(link)
    assert one.status_code == 200, one.text
    assert 'class="alert"' in one.text
    assert "/do/commitment." not in one.text  # an officer of an institution does nothing here
    files = [html.unescape(one) for one in re.findall(r'href="([^"]+format=[^"]+)"', page.text)]
    assert "公布改造清单" in client.get(files[0]).text
    assert client.get("/commitments/999").status_code == 404


def test_a_member_reports_by_the_form_on_its_page(site):
    client = site.client("signs.1", "en")
    link = re.search(r'href="(/commitments/\d+)"', client.get("/commitments").text)[1]
    form = re.search(r'href="(/do/commitment\.report/\d+)"', client.get(link).text)[1]
    check = fill_in(client, form, {"state": "done", "evidence": "Adopted, no. 28"})
    done = client.post(form, data=hidden(check) | {"step": "do"})
    assert done.status_code == 303, done.text
    page = client.get(done.headers["location"]).text
    assert "reported done, to be confirmed" in page
    assert "Adopted, no. 28" in page
    assert "overdue" not in page
