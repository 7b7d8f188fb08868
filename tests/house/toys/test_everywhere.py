"""In a house with a toy of each kind: each is everywhere, and nothing else was written."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from actions.access.login import hash_password
from actions.actor import DeniedError
from actions.catalogue import declared
from actions.doing import acting, target
from actions.readings.retry_all import RetryTask
from actions.rights import Right
from api import create_app
from cli.main import app as program
from collector.routing import Route, Routing
from dashboards.pages.app import error_page, router
from metering.errors import NotFoundError
from tests.actions.compact_world import make_union_world
from tests.actions.test_laws_of_actions import objects
from tests.actions.world import START_MS, TODAY, _channel, _term, fill, make_world
from tests.collector.codecs import samples
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.docs import test_actions, test_rules

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """A world in which the office burns 3 kg of the toy's fuel, too."""
    world = make_world(database_of_module)
    _channel(world, "office fuel", "office", carrier="toy_fuel", kind=1, unit="kg")
    _term(world, "office", "office fuel", 1_000_000, carrier="toy_fuel")
    fill(world)
    world.say("office fuel", [(START_MS + hour * HOUR_MS, 0.5) for hour in range(1, 7)], seq=9)
    world.work()
    make_union_world(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture(scope="module")
def planner(site):
    return site.client("planner of all", "en")


def api(client, path, **asked):
    answer = client.get(f"/api/v1{path}", params=asked, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def march(site, client, carrier, **asked):
    """Return the office's account of a carrier in March."""
    items = api(client, site.path("office", "/accounts"), carrier=carrier, **asked)["items"]
    (one,) = [one for one in items if one["month"].startswith("2016-03")]
    return one


def test_a_resource_is_in_the_openapi_and_in_the_list_of_docs(site):
    paths = site.app.openapi()["paths"]
    made = paths["/api/v1/institutions/{institution_id}/vehicles"]["post"]
    assert (made["x-action"], made["x-right"]) == ("vehicle.register", "register")
    assert "/api/v1/imports/vehicle.register" in paths
    assert "get" in paths["/api/v1/vehicles"]
    assert "## `vehicle.register` 登记车辆 · Register a vehicle" in test_actions.written()


def test_a_resource_is_done_by_form_command_and_file_and_listed(
    site, planner, tmp_path, monkeypatch
):
    office = site.world.institution["office"]
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", site.world.database.url("api"))
    monkeypatch.setenv("COMMONWATT_LANG", "en")

    options = ("--institution", office, "--plate", "A1", "--since", "2016-01-31")
    one = CliRunner().invoke(program, ["do", "vehicle.register", *map(str, options)])
    assert json.loads(one.stdout)["vehicle_id"], one.output
    (tmp_path / "v.csv").write_text(f"机构,号牌,启用日期\n{office},A2,2016-02-01\n", "utf-8")
    file = str(tmp_path / "v.csv")
    many = CliRunner().invoke(program, ["do", "vehicle.register", "--file", file])
    assert "Rows done: 1." in many.stdout, many.output

    listed = planner.get("/do").text
    assert {"/do/vehicle.register", "/vehicles"} <= set(re.findall(r'href="([^"?]+)"', listed))
    form = planner.get(f"/do/vehicle.register/{office}")
    token = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.text)
    typed = {"plate": "A1", "since": "2016-03-01", "step": "preview"}
    assert "A1 is registered." in planner.post(form.url.path, data=dict(token) | typed).text
    assert "A3" in planner.post(form.url.path, data=dict(token) | typed | {"plate": "A3"}).text

    assert {row["plate"] for row in api(planner, "/vehicles")["items"]} == {"A1", "A2"}
    page = planner.get("/vehicles", params={"plate": "A2"}).text
    assert re.findall(r">\s*(A\d)\s*<", page) == ["A2"]
    reader = site.client("of the school", "en")
    assert api(reader, "/vehicles")["items"] == []


def test_a_rule_is_compared_on_the_page_and_listed(site, planner):
    page = planner.get(f"/targets/{site.world.target['cities']}/compare")
    assert "Same" in page.text
    assert "part_percent" in page.text
    assert "Same" in test_rules.written()


def test_a_codec_decodes_what_a_route_names():
    routing = Routing([Route("meters/+/value", "toy_format", "demo-a/{1}", settings={"name": "e"})])
    assert routing.decode(samples.message("12.5", "meters/7/value")).channel_key == ["e"]


def test_a_carrier_has_accounts_in_standard_coal_and_is_on_pages(site, planner):
    (known,) = [one for one in api(planner, "/carriers")["items"] if one["code"] == "toy_fuel"]
    assert (known["name_zh"], known["unit"]) == ("玩具燃料", "kg")
    account = march(site, planner, "toy_fuel")
    assert Decimal(account["used"]) == 3
    assert Decimal(account["kgce"]) == Decimal("1.5")
    assert "Toy fuel" in planner.get(site.path("office")).text


def test_a_role_does_exactly_what_its_rows_say(site):
    world = site.world
    world.admin("INSERT INTO role VALUES ('clerk', '登记员', 'Clerk')")
    for right in ("look", "register"):
        world.admin("INSERT INTO role_right VALUES ('clerk', %s)", right)
    world.admin(
        "INSERT INTO access_grant (viewer, role, scope, valid_from) VALUES (%s, 'clerk', 'all', "
        "'2015-01-01')",
        f"user:{world.user['outsider']}",
    )
    found, actor = set(), world.actor("outsider")
    for code, kind in declared().items():
        for on in objects(world, kind).values():
            with actor.look() as connection:
                try:
                    target(kind, on, acting(actor, connection))
                    found.add(code)
                except (DeniedError, NotFoundError):
                    pass
    may = {
        code
        for code, kind in declared().items()
        if kind.about.right in (Right.LOOK, Right.REGISTER)
        and kind is not RetryTask  # of one's own tasks alone, and a clerk has none
    }
    assert found == may >= {"vehicle.register", "vehicle.withdraw"}
    assert "Clerk" in site.client("planner of all", "en").get("/people").text


def test_a_province_reckons_by_its_own_coefficients(site, planner):
    assert "TOY-1" in {one["code"] for one in api(planner, "/profiles")["items"]}
    own, nation = (
        march(site, planner, "electricity", profile=profile) for profile in ("TOY-1", "GB2589-2020")
    )
    assert own["coefficient_profile"] == "TOY-1"
    assert own["used"] == nation["used"]
    assert Decimal(own["kgce"]) == Decimal(own["used"]) * Decimal("0.2")
    assert Decimal(nation["kgce"]) != Decimal(own["kgce"])
