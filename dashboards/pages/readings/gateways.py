"""Gateways: the silent ones first, with their clocks, what waits of them, and their keys."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from actions.doing import acting, may
from actions.readings.gateways import silent_first
from actions.readings.issue_key import IssueKey
from dashboards.pages.readings.clocks import offset
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)

_SIZE = 50


@router.get("/gateways")
def get_gateways(
    viewer: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Return the page of the gateways whose channels the reader sees."""
    count, found = silent_first(viewer.actor, text=search, page=page, size=_SIZE)
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        keys = bool(found) and may(IssueKey, found[0].gateway_id, at)
    now = datetime.now(UTC)
    return viewer.page(
        "readings/gateways.html",
        search=search,
        found=[
            (one, one.silent_at(now), offset(viewer, one.clock_ahead_ms), quote(one.name, safe=""))
            for one in found
        ],
        count=count,
        keys=keys,
        page=page,
        pages=max(1, -(-count // _SIZE)),
    )
