"""A submission of a year, from what accounts know to files and the locked year."""

import csv
import io
from collections.abc import Iterator
from zipfile import ZipFile

import psycopg
import pytest

from actions.accounts.close_year import CloseYear
from actions.accounts.rollup_table import ROLLUP, WhichRollup
from actions.accounts.submission_answering import ReceiveSubmission, ReopenSubmission
from actions.accounts.submission_filling import FillSubmission, OpenSubmissions
from actions.accounts.submission_rules import StateSubmissionRule
from actions.accounts.submission_things import forms_of
from actions.accounts.submissions_table import (
    PROGRESS,
    SUBMISSIONS,
    WhichProgress,
    WhichSubmissions,
)
from actions.accounts.survey_columns import TakeColumns
from actions.accounts.survey_files import return_file
from actions.accounts.survey_paper import report_paper
from actions.accounts.survey_table import CELLS, WhichCells
from actions.accounts.survey_typing import ExplainCell, TypeCell
from actions.doing import carry_out
from actions.tables import rows_of
from analytics.survey import return_digest
from metering.errors import ConflictError, InputError
from storage.accounts import submissions, survey
from tests.actions.examples_of_submissions import YEAR, approved, filled, opened, received, typed
from tests.actions.world import World, counts_since, make_world, measure, new_office


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world; every test has an office of its own."""
    made = make_world(database_of_module)
    yield made
    made.close()


def do(world, action, on=None, who="province officer"):
    return carry_out(world.actor(who), action, on).result


def cell(code, value):
    return TypeCell.model_validate({"code": code, "value": value, "reason": "bills"})


def refused(world, action, on, who="province officer"):
    with pytest.raises(ConflictError) as caught:
        do(world, action, on, who)
    return caught.value.code


def shown(world, on):
    found = rows_of(world.actor(), CELLS, WhichCells(submission=on), None, 100).rows
    return {one.cell.code: one for one in found}


def test_what_accounts_know_is_brought_in(world):
    on = opened(world)
    power = shown(world, on)["110"]
    # 365 days of 1,000 Wh
    assert (power.filled.amount, power.filled.origin, power.cell.unit) == (365, "account", "kWh")
    assert shown(world, on)["120"].filled.amount is None  # no water is in account: never zero
    assert refused(world, FillSubmission(), on) == "submission.incomplete"


def test_a_cost_beyond_usual_prices_is_explained_or_not_filled_in(world):
    on = typed(world)
    do(world, cell("111", "5000"), on)
    assert refused(world, FillSubmission(), on) == "submission.doubted"
    do(world, ExplainCell(code="111", words="arrears of two years"), on)
    assert do(world, FillSubmission(), on).state == "filled"


def test_no_word_makes_parts_add_up_otherwise(world):
    on = typed(world)
    for code, value in (("1501", "10"), ("1502", "5"), ("150", "16")):
        do(world, cell(code, value), on)
    do(world, ExplainCell(code="150", words="rounding"), on)
    assert refused(world, FillSubmission(), on) == "submission.doubted"


def test_what_was_filled_in_stands_with_its_digest_whatever_comes(world):
    on = filled(world)
    world.admin("UPDATE account SET quanta = quanta + 5000 WHERE institution_id = ("
                "SELECT institution_id FROM submission WHERE id = %s)", on)  # fmt: skip
    assert shown(world, on)["110"].filled.amount == 365
    [(whose,)] = world.admin("SELECT institution_id FROM submission WHERE id = %s", on)
    with world.actor().look() as connection:
        kept = survey.newest(connection, on)
    assert kept.sha256 == return_digest(whose, YEAR, kept.filled)
    assert refused(world, cell("111", "1"), on) == "submission.state"
    with pytest.raises(psycopg.errors.IntegrityError):
        world.admin("INSERT INTO survey_typed (submission_id, code, value, reason, made_by) "
                    "VALUES (%s, '111', 1, 'x', 'user:1')", on)  # fmt: skip
    with pytest.raises(psycopg.errors.IntegrityError):
        world.admin("UPDATE submission SET state = 'received' WHERE id = %s", on)


def test_forms_of_a_year_have_the_cells_of_its_edition(world):
    with world.actor().look() as connection:
        codes = {year: {one.code for one in survey.cells(connection, year)}
                 for year in (2020, 2022, 2025)}  # fmt: skip
    assert codes[2022] - codes[2020] == {"PV"}  # added by the revision of 2022
    assert codes[2020] - codes[2022] == {"D5"}
    # dropped by the revision of 2025: land area, piles, renewables, UPS capacity
    assert codes[2022] - codes[2025] == {"101", "106", "190", "191", "192", "D4"}


def test_a_year_is_locked_once_its_return_is_received(world):
    on = approved(world)
    [(whose,)] = world.admin("SELECT institution_id FROM submission WHERE id = %s", on)
    close = CloseYear(year=YEAR, institution=whose)
    assert refused(world, close, None) == "year.return_on_its_way"
    for station in ("city", "province"):
        do(world, ReceiveSubmission.model_validate({"station": station}), on)
    do(world, close)
    [row] = rows_of(world.actor(), SUBMISSIONS, WhichSubmissions(institution=whose), None, 5).rows
    assert (row.row.state, row.row.locked, row.row.received) == (
        "received", True, ["city", "province"])  # fmt: skip
    assert refused(world, ReopenSubmission(reason="a bill came late"), on) == "submission.locked"


def test_a_reopened_return_is_filled_in_anew_and_what_was_stays(world):
    on = received(world)
    do(world, ReopenSubmission(reason="a bill came late"), on)
    do(world, cell("121", "900"), on)
    do(world, FillSubmission(), on)
    kept = world.admin(
        "SELECT round, amounts[array_position(codes, '121')] FROM survey_return "
        "WHERE submission_id = %s ORDER BY round", on)  # fmt: skip
    assert kept == [(1, None), (2, 900)]


def test_an_office_may_ask_for_less_and_for_its_line(world):
    on = opened(world)
    rule = {"complete": "0.25", "region": world.region["province"], "source": "Notice",
            "line_receives": True}  # fmt: skip
    do(world, StateSubmissionRule.model_validate(rule), who="planner of all")
    assert do(world, FillSubmission(), on).state == "filled"
    [(stations,)] = world.admin(
        "SELECT array_agg(s.station ORDER BY s.place) FROM submission b "
        "CROSS JOIN LATERAL storage.stations(b.institution_id) s WHERE b.id = %s", on)  # fmt: skip
    assert stations == ["city", "province", "line"]
    world.admin("UPDATE submission_rule SET known_until = now()")


def test_the_list_tells_what_waits_for_whom(world):
    on = filled(world)
    for who, waits in (("planner of all", True), ("city reader", False)):
        mine = rows_of(world.actor(who), SUBMISSIONS, WhichSubmissions(mine=True), None, 200).rows
        assert (on in {one.row.submission_id for one in mine}) == waits
    rows = rows_of(world.actor(), PROGRESS, WhichProgress(year=YEAR), None, 50).rows
    counted = {name: sum(getattr(one, name) for one in rows)
               for name in ("opened", "not_filled", "inside", "approved", "received")}  # fmt: skip
    assert counted.pop("opened") == sum(counted.values()) > 0


def test_those_that_are_open_stay_so(world):
    on = opened(world)
    [(whose,)] = world.admin("SELECT institution_id FROM submission WHERE id = %s", on)
    action = OpenSubmissions(year=YEAR, institution=whose)
    assert refused(world, action, None) == "submission.opened"


def test_the_pack_holds_forms_columns_and_the_report_in_both_languages(world):
    on = received(world)
    for lang in ("zh", "en"):
        pack = ZipFile(io.BytesIO(return_file(world.actor(), on, "zip", lang).content))
        assert pack.namelist() == ["forms.pdf", "forms.xlsx", "columns.csv", "report.pdf",
                                   "report.xlsx"]  # fmt: skip
        assert pack.read("forms.pdf").startswith(b"%PDF")
    heads, row = csv.reader(io.StringIO(pack.read("columns.csv").decode("utf-8-sig")))
    assert heads[3:8] == ["101", "102", "103", "1031", "104"]  # the platform's order
    assert dict(zip(heads, row, strict=True))["110"] == "365.00"


def test_what_goes_out_as_columns_comes_in_as_columns(world):
    made = return_file(world.actor(), received(world), "csv", "zh").content.decode("utf-8-sig")
    on = opened(world)
    do(world, TakeColumns(columns=made, reason="the platform"), on)
    found = shown(world, on)
    assert (found["102"].filled.amount, found["102"].filled.origin) == (1200, "typed")
    assert found["110"].filled.origin == "account"  # the same as it stands: not typed
    with pytest.raises(InputError) as caught:
        do(world, TakeColumns(columns="999\n1", reason="x"), on)
    assert "999" in caught.value.en


def test_forms_add_up_to_regions_lines_and_classes_and_each_only_once(world):
    for _ in range(2):
        received(world)
    filled(world)  # not approved: in no sum
    world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
               known_by)
           SELECT institution_id, 'class', 'EDU', '2015-01-01', 'test', 'user:1' FROM submission
            WHERE state IN ('approved', 'received') ORDER BY id DESC LIMIT 2"""
    )
    [(many, total)] = world.admin(
        """SELECT count(*), sum(r.amounts[array_position(r.codes, '110')])
             FROM submission s JOIN survey_return r ON r.submission_id = s.id AND r.round = s.round
            WHERE s.state IN ('approved', 'received')"""
    )
    sums = {}
    for by in ("region", "line", "class"):
        rows = rows_of(world.actor(), ROLLUP, WhichRollup(year=YEAR, by=by), None, 1000).rows
        sums[by] = {one.key: (one.known, one.amount) for one in rows if one.code == "110"}
    for name in ("city 1", "province"):
        assert sums["region"][str(world.region[name])] == (many, total)
    assert sums["line"]["government"] == (many, total)
    assert sums["class"]["EDU"] == sums["class"]["PSU"] == sums["class"]["TOTAL"] == (2, 730)
    assert sums["class"]["-"] == (many - 2, total - 730)


def test_the_report_says_in_words_why_use_changed(world):
    name = "of two years"
    new_office(world, name)
    counts_since(world, name, "2014-01-01")
    measure(world, name, "2014-01-01", 365, 1000)
    measure(world, name, "2015-01-01", 365, 1500)
    for area, first, until in (("1000", "2014-01-01", "2015-01-01"), ("1200", "2015-01-01", None)):
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, number,
                   valid_from, valid_to, source, known_by)
               VALUES (%s, 'area_m2', %s, %s, %s, 'test', 'user:1')""",
            world.institution[name],
            area,
            first,
            until,
        )
    on = opened(world, world.institution[name])
    found = shown(world, on)
    assert (found["102"].filled.amount, found["102"].filled.origin) == (1200, "fact")
    # a fifth more area is no doubt, half as much again electricity is
    assert [code for code, one in found.items() if one.doubts] == ["103", "110", "120"]
    with world.actor().look() as connection:
        [row] = submissions.listed(connection, only=on)
        paper = report_paper(connection, forms_of(connection, row), "en")
    whole, area, intensity = paper.blocks[1].lead
    # 0.1229 kgce/kWh: 365 and 547.5 kWh; L = 22.4293 / ln 1.5; area L ln 1.2, intensity L ln 1.25
    assert "0.045 to 0.067 tce (+50.0 %)" in whole
    assert area == "floor area rose (+20.0%), which made it 0.010 tce more."
    assert intensity == "energy per floor area rose (+25.0%), which made it 0.012 tce more."
