"""Notices on pages, zh and en, with the files and the calendar that they lead to."""

import html
import re

import pytest

from actions.access.login import hash_password
from actions.compact.own_movements import ReturnQuota
from actions.doing import carry_out
from tests.actions.compact_world import make_union_world
from tests.actions.world import make_world
from tests.dashboards.pages.conftest import PASSWORD, Site, create_app, error_page, router
from tests.dashboards.pages.conftest import TODAY as DAY


@pytest.fixture(scope="module")
def issued(database_of_module):
    """Pages of a union with a run in force."""
    world = make_world(database_of_module)
    union = make_union_world(world)
    run_id = union.issued()
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=DAY)
    yield Site(world, app), run_id
    world.close()


def links(text: str) -> list[str]:
    """Return where a page leads."""
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', text)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_a_quota_to_its_notice_its_files_and_its_days(issued, lang):
    site, _ = issued
    client = site.client("of the office", lang)
    quota = client.get(site.path("office", "/quotas/2016"))
    assert quota.status_code == 200, quota.text
    (notice,) = [one for one in links(quota.text) if "/notice" in one]
    page = client.get(notice)
    assert page.status_code == 200, page.text
    number = re.search(r"data-number>([^<]+)<", page.text)[1]
    assert number in quota.text
    assert "1,555.914 " not in page.text  # no stray space
    assert "1,555.914" in page.text
    files = [one for one in links(page.text) if "format=" in one]
    assert len(files) == 4
    for one in files[:2]:  # in the reader's own language
        answer = client.get(one)
        assert answer.status_code == 200
        assert number in answer.headers["content-disposition"]
        assert answer.content[:4] == (b"%PDF" if "format=pdf" in one else b"PK\x03\x04")
        assert f"lang={lang}" in one
    (days,) = [one for one in links(quota.text) if "/days" in one]
    shown = client.get(days)
    assert shown.status_code == 200, shown.text
    assert "2016-12-31" in shown.text
    csv = next(one for one in links(shown.text) if "format=csv" in one)
    assert client.get(csv).text.count("\n") == 366 + 2


def test_a_run_in_force_leads_to_its_members_notices_and_their_zip(issued):
    site, run_id = issued
    client = site.client("planner of all", "en")
    run = client.get(f"/runs/{run_id}").text
    members = [one for one in links(run) if "/members/" in one]
    assert len(members) == 2
    page = client.get(members[0])
    assert page.status_code == 200, page.text
    bundle = next(one for one in links(page.text) if "/notices?format=xlsx" in one)
    answer = client.get(bundle)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content[:2] == b"PK"
    outsider = site.client("outsider", "en")
    assert outsider.get(members[0]).status_code == 404
    assert outsider.get(bundle).status_code == 404


def test_a_quota_that_was_moved_says_what_moved_it_from_the_issue_to_now(issued):
    site, _ = issued
    (union,) = (one for (one,) in site.world.admin("SELECT DISTINCT union_id FROM run_in_force"))
    excess = ReturnQuota.model_validate(
        {"union": union, "year": 2016, "amount": "12.5", "reason": "two rooms are shut"}
    )
    client = site.client("planner of all", "en")
    address = site.path("school", "/quotas/2016")
    assert 'id="moved"' not in client.get(address).text
    carry_out(site.world.actor(), excess, site.world.institution["school"])

    page = client.get(address).text
    lines = re.search(r'id="moved">.*?</table>', page, re.DOTALL)[0]
    cells = [html.unescape(one) for one in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", lines)]
    now = re.search(r"<strong>([^<]+)</strong>", lines)[1]
    issued_kgce = cells[cells.index("As issued") + 2]
    assert float(issued_kgce.replace(",", "")) - 12.5 == float(now.replace(",", ""))
    assert any("two rooms are shut" in one for one in cells)
    assert f"As issued {issued_kgce} kgce" in html.unescape(page)
