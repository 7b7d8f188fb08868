"""Every route that writes is made from a declaration, or the docs say why it is not."""

from collections.abc import Iterable, Iterator

import pytest
from fastapi import APIRouter
from starlette.routing import BaseRoute, Route

from api import create_app
from dashboards.pages.app import error_page, router
from tests.documented import rows_under

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
MAKERS = {
    "api.actions",
    "api.action_files",
    "dashboards.pages.forms",
    "dashboards.pages.form_files",
}
BY_HAND = rows_under("What is done by hand, and why", "route")


def by_hand(routes: list[Route]) -> set[str]:
    """Return the routes that write and are made from no declaration, as "POST /path"."""
    return {
        f"{method} {one.path}"
        for one in routes
        for method in (one.methods or set()) & WRITES
        if one.endpoint.__module__ not in MAKERS
    }


def leaves(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Yield routes, those of included routers too; whatever else there may be is an error."""
    for one in routes:
        if isinstance(one, Route):
            yield one
        else:
            yield from leaves(one.original_router.routes)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    app = create_app(None, extra_routers=[router()], error_page=error_page)  # type: ignore[arg-type]
    return list(leaves(app.routes))


def test_a_route_that_writes_is_declared_or_its_reason_is_told(routes):
    assert by_hand(routes) - set(BY_HAND) == set(), "declare it, or say why in architecture.md"


def test_nothing_is_excused_that_is_not_there(routes):
    assert set(BY_HAND) - by_hand(routes) == set()
    assert all(len(why.split()) > 3 for why in BY_HAND.values())


def test_the_walk_sees_forms_routes_and_files_and_finds_what_is_by_hand(routes):
    made = {one.endpoint.__module__ for one in routes if (one.methods or set()) & WRITES}
    assert made >= MAKERS
    own = APIRouter()
    own.post("/sorcery")(lambda: None)
    assert by_hand([*routes, *leaves(own.routes)]) - set(BY_HAND) == {"POST /sorcery"}
