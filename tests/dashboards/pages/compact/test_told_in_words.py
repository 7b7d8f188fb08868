"""Pages of the compact name people and carriers, show levels on a phone, and ask what is open."""

import html
import re

import pytest

from actions.access.login import hash_password
from dashboards.pages.words import say
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.dashboards.pages.conftest import PASSWORD


@pytest.fixture
def union(site) -> UnionWorld:
    made = make_union_world(site.world)
    site.world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    return made


def bases(union: UnionWorld) -> str:
    return f"/targets/{union.target}/bases?state=confirmed"


def test_who_answered_is_told_by_name_to_who_sees_the_log_in_else_by_number(site, union):
    run = union.issued()
    office = site.world.institution["office"]
    planner, number = site.client("planner of all", "en"), site.world.user["planner of all"]
    other = site.client("union planner", "en")
    (name,) = site.world.admin("SELECT name FROM app_user WHERE id = %s", number)[0]

    for path in (bases(union), f"/institutions/{office}/quotas/2016"):
        assert name in planner.get(path).text.split("<main")[1]
        for client in (planner, other):
            text = client.get(path).text.split("<main")[1]
            assert "user:" not in text
        assert say("somebody", "en", number=number) in text
    marks = html.unescape(planner.get(f"/runs/{run}").text)
    assert "Electricity: nothing used while open" in marks
    assert not re.search(r"\d{4}-\d\d electricity", marks)


def test_levels_are_rows_that_a_phone_shows_as_cards(site, union):
    text = site.client("planner of all", "en").get(f"/runs/{union.run()}").text
    levels = text.split('id="levels"')[1].split("</table>")[0]

    assert 'class="grid list"' in levels
    cells = re.findall(r"<td[^>]*>", levels)
    assert cells
    assert all("data-label=" in one for one in cells)


def test_bases_are_asked_for_until_quotas_are_issued(site, union):
    client = site.client("planner of all", "en")
    link = f'href="/targets/{union.target}/bases"'
    assert link in client.get("/").text
    union.issued()
    assert link not in client.get("/").text


def test_a_form_without_its_object_says_the_way_there(site, union):
    client = site.client("planner of all", "en")

    text = html.unescape(client.get("/do/reading.void").text)
    assert "choose the channel in its hourly curve" in text
    assert 'href="/institutions"' in text.split("<main")[1]
