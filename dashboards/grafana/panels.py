"""A panel as Grafana draws it: every kind of ours as one that Grafana 9.4 and later have."""

from collections.abc import Iterator
from typing import Any, Final

from grafana_foundation_sdk.builders import barchart, common, dashboard, gauge, heatmap, stat, table
from grafana_foundation_sdk.builders import timeseries as lines
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heatmap_model

from dashboards.boards.model import GROUPED, PLAIN, Column, Kind, Lang, Panel, Threshold, Unit
from dashboards.grafana.links import url_of
from dashboards.grafana.queries import SOURCE_TYPE, query_of
from dashboards.grafana.versions import hidden
from dashboards.grafana.widths import least_px

SOURCE: Final = common_model.DataSourceRef(SOURCE_TYPE, "${ds}")
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
_LONGEST_LABEL: Final = 24  # signs
_BETWEEN_LABELS_PX: Final = 100


def panel_of(panel: Panel, lang: Lang) -> Any:
    """Return a panel's builder, without its place."""
    made = (
        _built(panel, lang)
        .id(panel.id)
        .title(_with_unit(panel.title.of(lang), _beside(panel), lang))
        .description(panel.description.of(lang))
        .datasource(SOURCE)
        .with_target(query_of(panel))
        .unit(_format(panel.unit, panel.decimals))
        .no_value(panel.empty.of(lang))
        .max_data_points(panel.max_points)
        .interval("1m")
    )
    if panel.decimals is not None:
        made = made.decimals(panel.decimals)
    if panel.thresholds:
        made = made.thresholds(_thresholds(panel.thresholds))
    for column in panel.columns:
        properties = list(_properties(column, lang))
        if panel.kind is Kind.TABLE and not column.hidden:
            least = least_px(column, _with_unit(column.title.of(lang), column.unit, lang))
            properties.append(model.DynamicConfigValue("custom.minWidth", least))
        made = made.override_by_name(column.name, properties)
    return made


def _built(panel: Panel, lang: Lang) -> Any:
    """Return what draws a panel; what has an axis says its unit there."""
    made = _months if panel.kind is Kind.BARS and panel.monthly else _BUILDERS[panel.kind]
    drawn = made(panel)
    if panel.kind in _AXES and panel.unit.id == GROUPED:
        return drawn.axis_label(panel.unit.of(lang))
    return drawn


def _format(unit: Unit, decimals: int | None) -> str:
    """Return Grafana's format of a figure; a bare number groups its thousands too."""
    return GROUPED if unit is PLAIN and decimals is not None else unit.id


def _with_unit(name: str, unit: Unit | None, lang: Lang) -> str:
    """Return a name with the unit that its figures are written without."""
    if unit is None or unit.id != GROUPED:
        return name
    return f"{name}({unit.of(lang)})" if lang == "zh" else f"{name} ({unit.of(lang)})"


def _beside(panel: Panel) -> Unit | None:
    """Return the unit that stands in a panel's title, where it has no axis for it."""
    return None if panel.kind in _AXES else panel.unit


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
    if bars:
        made = made.axis_soft_min(0)
    if not panel.stack:
        return made
    return made.stacking(common.StackingConfig().mode(common_model.StackingMode.NORMAL).group("A"))


def _bars() -> Any:
    """Return bars side by side; left to the builders' defaults every label would be cut to "…"."""
    return (
        barchart.Panel()
        .orientation(common_model.VizOrientation.VERTICAL)
        .x_tick_label_max_length(_LONGEST_LABEL)
        .x_tick_label_spacing(_BETWEEN_LABELS_PX)
        .show_value(common_model.VisibilityMode.NEVER)
        .legend(_legend([]))
        .fill_opacity(80)
        .axis_soft_min(0)
    )


def _categories(panel: Panel) -> Any:
    return _bars().x_field(panel.columns[0].name)


def _months(panel: Panel) -> Any:
    """Return bars by month, whole whichever part of them the period holds, years side by side."""
    named = [model.DynamicConfigValue("unit", "time:YYYY-MM")]
    made = _bars().override_by_field_type("time", named)
    return made.stacking(common_model.StackingMode.NORMAL) if panel.stack else made


def _heatmap(panel: Panel) -> Any:
    colour = heatmap.HeatmapColorOptions().mode(heatmap_model.HeatmapColorMode.SCHEME)
    never = common_model.VisibilityMode.NEVER
    made = heatmap.Panel().calculate(False).cell_gap(1).show_value(never)
    return made.color(colour.scheme("Oranges").steps(64))


def _table(_: Panel) -> Any:
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

    yield one("displayName", _with_unit(column.title.of(lang), column.unit, lang))
    if column.unit is not None:
        yield one("unit", column.unit.id)
    elif column.decimals is not None:
        yield one("unit", GROUPED)
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
        url = url_of(column.link, lang) + "&${__url_time_range}"
        yield one("links", [{"title": column.link.title.of(lang), "url": url}])


def _thresholds(thresholds: tuple[Threshold, ...]) -> Any:
    steps = [model.Threshold(value=each.value, color=_STATES[each.state]) for each in thresholds]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


# What has a value axis: there its unit stands, else beside the title.
_AXES: Final = (Kind.BARS, Kind.LINES, Kind.CATEGORIES)
_BUILDERS: Final = {
    Kind.STAT: _stat,
    Kind.GAUGE: _gauge,
    Kind.BARS: _series,
    Kind.LINES: _series,
    Kind.CATEGORIES: _categories,
    Kind.HEATMAP: _heatmap,
    Kind.TABLE: _table,
}
