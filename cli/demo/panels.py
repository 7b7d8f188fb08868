"""Every panel of every board as the demo's planner sees it, counted with and without data."""

from datetime import date
from types import SimpleNamespace
from typing import Final

from fastapi import Request

from actions.access.login import Failures, Pool
from actions.access.persons import list_users
from actions.actor import SYSTEM, Actor
from api.auth import Auth
from api.settings import ApiSettings
from dashboards.boards.catalogue import BOARDS
from dashboards.boards.model import Kind, Panel
from dashboards.pages.answers import Answers
from dashboards.pages.boards.view import View, view_of
from dashboards.pages.viewer import Viewer, stranger
from storage.access.people import Session

_LOOKS: Final = "planner"


def counted(pool: Pool, today: date) -> dict[str, int]:
    """Return how many panels there are, and how many show data where they open."""
    views = [view_of(_viewer(pool, today), board, Answers()) for board in BOARDS]
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


def _viewer(pool: Pool, today: date) -> Viewer:
    """Return the planner as a viewer, with a browser without wishes of its own."""
    planner = next(one for one in list_users(Actor(pool, SYSTEM)) if one.login == _LOOKS)
    session = Session(planner.user_id, planner.login, planner.name, "zh", "")
    return viewer(pool, session, today)


def viewer(pool: Pool, session: Session, today: date, query: str = "") -> Viewer:
    """Return somebody as a viewer of the boards, without a server between."""
    auth = Auth(pool, ApiSettings(), Failures(), today)
    app = SimpleNamespace(state=SimpleNamespace(auth=auth))
    scope = {"type": "http", "method": "GET", "path": "/boards", "headers": [], "app": app}
    scope |= {"query_string": query.encode(), "server": ("demo", 80), "scheme": "http"}
    return stranger(Request(scope), session)
