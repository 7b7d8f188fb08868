"""Where data comes from and where it waits: one page that leads to each list, with its count."""

from fastapi import APIRouter, Response

from actions.readings.gateways import silent_first
from actions.readings.rejects import counted
from actions.readings.routes_table import ROUTES
from actions.readings.set_aside import list_set_aside
from actions.rights import Right, holds
from dashboards.pages import writing
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)

_MOST = 1000


@router.get("/data")
def get_data(viewer: Reader) -> Response:
    """Return the page."""
    gateways, _ = silent_first(viewer.actor, size=1)
    waiting = sum(one.messages for one in counted(viewer.actor))
    aside = list_set_aside(viewer.actor, limit=_MOST)
    at_least = "+" if aside.next else ""
    with viewer.actor.look() as connection:
        tries = holds(connection, Right.CORRECT_READINGS)
        keeps = ROUTES.right is not None and holds(connection, ROUTES.right)
    return viewer.page(
        "readings/data.html",
        lists=(
            ("gateways", "/gateways", writing.number(gateways)),
            ("rejects", "/rejects", writing.number(waiting)),
            ("unbound_keys", "/unbound-keys", ""),
            *((("try_payload", "/payloads/try", ""),) if tries else ()),
            *((("routes", "/routes", ""),) if keeps else ()),
            ("set_aside", "/set-aside", writing.number(len(aside.rows)) + at_least),
            ("exchanges", "/exchanges", ""),
            ("imports", "/imports", ""),
            ("published", "/published", ""),
        ),
    )
