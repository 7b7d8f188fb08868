"""Rules whose caps are their own (G, H): what they miss of the target is said at every step.

And rules by bands are those in force on the server, not those of a file.
"""

import html
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from actions.access.login import hash_password
from api import create_app
from dashboards.pages.app import error_page, router
from dashboards.pages.words import say
from tests.actions.compact_world import UnionWorld, answer_for, make_union_world
from tests.actions.world import TODAY, fill, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden, walk

_ADD = """
    INSERT INTO band_rule (rule_code, band, factor_millionths, valid_from, valid_to, document,
                           source, evidence)
    VALUES (%s, 'all', %s, %s, %s, 'Notice of a province', 'test', 'no')
"""


@pytest.fixture(scope="module")
def union(database_of_module) -> Iterator[UnionWorld]:
    world = make_world(database_of_module)
    fill(world)
    world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                                         known_by)
           VALUES (%s, 'class', 'GOV', '2015-01-01', 'test', 'user:1')""",
        world.institution["office"],
    )  # without a class there is no band
    yield make_union_world(world)
    world.close()


@pytest.fixture(scope="module")
def site(union) -> Site:
    world = union.world
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    return Site(world, app)


def falls(site: Site, percent: str) -> dict[str, str]:
    """Return both members' fall, as the address of a comparison says it."""
    return {f"H.fall_percent.{site.world.region[one]}": percent for one in ("city 1", "city 2")}


def compared(site: Site, union: UnionWorld, lang: str, **asked: str) -> str:
    client = site.client("planner of all", lang)
    answer = client.get(f"/targets/{union.target}/compare", params={"asked": "1", **asked})
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def kgce(found: str) -> Decimal:
    return Decimal(found.replace(",", ""))


@pytest.mark.parametrize(("percent", "says"), [("1", "more than"), ("5", "less than"), ("3", None)])
def test_a_comparison_says_by_how_much_caps_miss_the_target(site, union, percent, says):
    text = compared(site, union, "en", A="on", H="on", **falls(site, percent))
    found = re.findall(
        r"together are ([\d,.]+) kgce, which is ([\d,.]+) kgce (\w+ than) the ([\d,.]+) kgce", text
    )

    if says is None:  # every cap is floored, so that it may be less by some grams
        assert all(kgce(by) < Decimal("0.1") and which == "less than" for _, by, which, _ in found)
        return
    amount, by, which, target = found[0]
    assert which == says
    assert abs(kgce(amount) - kgce(target)) == kgce(by) > 0
    assert (say("compare_beyond_next", "en") in text) == (says == "more than")
    assert len(found) == 1  # A shares the total itself


def test_a_run_beyond_the_target_warns_and_is_not_issued(site, union):
    client = site.client("planner of all", "en")
    fields = {"rule": "H"}
    for place, name in enumerate(("city 1", "city 2")):
        fields[f"fall_percent.{place}.member"] = str(site.world.region[name])
        fields[f"fall_percent.{place}.value"] = "0"
    preview, kept = walk(client, f"/do/run.make/{union.target}", fields)
    assert 'class="warns"' in preview
    assert "Beyond the target" in preview
    run = int(re.search(r"/runs/(\d+)", kept)[1])
    assert "more than the" in html.unescape(client.get(f"/runs/{run}").text)

    answer_for(site.world.actor("planner of all"), union.target)
    refused = client.post(
        f"/do/run.issue/{run}", data=hidden(client.get(f"/do/run.issue/{run}").text)
    )
    assert "It cannot be issued" in html.unescape(refused.text)
    assert site.world.admin("SELECT count(*) FROM book_cause") == [(0,)]


def test_rules_by_bands_are_offered_as_they_are_in_force_here(site, union):
    for code, first, last in (
        ("TOY-NOW", "2015-01-01", None),
        ("TOY-OVER", "2014-01-01", "2016-01-01"),
        ("TOY-LATER", "2017-01-01", None),
    ):
        site.world.admin(_ADD, code, 500_000, first, last)
    client = site.client("planner of all", "en")

    for path in (f"/do/run.make/{union.target}?rule=G", f"/targets/{union.target}/compare"):
        text = client.get(path).text
        assert "TOY-NOW · Notice of a province" in text
        assert "TOY-OVER" not in text
        assert "TOY-LATER" not in text
    values = dict.fromkeys(("G.constraint.GOV", "G.reference.GOV", "G.leading.GOV"), "5")
    text = compared(site, union, "en", G="on", **values, **{"G.bands": "TOY-NOW"})
    assert 'data-rule="G"' in text
    assert "bands=TOY-NOW" in text  # and so kept by the same
    refused = client.get(
        f"/targets/{union.target}/compare",
        params={"asked": "1", "G": "on", "G.bands": "TOY-OVER", **values},
    )
    assert 'data-rule="G"' not in refused.text
