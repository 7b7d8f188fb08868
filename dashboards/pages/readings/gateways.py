"""Gateways: the silent ones first; of each how it is, what it sends, and how it is set up."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from actions.doing import acting, may
from actions.readings.gateway_page import GatewayPage, gateway_page
from actions.readings.gateways import silent_first
from actions.readings.issue_key import IssueKey
from actions.readings.pasted import snippets
from actions.readings.register_gateway import RegisterGateway
from actions.readings.revoke_gateway import RevokeGateway
from actions.readings.watch_gateway import WatchGateway
from dashboards.pages.forms import Id
from dashboards.pages.readings.clocks import judged
from dashboards.pages.viewer import Reader, Viewer
from metering.clocks import lasting
from metering.days import CIVIL_ZONE
from storage.readings.watched import Heard

router = APIRouter(include_in_schema=False)

_SIZE = 50
_BYTES: Final = 300  # of a message that are shown in the list


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
        registers = may(RegisterGateway, None, at)
    now = datetime.now(UTC)
    return viewer.page(
        "readings/gateways.html",
        search=search,
        found=[
            (one, one.silent_at(now), judged(viewer, one.habits), quote(one.name, safe=""))
            for one in found
        ],
        count=count,
        registers=registers,
        page=page,
        pages=max(1, -(-count // _SIZE)),
    )


@router.get("/gateways/{gateway_id}")
def get_gateway(gateway_id: Id, viewer: Reader) -> Response:
    """Return the page of one gateway; without script it reloads while messages are awaited."""
    shown = _shown(viewer, gateway_id)
    page = shown["page"]
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        acts = [
            (kind.about.code, kind.about.words.say(viewer.lang))
            for kind in (IssueKey, RevokeGateway, WatchGateway)
            if may(kind, gateway_id, at) and kind.fits(page.gateway)
        ]
    pages = str(viewer.request.base_url).rstrip("/")
    return viewer.page(
        "readings/gateway.html",
        **shown,
        acts=acts,
        snippets=snippets(viewer.actor.broker, page.gateway.name, pages) if acts else [],
        path=quote(page.gateway.name, safe=""),
    )


@router.get("/gateways/{gateway_id}/heard")
def get_heard(gateway_id: Id, viewer: Reader) -> Response:
    """Return the part of that page that changes, which its script asks for again and again."""
    return viewer.page("readings/gateway_heard.html", **_shown(viewer, gateway_id))


def _shown(viewer: Viewer, gateway_id: int) -> dict[str, Any]:
    """Return what both the page and its live part show."""
    page = gateway_page(viewer.actor, gateway_id)
    now, habits = datetime.now(UTC), page.habits
    return {
        "page": page,
        "one": page.gateway,
        "state": _state(page, now),
        "offset": judged(viewer, habits),
        "usual": _lasting(viewer, habits.usual_s),
        "late": _lasting(viewer, habits.late_after_s),
        "gaps": [f"{first}" if first == last else f"{first}–{last}" for first, last in habits.gaps],
        "share": page.counts.refused / page.counts.messages if page.counts.messages else None,
        "heard": [(each, _text(each.payload), _clock(each)) for each in page.heard or ()],
    }


def _clock(each: Heard) -> str:
    """Return when a message came, to the second, in the zone of the page's others."""
    return f"{each.received_at.astimezone(ZoneInfo(CIVIL_ZONE)):%m-%d %H:%M:%S}"


def _state(page: GatewayPage, now: datetime) -> tuple[str, str]:
    """Return the word for how a gateway is, and how its tag looks."""
    if page.gateway.revoked_at is not None:
        return "gateway_is_revoked", "warn"
    if page.habits.seen_at is None:
        return "gateway_never_heard", ""
    return ("gateway_is_silent", "warn") if page.habits.offline(now) else ("gateway_is_on", "ok")


def _lasting(viewer: Viewer, seconds: int | None) -> str:
    if seconds is None:
        return ""
    zh, en = lasting(seconds * 1000)
    return zh if viewer.lang == "zh" else en


def _text(payload: bytes) -> str:
    """Return the beginning of a message: as text where it is some, else in hexadecimal digits."""
    try:
        text = payload[:_BYTES].decode()
    except UnicodeDecodeError:
        text = payload[:_BYTES].decode(errors="ignore")
        if len(text) < len(payload[:_BYTES]) // 2:
            return payload[:_BYTES].hex(" ")
    return text if text.isprintable() or "\n" in text else payload[:_BYTES].hex(" ")
