"""Unions, targets, runs, quotas and progress over HTTP, down to an officer's explanation."""

import csv
import hashlib
import io
from decimal import Decimal
from urllib.parse import quote

import pytest

from api.auth import PASSWORD_HEADER
from compact.snapshot_files import verified
from tests.actions.acts import join_all
from tests.actions.compact_world import make_union_world
from tests.actions.world import counts_since, measure
from tests.api.conftest import PASSWORD

FALL = {"percent": "3", "profile": "GB2589-2020", "source": "minutes of the joint conference"}


@pytest.fixture
def union(front):
    return make_union_world(front.world)


def kg(text: str) -> Decimal:
    return Decimal(text)


def test_a_planner_goes_from_a_union_to_an_officers_explanation(front, union):
    world, planner = front.world, front.client("planner of all")
    members = [world.region["city 1"], world.region["city 2"]]
    wanted = {"name_zh": "新", "name_en": "New", "members": members, "source": "test"}
    made = planner.post("/api/v1/unions", json=wanted)
    assert made.status_code == 201, made.text
    of = made.json()["id"]
    assert planner.get(f"/api/v1/unions/{of}").json()["members"] == []  # founding proposes
    join_all(world.actor("planner of all"), of)
    assert [one["region_id"] for one in planner.get(f"/api/v1/unions/{of}").json()["members"]] == (
        sorted(members)
    )
    target = planner.post(f"/api/v1/unions/{of}/targets", json=FALL).json()["id"]
    weighed = {"rule": "C", "weights": [{"member": members[0], "value": "1.5"}]}
    tried = planner.post(f"/api/v1/targets/{target}/compare", json=weighed).json()
    run = planner.post(f"/api/v1/targets/{target}/runs", json={"rule": "A"}).json()
    assert kg(tried["total"]) == kg(run["total"])
    fair, equal = (
        tried["fairness"],
        planner.post(f"/api/v1/targets/{target}/compare", json={"rule": "A"}).json()["fairness"],
    )
    assert fair["saving_to_feasible"]["least"] <= fair["saving_to_feasible"]["most"] <= 1
    assert equal["gini_of_rates"] == pytest.approx(0, abs=1e-4)  # everyone's rate is the same
    assert equal["quota_to_base"]["most"] == pytest.approx(0.97, abs=1e-4)
    kept = planner.get(f"/api/v1/runs/{run['run_id']}").json()
    assert (kept["issued_as"], kept["sha256"]) == (None, run["sha256"])
    password = {PASSWORD_HEADER: quote(PASSWORD)}
    at = f"/api/v1/runs/{run['run_id']}/issue"
    without = planner.post(at, json={})
    assert (without.status_code, without.json()["code"]) == (403, "login.again_needed")
    unanswered = planner.post(at, json={}, headers=password)
    assert (unanswered.status_code, unanswered.json()["code"]) == (409, "run.base_not_reviewed")
    reviewed = planner.get(f"/api/v1/targets/{target}/base").json()
    assert reviewed["open"] == 4
    odd = [one["institution_id"] for one in reviewed["items"]]
    at = f"/api/v1/targets/{target}/base/confirm"
    these = {"which": "these", "reason": "looked at", "institutions": odd}
    assert planner.post(at, json=these).json() == {"bases": len(odd)}
    rest = {"which": "rest", "reason": "as measured"}
    assert planner.post(at, json=rest).json() == {"bases": 4 - len(odd)}
    assert tried["base_marks"] == {"missing": 9, "zero": 1, "beyond": 1}
    assert (tried["months_missing"], tried["without_base"]) == (9, 0)
    at = f"/api/v1/runs/{run['run_id']}/issue"
    issued = planner.post(at, json={}, headers=password)
    assert issued.json() == {"cause_id": 1, "kind": "issue", "accounts": 4}
    again = planner.post(at, json={}, headers=password)
    assert (again.status_code, again.json()["code"]) == (409, "run.issued_already")

    quotas = planner.get("/api/v1/quotas", params={"union": of}).json()["items"]
    assert sum(kg(one["amount"]) for one in quotas) == kg(run["total"])
    snapshot = planner.get(f"/api/v1/runs/{run['run_id']}/snapshot")
    assert hashlib.sha256(snapshot.content).hexdigest() == run["sha256"]
    assert planner.get(f"/api/v1/runs/{run['run_id']}/proof").json()["same"] is True
    file = planner.get(f"/api/v1/runs/{run['run_id']}/snapshot-file")
    assert run["sha256"][:12] in file.headers["content-disposition"]
    assert verified(file.content, run["sha256"]).same

    officer, office = front.client("of the office"), world.institution["office"]
    told = officer.get(f"/api/v1/institutions/{office}/quotas/2016").json()
    assert told["quota"]["institution_id"] == office
    assert sum(kg(one) for one in told["months"]) == kg(told["quota"]["amount"])
    assert told["base_states"] == ["measured"] * 12
    assert told["base_marks"] == ["2015-12 electricity: beyond three times the other year"]
    assert told["base_verdict"]["reason"] == "looked at"
    assert told["chain"][0]["key"] == "2016"
    assert told["arithmetic"].endswith(f"{told['quota']['amount']} kgce")
    for one in ("snapshot", "snapshot-file"):
        assert officer.get(f"/api/v1/runs/{run['run_id']}/{one}").status_code == 404
    school = world.institution["school"]
    assert officer.get(f"/api/v1/institutions/{school}/quotas/2016").status_code == 404


def test_progress_is_worked_out_by_planners_and_read_by_whom_it_concerns(front, union):
    union.issued()
    planner = front.client("planner of all")
    day = {"day": "2016-03-10"}

    at = f"/api/v1/unions/{union.union}/progress"
    assert front.client("of the office").post(at, json=day).status_code == 403
    assert planner.post(at, json=day).json() == {**day, "rows": 6}
    members = planner.get("/api/v1/progress/members").json()["items"]
    assert len(members) == 2
    own = front.client("of the office").get("/api/v1/progress/institutions").json()["items"]
    assert [one["institution_id"] for one in own] == [front.world.institution["office"]]
    (one,) = own
    assert one["over"] is None  # no month of the path is measured: that is no saving
    assert one["state"] == "in_force"
    assert one["as_of"]
    ahead = planner.post(at, json={"day": "2016-12-31"})
    assert (ahead.status_code, ahead.json()["code"]) == (422, "progress.day_not_over")
    earlier = planner.get("/api/v1/progress/members", params={"day": "2016-03-09"})
    assert earlier.json()["items"] == []


def test_every_list_comes_as_csv_with_the_same_figures(front, union):
    run_id = union.issued()
    planner = front.client("planner of all")
    planner.post(f"/api/v1/unions/{union.union}/progress", json={"day": "2016-03-10"})

    for path in (
        "unions", "targets", "runs", f"runs/{run_id}/quotas", "quotas", "progress/members",
        "progress/institutions",
    ):  # fmt: skip
        items = planner.get(f"/api/v1/{path}").json()["items"]
        answer = planner.get(f"/api/v1/{path}", params={"format": "csv"})
        assert answer.headers["content-type"].startswith("text/csv"), path
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) == len(items) > 0, path
        for row, item in zip(rows, items, strict=True):
            for name, value in row.items():
                if isinstance(item[name], str):
                    assert value.removeprefix("'") == item[name], (path, name)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("unions", {"name_zh": "新", "name_en": "N", "members": [], "source": "t"}, "invalid"),
        ("unions/{union}/targets", {**FALL, "percent": "100"}, "invalid"),
        ("unions/{union}/targets", {**FALL, "base_year": 2020}, "target.bad_target_year"),
        ("targets/{target}/runs", {"rule": "X"}, "action.not_offered"),
        ("targets/{target}/runs", {"rule": "B"}, "method.bad_leading"),
        ("targets/{target}/runs", {"rule": "A", "year": 2031}, "target.no_such_year"),
        (
            "targets/{target}/runs",
            {"rule": "A", "floor_percent": "99", "ceiling_percent": "98"},
            "method.bad_ceiling",
        ),
        ("targets/{target}/runs", {"rule": "C"}, "method.lacks_input"),
        (
            "targets/{target}/runs",
            {"rule": "E", "rise": "5000", "most_saved_percent": "1"},
            "target.infeasible",
        ),
    ],
)
def test_what_cannot_be_done_says_what_to_do(front, union, path, body, code):
    at = path.format(union=union.union, target=union.target)
    answer = front.client("planner of all").post(f"/api/v1/{at}", json=body)

    problem = answer.json()
    assert answer.status_code == 422, answer.text
    assert code in problem["code"]
    assert problem["next_zh"]
    assert problem["next_en"]
    if code == "target.infeasible":
        assert problem["where"]["feasible_fall_millionths"] <= 10_000
        assert "kgce" in problem["detail_en"]


def test_why_use_changed_is_told_with_effects_that_add_up(front, union):
    world, office = front.world, front.world.institution["office"]
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-01-01", 31, 30_000)
    measure(world, "office", "2016-01-01", 31, 27_000)
    at = f"/api/v1/institutions/{office}/use/2016/change"

    told = front.client("of the office").get(at).json()

    assert told["since"] == 2015
    assert sum(kg(one["effect_kgce"]) for one in told["effects"]) == kg(told["change_kgce"])
    assert kg(told["change_kgce"]) == kg(told["after_kgce"]) - kg(told["before_kgce"])
    nothing = front.client("of the office").get(at, params={"since": 1999})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "change.no_common_months")
    quota = front.client("of the office").get(f"/api/v1/institutions/{office}/quotas/2017/change")
    assert quota.status_code == 404


def test_a_base_is_estimated_left_out_and_reopened_over_http(front, union):
    planner, clinic = front.client("planner of all"), front.world.institution["clinic"]
    at = f"/api/v1/targets/{union.target}/base"
    bill = {"institution": clinic, "month": "2015-03", "how": "bill", "amount": "500.5",
            "carrier": "electricity", "reason": "bill of the grid"}  # fmt: skip
    tried = planner.post(f"{at}/estimate", json=bill, params={"dry_run": True}).json()["effects"]
    assert [one["code"] for one in tried] == ["institution", "month", "base", "member_base"]
    assert planner.get(at).json()["items"][0]["acts"] == []
    told = planner.post(f"{at}/estimate", json=bill).json()
    assert told["month_states"][2] == "billed"
    assert [(one["month"], one["quanta"]) for one in told["acts"]] == [("2015-03", 500_500)]
    none = planner.post(f"{at}/estimate", json={**bill, "how": "year_before", "amount": None})
    assert (none.status_code, none.json()["code"]) == (409, "base.nothing_like_it")
    odd = planner.post(f"{at}/estimate", json=bill | {"how": "meter"})
    assert (odd.status_code, odd.json()["code"]) == (422, "request.invalid")
    foreign = planner.post(f"{at}/estimate", json=bill | {"institution": 2**31 - 1})
    assert foreign.status_code == 404

    why = {"institutions": [clinic], "reason": "it moves out"}
    assert planner.post(f"{at}/leave-out", json=why).json() == {"bases": 1}
    assert planner.get(at).json()["items"][0]["state"] == "left_out"
    assert planner.post(f"{at}/leave-out", json=why | {"reason": ""}).status_code == 422
    assert planner.post(f"{at}/reopen", json=why).json() == {"bases": 1}
    assert planner.get(at).json()["items"][0]["acts"] == []
    table = f"/api/v1/unions/{union.union}/bases"
    rows = list(csv.DictReader(io.StringIO(planner.get(table, params={"format": "csv"}).text)))
    assert rows[0]["institution_id"] == str(clinic)
    assert rows[0]["findings_en"].startswith("2015-01: missing")
    assert planner.get(table, params={"target": union.target}).json()["items"][0]["state"] == "open"

    assert planner.get(table, params={"state": "left_out"}).json()["items"] == []
    assert len(planner.get(table, params={"search": "CLINIC"}).json()["items"]) == 1
    enough = {"percent": "80", "reason": "agreed"}
    payload = planner.post(f"/api/v1/unions/{union.union}/enough", json=enough)
    assert (payload.status_code, payload.json()) == (201, {"permille": 800})
    assert planner.get(at).json()["enough_permille"] == 800
    assert front.client("of the office").get(at).status_code in (403, 404)
