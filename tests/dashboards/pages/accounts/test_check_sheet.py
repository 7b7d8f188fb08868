"""An auditor's story by form: a sample drawn, three figures traced, one wrong, then corrected."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest

from actions.accounts.bills import EnterBill
from actions.accounts.close_year import CloseYear, RestateYear
from actions.accounts.verify_year import VerifyYear
from actions.doing import carry_out
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.examples_of_bills import account
from tests.dashboards.pages.accounts.test_bills import MONTH_KWH, hospital
from tests.dashboards.pages.test_forms import hidden, walk

_BILLS = (
    ("2015-01-01", "2015-03-31", 3), ("2015-04-01", "2015-05-31", 2),
    ("2015-06-01", "2015-06-30", 1), ("2015-07-01", "2015-12-31", 6),
)  # fmt: skip


def billed(world) -> tuple[int, int]:
    """Let the hospital have a locked and verified year of bills; return it and the bill of June."""
    home = hospital(world)
    number, june = account(world, "hospital"), 0
    for first, last, months in _BILLS:
        bill = {"first": first, "last": last, "quantity": str(months * MONTH_KWH)}
        made = carry_out(world.actor(), EnterBill.model_validate(bill), number, again=True)
        june = made.result.bill_id if first == "2015-06-01" else june
    carry_out(world.actor("province officer"), CloseYear(year=2015, institution=home), again=True)
    carry_out(world.actor("planner of all"), VerifyYear(year=2015, institution=home), again=True)
    return home, june


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sample_is_drawn_three_figures_are_traced_and_one_is_corrected(bare, lang):
    world = bare.world
    home, june = billed(world)
    planner = bare.client("planner of all", lang)
    plan = {"year": "2015", "region": str(world.region["city 2"]), "share": "100",
            "source": "Notice 8", "seed_from": "draw 44", "seed_day": "2016-04-12"}  # fmt: skip
    preview, to = walk(planner, "/do/check.plan", plan)
    (frame,) = re.findall(r"\b[0-9a-f]{64}\b", preview)
    (on,) = re.findall(r"plan=(\d+)", to)
    early = planner.get("/").text
    assert f"/do/check.draw/{on}" not in early

    # two days later the seed is public
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page,
                     today=date(2016, 4, 12))  # fmt: skip
    later = replace(bare, app=app)
    planner, officer = later.client("planner of all", lang), later.client("of the hospital", lang)
    assert f"/do/check.draw/{on}" in planner.get("/").text
    _, to = walk(planner, f"/do/check.draw/{on}", {"seed": "03 09 14"})
    assert html.unescape(to).startswith(f"/check-sheets?plan={on}")
    assert frame in planner.get("/api/v1/check-plans").text
    assert f"/check-sheets?plan={on}" in officer.get("/").text
    (row,) = officer.get("/api/v1/check-sheets").json()["items"]
    sheet = row["sheet_id"]
    figures = f"/check-sheets/figures?sheet={sheet}"
    assert "/do/check.use" not in officer.get(figures).text  # nobody checks oneself

    seen = [
        ("fact", {"what": "area", "value": "10050", "note": "deed"}),
        ("use", {"carrier": "electricity", "what": "quantity", "value": "90000", "to": "2015-03",
                 "note": "three bills"}),
        ("use", {"carrier": "electricity", "what": "quantity", "value": "42000",
                 "from_": "2015-06", "to": "2015-06", "note": "the bill of June"}),
    ]  # fmt: skip
    for form, fields in seen:
        walk(planner, f"/do/check.{form}/{sheet}", fields)
    page = html.unescape(planner.get(figures).text)
    traces = set(re.findall(r'href="(/(?:institutions/\d+|account-sources[^"]*))"', page))
    assert traces == {f"/institutions/{home}",
                      f"/account-sources?institution={home}&year=2015"}  # fmt: skip
    facts, months = (planner.get(one).text for one in sorted(traces, reverse=True))
    assert "10,000" in facts
    why = f"/institutions/{home}/accounts/electricity/2015-06?source=bill"
    assert why in html.unescape(months)
    (behind,) = re.findall(r'href="(/bill-parts[^"]+)"', planner.get(why).text)
    assert "30,000" in planner.get(html.unescape(behind)).text

    preview, _ = walk(planner, f"/do/check.conclude/{sheet}",
                      {"words": "June is misread", "due_on": "2016-05-01"})  # fmt: skip
    assert "42,000" in preview
    assert "2016-05-01" in officer.get("/").text
    correct = {
        "first": "2015-06-01",
        "last": "2015-06-30",
        "quantity": "42000",
        "reason": "misread",
    }
    walk(officer, f"/do/bill.correct/{june}", correct)
    walk(officer, f"/do/check.answer/{sheet}", {"words": "the bill of June is corrected"})
    refused = planner.post(f"/do/check.recheck/{sheet}", data=_sent(planner, sheet))
    assert refused.status_code == 409
    assert "year.restate" in refused.text
    restate = RestateYear.model_validate({"year": 2015, "institution": home, "reason": "a check"})
    carry_out(world.actor("province officer"), restate, again=True)
    carry_out(world.actor("planner of all"), VerifyYear(year=2015, institution=home), again=True)
    walk(planner, f"/do/check.recheck/{sheet}", {"words": "corrected"})

    (row,) = officer.get("/api/v1/check-sheets").json()["items"]
    assert (row["state"], row["items"], row["wrong"], row["round"]) == ("corrected", 3, 0, 1)
    assert f"/check-sheets?plan={on}" not in officer.get("/").text
    rates = planner.get("/api/v1/check-rates", params={"plan": on}).json()["items"]
    (city,) = [one for one in rates if one["by"] == "all"]
    assert (city["drawn"], city["checked"], city["wrong"], city["corrected"]) == (
        city["institutions"], 1, 1, 1)  # fmt: skip
    (use,) = world.admin("SELECT kgce_g[1] FROM account_version WHERE institution_id = %s "
                         "ORDER BY version DESC LIMIT 1", home)  # fmt: skip
    assert use == (372_000 * 1229 // 10,)  # 12,000 kWh more than was locked first
    for address in (f"/check-plans/frame?plan={on}", f"/check-plans/rates?plan={on}",
                    "/check-plans", f"/check-sheets/steps?sheet={sheet}"):  # fmt: skip
        assert planner.get(address).status_code == 200


def _sent(client, sheet):
    page = client.get(f"/do/check.recheck/{sheet}").text
    return hidden(page) | {"words": "corrected", "step": "preview"}
