"""The pages beside the API: their routes, and how an error looks in a browser."""

import pkgutil
from importlib import import_module
from typing import Any, Final, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from dashboards import pages
from dashboards.pages import assets, files_done, form_files, forms, tables, tasks
from dashboards.pages.templating import assets as loaded
from dashboards.pages.viewer import auth_of, stranger
from storage.access.people import Session

_AGAIN: Final = (429, 500, 503)
_ROOMS: Final = tuple(
    one.name for one in pkgutil.iter_modules(pages.__path__, "dashboards.pages.") if one.ispkg
)


class Problem(Protocol):
    """What the application says of an error, in both languages."""

    status: int
    code: str
    detail_zh: str
    detail_en: str
    next_zh: str
    next_en: str
    where: dict[str, Any]


def router() -> APIRouter:
    """Return all pages; says so at once where the charts' program is missing."""
    routes = APIRouter()
    # In this order: /do/CODE/{on} is wide.
    made = (tasks.router, tables.router(), files_done.router, form_files.router, forms.router)
    rooms = (part for room in _ROOMS for part in _routers(room))
    for part in (assets.router(loaded()), *rooms, *made):
        routes.routes += part.routes
    return routes


def _routers(room: str) -> list[APIRouter]:
    """Return the routers of a room's pages; no list names them."""
    path = import_module(room).__path__
    names = sorted(one.name for one in pkgutil.walk_packages(path, f"{room}."))
    parts = [part for name in names for part in vars(import_module(name)).values()]
    return [part for part in parts if isinstance(part, APIRouter)]


def error_page(request: Request, problem: Problem) -> Response:
    """Return an error as a page; who is not logged in is sent to the log-in and back."""
    path = request.url.path
    if problem.status == 401 and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/login?next={quote(path + query, safe='')}", 303)
    viewer = stranger(request, _known(request, problem.status))
    nowhere = problem.code == "route.not_found"
    zh = viewer.lang == "zh"
    detail, after = (
        (problem.detail_zh, problem.next_zh) if zh else (problem.detail_en, problem.next_en)
    )
    answer = viewer.page(
        "error.html",
        status=problem.status,
        title=viewer.say(f"status_{problem.status}" if problem.status in _TITLES else "status_500"),
        detail=viewer.say("not_found") if nowhere else detail,
        after=viewer.say("not_found_next") if nowhere else after,
        number=problem.status,
        code=problem.code,
        retry=problem.status in _AGAIN and request.method == "GET",
    )
    if problem.status in (429, 503):
        answer.headers["Retry-After"] = str(problem.where.get("wait_s", 5))
    return answer


def _known(request: Request, status: int) -> Session | None:
    """Return whose navigation stands above an error; none where asking might fail as well."""
    return auth_of(request).known(request) if status in _READ else None


_READ: Final = (403, 404, 409, 422)
_TITLES: Final = (403, 404, 409, 422, 429, 500, 503)
