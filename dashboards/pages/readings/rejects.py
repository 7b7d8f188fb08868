"""What could not be taken: by gateway and reason, with its bytes, and the forms that settle it."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from actions.readings.bind_key import BindKey
from actions.readings.gateways import named
from actions.readings.rejects import bound_at, counted, reject
from actions.readings.rejects_table import REJECTS
from actions.readings.route_rejected import NO_ROUTE, RouteRejected
from actions.readings.set_route import SetRoute
from actions.readings.settle_rejected import ReplayRejected, ShiftRejected
from actions.readings.things import GATEWAY
from actions.rights import holds
from dashboards.pages.forms import Id
from dashboards.pages.readings.settling import Link
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from storage.readings.gateways import Gateway

router = APIRouter(include_in_schema=False)

_BYTES: Final = 4000  # of a message that are shown; the API has them all
_CLOCKS: Final = ("clock.ahead", "clock.behind")
_UNBOUND: Final = {"reading.unknown_key", "reading.unbound_then", "reading.bound_elsewhere"}


@router.get("/rejects")
def get_rejects(
    viewer: Reader,
    gateway: Annotated[str, Query(max_length=200)] = "",
    reason: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Return the page of what waits, of all gateways or one, for all reasons or one."""
    groups = counted(viewer.actor)
    waits = {one.reason for one in groups if one.gateway == gateway}
    shown = listing(viewer, REJECTS, "/rejects")
    return viewer.page(
        "readings/rejects.html",
        status=shown.status,
        list=shown,
        groups=[one for one in groups if not gateway and reason in ("", one.reason)],
        gateway=gateway,
        links=[
            *_links(viewer, gateway, waits),
            *_route_links(viewer, gateway, {one.reason for one in groups}),
        ],
    )


@router.get("/rejects/{reject_id}")
def get_reject(reject_id: Id, viewer: Reader) -> Response:
    """Return the page of one message, with the beginning of its bytes."""
    one = reject(viewer.actor, reject_id)
    return viewer.page(
        "readings/reject.html",
        one=one,
        text=_text(one.payload[:_BYTES]),
        cut=len(one.payload) > _BYTES,
        bound_at=[(each, _page_of(viewer, each)) for each in bound_at(viewer.actor, one)],
        links=[
            *_links(viewer, one.gateway, {one.reason}),
            *_route_links(viewer, one.gateway, {one.reason}),
        ],
    )


def _page_of(viewer: Viewer, gateway: str) -> str:
    """Return the address of a gateway's page."""
    found = named(viewer.actor, gateway)
    return f"/gateways/{found.gateway_id}" if found else "/gateways"


def _links(viewer: Viewer, gateway: str, reasons: set[str]) -> list[Link]:
    """Return the forms that settle what waits of a gateway, each if the reader may."""
    if not gateway or not reasons:
        return []
    found = named(viewer.actor, gateway)
    if found is None:
        return []
    with viewer.actor.look() as connection:
        binds = reasons & _UNBOUND and holds(connection, BindKey.about.right)
        # Of a gateway without any bound key nothing can be replayed yet, by nobody.
        settles = holds(connection, ReplayRejected.about.right, GATEWAY.covered, found.gateway_id)
    links = []
    if binds:
        query = urlencode({"gateway": gateway})
        links = [Link(f"/unbound-keys?{query}", BindKey.about.words.say(viewer.lang))]
    return links + (_replays(viewer, found, reasons) if settles else [])


def _replays(viewer: Viewer, found: Gateway, reasons: set[str]) -> list[Link]:
    shift = f"?shift={found.shift_proposed}" if found.shift_proposed else ""
    links = []
    if reasons & set(_CLOCKS):
        words = ShiftRejected.about.words.say(viewer.lang)
        links = [Link(f"/do/{ShiftRejected.about.code}/{found.gateway_id}{shift}", words)]
    about = ReplayRejected.about
    return [*links, Link(f"/do/{about.code}/{found.gateway_id}", about.words.say(viewer.lang))]


def _route_links(viewer: Viewer, topic: str, reasons: set[str]) -> list[Link]:
    """Return the form that takes messages whose topic had no route, which stands for a gateway."""
    about = RouteRejected.about
    if NO_ROUTE not in reasons or (topic and named(viewer.actor, topic) is not None):
        return []
    with viewer.actor.look() as connection:
        if not holds(connection, about.right):
            return []
    query = f"?{urlencode({'topic': topic})}" if topic else ""
    return [
        Link(f"/do/{one.code}{query}", one.words.say(viewer.lang))
        for one in (SetRoute.about, about)
    ]


def _text(payload: bytes) -> str:
    """Return bytes as text; what is none in hexadecimal, sixteen a line."""
    text = payload.decode(errors="replace")
    if text.isprintable() or "\ufffd" not in text:
        return text
    return "\n".join(
        f"{at:06x}  {payload[at : at + 16].hex(' ')}" for at in range(0, len(payload), 16)
    )
