"""The application: resources, errors and figures put together, for any ASGI server."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, disable_created_metrics
from starlette.routing import BaseRoute

from actions import catalogue
from actions.access.login import Failures, Pool
from actions.readings.allowance import Allowance
from actions.readings.broker_asks import Asks
from actions.readings.import_readings import WholeSink
from actions.readings.large_running import LargeFiles
from actions.readings.push_many import PushSink
from actions.routes import OURS, Routes
from api import action_files, declared_tables, errors, shell
from api import actions as declared
from api.auth import Auth
from api.errors import ErrorPage
from api.late import LateRoute
from api.problems import Problem
from api.routes import metrics, routers
from api.routes.access import attachments
from api.routes.readings import imports, large_imports
from api.routes.registry import imports as registry_imports
from api.settings import ApiSettings

_ABOUT = """
Open energy accounting of public institutions. 公共机构能源核算开放平台。

Figures that must be exact are decimal numbers written as text; `null` is unknown, never zero.
Instants are UTC unless a zone is shown; `from` is included, `to` is not, except for months.
Lists come in pages: follow `next` until it is null. Errors are `application/problem+json` with a
stable `code`, in Chinese and English. A reader sees what its grants cover; anything else is 404.
"""

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"description": text, "content": _PROBLEM}
    for code, text in (
        (401, "Nobody is logged in."),
        (403, "The reader may look, but not do this; or the change carries no token."),
        (404, "There is none, or the reader may not see it."),
        (409, "The state forbids it, or too little was measured to answer."),
        (422, "Something in the request is wrong."),
        (500, "Something unforeseen went wrong; it has been logged."),
        (503, "The database is away."),
    )
}
_TOO_LARGE: Final = {"description": "The body is too large.", "content": _PROBLEM}


def create_app(
    pool: Pool,
    *,
    settings: ApiSettings | None = None,
    sink: PushSink | None = None,
    file_sink: WholeSink | None = None,
    large_files: LargeFiles | None = None,
    routes: Routes = OURS,
    today: date | None = None,
    extra_routers: Sequence[APIRouter] = (),
    error_page: ErrorPage | None = None,
    large: Sequence[str] = (),
) -> FastAPI:
    """Return the API on connections of the application's login.

    sink: where pushed readings go, on the collector's login; None offers no pushing.
    file_sink: the same for files of readings. large_files: for those of any length.
    routes: whose refused messages are, and what they say.
    today: the day that counts as today; None is the database's own.
    extra_routers: of pages beside the API; they find `app.state.auth` for log-in and actor.
    large: addresses of these pages that take files, beside our own.
    error_page: how errors look to a browser outside /api/; None shows the problem as JSON.
    """
    told = settings or ApiSettings()
    app, registry = _bare(), CollectorRegistry()
    # A second series beside each counter, which nobody asks for.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    app.state.auth = Auth(pool, told, Failures(), today, file_sink, routes)
    app.state.sink, app.state.file_sink = sink, file_sink
    app.state.large_files, app.state.registry = large_files, registry
    app.state.asks, app.state.allowance = Asks(pool, routes), Allowance(told.push_readings_per_min)
    registry.register(metrics.Database(app.state.auth.system_actor))
    generated = _generated(tuple(catalogue.declared().values()), tuple(catalogue.tables()))
    for router in (*routers(), *generated, *extra_routers):
        app.router.routes += map(_of_app, router.routes)
    errors.install(app, error_page)
    _surround(app, told, large, registry)
    _describe_problem(app)
    return app


@lru_cache(maxsize=1)
def _generated(*_: tuple[object, ...]) -> tuple[APIRouter, ...]:
    """Return the routes made from what is declared: made anew only where more is declared."""
    return declared.router(), action_files.router(), declared_tables.router()


def _bare() -> FastAPI:
    """Return an application without any route, as its description names it."""
    return FastAPI(
        title="CommonWatt 协能",
        description=_ABOUT,
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its assets would come from a foreign host
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_called,
        responses=_REFUSALS,
    )


def _called(route: APIRoute) -> str:
    """Return what generated clients call a route."""
    return route.operation_id or route.name


def _of_app(route: BaseRoute) -> BaseRoute:
    """Return a route as the application has it: refusals told, named as its function is.

    `include_router` would make each route anew for every router it lies in, fields and all (a tenth
    of the memory of `serve`), and each request would look for its route twice in each of them. A
    route that several applications share is told the same by each.
    """
    if isinstance(route, LateRoute):
        route.of_app(_REFUSALS, _called)
    elif isinstance(route, APIRoute):
        route.responses = _REFUSALS | route.responses
        route.unique_id = _called(route)
        if route.response_field is not None:
            route.response_field.name = f"Response_{route.unique_id}"  # its title
    return route


def _surround(
    app: FastAPI, told: ApiSettings, large: Sequence[str], registry: CollectorRegistry
) -> None:
    """Bound, guard and count every request."""
    ours = (imports.READINGS, registry_imports.REGISTRY, attachments.ATTACHMENTS)
    files = (*ours, *action_files.paths(), *large)
    app.add_middleware(
        shell.Bounded,
        most_bytes=told.body_bytes,
        exceptions=dict.fromkeys(files, told.file_bytes)
        | {large_imports.LARGE: told.large_file_bytes},
    )
    app.add_middleware(shell.Guarded)
    app.add_middleware(shell.RequestMetrics, registry=registry)


def _describe_problem(app: FastAPI) -> None:
    """Have the description of the API hold the shape of its errors."""
    made = app.openapi

    def openapi() -> dict[str, object]:
        schema = made()
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for name, part in (
            Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            .pop("$defs", {})
            .items()
        ):
            schemas.setdefault(name, part)
        whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        whole.pop("$defs", None)
        schemas["Problem"] = whole
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                if method != "get":
                    operation["responses"].setdefault("413", _TOO_LARGE)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
