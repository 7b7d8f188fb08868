"""Rules compared on a page without script, their parameters in the address, and kept as a run."""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from actions.access.login import hash_password
from actions.compact import comparing
from actions.compact.comment_scenario import CommentScenario
from actions.compact.disclosure import WITHHELD
from actions.compact.keep_scenario import KeepScenario
from actions.compact.rule_fields import parameters
from actions.compact.rules import rules
from actions.doing import carry_out
from api import create_app
from cli.main import app as program
from dashboards.pages.answers import Answers
from dashboards.pages.app import error_page, router
from dashboards.pages.compact import comparison
from dashboards.pages.words import say
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import TODAY, fill, make_world
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import hidden


@pytest.fixture(scope="module")
def site(database_of_module) -> Iterator[Site]:
    """One union for all of these tests; the office is of a class, and its area is known."""
    world = make_world(database_of_module)
    fill(world)
    make_union_world(world)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        """INSERT INTO institution_fact
               (institution_id, attribute, value, valid_from, source, known_by)
           VALUES (%s, 'class', 'GOV', '2010-01-01', 'test', 'test')""",
        world.institution["office"],
    )
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture(scope="module")
def browsers(site) -> dict[str, TestClient]:
    return {lang: site.client("planner of all", lang) for lang in ("zh", "en")}


@pytest.fixture
def path(site) -> str:
    return f"/targets/{site.world.target['cities']}/compare"


def union_of(site: Site) -> UnionWorld:
    return UnionWorld(site.world, site.world.union["cities"], site.world.target["cities"])


def row(text: str, label: str) -> list[str]:
    """Return the cells of a table's row by its heading, without tags."""
    found = re.search(rf'<th scope="row">{re.escape(label)}.*?</th>(.*?)</tr>', text, re.DOTALL)
    assert found, label
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", one).strip() for one in cells]


def kept_by(text: str, rule: str) -> str:
    """Return the address of the form that keeps a run by a rule."""
    found = re.search(rf'href="([^"]+)" data-rule="{rule}"', text)
    assert found, rule
    return html.unescape(found[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rules_stand_side_by_side_and_every_measure_is_explained(browsers, path, lang):
    answer = browsers[lang].get(path)

    assert answer.status_code == 200, answer.text
    assert len(answer.content) < 40_000
    text = answer.text
    assert "<h1>" + say("compare_title", lang) in text
    assert all(f'name="{one}"' in text for one in ("A.floor_percent", "C.most_saved_percent"))
    assert 'data-rule="A"' in text
    assert 'id="chart-spread"' in text
    assert re.search("0 (家机构多于等比例|institutions get more)", text)  # A without bounds
    assert say("compare_lacks", lang) in text  # C: the members weigh the same
    cities = row(text, say("compare_total", lang))
    assert len(cities) == 3  # the base, and two rules
    assert "97.00%" in cities[1]
    for key in ("lambda", "gini", "effort", "least", "most", "bound"):
        assert html.escape(say(f"compare_{key}_why", lang)) in text
    assert row(text, say("compare_gini", lang))[0].startswith("0.00")
    assert say("compare_odd", lang, marks="")[:3] in text  # bases lack months, and are odd
    assert 'aria-describedby="table-compare"' in text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert not re.search(r'<script(?![^>]* src=)| style=| on\w+="', text)


def test_without_script_the_address_says_what_is_compared(site, browsers, path):
    client = browsers["en"]
    tight = client.get(path, params={"asked": "1", "A": "on", "A.ceiling_percent": "90"}).text

    assert "Smallest change: a fall of 10" in tight
    assert 'name="A.ceiling_percent" value="90"' in tight
    assert not re.search(r'name="C" value="on" checked', tight)
    weight = {f"C.weights.{site.world.region['city 1']}": "1.5"}
    loose = client.get(
        path, params={"asked": "1", "C": "on", "C.most_saved_percent": "50", **weight}
    ).text
    alike = client.get(path, params={"asked": "1", "C": "on"}).text
    assert "all members weigh the same, which is rule A" in alike
    assert 'data-rule="C"' not in alike
    assert 'data-rule="C"' in loose
    assert 'data-rule="A"' not in loose
    none = client.get(path, params={"asked": "1"}).text
    assert say("compare_no_rule", "en") in none


def test_bands_classes_and_comparators_stand_beside_the_others(site, browsers, path):
    falls = {f"H.fall_percent.{site.world.region[name]}": "10" for name in ("city 1", "city 2")}
    bands = {"G.constraint.GOV": "20", "G.reference.GOV": "12", "G.leading.GOV": "6"}
    chosen = {"asked": "1", "E.rise": "5000"} | dict.fromkeys("DEFGH", "on")

    text = browsers["zh"].get(path, params=chosen | falls | bands).text

    assert all(f'data-rule="{one}"' in text for one in "DEFGH")
    cells = row(text, say("compare_total", "zh"))
    assert len(cells) == 6
    assert "90.00%" in cells[5]  # H: ten percent of each member, whatever the target says
    alone = browsers["en"].get(path, params={"asked": "1", "H": "on"}).text
    assert "Fall must be given for rule H" in alone


def test_what_cannot_be_read_is_told_beside_its_field_and_stops_no_other_rule(site, browsers, path):
    weight = f"C.weights.{site.world.region['city 1']}"
    text = browsers["en"].get(
        path, params={"A.floor_percent": "much", "A.ceiling_percent": "2000", weight: "1.5"}
    )

    assert 'id="f-A-floor_percent-error">Enter a number' in text.text
    assert 'id="f-A-ceiling_percent-error">It cannot be more than 1000' in text.text
    assert html.escape(say("compare_wrong", "en")) in text.text
    comma = browsers["en"].get(
        path, params={"A.floor_percent": "97,5", "A.ceiling_percent": "1,000"}
    )
    assert 'id="f-A-floor_percent-error">Enter a number' in comma.text  # it may be 97.5
    assert "f-A-ceiling_percent-error" not in comma.text
    assert 'data-rule="C"' in text.text
    below = browsers["en"].get(path, params={weight: "-1"}).text
    assert f'id="f-{weight.replace(".", "-")}-error">It cannot be less than 0' in below


def test_parameters_survive_another_language(browsers, path):
    asked = {"asked": "1", "A": "on", "A.floor_percent": "96.5", "lang": "en"}
    text = browsers["en"].get(path, params=asked).text

    (other,) = re.findall(r'href="([^"]+)" lang="zh-CN"', text)
    query = parse_qs(urlsplit(html.unescape(other)).query)
    assert query == {"asked": ["1"], "A": ["on"], "A.floor_percent": ["96.5"], "lang": ["zh"]}
    again = browsers["en"].get(html.unescape(other)).text
    assert 'name="A.floor_percent" value="96.5"' in again
    browsers["en"].get("/", params={"lang": "en"})


def test_a_part_is_the_result_alone(browsers, path):
    part = browsers["zh"].get(path, params={"part": "result"})

    assert part.status_code == 200
    assert "<html" not in part.text
    assert "<form" not in part.text
    assert 'id="table-compare"' in part.text
    assert part.headers["cache-control"] == "no-store"


def test_who_does_not_plan_compares_nothing(site, path):
    assert site.client("outsider").get(path).status_code == 404
    assert site.client("of the office").get(path).status_code == 403
    assert site.client().get(path).status_code == 303


def test_who_does_not_see_all_is_told_no_sum_that_tells_of_one(site, path):
    text = site.client("union planner", "en").get(path).text

    police = site.world.institution["police"]
    assert say("compare_withheld", "en") in text
    assert WITHHELD[1].split(":")[1].strip().lower() in text.lower()
    assert "would tell the use of single restricted institutions" in html.unescape(text)
    assert f"institutions/{police}" not in text
    whole = row(text, say("compare_total", "en"))
    assert whole[:2] == [say("compare_withheld", "en")] * 2


def test_a_comparison_is_loaded_once_and_anew_after_a_decision(site, browsers, path, monkeypatch):
    loads = []

    def counted(actor, target_id):
        loads.append(target_id)
        return comparing.load(actor, target_id)

    monkeypatch.setattr(comparison, "load", counted)
    site.world.admin(  # a decision that nobody has loaded
        """INSERT INTO union_enough (union_id, permille, reason, made_by)
           VALUES (%s, 900, 'test', 'user:1')""",
        site.world.union["cities"],
    )
    for percent in ("90", "91", "92"):
        browsers["zh"].get(path, params={"part": "result", "A.floor_percent": percent})
    assert len(loads) == 1
    site.world.admin(
        """INSERT INTO union_enough (union_id, permille, reason, made_by)
           VALUES (%s, 800, 'test', 'user:1')""",
        site.world.union["cities"],
    )
    browsers["zh"].get(path)
    assert len(loads) == 2


def test_what_is_compared_is_kept_as_it_was_by_form_route_and_command_alike(
    site, browsers, path, monkeypatch
):
    client, target = browsers["en"], site.world.target["cities"]
    city = site.world.region["city 1"]
    asked = {"asked": "1", "C": "on", "C.most_saved_percent": "30", f"C.weights.{city}": "1.5"}
    keep = kept_by(client.get(path, params=asked).text, "C")
    form = client.get(keep)
    assert form.status_code == 200, form.text
    assert len(form.content) < 40_000
    assert 'name="most_saved_percent" value="30"' in form.text
    fields = _filled(form.text) | {"leading.0.code": "", "leading.0.value": ""}  # as browsers send
    check = client.post(urlsplit(keep).path, data=hidden(form.text) | fields | {"step": "preview"})
    assert check.status_code == 200, check.text
    assert "C weighted by capability" in check.text
    assert "a new version" in check.text
    done = client.post(urlsplit(keep).path, data=hidden(check.text) | {"step": "do"})
    assert done.status_code == 303, done.text
    run_id = int(re.search(r"/runs/(\d+)\?done=run.make", done.headers["location"])[1])
    assert "nothing is issued yet" in client.get(done.headers["location"]).text
    method = site.world.admin("SELECT method FROM run WHERE id = %s", run_id)[0][0]
    assert method["most_saved"] == 300_000
    assert method["weights"] == {str(city): 1_500_000}

    api = TestClient(site.app)
    who = {"login": "planner-of-all", "password": PASSWORD, "bearer": True}
    token = api.post("/api/v1/login", json=who).json()["token"]
    body = {"rule": "C", "most_saved_percent": "30", "weights": [{"member": city, "value": "1.5"}]}
    made = api.post(
        f"/api/v1/targets/{target}/runs", json=body, headers={"Authorization": f"Bearer {token}"}
    ).json()
    assert (made["run_id"], made["new"]) == (run_id, False)
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", site.world.database.url("api"))
    words = ["do", "run.make", "--target", str(target), "--rule", "C", "--most-saved-percent", "30"]
    told = CliRunner().invoke(program, [*words, "--weights", f"member={city},value=1.5"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["run_id"] == run_id


def test_a_rule_refuses_what_it_does_not_take(site, browsers):
    path = f"/do/run.make/{site.world.target['cities']}"
    csrf = hidden(browsers["en"].get(path).text)

    for fields, field in (
        ({"rule": "A", "most_saved_percent": "20"}, "most_saved_percent"),
        ({"rule": "A", "floor_percent": "98", "ceiling_percent": "97"}, "ceiling_percent"),
        ({"rule": "A", "floor_percent": "x"}, "floor_percent"),
    ):
        page = browsers["en"].post(path, data=csrf | fields)
        assert page.status_code == 422, fields
        assert f'href="#f-{field}"' in page.text, fields
        assert field in asked_in(page.text), fields


def test_shares_of_members_add_to_the_whole(site, browsers, path):
    weight = {f"C.weights.{site.world.region['city 1']}": "1.5"}
    text = browsers["en"].get(path, params={"asked": "1", "A": "on", "C": "on", **weight}).text
    names = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="n">', text)
    amounts = [[_first(cell) for cell in row(text, name)] for name in names]

    whole = amounts.pop()
    for column, total in enumerate(whole):
        assert abs(sum(one[column] for one in amounts) - total) <= len(amounts)


def _first(cell: str) -> Decimal:
    return Decimal(cell.split()[0].replace(",", ""))


def _filled(text: str) -> dict[str, str]:
    """Return what a form holds that an address has filled in."""
    main = text.split("<main")[1]
    found = dict(re.findall(r'name="([\w.]+)" value="([^"]+)" inputmode', main))
    radios = r'type="radio"[^>]* name="([^"]+)" value="([^"]+)" checked'
    lists = r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>'
    found |= dict(re.findall(radios, main))
    for name, inner in re.findall(lists, main, re.DOTALL):
        if chosen := re.search(r'value="([^"]+)" selected', inner):
            found[name] = chosen[1]
    return found


def asked_in(text: str) -> set[str]:
    """Return the parameters of rules that a form asks for."""
    named = re.findall(r'<(?:input|select|fieldset)[^>]* id="f-([a-z0-9_]+)', text)
    return set(named) & {one.name for one in parameters()}


def test_the_form_asks_what_the_rule_in_its_address_takes(site, browsers):
    path = f"/do/run.make/{site.world.target['cities']}"

    assert asked_in(browsers["en"].get(path).text) == set()
    for rule in rules():
        text = browsers["en"].get(path, params={"rule": rule.code}).text
        assert asked_in(text) == {one.name for one in rule.parameters}, rule.code
        assert hidden(text)["rule"] == [rule.code]


def test_what_was_filled_in_goes_along_to_another_rule(site, browsers):
    path = f"/do/run.make/{site.world.target['cities']}"
    beside = {"year": "2016", "most_saved_percent": "7"}

    text = browsers["zh"].get(path, params={"rule": "E", **beside}).text

    (steers,) = re.findall(r'<form method="get".*?</form>', text, re.DOTALL)
    assert dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', steers)) == beside
    assert "csrf" not in steers
    assert "元/吨标准煤" in text
    assert "yuan" not in text


def test_a_scenario_has_a_page_that_members_read_and_planners_bend(site):
    world = site.world
    weights = [{"member": world.region["city 1"], "value": "1.5"}]
    action = KeepScenario.model_validate({"name": "weighed", "rule": "C", "weights": weights})
    planner = world.actor("planner of all")
    made = carry_out(planner, action, world.target["cities"]).result.scenario_id
    carry_out(planner, CommentScenario(text="Areas of schools are missing"), made)

    text = site.client("planner of all", "en").get(f"/scenarios/{made}?bends=1").text
    assert "A proposal, no quota" in text
    assert "Areas of schools are missing" in text
    assert html.escape(f"C.weights.{world.region['city 1']}=1.5") in text  # compared again so
    assert "Capability · " in text  # how it bends
    seen = site.client("union reader").get(f"/scenarios/{made}").text
    assert say("union_withheld", "zh") in seen  # the first city has a police station
    assert say("scenario_bends", "zh") not in seen
    assert site.client("outsider").get(f"/scenarios/{made}").status_code == 404
    target = site.client("union reader").get(f"/targets/{world.target['cities']}").text
    assert f'href="/scenarios/{made}"' in target


def test_registered_sizes_correct_what_is_compared_and_what_is_kept_of_it(
    site, browsers, path, monkeypatch
):
    for name in ("_LOADED", "_TRIED", "_CORRECTIONS"):
        monkeypatch.setattr(comparison, name, Answers())
    office = site.world.institution["office"]
    site.world.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute = 'area_m2' AND known_until IS NULL""",
        office,
    )
    for value, since, until in ((100, "2010-01-01", "2016-01-01"), (50, "2016-01-01", None)):
        site.world.admin(
            """INSERT INTO institution_fact
                   (institution_id, attribute, number, valid_from, valid_to, source, known_by)
               VALUES (%s, 'area_m2', %s, %s, %s, 'test', 'test')""",
            office, value, since, until,
        )  # fmt: skip
    asked = {"asked": "1", "A": "on"}

    plain = browsers["en"].get(path, params=asked).text
    text = browsers["en"].get(path, params=asked | {"corrected": "true"}).text

    assert 'id="corrected"' not in plain
    assert "The bases of 1 institutions are corrected" in text
    assert f"/target-corrections?target={site.world.target['cities']}" in text
    assert row(plain, "Demo city 1") != row(text, "Demo city 1")  # half an office, half its base
    assert "corrected=true" in kept_by(text, "A")


def test_caps_alone_bind_where_that_is_chosen(browsers, path):
    asked = {"asked": "1", "E": "on", "E.rise": "5000"}
    over_all = browsers["en"].get(path, params=asked).text
    capped = browsers["en"].get(path, params=asked | {"reach": "cap"}).text

    assert row(over_all, "Demo city 1") == row(capped, "Demo city 1")
    assert "reach=cap" in kept_by(capped, "E")


def test_published_leading_values_are_told_with_why_they_do_not_fit(site, path, monkeypatch):
    monkeypatch.setattr(comparison, "_LOADED", Answers())
    row_of = """INSERT INTO quota_standard (province_code, class_code, building_type, admin_level,
                    climate_zone, indicator, standard_no, unit, value_type, guide_value,
                    electricity_kgce_per_kwh, valid_from, source, evidence)
                VALUES ('000000', 'GOV', %s, '*', '*', %s, 'DB 1', 'kgce/(m2.a)', 'quota', %s, %s,
                        '2000-01-01', 'test', 'no')"""
    site.world.admin(row_of, "offices", "energy_per_area", 7, "0.1229")
    site.world.admin(row_of, "old", "energy_per_area_non_heating", 3, "0.31")

    text = site.client("planner of all", "en").get(path).text
    listed = text.partition('id="standards"')[2].partition("</details>")[0]
    assert "7 kgce/m² (DB 1)</li>" in listed
    assert "Counts electricity by 0.31, unlike this target. Heating is left out." in listed
    assert 'name="B.leading.GOV" value="7"' in text


def test_a_standard_that_applies_feeds_rules_b_and_g_and_typed_values_win(site, path, monkeypatch):
    monkeypatch.setattr(comparison, "_LOADED", Answers())
    site.world.admin(
        """INSERT INTO quota_standard (province_code, class_code, building_type, admin_level,
               climate_zone, indicator, standard_no, unit, value_type, constraint_value,
               baseline_value, guide_value, electricity_kgce_per_kwh, valid_from, source, evidence)
           VALUES ('000000', 'GOV', %s, '*', %s, 'energy_per_area', %s, 'kgce/(m2.a)', 'quota', 20,
                   %s, %s, '0.1229', '2000-01-01', 'test', 'no')""",
        *("*", "*", "DB 2", 12, "6.5"),
    )
    site.world.admin(
        """INSERT INTO quota_standard (province_code, class_code, building_type, admin_level,
               climate_zone, indicator, standard_no, unit, value_type, guide_value,
               electricity_kgce_per_kwh, valid_from, source, evidence)
           VALUES ('000000', 'GOV', '*', '*', 'Shandong-A', 'energy_per_area', 'DB 3',
                   'kgce/(m2.a)', 'quota', 9, '0.1229', '2000-01-01', 'test', 'no')"""
    )
    client = site.client("planner of all", "en")
    text = client.get(path).text
    for rule, name, value in (
        ("B", "leading", "6.5"), ("G", "leading", "6.5"), ("G", "reference", "12"),
        ("G", "constraint", "20"),
    ):  # fmt: skip
        field = text.partition(f'name="{rule}.{name}.GOV" value="{value}"')[2]
        assert "DB 2, matched to institutions" in field.partition("<label")[0]
    typed = client.get(path, params={"asked": "1", "B": "on", "B.leading.GOV": "8"}).text
    field = typed.partition('name="B.leading.GOV" value="8"')[2].partition("<label")[0]
    assert "typed" in field
