"""The console: forms of planners and administrators, in a process of its own behind the gate."""

from typing import Final

from fastapi import FastAPI, Response
from nicegui import ui
from starlette.types import ASGIApp

from dashboards.console.gate import Dressed, Gate
from dashboards.console.seat import House
from dashboards.console.views import exchange, people, quota, run, target, union, unions
from dashboards.pages import assets
from dashboards.pages.access import login
from dashboards.pages.visit import Doorway
from dashboards.pages.visit import assets as loaded

_RECONNECT_S: Final = 30.0
_VIEWS: Final = (unions, union, target, run, quota, people, exchange)


def create_console(doorway: Doorway, *, pages_url: str, origin: str | None = None) -> ASGIApp:
    """Return the console over a pool of the application's login.

    pages_url: where boards and explanations are. origin: from where sockets may be opened; None
    takes the address by which the console is reached.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.doorway = doorway
    app.include_router(assets.router(loaded()))
    app.include_router(login.router)

    @app.get("/healthz")
    def get_health() -> Response:
        return Response("ok", media_type="text/plain")

    house = House(doorway, pages_url.rstrip("/"))
    for view in _VIEWS:
        view.add(house)
    ui.run_with(
        app,
        title="CommonWatt 协能",
        language="zh-CN",
        binding_refresh_interval=None,
        reconnect_timeout=_RECONNECT_S,
        show_welcome_message=False,
        gzip_middleware_factory=None,  # answers must be read to carry their nonce
    )
    secure = bool(doorway.settings.https)
    return Gate(Dressed(app, secure=secure), doorway, origin)
