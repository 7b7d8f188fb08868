"""Sums over thousands of accounts as large as an account may be reach every page and board."""

from datetime import date
from decimal import Decimal

import pytest

from actions.accounts.overview import overview_of
from actions.compact.progress import progress_of
from actions.compact.targets import Indicator, Target
from actions.registry.institutions import InstitutionFilter
from cli.demo.panels import viewer
from dashboards.boards.catalogue import BOARDS
from dashboards.pages.answers import Answers
from dashboards.pages.boards.view import view_of
from metering.units import MOST_QUANTA
from storage.access.people import Session
from tests.actions.acts import make_union, set_target

MANY = 1500
STEAM = "steam_low_pressure"  # of which a unit is the most coal
GRAMS = 12 * MANY * MOST_QUANTA * Decimal("128.6")  # 64 bits hold a third of it
_PLANNER = "planner of all"


@pytest.fixture(scope="module")
def crowd(window):
    """As many institutions in one city, each with a year of steam at the most that there may be."""
    world = window.world
    world.admin("SELECT setval(pg_get_serial_sequence('institution', 'id'), 10000)")
    world.admin("INSERT INTO institution (id) SELECT 1000 + n FROM generate_series(1, %s) n", MANY)
    for table, columns, values in (
        ("affiliation", "level, department_line,", "'city', 'health',"), ("location", "", ""),
    ):  # fmt: skip
        world.admin(
            f"""INSERT INTO {table} (institution_id, region_id, {columns} valid_from, source,
                                     known_by)
                SELECT 1000 + n, %s, {values} '2010-01-01', 'test', 'user:1'
                  FROM generate_series(1, %s) n""",
            world.region["city 2"], MANY,
        )  # fmt: skip
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
           SELECT 1000 + n, %s, m::date, 'meter', %s, 2678400, 2678400
             FROM generate_series(1, %s) n,
                  generate_series('2015-04-01'::date, '2016-03-01', '1 month') m""",
        STEAM, MOST_QUANTA, MANY,
    )  # fmt: skip
    assert GRAMS > 2**63
    return window


def test_every_board_answers_with_sums_beyond_64_bits(crowd):
    world = crowd.world
    session = Session(world.user[_PLANNER], "planner", "Planner", "en", "")
    asked = f"var-region={world.region['province']}&var-institution=1001"
    asked += "&from=2015-04-01&to=2016-03-31"
    for board in BOARDS:
        view = view_of(viewer(world.pool, session, date(2016, 6, 1), asked), board, Answers())
        for panel in view.board.panels():
            assert "error" not in view.drawn(panel), (board.uid, panel.title.en)
        if board.uid == "commonwatt-region":
            panel = board.panel(1)
            assert panel is not None
            assert view.frame(panel).rows[0][0] >= GRAMS / 1000


def test_the_first_page_adds_them_up(crowd):
    found = overview_of(crowd.world.actor(_PLANNER), InstitutionFilter(), size=1)
    steam = next(one for one in found.total if one.carrier == STEAM)
    assert steam.kgce_g == GRAMS
    assert isinstance(steam.kgce_g, int)


def test_every_route_that_sums_answers_or_refuses(crowd):
    """A total that cannot be shared any more is refused as such; nothing falls over."""
    world = crowd.world
    actor = world.actor(_PLANNER)
    union = make_union(actor, "合", "Union", [world.region["city 1"], world.region["city 2"]])
    target = set_target(actor, union, Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000), "test")
    known = {
        "region_id": world.region["province"], "institution_id": 1001, "union_id": union,
        "target_id": target, "year": 2015, "month": "2015-06",
    }  # fmt: skip
    client = crowd.client(_PLANNER)
    asked = {"first": "2015-04", "last": "2016-03", "from": "2015-04", "to": "2016-03",
             "carrier": STEAM, "grain": "month"}  # fmt: skip
    seen = 0
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        names = {one["name"] for one in methods.get("get", {}).get("parameters", [])}
        needed = {name for name in names if "{" + name + "}" in path}
        if "get" not in methods or not needed <= known.keys() or "Grafana" in path:
            continue
        answer = client.get(
            path.format(**known), params={name: asked[name] for name in names & asked.keys()}
        )
        assert answer.status_code < 500 or path.endswith("/readyz"), (path, answer.text)
        seen += answer.status_code == 200
    assert seen > 20
    tried = client.post(f"/api/v1/targets/{target}/compare", json={"rule": "proportional"})
    assert tried.status_code in (200, 409, 422), tried.text
    assert progress_of(actor, union_id=union) == []
