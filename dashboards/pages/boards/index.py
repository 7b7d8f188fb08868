"""Boards as plain pages: the list, a board, the figures it fetches, and a panel as CSV."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from actions.boards.answers import MOST_ROWS
from actions.table_files import MEDIA, Head, write
from dashboards.boards import catalogue
from dashboards.boards.model import Board, Column, Panel, Threshold
from dashboards.pages.answers import Answers, answers_of
from dashboards.pages.boards.view import View, shown_columns, view_of
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import NotFoundError

router = APIRouter(include_in_schema=False)

Uid = Annotated[str, Path(max_length=64)]
# One board asks a few questions at once; more would take the pool from everybody else.
_ASKING: Final = ThreadPoolExecutor(3, thread_name_prefix="boards")
PRESETS: Final = (
    ("period_week", "now-7d"),
    ("period_month", "now-31d/d"),
    ("period_quarter", "now-3M/M"),
    ("period_year", "now-1y/M"),
    ("period_two_years", "now-2y/M"),
)


@router.get("/boards")
def get_boards(viewer: Reader) -> Response:
    """Return the list of boards."""
    return viewer.page("boards.html", boards=catalogue.BOARDS)


@router.get("/boards/{uid}")
def get_board(uid: Uid, request: Request, viewer: Reader) -> Response:
    """Return a board without figures; everything that can be chosen is in its address."""
    view = view_of(viewer, _board(uid), _answers(request))
    zone = ZoneInfo(view.zone)
    asked = request.query_params
    return viewer.page(
        "board.html",
        view=view,
        board=view.board,
        boards=catalogue.BOARDS,
        specs={panel.id: _spec(view, panel) for panel in view.board.panels()},
        first=view.since.astimezone(zone).date(),
        last=(view.until - timedelta(milliseconds=1)).astimezone(zone).date(),
        presets=PRESETS,
        preset="" if asked.get("to") else asked.get("from") or view.board.since,
        data=viewer.url(f"/boards/{uid}/data", **dict(request.query_params)),
        query=_rest(viewer),
    )


@router.get("/boards/{uid}/data")
def get_board_data(uid: Uid, request: Request, viewer: Reader) -> Response:
    """Return the figures of all panels; viewers of equal rights share them for a minute."""
    answers = _answers(request)
    view = view_of(viewer, _board(uid), answers)
    body = cast(bytes, answers.get(("board", *view.key), lambda: _body(view)))
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        body, headers = gzip.decompress(body), {"Cache-Control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)


@router.get("/boards/{uid}/{panel_id}.{form}")
def get_panel_table(
    uid: Uid, panel_id: int, form: Literal["csv", "xlsx"], request: Request, viewer: Reader
) -> Response:
    """Return what a panel shows as a table for spreadsheets."""
    board = _board(uid)
    panel = board.panel(panel_id)
    if panel is None:
        raise _no_board(f"{uid}/{panel_id}")
    view = view_of(viewer, board, _answers(request))
    frame = view.frame(panel)
    titles = {column.name: column.title.of(viewer.lang) for column in panel.columns}
    header = [titles.get(name, name) for name in frame.names]
    rows = [[_shown(value, view.zone) for value in row] for row in frame.rows]
    made = write(form, [Head(one) for one in header], rows, bom=True)
    headers = made.headers(f"{uid}-{panel_id}", whole=len(rows) < MOST_ROWS)
    headers["Cache-Control"] = "no-store"
    return StreamingResponse(made.chunks(), media_type=MEDIA[form], headers=headers)


def _body(view: View) -> bytes:
    panels = list(view.board.panels())
    drawn = dict(zip((panel.id for panel in panels), _ASKING.map(view.drawn, panels), strict=True))
    text = json.dumps({"panels": drawn}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 5, mtime=0)


def _spec(view: View, panel: Panel) -> dict[str, Any]:
    """Return what the browser must know to draw a panel."""
    lang = view.viewer.lang
    shown = panel.columns if panel.kind != "table" else tuple(shown_columns(panel))
    return {
        "kind": panel.kind.value,
        "unit": panel.unit.of(lang),
        "decimals": panel.decimals,
        "stack": panel.stack,
        "thresholds": _thresholds(panel.thresholds),
        "columns": [_column(column, lang) for column in shown],
        "empty": panel.empty.of(lang),
        "zone": view.zone,
        "times": _grain(panel),
    }


def _grain(panel: Panel) -> str:
    """Return what a point stands for, where the distance of points cannot tell."""
    if panel.monthly:
        return "month"
    return "day" if "date_trunc('day'" in panel.sql or "d.day::" in panel.sql else "hour"


def _column(column: Column, lang: str) -> dict[str, Any]:
    return {
        "name": column.name,
        "title": column.title.of(lang),
        "unit": column.unit.of(lang) if column.unit else None,
        "instant": column.unit is not None and column.unit.id == "dateTimeAsIso",
        "decimals": column.decimals,
        "colour": column.colour,
        "thresholds": _thresholds(column.thresholds),
        "empty": column.empty.of(lang) if column.empty else "",
    }


def _thresholds(thresholds: tuple[Threshold, ...]) -> list[tuple[float | None, str]]:
    return [(one.value, one.state) for one in thresholds]


def _rest(viewer: Viewer) -> Iterator[tuple[str, str]]:
    """Return what a form must pass on: all but what it asks for itself."""
    passed = viewer.request.query_params.items()
    return ((name, value) for name, value in passed if name not in ("lang", "theme"))


def _shown(value: Any, zone: str) -> Any:
    """Return a value with its instant in the board's zone."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def _answers(request: Request) -> Answers:
    return answers_of(request, "board_answers")


def _board(uid: str) -> Board:
    found = catalogue.board(uid)
    if found is None:
        raise _no_board(uid)
    return found


def _no_board(uid: str) -> NotFoundError:
    return NotFoundError(
        "boards.no_board",
        zh=f"没有看板 {uid}。",
        en=f"There is no board {uid}.",
        next_zh="请从看板列表中选择。",
        next_en="Choose one from the list of boards.",
        where={"board": uid},
    )
