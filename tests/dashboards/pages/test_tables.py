"""Every declared table says the same as JSON, CSV, workbook and page, in both languages."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Final
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.catalogue import declared, tables
from actions.compact.state_evidence import StateEvidence
from actions.doing import carry_out
from actions.fields import Words, field
from actions.files import take
from actions.kinds import Line
from actions.readings.record_exchange import RecordExchange
from actions.registry.state_formula import StateFormula
from actions.registry.weather import StateDegreeDays
from actions.tables import TABLES, Column, Filter, Table
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions import (
    examples_of_books,
    examples_of_end_uses,
    examples_of_formulas,
    examples_of_keys,
    examples_of_pv,
    examples_of_readings,
    examples_of_scenarios,
    examples_of_submeters,
    examples_of_weather,
)
from tests.actions.book_world import make_books
from tests.actions.compact_world import record_progress
from tests.actions.examples import parts, union_in
from tests.actions.world import TODAY, World, make_world, resize
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.sheets import sheets_of

ALL = {one.code: one for one in tables()}
OF: dict[str, int] = {}  # what rows are of, where a path says so
ASKED: dict[str, dict[str, int]] = {}  # what must be asked of a table that else says nothing
_PAGES: Final = 7  # at most about so many, of one row where there are few
WORLD: list[World] = []
PAGES = sorted(code for code, one in ALL.items() if one.page)


@pytest.fixture(scope="module")
def browsers(database_of_module) -> Iterator[dict[str, TestClient]]:
    """An administrator in both languages, in a world where something was done."""
    world = make_world(database_of_module)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, valid_from)
           VALUES (%s, 'administrator', 'all', '2015-01-01')""",
        f"user:{world.user['planner of all']}",
    )
    for act in ("user.add", "user.end"):
        world.admin(
            "INSERT INTO audit_entry (actor, act, subject) VALUES ('user:1', %s, '=1+1')", act
        )
    world.admin(
        """INSERT INTO file_done (actor, act, sha256, rows, opposites)
           VALUES ('user:1', 'exchange.record', sha256('x'), 2, '[]')"""
    )
    world.admin(
        """INSERT INTO reading_import (made_by, name, sha256, bytes, counts)
           VALUES ('user:1', '=big.csv', sha256('y'), 10, '{"inserted": 3}')"""
    )
    world.admin(
        """INSERT INTO task (kind, key, at, by, attempts, reason, error)
           VALUES ('progress', '1', now(), 'user:1', 2, 'toy.torn', '=torn')"""
    )
    for make in (make for part in parts() for make in getattr(part, "OBJECTS", {}).values()):
        make(world)
    office = world.channel["office e"]
    examples_of_readings.refused(world)
    examples_of_readings.set_aside(world)
    examples_of_keys.sent(world)
    examples_of_readings.imported(world)
    examples_of_readings.correction_of(world, office)
    examples_of_submeters.balanced(world)
    examples_of_pv.shone(world)
    institution, fields = examples_of_formulas.made(world)
    carry_out(world.actor(), StateFormula.model_validate(fields), institution)
    channel, fields = examples_of_end_uses.lit(world)
    examples_of_end_uses.state(world, channel, fields["use"])
    exchange = RecordExchange(
        at="2016-03-01T05:30:00Z", initial="100", source="=form", despite=True
    )
    carry_out(world.actor(), exchange, office)
    union = make_books(union_in(world))
    run_id = world.admin("SELECT min(run_id) FROM run_in_force")[0][0]
    examples_of_books.listed(world)
    record_progress(world.actor("planner of all"), union.union, date(2016, 3, 10))
    examples_of_books.differing(world)
    world.admin(
        """INSERT INTO year_forecast (institution_id, year, day, profile, used_g, known_days,
                   rest_g, lower_g, upper_g, quota_g, odds, peers, method)
           SELECT %s, 2016, '2016-04-09', code, 1000, 99, 2000, 2900, 3200, 3000, 0.5, 24, 'm'
             FROM profile WHERE is_default""",
        world.institution["office"],
    )  # fmt: skip
    of = {"channel_id": office, "institution_id": world.institution["office"]}
    resize(world, "office", "2016-01-01", area_m2="1481.4", persons="144")
    ASKED["target-corrections"] = ASKED["target-weather"] = {"target": union.target}
    fields = examples_of_weather.month(world)[1]
    carry_out(world.actor(), StateDegreeDays.model_validate(fields), None)
    evidence, fields = examples_of_scenarios.EXAMPLES["evidence.state"](world)
    carry_out(world.actor(), StateEvidence.model_validate(fields), evidence)
    ASKED["target-limits"] = {"target": union.target, "relief_percent": "50"}
    OF.update(of | {"union_id": union.union, "run_id": run_id, "year": 2016})
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    site = Site(world, app)
    WORLD.append(world)
    yield {lang: site.client("planner of all", lang) for lang in ("zh", "en")}
    world.close()


@pytest.mark.parametrize("code", sorted(ALL))
def test_all_forms_say_the_same(browsers, code):
    table, client = ALL[code], browsers["en"]
    path, json = f"/api/v1{table.path.format(**OF)}", {"Accept": "application/json"}
    asked = ASKED.get(code, {})
    whole = client.get(path, params={"limit": 1000, **asked}, headers=json).json()
    assert whole["items"] or code == "target-limits", whole  # nobody is certified in this world
    assert whole["next"] is None
    names = [one.name for one in table.columns if one.for_programs]
    assert [list(row) for row in whole["items"]] == [names] * len(whole["items"])

    limit = max(1, -(-len(whole["items"]) // _PAGES))
    one_by_one, following = [], f"{path}?{urlencode({'limit': limit, **asked})}"
    while following:
        page = client.get(following, headers=json).json()
        one_by_one, following = one_by_one + page["items"], page["next"]
    assert one_by_one == whole["items"]

    text = client.get(path, params={"format": "csv", **asked}).text
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == names
    assert len(rows) == len(whole["items"]) + 1
    assert not any(cell.startswith("=") for row in rows for cell in row)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(ALL))
def test_files_for_people_are_headed_in_their_language_and_say_how_many_rows(browsers, code, lang):
    table, client = ALL[code], browsers["en"]
    path = f"/api/v1{table.path.format(**OF)}"
    told = {"labels": lang, **ASKED.get(code, {})}
    book = client.get(path, params={"format": "xlsx", **told})
    (title, body), (_, about) = sheets_of(book.content)
    heads = body[0]
    assert title == table.words.say(lang)
    told_apart = {one.head(lang) for one in table.columns if one.only in ("", "people")}
    assert told_apart <= set(heads)
    for one in table.columns:
        if one.named is not None:  # names stand beside ids
            place = heads.index(one.words.say(lang))
            assert heads[place - 1].startswith(one.words.say(lang))
    assert about[1][1] == book.headers["x-rows"] == str(len(body) - 1)

    answer = client.get(path, params={"format": "csv", **told})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == heads
    assert len(rows) == len(body) + 1
    assert len(rows[-1]) == 1
    assert answer.headers["x-as-of"] in rows[-1][0]


ENTERED = sorted(code for code, one in ALL.items() if one.entered_by)
# How rows are forgotten, so that they can be entered again; exchanges correct themselves.
FORGET = {
    "alarms": "UPDATE alarm_route SET known_until = now() WHERE known_until IS NULL",
    "bills": "TRUNCATE bill CASCADE",
    "commitments": "TRUNCATE commitment CASCADE",
    "channel-end-uses": "UPDATE channel_end_use SET known_until = now() WHERE known_until IS NULL",
    "submeters": "UPDATE submeter SET known_until = now() WHERE known_until IS NULL",
    "trusted_takers": "TRUNCATE trusted_taker CASCADE",
}


@pytest.mark.parametrize("code", ENTERED)
def test_what_a_declared_action_enters_goes_out_and_comes_back_in_equal(browsers, code):
    table, client = ALL[code], browsers["en"]
    kind = declared()[table.entered_by]
    on = {f"{kind.about.on.code}_id"} if kind.about.on else set()
    names = {
        dict(table.enters).get(one.name, one.name) for one in table.columns if one.for_programs
    }
    needed = {name for name, info in kind.model_fields.items() if info.is_required()}
    assert needed | on <= names

    path = f"/api/v1{table.path.format(**OF)}"
    out = client.get(path, params={"format": "csv"}).content
    assert len(out.splitlines()) > 1
    if code in FORGET:
        WORLD[-1].admin(FORGET[code])
    done = take(WORLD[-1].actor(), kind, out)
    assert (done.wrong, done.done) == ([], len(out.splitlines()) - 1)

    def entered(content: bytes) -> list[list[str]]:
        rows = csv.DictReader(io.StringIO(content.decode()))
        kept = [one for one in rows.fieldnames or []
                if one in on or dict(table.enters).get(one, one) in kind.model_fields]  # fmt: skip
        return sorted([row[name] for name in kept] for row in rows)

    again = client.get(path, params={"format": "csv"}).content
    assert entered(again) == entered(out)
    assert code in FORGET or again == out


REGISTERED = {"regions", "institutions", "meters", "channels"}  # tests/actions/test_registry_export
# Tables that are no input of any action, each with its reason; the rest come back in equal.
COMPUTED = "worked out of others"
NOTED = "what happened, and when: it is not said again"
KEPT = "published by an authority, and seeded"
BY_ACTS = "states that several acts lead to, each with its own right and check"
WHY_NOT = {
    **dict.fromkeys(
        ("accounts", "accounts-of", "bases", "cover_members", "differences", "indicators",
         "progress-institutions", "progress-members", "quotas", "run-quotas", "quota.days",
         "second_log", "log_heads", "shared.figures", "target-corrections", "target-progress",
         "year-months", "years", "findings", "key-suggestions", "roster-changes", "unbound-keys",
         "book_accounts", "unions", "cover", "account-sources", "bill-doubts",
         "target-limits", "target-weather", "bill-parts", "duties", "duties-by-region",
         "energy-costs", "priced-hours", "submission-progress", "survey-rollup", "forecasts",
         "quota-standards-compared", "meter-balances", "end-use-months", "pv-months",
         "member-comparison", "check-frame", "check-rates", "comparable-scope"),
        COMPUTED,
    ),
    **dict.fromkeys(
        ("alarm-messages", "audit", "corrections", "files-done", "large-imports", "reading-files",
         "reconciliations", "rejects", "set-aside", "tasks", "movements", "runs", "cover_frozen",
         "scenarios", "submission-steps", "check-steps"),
        NOTED,
    ),
    **dict.fromkeys(("carriers", "profiles"), KEPT),
    "survey-cells": "come in by survey.columns, in the order of the national platform",
    "figures": "months and deliveries together, which two acts enter",
    **dict.fromkeys(
        ("agreements", "members", "people", "gateways", "targets", "sharing", "routes",
         "utility-accounts", "submissions", "formulas", "check-plans", "check-sheets",
         "check-figures", "compound-splits", "opening-hours", "premises", "sizes",
         "vacations", "region-profiles"), BY_ACTS
    ),
}  # fmt: skip


def test_every_table_comes_back_in_or_says_why_not():
    assert sorted(WHY_NOT.keys() | REGISTERED | set(ENTERED)) == sorted(ALL)
    assert not WHY_NOT.keys() & (REGISTERED | set(ENTERED))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", PAGES)
def test_a_page_shows_its_columns_and_names_its_filter(browsers, code, lang):
    table, client = ALL[code], browsers[lang]
    page = client.get(table.page, params=ASKED.get(code, {}))
    assert page.status_code == 200, page.text
    assert len(page.content) < 60_000
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)', page.text)
    head = page.text.partition("<thead>")[2].partition("</thead>")[0]
    assert lang == "zh" or not re.search("[\u4e00-\u9fff]", head)  # units too
    assert heads == [html.escape(one.words.say(lang)) for one in table.columns if one.on_page]
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    asked = {f"f-{name.replace('_', '-')}" for name in table.asked if name not in table.unasked}
    assert {one.replace("_", "-") for one in re.findall(r' for="([^"]+)"', page.text)} == asked
    assert client.get(table.page, params={"after": "nonsense"}).status_code == 422


def test_whoever_is_not_logged_in_reads_no_table(browsers):
    stranger = TestClient(browsers["en"].app, follow_redirects=False)
    for table in ALL.values():
        assert stranger.get(f"/api/v1{table.path.format(**OF)}").status_code == 401


def test_a_table_that_no_form_could_filter_is_refused():
    class Needed(Filter):
        """Asks for something that must be said."""

        name: Line = field(zh="名", en="Name")

    column = Column("a", Words("甲", "A"), lambda row: row)
    fields = {"path": "/toys", "words": Words("玩", "Toys"), "about": "x", "tag": "x", "ask": None}
    before = dict(TABLES)
    for wrong in (
        {"code": "toys", "filter": Needed, "columns": (column,)},
        {"code": "toys", "filter": Filter, "columns": (column, column)},
        {"code": "toys", "filter": Filter, "columns": (column,)},
        {"code": "toys", "filter": Filter, "columns": (column,), "path": "/toys/{of}"},
        {"code": "people", "filter": Filter, "columns": (column,)},
    ):
        with pytest.raises(TypeError):
            Table(**(fields | wrong))
    assert before == TABLES
