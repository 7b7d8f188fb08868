"""A board as Grafana's JSON, through the typed builders of the extra `grafana`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from grafana_foundation_sdk.builders import barchart, common, dashboard, gauge, heatmap, stat, table
from grafana_foundation_sdk.builders import timeseries as lines
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heatmap_model

from dashboards.boards.model import Board, Column, Kind, Lang, Link, Panel, Threshold, Variable
from dashboards.grafana.versions import fitted, hidden
from metering.days import CIVIL_ZONE

# The id that Grafana 9 knows; later versions keep it as another name of their data source.
SOURCE_TYPE: Final = "postgres"
_SOURCE: Final = common_model.DataSourceRef(SOURCE_TYPE, "${ds}")
_STATES: Final = {"good": "#1e6b3f", "warn": "#b8860b", "bad": "#a3231b", "plain": "text"}
# Colours that people who see red and green alike still tell apart.
_COLOURS: Final = {
    "electricity": "#2b6cb0",
    "natural_gas": "#d9822b",
    "water": "#2a9d8f",
    "heat": "#b5483a",
    "other": "#7a6aa8",
    "estimated": "#e0a030",
    "before": "#b3bec9",
}


@dataclass(frozen=True)
class Query:
    """A query as the PostgreSQL data source takes it; its own builder."""

    sql: str
    series: bool

    def build(self) -> "Query":
        """Return itself."""
        return self

    def to_json(self) -> dict[str, object]:
        """Return what Grafana stores."""
        return {
            "refId": "A",
            "datasource": {"type": SOURCE_TYPE, "uid": "${ds}"},
            "editorMode": "code",
            "format": "time_series" if self.series else "table",
            "rawQuery": True,
            "rawSql": _dedented(self.sql),
        }


def uid_of(board_uid: str, lang: Lang) -> str:
    """Return the uid of a board in one language."""
    return board_uid if lang == "zh" else f"{board_uid}-{lang}"


def drawn(board: Board, lang: Lang) -> dict[str, Any]:
    """Return a board as the JSON that Grafana loads."""
    made = (
        dashboard.Dashboard(board.title.of(lang))
        .uid(uid_of(board.uid, lang))
        .description(board.description.of(lang))
        .tags([*board.tags, lang])
        .version(board.version)
        .timezone(CIVIL_ZONE)
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(board.since, board.until)
        .refresh(f"{board.refresh_s // 60}m")
        .with_variable(dashboard.DatasourceVariable("ds").type(SOURCE_TYPE).label(_DS[lang]))
        .with_variable(dashboard.ConstantVariable("lang").value(lang))
    )
    for variable in board.variables:
        made = made.with_variable(_variable(variable, lang))
    for link in board.links:
        made = made.link(
            dashboard.DashboardLink(link.title.of(lang))
            .type(model.DashboardLinkType.LINK)
            .url(_url(link, lang))
            .keep_time(True)
        )
    for part in _placed(board, lang):
        made = made.with_row(part) if isinstance(part, dashboard.Row) else made.with_panel(part)
    text = json.dumps(made.build(), cls=JSONEncoder, ensure_ascii=False)
    return fitted(cast(dict[str, Any], json.loads(text)))


def text_of(drawn_board: dict[str, Any]) -> str:
    """Return a board's JSON as a file holds it: the same bytes for the same board."""
    return json.dumps(drawn_board, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _variable(variable: Variable, lang: Lang) -> Any:
    refresh = (
        model.VariableRefresh.ON_TIME_RANGE_CHANGED
        if variable.refresh == "time"
        else model.VariableRefresh.ON_DASHBOARD_LOAD
    )
    made = (
        dashboard.QueryVariable(variable.name)
        .label(variable.label.of(lang))
        .query(_dedented(variable.sql))
        .datasource(_SOURCE)
        .refresh(refresh)
        .sort(model.VariableSort.DISABLED)
        .multi(variable.multi)
        .include_all(False)
    )
    return made.hide(model.VariableHide.HIDE_VARIABLE) if variable.hidden else made


def _placed(board: Board, lang: Lang) -> Iterator[Any]:
    """Return rows and panels with their places in the grid."""
    top = 0
    for number, row in enumerate(board.rows):
        yield (
            dashboard.Row(row.title.of(lang))
            .id(1000 + number)
            .grid_pos(model.GridPos(h=1, w=24, x=0, y=top))
        )
        top, left, tallest = top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > 24:
                top, left, tallest = top + tallest, 0, 0
            place = model.GridPos(h=panel.height, w=panel.width, x=left, y=top)
            yield _panel(panel, lang).grid_pos(place)
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest


def _panel(panel: Panel, lang: Lang) -> Any:
    made = (
        _BUILDERS[panel.kind](panel)
        .id(panel.id)
        .title(panel.title.of(lang))
        .description(panel.description.of(lang))
        .datasource(_SOURCE)
        .with_target(Query(panel.sql, panel.series))
        .unit(panel.unit.id)
        .no_value(panel.empty.of(lang))
        .max_data_points(panel.max_points)
        .interval("1m")
    )
    if panel.decimals is not None:
        made = made.decimals(panel.decimals)
    if panel.thresholds:
        made = made.thresholds(_thresholds(panel.thresholds))
    for column in panel.columns:
        made = made.override_by_name(column.name, list(_properties(column, lang)))
    return made


def _stat(panel: Panel) -> Any:
    colour = common_model.BigValueColorMode
    return (
        stat.Panel()
        .graph_mode(common_model.BigValueGraphMode.NONE)
        .color_mode(colour.VALUE if panel.thresholds else colour.NONE)
        .reduce_options(
            common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("/.*/")
        )
    )


def _gauge(panel: Panel) -> Any:
    reduced = common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)
    return gauge.Panel().reduce_options(reduced).min(0).max(1.2).show_threshold_markers(True)


def _series(panel: Panel) -> Any:
    bars = panel.kind is Kind.BARS
    style = common_model.GraphDrawStyle
    made = (
        lines.Panel()
        .draw_style(style.BARS if bars else style.LINE)
        .fill_opacity(80 if bars else 12)
        .line_width(1)
        .span_nulls(False)
        .legend(_legend(["lastNotNull", "mean", "max"]))
        .tooltip(common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI))
    )
    if not panel.stack:
        return made
    return made.stacking(common.StackingConfig().mode(common_model.StackingMode.NORMAL).group("A"))


def _categories(panel: Panel) -> Any:
    return barchart.Panel().x_field(panel.columns[0].name).legend(_legend([])).fill_opacity(80)


def _heatmap(panel: Panel) -> Any:
    colour = heatmap.HeatmapColorOptions().mode(heatmap_model.HeatmapColorMode.SCHEME)
    never = common_model.VisibilityMode.NEVER
    made = heatmap.Panel().calculate(False).cell_gap(1).show_value(never)
    return made.color(colour.scheme("Oranges").steps(64))


def _table(panel: Panel) -> Any:
    return table.Panel().show_header(True)


def _legend(calcs: list[str]) -> Any:
    display = common_model.LegendDisplayMode
    return (
        common.VizLegendOptions()
        .display_mode(display.TABLE if calcs else display.LIST)
        .placement(common_model.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(calcs)
    )


def _properties(column: Column, lang: Lang) -> Iterator[Any]:
    def one(name: str, value: object) -> Any:
        return model.DynamicConfigValue(name, value)

    yield one("displayName", column.title.of(lang))
    if column.unit is not None:
        yield one("unit", column.unit.id)
    if column.decimals is not None:
        yield one("decimals", column.decimals)
    if column.colour:
        yield one("color", {"mode": "fixed", "fixedColor": _COLOURS[column.colour]})
    if column.empty is not None:
        yield one("noValue", column.empty.of(lang))
    if column.hidden:
        yield from (one(name, value) for name, value in hidden())
    if column.thresholds:
        steps = [{"color": _STATES[each.state], "value": each.value} for each in column.thresholds]
        yield one("thresholds", {"mode": "absolute", "steps": steps})
        yield one("custom.cellOptions", {"type": "color-text"})
    if column.link is not None:
        url = _url(column.link, lang) + "&${__url_time_range}"
        yield one("links", [{"title": column.link.title.of(lang), "url": url}])


def _thresholds(thresholds: tuple[Threshold, ...]) -> Any:
    steps = [model.Threshold(value=each.value, color=_STATES[each.state]) for each in thresholds]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _url(link: Link, lang: Lang) -> str:
    """Return where a link leads in Grafana, by uid; rows fill in their own columns."""
    filled = [
        f"var-{name}=${{{source[1:]}}}"
        if source.startswith("$")
        else f'var-{name}=${{__data.fields["{source}"]}}'
        for name, source in link.variables
    ]
    return f"/d/{uid_of(link.board, lang)}?" + "&".join([*filled, "var-ds=${ds}"])


def _dedented(sql: str) -> str:
    kept = [line.rstrip() for line in sql.strip().splitlines()]
    return "\n".join(line.removeprefix("    ") for line in kept)


_DS: Final = {"zh": "数据源", "en": "Data source"}
_BUILDERS: Final = {
    Kind.STAT: _stat,
    Kind.GAUGE: _gauge,
    Kind.BARS: _series,
    Kind.LINES: _series,
    Kind.CATEGORIES: _categories,
    Kind.HEATMAP: _heatmap,
    Kind.TABLE: _table,
}
