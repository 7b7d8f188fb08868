"""Boards for Grafana 9.4 to 13: only what all of these read, and what each of them must be told.

No Grafana was started for this: what is held here was read in the types and sources that its
versions publish.
"""

import pytest
import yaml

pytest.importorskip(
    "grafana_foundation_sdk",
    reason="the extra `grafana` is not installed: boards for Grafana were not built",
)

from dashboards.boards.catalogue import BOARDS
from dashboards.grafana.drawing import drawn
from dashboards.grafana.files import files
from dashboards.grafana.versions import SCHEMA

EVERY = [(board, lang) for board in BOARDS for lang in ("zh", "en")]
every_board = pytest.mark.parametrize(
    ("board", "lang"), EVERY, ids=lambda one: getattr(one, "uid", one)
)

# The panels of ours that 9.4 has, each with the least that it and its later versions must be told.
NEEDS = {
    "stat": ["options.reduceOptions.calcs", "options.colorMode", "options.graphMode"],
    "gauge": [
        "options.reduceOptions.calcs",
        "fieldConfig.defaults.min",
        "fieldConfig.defaults.max",
    ],
    "timeseries": [
        "options.legend.showLegend",
        "options.legend.displayMode",
        "options.tooltip.mode",
        "fieldConfig.defaults.custom.drawStyle",
        "fieldConfig.defaults.custom.fillOpacity",
    ],
    "barchart": [
        "options.xTickLabelMaxLength",
        "options.legend.showLegend",
        "fieldConfig.defaults.custom",
    ],
    "heatmap": ["options.calculate", "options.color.mode", "options.color.scheme"],
    "table": ["options.showHeader", "fieldConfig.overrides"],
}
EVERYWHERE = [
    "id", "title", "description", "gridPos.h", "gridPos.w", "gridPos.x", "gridPos.y",
    "datasource.type", "datasource.uid", "targets", "fieldConfig.defaults.unit",
    "maxDataPoints", "interval",
]  # fmt: skip
UNITS = {"none", "percentunit", "locale", "dateTimeAsIso", "time:YYYY-MM"}
REFRESHED = {"query", "datasource"}


def panels_of(made):
    return [one for one in made["panels"] if one["type"] != "row"]


def has(panel, path):
    for key in path.split("."):
        if not isinstance(panel, dict) or key not in panel:
            return False
        panel = panel[key]
    return panel is not None


def references(part):
    """Yield every reference to a data source within a board."""
    if isinstance(part, dict):
        if "datasource" in part:
            yield part["datasource"]
        for one in part.values():
            yield from references(one)
    elif isinstance(part, list):
        for one in part:
            yield from references(one)


@every_board
def test_panels_are_of_kinds_that_the_oldest_has_and_say_the_least_they_must(board, lang):
    for panel in panels_of(drawn(board, lang)):
        missing = [p for p in [*EVERYWHERE, *NEEDS[panel["type"]]] if not has(panel, p)]

        assert missing == [], panel["title"]


def test_every_kind_of_panel_is_used():
    used = {one["type"] for board in BOARDS for one in panels_of(drawn(board, "en"))}

    assert used == set(NEEDS)


@every_board
def test_a_data_source_is_named_as_9_knows_it_and_later_versions_still_do(board, lang):
    found = list(references(drawn(board, lang)))

    assert len(found) >= 2 * len(list(board.panels()))
    assert all(one == {"type": "postgres", "uid": "${ds}"} for one in found)


@every_board
def test_no_version_rewrites_a_board_before_it_shows_it(board, lang):
    made = drawn(board, lang)

    assert made["schemaVersion"] == SCHEMA
    assert isinstance(made["refresh"], str)
    assert isinstance(made["annotations"]["list"], list)
    for panel in panels_of(made):
        text = {
            one["id"] for each in panel["fieldConfig"]["overrides"] for one in each["properties"]
        }
        assert "custom.displayMode" not in text  # became cellOptions in 9.4
        assert ("custom.hidden" in text) == ("custom.hideFrom" in text)
        assert "transformations" not in panel
        assert "repeat" not in panel


@every_board
def test_variables_have_their_values_in_versions_that_take_them_from_current_alone(board, lang):
    variables = drawn(board, lang)["templating"]["list"]

    assert {one["type"] for one in variables} <= {"constant", *REFRESHED}
    for one in variables:
        if one["type"] == "constant":
            assert one["current"]["value"] == one["query"]
            assert one["current"] in one["options"]
        else:
            assert one["refresh"] in (1, 2)


@every_board
def test_units_are_of_those_that_the_oldest_writes(board, lang):
    for panel in panels_of(drawn(board, lang)):
        overrides = [
            one for each in panel["fieldConfig"]["overrides"] for one in each["properties"]
        ]
        units = {one["value"] for one in overrides if one["id"] == "unit"}

        for unit in units | {panel["fieldConfig"]["defaults"]["unit"]}:
            assert unit in UNITS, panel["title"]


@every_board
def test_links_stand_above_a_board_and_not_in_a_menu(board, lang):
    for one in drawn(board, lang).get("links", []):
        assert "placement" not in one
        assert one["type"] == "link"


def test_a_column_is_hidden_by_the_name_of_either_time():
    hidden = [
        [one for one in each["properties"] if one["id"].startswith("custom.hid")]
        for board in BOARDS
        for panel in panels_of(drawn(board, "en"))
        for each in panel["fieldConfig"]["overrides"]
    ]
    told = [{one["id"]: one["value"] for one in each} for each in hidden if each]

    assert told
    for each in told:
        assert each["custom.hidden"] is True
        assert each["custom.hideFrom"]["viz"] is True


@pytest.mark.parametrize("timescaledb", [False, True])
def test_the_data_source_is_provisioned_where_all_versions_look(timescaledb):
    made = dict(files(("en",), timescaledb=timescaledb))
    texts = {
        path.name + path.parts[1]: text for path, text in made.items() if path.suffix == ".yaml"
    }
    (source,) = yaml.safe_load(texts["commonwatt.yamldatasources"])["datasources"]
    (provider,) = yaml.safe_load(texts["commonwatt.yamldashboards"])["providers"]

    assert (source["type"], source["uid"]) == ("postgres", "commonwatt")
    assert "database" not in source  # from 9.4 on it stands in jsonData; 12 reads it there alone
    assert source["jsonData"]["database"] == "${COMMONWATT_GRAFANA_DATABASE_NAME}"
    assert source["jsonData"]["timescaledb"] is timescaledb
    assert "password" not in source
    assert set(source["secureJsonData"]) == {"password"}
    assert provider["options"]["foldersFromFilesStructure"] is True
