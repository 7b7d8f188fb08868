"""Exchanges: an institution is looked for, then its register, then the form; what is known."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from actions.readings.exchanges_table import EXCHANGES_OF
from actions.registry.institutions import institution, list_institutions
from actions.registry.meters import list_meters
from actions.rights import Right, holds
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from metering.channels import Kind
from storage.registry import meters
from storage.registry.institutions import InstitutionFilter
from storage.registry.meters import Channel

router = APIRouter(include_in_schema=False)

_SHOWN = 50
_METERS = 1000


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
    may = _may(viewer, [each.channel_id for each in registers])
    known = listing(
        viewer,
        EXCHANGES_OF,
        "/exchanges",
        {"institution_id": institution_id},
        {"institution": institution_id, "search": search},
    )
    return viewer.page(
        "readings/exchanges.html",
        search=search,
        found=None,
        one=one,
        registers=[each for each in registers if each.channel_id in may],
        any_register=bool(registers),
        list=known,
    )


def _registers(viewer: Viewer, institution_id: int) -> list[Channel]:
    page = list_meters(viewer.actor, institution_id=institution_id, limit=_METERS)
    return [one for meter in page.rows for one in meter.channels if one.kind == Kind.REGISTER]


def _may(viewer: Viewer, channel_ids: list[int]) -> set[int]:
    """Return those of some channels whose readings the reader may correct."""
    with viewer.actor.look() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            return set()
        return meters.writable(connection, channel_ids)
