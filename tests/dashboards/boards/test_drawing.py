"""What a complete Grafana showed of the boards, held by its JSON: no label cut, no year hidden."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip(
    "grafana_foundation_sdk",
    reason="the extra `grafana` is not installed: boards for Grafana were not built",
)

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import barchart, gauge, heatmap, stat, table, timeseries

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.macros import Scope, expand
from dashboards.boards.model import Kind
from dashboards.grafana.drawing import drawn
from dashboards.grafana.widths import SCREEN_PX
from tests.dashboards.boards.test_queries import first_choices, run

MODELS = {
    "barchart": barchart,
    "gauge": gauge,
    "heatmap": heatmap,
    "stat": stat,
    "table": table,
    "timeseries": timeseries,
}
DRAWN = [
    pytest.param(panel, one, lang, id=f"{board.uid} {panel.id} {lang}")
    for board in BOARDS
    for lang in ("zh", "en")
    for made in (drawn(board, lang),)
    for one in made["panels"]
    if one["type"] != "row"
    for panel in (board.panel(one["id"]),)
]
every_panel = pytest.mark.parametrize(("panel", "one", "lang"), DRAWN)
BARS = [each for each in DRAWN if each.values[0].kind in (Kind.BARS, Kind.CATEGORIES)]
TABLES = [each for each in DRAWN if each.values[0].kind is Kind.TABLE]


def told(one, name=None):
    """Return what a panel's overrides say of a column, or of all."""
    return {
        (each["matcher"]["options"], prop["id"]): prop["value"]
        for each in one["fieldConfig"]["overrides"]
        for prop in each["properties"]
        if name in (None, each["matcher"]["options"])
    }


def plain(value):
    return json.loads(json.dumps(value, cls=JSONEncoder))


@every_panel
def test_a_panel_holds_what_the_published_types_know_and_nothing_else(panel, one, lang):
    kind = MODELS[one["type"]]

    assert plain(kind.Options.from_json(one["options"])) == one["options"]
    custom = one["fieldConfig"]["defaults"].get("custom")
    if custom is not None:
        assert plain(kind.FieldConfig.from_json(custom)) == custom


@pytest.mark.parametrize(("panel", "one", "lang"), BARS)
def test_bars_start_at_0_and_keep_their_labels(panel, one, lang):
    assert one["fieldConfig"]["defaults"]["custom"]["axisSoftMin"] == 0
    if one["type"] == "barchart":
        assert one["options"]["xTickLabelMaxLength"] >= 10  # 0 cuts each to an ellipsis
        assert one["options"]["xTickLabelSpacing"] > 0
        assert one["options"]["orientation"] == "vertical"


@pytest.mark.parametrize(("panel", "one", "lang"), BARS)
def test_bars_of_months_stand_side_by_side_outside_the_axis_of_time(panel, one, lang):
    """A time series would lay one year over the other, and hide months that began before."""
    if panel.kind is Kind.BARS and panel.monthly:
        assert one["type"] == "barchart"
        assert told(one)[("time", "unit")] == "time:YYYY-MM"
        assert one["options"]["stacking"] == ("normal" if panel.stack else "none")
        assert "xField" not in one["options"]  # the first field of time
    assert panel.stack or one["type"] == "barchart"


@every_panel
def test_thousands_stand_apart_and_units_are_words_of_the_reader(panel, one, lang):
    unit = one["fieldConfig"]["defaults"]["unit"]
    assert unit == ("locale" if panel.decimals is not None else "none") or unit == "percentunit"
    label = panel.unit.of(lang)
    if unit == "locale" and label:
        where = one["title"], one["fieldConfig"]["defaults"].get("custom", {}).get("axisLabel", "")
        assert any(label in text for text in where)
    for column in panel.columns:
        caption = told(one, column.name)
        if column.decimals is not None:
            assert caption[(column.name, "unit")] in ("locale", "percentunit")
        if column.unit is not None and column.unit.id == "locale":
            assert column.unit.of(lang) in caption[(column.name, "displayName")]


def test_units_are_chinese_where_they_are_words():
    text = " ".join(one["title"] for each in DRAWN for one in (each.values[1],))
    heads = {
        value
        for each in DRAWN
        for panel, one, lang in (each.values,)
        if lang == "zh"
        for (_, what), value in told(one).items()
        if what == "displayName"
    }

    assert "二氧化碳(吨)" in text
    assert "人均综合能耗(kgce/人)" in text
    assert any(head.endswith("(小时)") for head in heads)
    assert not [head for head in heads if re.search(r"\((?:h|t|kgce/person)\)", head)]


@pytest.mark.parametrize(("panel", "one", "lang"), TABLES)
def test_all_columns_of_a_table_fit_on_a_screen_of_1600_px(panel, one, lang):
    shown = [column for column in panel.columns if not column.hidden]
    least = [told(one)[(column.name, "custom.minWidth")] for column in shown]

    assert sum(least) <= SCREEN_PX * panel.width // 24 - 24
    for column, width in zip(shown, least, strict=True):
        header = told(one)[(column.name, "displayName")]
        assert width >= 7 * len(header), header


SHORT = {
    "24 hours": (datetime(2016, 3, 20, 5, tzinfo=UTC), timedelta(hours=24)),
    "31 days": (datetime(2016, 3, 5, tzinfo=UTC), timedelta(days=31)),
}


@pytest.mark.parametrize("name", SHORT)
def test_panels_by_month_show_the_months_of_a_short_period_whole(member, name):
    since, length = SHORT[name]
    months = {"24 hours": 1, "31 days": 2}[name]
    seen = 0
    for board in BOARDS:
        variables = first_choices(member.connection, board, "zh")
        year = Scope(datetime(2016, 1, 1, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC),
                     variables=variables)  # fmt: skip
        scope = Scope(since, since + length, variables=variables)
        made = {one["id"]: one for one in drawn(board, "zh")["panels"]}
        for panel in board.panels():
            if not panel.monthly or "local" in panel.sql:
                continue
            sql = made[panel.id]["targets"][0]["rawSql"]
            short = run(member.connection, sql, scope)
            long = run(member.connection, panel.sql, year)
            assert len({row[0] for row in short.rows}) <= months
            figures = [row[1:] for row in long.rows]
            assert all(row[1:] in figures or panel.id in (5, 13) for row in short.rows)
            if panel.kind is Kind.LINES:
                assert all(since <= row[0] < since + length for row in short.rows)
            seen += len(short.rows)
    assert seen > 6


def test_an_empty_period_leaves_the_heat_map_its_cells_and_no_figure(member):
    board = next(one for one in BOARDS if one.uid == "commonwatt-building")
    (one,) = (one for one in drawn(board, "en")["panels"] if one["type"] == "heatmap")
    sql = one["targets"][0]["rawSql"]
    variables = first_choices(
        member.connection, board, "en", institution=str(member.world.institution["office"]),
        channel=str(member.world.channel["office e"]),
    )  # fmt: skip
    since = datetime(2001, 1, 1, tzinfo=UTC)
    empty = run(
        member.connection, sql, Scope(since, since + timedelta(days=7), variables=variables)
    )
    begins = datetime(2016, 3, 1, tzinfo=UTC)
    filled = Scope(begins, begins + timedelta(hours=30), variables=variables)

    assert {row[1] for row in empty.rows} == {f"{hour:02}" for hour in range(24)}
    assert len({row[0] for row in empty.rows}) == 2
    assert {row[2] for row in empty.rows} == {None}
    assert run(member.connection, sql, filled).rows == (
        run(member.connection, board.panel(one["id"]).sql, filled).rows
    )
    assert "NOT EXISTS" in expand(sql, filled)
