"""Boards keep the rules, and each rule finds what breaks it."""

from dataclasses import replace

import pytest

from dashboards.boards.catalogue import BOARDS, board
from dashboards.boards.model import Link, Text, Unit
from dashboards.boards.rules import faults

INSTITUTION = board("commonwatt-institution")
PANEL = INSTITUTION.rows[0].panels[0]


def broken(**changes):
    """Return the faults of a board whose first panel is changed."""
    row = INSTITUTION.rows[0]
    panels = (replace(PANEL, **changes), *row.panels[1:])
    rows = (replace(row, panels=panels), *INSTITUTION.rows[1:])
    return " · ".join(faults(replace(INSTITUTION, rows=rows), BOARDS))


@pytest.mark.parametrize("one", BOARDS, ids=lambda one: one.uid)
def test_every_board_keeps_the_rules(one):
    assert list(faults(one, BOARDS)) == []


def test_uids_are_these_for_good():
    assert [one.uid for one in BOARDS] == [
        "commonwatt-union",
        "commonwatt-region",
        "commonwatt-institution",
        "commonwatt-building",
        "commonwatt-comparison",
        "commonwatt-quality",
        "commonwatt-collector",
    ]
    assert len({one.uid for one in BOARDS}) == len(BOARDS)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": Text("", "Total")}, "lacks words"),
        ({"title": Text("能耗", "能耗")}, "not one text in two languages"),
        ({"description": Text("一句话。", "no sentence")}, "is no sentence"),
        ({"unit": Unit("", Text("", ""))}, "no unit"),
        ({"id": 2}, "panel id 2 is taken twice"),
        ({"width": 5}, "does not fill the width"),
        ({"empty": Text("", "")}, "nothing is said"),
        ({"sql": "SELECT 1 AS value FROM report.account WHERE true"}, "no $__timeFilter"),
        ({"sql": PANEL.sql.replace("report.account_energy", "account")}, "not a view of schema"),
        ({"sql": PANEL.sql.replace("'$profile'", "$profile")}, "stands without quotes"),
        ({"sql": PANEL.sql.replace("$profile", "$nothing")}, "not a variable of the board"),
        ({"sql": PANEL.sql + "; DELETE FROM report.account"}, "more than one statement"),
        ({"sql": PANEL.sql + " AND $__timeGroup(hour, '1d') = 1"}, "begins at midnight in UTC"),
        ({"sql": PANEL.sql + " AND $__timeGroup(hour,24h) = 1"}, "begins at midnight in UTC"),
        ({"sql": PANEL.sql + " AND date_trunc('day', hour) < 1"}, "without its zone"),
        ({"sql": PANEL.sql + " AND hour::date = '2026-01-01'"}, "without its zone"),
        ({"sql": PANEL.sql + " AND $__timeFilter(hour)"}, "takes the later one off"),
        ({"sql": "SELECT * FROM report.account"}, "select *"),
    ],
)
def test_each_rule_finds_what_breaks_it(changes, text):
    assert text in broken(**changes)


def test_links_lead_to_boards_and_variables_that_exist():
    away = replace(INSTITUTION, links=(Link(Text("去", "go"), "commonwatt-none", ()),))
    wrong = Link(Text("去", "go"), "commonwatt-region", (("region", "$nothing"), ("x", "$zone")))

    assert "does not exist" in " ".join(faults(away, BOARDS))
    text = " ".join(faults(replace(INSTITUTION, links=(wrong,)), BOARDS))
    assert "not a variable here" in text
    assert "does not have" in text
