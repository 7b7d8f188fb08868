"""Every panel of every board as the demo's planner sees it, counted with and without data."""

from datetime import date
from types import SimpleNamespace
from typing import Final

from fastapi import Request

from actions.access.login import Failures, Pool
from actions.access.users import list_users
from actions.desk import SYSTEM, Desk
from api.doorway import Doorway
from api.settings import ApiSettings
from dashboards.boards.catalogue import BOARDS
from dashboards.boards.model import Kind, Panel
from dashboards.pages.answers import Answers
from dashboards.pages.boards.view import View, view_of
from dashboards.pages.visit import Visit, stranger
from storage.access.people import Session

_LOOKS: Final = "planner"


def counted(pool: Pool, today: date) -> dict[str, int]:
    """Return how many panels there are, and how many show data where they open."""
    views = [view_of(_visit(pool, today), board, Answers()) for board in BOARDS]
    panels = [(view, panel) for view in views for panel in view.board.panels()]
    return {
        "panels": len(panels),
        "panels_with_data": sum(_has_data(view, panel) for view, panel in panels),
    }


def _has_data(view: View, panel: Panel) -> bool:
    """Whether a panel has anything to draw; times and names alone are nothing."""
    frame = view.frame(panel)
    first = 1 if panel.series or panel.kind is Kind.CATEGORIES else 0
    return any(value is not None for row in frame.rows for value in row[first:])


def _visit(pool: Pool, today: date) -> Visit:
    """Return the visit of the planner, as a browser without wishes of its own pays it."""
    planner = next(one for one in list_users(Desk(pool, SYSTEM)) if one.login == _LOOKS)
    session = Session(planner.user_id, planner.login, planner.name, "zh", "")
    return visit(pool, session, today)


def visit(pool: Pool, session: Session, today: date, query: str = "") -> Visit:
    """Return somebody's visit to the boards, without a server between."""
    doorway = Doorway(pool, ApiSettings(), Failures(), today)
    app = SimpleNamespace(state=SimpleNamespace(doorway=doorway))
    scope = {"type": "http", "method": "GET", "path": "/boards", "headers": [], "app": app}
    scope |= {"query_string": query.encode(), "server": ("demo", 80), "scheme": "http"}
    return stranger(Request(scope), session)
