"""Exchanges: an institution is looked for, then its register, then the form; what is known."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from actions.readings.exchanges import OfChannel, exchanges_of
from actions.registry.institutions import institution, list_institutions
from actions.registry.meters import list_meters
from actions.rights import Right, holds
from dashboards.pages import writing
from dashboards.pages.viewer import Reader, Viewer
from metering.channels import Kind
from storage.registry import meters
from storage.registry.institutions import InstitutionFilter
from storage.registry.meters import Channel

router = APIRouter(include_in_schema=False)

_SHOWN = 50
_METERS = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A known exchange as the page shows it; withdraw: its form, where the reader may."""

    channel: str
    when: str
    final: str
    initial: str
    source: str
    withdraw: str | None


@router.get("/exchanges")
def get_exchanges(
    viewer: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    institution_id: Annotated[int | None, Query(alias="institution", ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Return the page: to look for an institution, or one's registers and exchanges."""
    if institution_id is None:
        wanted = InstitutionFilter(text=search or None)
        found = list_institutions(viewer.actor, wanted, limit=_SHOWN)
        return viewer.page("readings/exchanges.html", search=search, found=found, one=None)
    one = institution(viewer.actor, institution_id).institution
    registers = _registers(viewer, institution_id)
    known = exchanges_of(viewer.actor, institution_id)
    may = _may(viewer, {*(each.channel_id for each in registers), *(e.channel_id for e in known)})
    return viewer.page(
        "readings/exchanges.html",
        search=search,
        found=None,
        one=one,
        registers=[each for each in registers if each.channel_id in may],
        any_register=bool(registers),
        known=[_line(each, may) for each in known],
    )


def _registers(viewer: Viewer, institution_id: int) -> list[Channel]:
    page = list_meters(viewer.actor, institution_id=institution_id, limit=_METERS)
    return [one for meter in page.rows for one in meter.channels if one.kind == Kind.REGISTER]


def _may(viewer: Viewer, channel_ids: set[int]) -> set[int]:
    """Return those of some channels whose readings the reader may correct."""
    with viewer.actor.look() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            return set()
        return meters.writable(connection, sorted(channel_ids))


def _line(one: OfChannel, may: set[int]) -> Line:
    at = one.at.astimezone(ZoneInfo(one.zone))
    query = urlencode({"at": one.at.isoformat()})
    form = f"/do/exchange.withdraw/{one.channel_id}?{query}"
    return Line(
        f"{one.meter} · {one.channel}",
        f"{at:%Y-%m-%d %H:%M} ({one.zone})",
        _value(one, one.final),
        _value(one, one.initial) or writing.DASH,
        one.source,
        form if one.channel_id in may else None,
    )


def _value(one: OfChannel, quanta: int | None) -> str:
    if quanta is None:
        return writing.DASH
    places = len(str(one.per_unit)) - 1
    value = writing.number(writing.exact(quanta, one.per_unit), places)
    return f"{value} {writing.unit_name(one.unit)}"
