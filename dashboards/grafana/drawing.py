"""A board as Grafana's JSON, through the typed builders of the extra `grafana`."""

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.boards.model import Board, Lang, Variable
from dashboards.grafana.links import uid_of, url_of
from dashboards.grafana.panels import SOURCE, panel_of
from dashboards.grafana.queries import SOURCE_TYPE, dedented
from dashboards.grafana.versions import fitted
from metering.days import CIVIL_ZONE

_DS: Final = {"zh": "数据源", "en": "Data source"}


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
            .url(url_of(link, lang))
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
        .query(dedented(variable.sql))
        .datasource(SOURCE)
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
            yield panel_of(panel, lang).grid_pos(place)
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest
