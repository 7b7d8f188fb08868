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
from dashboards.pages.visit import Reader, Visit
from metering.channels import Kind
from storage.registry import meters
from storage.registry.institutions import Wanted
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
    visit: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    institution_id: Annotated[int | None, Query(alias="institution", ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Return the page: to look for an institution, or one's registers and exchanges."""
    if institution_id is None:
        wanted = Wanted(text=search or None)
        found = list_institutions(visit.desk, wanted, limit=_SHOWN)
        return visit.page("readings/exchanges.html", search=search, found=found, one=None)
    one = institution(visit.desk, institution_id).institution
    registers = _registers(visit, institution_id)
    known = exchanges_of(visit.desk, institution_id)
    may = _may(visit, {*(each.channel_id for each in registers), *(e.channel_id for e in known)})
    return visit.page(
        "readings/exchanges.html",
        search=search,
        found=None,
        one=one,
        registers=[each for each in registers if each.channel_id in may],
        any_register=bool(registers),
        known=[_line(each, may) for each in known],
    )


def _registers(visit: Visit, institution_id: int) -> list[Channel]:
    page = list_meters(visit.desk, institution_id=institution_id, limit=_METERS)
    return [one for meter in page.rows for one in meter.channels if one.kind == Kind.REGISTER]


def _may(visit: Visit, channel_ids: set[int]) -> set[int]:
    """Return those of some channels whose readings the reader may correct."""
    with visit.desk.look() as connection:
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
