"""The page of a large file: how far it is, what stood against it, and that it looks again."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from actions.access.login import hash_password
from actions.readings.large_imports import receive
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.test_large_imports import HEADER, file_of, rows, sent
from tests.actions.world import TODAY, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site

LIST = "/imports/readings/large"


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """A world without readings."""
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    with closing(world):
        yield Site(world, app)


def test_the_page_looks_again_until_the_accounts_have_it(site):
    en, zh = site.client("of the office", "en"), site.client("of the office", "zh")
    stored = sent(site.world, HEADER + rows("office e", range(30)), "of the office").of
    path = f"/imports/readings/{stored.id}"
    before = en.get(path)
    site.world.work()
    after = en.get(path)

    assert before.headers["refresh"] == "3"
    assert "It is stored; the accounts are being made." in before.text
    assert "refresh" not in after.headers
    assert "The accounts have it." in after.text
    assert "已计入台账。" in zh.get(path).text
    assert f'href="{path}"' in en.get(LIST).text
    assert LIST in en.get("/imports/readings").text


def test_a_file_on_its_way_says_how_much_is_done(site):
    actor = site.world.actor("of the office")
    import_id = receive(actor, file_of(HEADER + rows("office e", range(9))))
    site.world.admin("UPDATE reading_import SET bytes_read = bytes / 2 WHERE id = %s", import_id)
    page = site.client("of the office", "en").get(f"/imports/readings/{import_id}")

    assert '<progress max="100" value="49"' in page.text or 'value="50"' in page.text
    assert page.headers["refresh"] == "3"


def test_mistakes_stand_with_their_lines_in_the_language_of_the_page(site):
    refused = sent(site.world, HEADER + "demo-a/g1,office e,soon,1\n", "of the office").of
    path = f"/imports/readings/{refused.id}"

    assert "is not a time" in site.client("of the office", "en").get(path).text
    assert "不是可识别的时间" in site.client("of the office", "zh").get(path).text
    assert site.client("city reader", "en").get(path).status_code == 404
    assert "None was sent yet." in site.client("city reader", "en").get(LIST).text
