"""Checks by the authority: who is drawn, what is wrong, what is corrected and restated."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from actions.accounts.bills import CorrectBill, EnterBill
from actions.accounts.check_answering import (
    AnswerCheck,
    ConcludeCheck,
    RecheckSheet,
    TakeBackConclusion,
)
from actions.accounts.check_planning import DrawCheck, PlanCheck
from actions.accounts.check_seeing import SeeReading
from actions.accounts.check_sheets_table import (
    FIGURES,
    SHEETS,
    STEPS,
    WhichFigures,
    WhichSheets,
)
from actions.accounts.checks_table import FRAME, PLANS, RATES, WhichFrame, WhichPlans, WhichRates
from actions.accounts.close_year import CloseYear, RestateYear
from actions.accounts.submission_filling import FillSubmission, OpenSubmissions
from actions.accounts.submission_rules import StateSubmissionRule
from actions.accounts.verify_year import VerifyYear
from actions.doing import carry_out, foresee
from actions.scans import attach, content_of
from actions.tables import rows_of
from metering.errors import ConflictError, EnergyError, NotFoundError
from storage.accounts import checks
from tests.actions.acts import give
from tests.actions.examples_of_bills import account
from tests.actions.examples_of_checks import BEFORE, SEED, drawn, fact, planned, use
from tests.actions.examples_of_closing import YEAR, office
from tests.actions.world import START_MS, World, fill, make_world

DOCS = Path(__file__).parents[2] / "docs"
PLANNER, OFFICER = "planner of all", "province officer"


@pytest.fixture(scope="module")
def world(full, database_of_module) -> Iterator[World]:
    """One world; every test checks an office, or plans a check, of its own."""
    made = make_world(database_of_module)
    fill(made)
    yield made
    made.close()


def do(world, action, on=None, who=PLANNER, today=None):
    actor = world.actor(who, today) if today else world.actor(who)
    return carry_out(actor, action, on, again=True).result


def refused(world, action, on=None, who=PLANNER, today=None):
    with pytest.raises(EnergyError) as caught:
        do(world, action, on, who, today)
    return caught.value.code


def table(world, one, asked, who=PLANNER):
    return rows_of(world.actor(who), one, asked, None, 200).rows


def plan(world, **more):
    fields = {"year": YEAR, "region": world.region["province"], "share": "5",
              "source": "Notice 2016-8", "seed_from": "draw 2016044",
              "seed_day": "2016-04-05"}  # fmt: skip
    return PlanCheck.model_validate(fields | more)


def conclude(due=None):
    return ConcludeCheck.model_validate({"words": "bills of 2015", "due_on": due})


def recheck(due=None):
    return RecheckSheet.model_validate({"words": "bills again", "due_on": due})


def state_of(world, sheet):
    [row] = [one for one in table(world, SHEETS, WhichSheets()) if one.sheet_id == sheet]
    return row.state


@pytest.mark.parametrize("guide", ["accounts.md", "accounts.zh-CN.md"])
def test_whoever_has_roster_and_seed_draws_the_same(world, guide, tmp_path, monkeypatch):
    on = do(world, plan(world), today=BEFORE).plan_id
    do(world, DrawCheck(seed=SEED), on)
    rows = table(world, FRAME, WhichFrame(plan=on))
    [kept] = [one for one in table(world, PLANS, WhichPlans()) if one.plan_id == on]

    program = re.search(r"```python\n(.*?)```", (DOCS / guide).read_text("utf-8"), re.DOTALL)
    named = ("institution_id", "region", "class_code", "size")
    with (tmp_path / "check-frame.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow([one.name for one in FRAME.columns if one.name in {*named, "class"}])
        written.writerows([str(getattr(one, name)) for name in named] for one in rows)
    monkeypatch.chdir(tmp_path)
    found = {"seed": SEED, "share_millionths": 50_000}
    exec(program[1], found)
    assert found["frame"] == kept.frame_sha256
    mine, groups = {int(one) for one in found["drawn"]}, found["strata"]
    assert mine == {one.institution_id for one in rows if one.drawn}
    sheets = table(world, SHEETS, WhichSheets(plan=on))
    assert mine == {one.institution_id for one in sheets}
    # the academy stands in the province itself, the others in their cities
    assert len(groups) == kept.strata == len(mine) == 3


def test_a_seed_that_may_be_known_a_small_share_and_an_early_draw_are_refused(world):
    assert refused(world, plan(world, share="4.9"), today=BEFORE) == "check.share"
    assert refused(world, plan(world, seed_day=BEFORE.isoformat()), today=BEFORE) == (
        "check.seed_known")  # fmt: skip
    assert refused(world, plan(world, year=2017), today=BEFORE) == "check.year"
    on = do(world, plan(world), today=BEFORE).plan_id
    assert refused(world, DrawCheck(seed=SEED), on, today=date(2016, 4, 4)) == "check.not_public"
    do(world, DrawCheck(seed=SEED), on)
    assert refused(world, DrawCheck(seed="again"), on) == "check.drawn"
    with pytest.raises(psycopg.errors.IntegrityError):
        world.admin("INSERT INTO check_frame VALUES (%s, %s, '990100', '-', '-')",
                    on, office(world))  # fmt: skip


def test_large_institutions_are_a_stratum_of_their_own(world):
    on = do(world, plan(world, large_m2="1000"), today=BEFORE).plan_id
    sizes = {one.institution_id: one.size for one in table(world, FRAME, WhichFrame(plan=on))}
    assert sizes[world.institution["office"]] == "large"  # of 1,234.5 m²
    assert sizes[world.institution["clinic"]] == "-"  # nobody stated its area


def test_an_inspector_checks_the_region_and_does_nothing_else(world):
    carry_out(world.actor(), give("inspector", "region", world.region["province"]),
              world.user["outsider"], again=True)  # fmt: skip
    on = planned(world)
    # the police are restricted: a grant of the region does not reach them
    assert refused(world, DrawCheck(seed=SEED), on, "outsider") == "check.roster"
    mine = do(world, plan(world), who="outsider", today=BEFORE)
    assert mine.institutions < len(table(world, FRAME, WhichFrame(plan=on)))
    do(world, DrawCheck(seed=SEED), mine.plan_id, "outsider")
    sheet = table(world, SHEETS, WhichSheets(plan=mine.plan_id), "outsider")[0].sheet_id
    do(world, fact(), sheet, "outsider")
    do(world, conclude("2016-05-01"), sheet, "outsider")
    assert refused(world, AnswerCheck(words="done"), sheet, "outsider") == "access.denied"


def corrected_office(world):
    """Return an office whose bills of 2015 add to 400 kWh, its year locked and verified; a bill."""
    made = office(world)
    name = next(name for name, one in world.institution.items() if one == made)
    number = account(world, name)
    bill = EnterBill.model_validate(
        {"first": "2015-01-01", "last": "2015-12-31", "quantity": "365"}
    )
    entered = carry_out(world.actor(), bill, number, again=True).result.bill_id
    do(world, CloseYear(year=YEAR, institution=made), who=OFFICER)
    do(world, VerifyYear(year=YEAR, institution=made))
    return made, entered


def test_what_is_wrong_is_corrected_restated_and_checked_again(world):
    made, bill = corrected_office(world)
    sheet = drawn(world, made)
    assert not do(world, use("366"), sheet).wrong  # 0.3 %: within the tolerance of 2 %
    assert refused(world, conclude("2016-05-01"), sheet) == "check.no_due"
    assert do(world, use("400", note="the bill on paper"), sheet).wrong
    assert refused(world, conclude(), sheet) == "check.due"
    assert do(world, conclude("2016-05-01"), sheet).state == "wrong"
    assert refused(world, use("1"), sheet) == "check.state"

    with world.actor(OFFICER).look() as connection:
        told = {(one.kind, one.due_on) for one in checks.waiting(connection, date(2016, 4, 10))}
    assert ("answer", date(2016, 5, 1)) in told
    more = CorrectBill.model_validate(
        {"first": "2015-01-01", "last": "2015-12-31", "quantity": "391", "reason": "misread"}
    )
    do(world, more, bill, OFFICER)
    assert do(world, AnswerCheck(words="corrected"), sheet, OFFICER).state == "answered"
    # 391 is within 2 % of neither 366 nor 400: the locked year comes first
    assert refused(world, recheck("2016-06-01"), sheet) == "check.restate"
    restate = RestateYear.model_validate(
        {"year": YEAR, "institution": made, "reason": "the check of 2016"}
    )
    do(world, restate, who=OFFICER)
    do(world, VerifyYear(year=YEAR, institution=made))
    assert refused(world, recheck(), sheet) == "check.due"
    seen = foresee(world.actor(PLANNER), recheck("2016-06-01"), sheet)
    assert [one.warns for one in seen.effects] == [True, True, False]
    assert do(world, recheck("2016-06-01"), sheet).state == "wrong"
    rows = table(world, FIGURES, WhichFigures(sheet=sheet))
    assert [(one.round, one.seen, one.told, one.wrong) for one in rows] == [
        (0, 366_000, 365_000, False), (0, 400_000, 365_000, True),
        (1, 366_000, 391_000, True), (1, 400_000, 391_000, True),
    ]  # fmt: skip


def test_a_check_ends_once_all_figures_agree_and_by_another_person(world):
    made, bill = corrected_office(world)
    sheet = drawn(world, made)
    do(world, use("400"), sheet)
    do(world, conclude("2016-05-01"), sheet)
    assert refused(world, recheck(), sheet) == "check.state"
    do(world, AnswerCheck(words="we do not agree"), sheet, OFFICER)
    assert refused(world, recheck("2016-06-01"), sheet, "system") == "action.second_person"
    do(world, recheck("2016-06-01"), sheet)
    whole = {"first": "2015-01-01", "last": "2015-12-31", "quantity": "400", "reason": "misread"}
    do(world, CorrectBill.model_validate(whole), bill, OFFICER)
    do(world, AnswerCheck(words="corrected"), sheet, OFFICER)
    restate = {"year": YEAR, "institution": made, "reason": "the check of 2016"}
    do(world, RestateYear.model_validate(restate), who=OFFICER)
    do(world, VerifyYear(year=YEAR, institution=made))
    assert do(world, recheck(), sheet).state == "corrected"
    assert [one.act for one in table(world, STEPS, WhichFigures(sheet=sheet))] == [
        "conclude", "answer", "recheck", "answer", "recheck"]  # fmt: skip
    [(locked,)] = world.admin(
        "SELECT kgce_g[1] FROM account_version WHERE institution_id = %s "
        "ORDER BY version DESC LIMIT 1", made)  # fmt: skip
    assert locked == 49_160  # 400 kWh × 0.1229 kgce
    [rate] = [one for one in table(world, RATES, WhichRates()) if one.by == "all"]
    assert (rate.checked, rate.wrong, rate.corrected) == (1, 1, 1)


def test_who_answered_does_not_check_again(world):
    sheet = drawn(world)
    do(world, fact("81"), sheet)
    do(world, use("7"), sheet)
    do(world, conclude("2016-05-01"), sheet)
    do(world, AnswerCheck(words="we do not agree"), sheet)
    assert refused(world, recheck("2016-06-01"), sheet) == "action.second_person"
    with pytest.raises(psycopg.errors.IntegrityError):
        world.admin("INSERT INTO check_step (sheet_id, act, words, due_on, made_by) VALUES "
                    "(%s, 'recheck', 'x', '2016-06-01', %s)",
                    sheet, f"user:{world.user[PLANNER]}")  # fmt: skip


def test_a_submission_that_says_what_was_wrong_stands_in_the_way(world):
    made, bill = corrected_office(world)
    rule = {"complete": "0", "region": world.region["city 1"], "source": "Notice"}
    do(world, StateSubmissionRule.model_validate(rule))
    on = do(world, OpenSubmissions(year=YEAR, institution=made), who=OFFICER).submission_id
    do(world, FillSubmission(), on, OFFICER)
    sheet = drawn(world, made)
    do(world, use("400"), sheet)
    do(world, conclude("2016-05-01"), sheet)
    whole = {"first": "2015-01-01", "last": "2015-12-31", "quantity": "400", "reason": "misread"}
    do(world, CorrectBill.model_validate(whole), bill, OFFICER)
    do(world, AnswerCheck(words="corrected"), sheet, OFFICER)
    do(world, RestateYear.model_validate(
        {"year": YEAR, "institution": made, "reason": "the check"}), who=OFFICER)  # fmt: skip
    do(world, VerifyYear(year=YEAR, institution=made))
    assert refused(world, recheck(), sheet) == "check.submission"


def test_a_reading_lies_on_the_line_between_its_neighbours(world):
    sheet = drawn(world)
    # of the office the first hour uses 1,000 Wh from 5 kWh on: half past it is at 5.5
    said = {"channel": world.channel["office e"], "value": "5.5", "note": "dial"}
    begun = date(2016, 3, 1)
    half = SeeReading.model_validate(said | {"at": f"{begun}T00:30:00+00:00"})
    assert not do(world, half, sheet).wrong
    far = SeeReading.model_validate(said | {"at": f"{begun}T02:00:00+00:00"})
    assert do(world, far, sheet).wrong
    later = SeeReading.model_validate(said | {"at": "2016-04-09T00:00:00+00:00"})
    assert do(world, later, sheet).wrong  # nothing is told after the last reading
    rows = table(world, FIGURES, WhichFigures(sheet=sheet))
    assert [one.told for one in rows] == [5_500, 7_010, None]
    assert START_MS == 1_456_790_400_000
    other = SeeReading.model_validate(
        said | {"channel": world.channel["clinic e"], "at": f"{begun}T00:30:00+00:00"}
    )
    assert refused(world, other, sheet) == "check.meter"


def test_a_conclusion_is_taken_back_and_nothing_but_steps_moves_a_sheet(world):
    sheet = drawn(world)
    assert refused(world, conclude(), sheet) == "check.empty"
    do(world, fact("80"), sheet)
    assert do(world, conclude(), sheet).state == "right"
    do(world, TakeBackConclusion(reason="the list was of 2014"), sheet)
    assert state_of(world, sheet) == "drawn"
    for statement in (
        "UPDATE check_sheet SET state = 'right' WHERE id = %s",
        "DELETE FROM check_sheet WHERE id = %s",
        "UPDATE check_item SET told = seen WHERE sheet_id = %s",
    ):
        with pytest.raises(psycopg.errors.Error):
            world.admin(statement, sheet)


def test_a_photo_is_opened_by_who_sees_the_sheet_and_by_nobody_else(world):
    sheet = drawn(world)
    photo = attach(world.actor(PLANNER), "dial.png", b"\x89PNG\r\n\x1a\n" + b"0" * 32).sha256
    do(world, fact("80", document=photo), sheet)
    assert content_of(world.actor("of the office"), photo)[0].name == "dial.png"
    with pytest.raises(NotFoundError):
        content_of(world.actor("city reader"), photo)


def test_partners_and_readers_see_no_sheet(world):
    sheet = drawn(world)
    assert table(world, SHEETS, WhichSheets(), "city reader") == []
    assert table(world, FIGURES, WhichFigures(sheet=sheet), "education line") == []
    own = table(world, SHEETS, WhichSheets(), "of the office")
    assert {one.institution_id for one in own} == {world.institution["office"]}


def test_rates_have_the_weight_of_strata_and_leave_out_what_nobody_concluded(world):
    on = planned(world)
    do(world, DrawCheck(seed=SEED), on)
    sheets = {one.institution_id: one.sheet_id
              for one in table(world, SHEETS, WhichSheets(plan=on))}  # fmt: skip
    right, bad = (sheets[world.institution[name]] for name in ("office", "clinic"))
    do(world, fact("80"), right)
    do(world, conclude(), right)
    do(world, fact("80"), bad)
    do(world, conclude("2016-05-01"), bad)
    rows = table(world, RATES, WhichRates(plan=on))
    [city] = [one for one in rows if one.by == "region" and one.region == "990100"]
    assert (city.checked, city.wrong, city.rate.share) == (1, 0, 0)
    [two] = [one for one in rows if one.by == "stratum" and one.region == "990200"]
    # of the clinic and the hidden institution one was concluded, and wrong: so are one or both
    assert (two.institutions, two.checked, two.wrong) == (2, 1, 1)
    assert (two.rate.low, two.rate.high) == (0.5, 1)
    [whole] = [one for one in rows if one.by == "all"]
    weights = city.institutions, two.institutions
    assert whole.rate.share == pytest.approx(weights[1] / sum(weights))
    assert whole.strata == 3  # of the province itself nothing is concluded
    with pytest.raises(ConflictError):
        do(world, fact("80"), right)
