"""One institution: its accounts by carrier and month, and the hourly curve of a channel."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from actions.accounts.overview import Year, months_before, year_of
from actions.registry.things import INSTITUTION as OF_REGISTRY
from actions.things import CHANNEL
from dashboards.boards.catalogue import BUILDING, COMPARISON, INSTITUTION
from dashboards.pages import writing
from dashboards.pages.accounts.cards import of_one
from dashboards.pages.accounts.curve import CurveShown, curve_of
from dashboards.pages.accounts.months import Cell, Months
from dashboards.pages.offers import Offered, offers_by_topic
from dashboards.pages.readings.settling import Oddity, oddities
from dashboards.pages.viewer import Reader, Viewer
from storage.registry.regions import Carrier

router = APIRouter(include_in_schema=False)

SOURCES: Final = ("meter", "bill", "typed", "estimate")
ALL: Final = "all"
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/institutions/{institution_id}")
def get_institution(
    institution_id: Id,
    viewer: Reader,
    until: Annotated[str, Query(pattern=r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$")] = "",
    carrier: Annotated[str, Query(max_length=64)] = ALL,
    source: Annotated[str, Query(pattern="^(meter|bill|typed|estimate)?$")] = "",
    profile: Annotated[str, Query(max_length=64)] = "",
    curve: Annotated[str, Query(max_length=80)] = "",
    span: Annotated[str, Query(pattern="^(day|week|month)$")] = "week",
    day: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
) -> Response:
    """Return the page; everything that can be chosen on it is in its address."""
    last = date.fromisoformat(f"{until}-01") if until else None
    year = year_of(viewer.actor, institution_id, last=last, profile=profile or None)
    sources = [one for one in SOURCES if _has(year, one)] or ["meter"]
    source = source or sources[0]
    months = Months(year, source, viewer.today)
    chosen = next((one for one in months.carriers if one.code == carrier), None)
    shown = curve_of(viewer, year, chosen=curve, span=span, day=day)
    return viewer.page(
        "institution.html",
        year=year,
        one=year.institution,
        months=months,
        chosen=chosen,
        cards=of_one(viewer, months),
        source=source,
        sources=sources,
        chart=_chart(viewer, months, chosen),
        curve=shown,
        offers=_offers(viewer, shown),
        acts=offers_by_topic(viewer, OF_REGISTRY, institution_id),
        odd=_odd(viewer, shown),
        step=_steps(year),
        boards=(INSTITUTION, BUILDING, COMPARISON),
    )


def _offers(viewer: Viewer, curve: CurveShown | None) -> list[Offered]:
    """Return what the reader may do to the channel shown, if one is."""
    if curve is None or not curve.chosen.key.isdecimal():
        return []
    return offers_by_topic(viewer, CHANNEL, int(curve.chosen.key))


def _odd(viewer: Viewer, curve: CurveShown | None) -> list[Oddity]:
    """Return what is odd of the channel shown, in the span shown, with what settles it."""
    if curve is None or not curve.chosen.key.isdecimal():
        return []
    return oddities(viewer, int(curve.chosen.key), curve.first_ms, curve.until_ms)


def _steps(year: Year) -> dict[str, str | None]:
    """Return where twelve months earlier and later end, None where there is nothing."""
    if not year.months:
        return {"earlier": None, "later": None}
    last = year.months[-1]
    later = min(months_before(last, -12), year.newest) if year.newest else last
    return {
        "earlier": f"{months_before(last, 12):%Y-%m}" if year.before else None,
        "later": f"{later:%Y-%m}" if later > last else None,
    }


def _has(year: Year, source: str) -> bool:
    return any(one.source == source for one in (*year.accounts, *year.before))


def _chart(viewer: Viewer, months: Months, chosen: Carrier | None) -> dict[str, Any] | None:
    """Return the chart of the accounts as the browser draws it."""
    if not months.carriers:
        return None
    names = [f"{month:%Y-%m}" for month in months.year.months]
    if chosen is None:
        energy = [one for one in months.carriers if one.in_total_energy]
        series = [_stacked(viewer, months, one) for one in energy]
        return {"stack": True, "unit": "kgce", "names": names, "series": series}
    lines = [months.line(chosen, month) for month in months.year.months]
    now = [line.now for line in lines]
    before = [line.before for line in lines]
    return {
        "stack": False,
        "unit": writing.unit_name(chosen.unit),
        "names": names,
        "series": [
            _series(viewer.say("year_before"), "before", before),
            _series(viewer.say("this_year"), chosen.code, now),
        ],
    }


def _stacked(viewer: Viewer, months: Months, carrier: Carrier) -> dict[str, Any]:
    lines = [months.line(carrier, month) for month in months.year.months]
    return {
        "name": viewer.name(carrier),
        "key": carrier.code,
        "values": [_float(line.kgce) for line in lines],
        "partial": [_partial(line.now) for line in lines],
    }


def _series(name: str, key: str, cells: list[Cell]) -> dict[str, Any]:
    return {
        "name": name,
        "key": key,
        "values": [_float(cell.use) for cell in cells],
        "partial": [_partial(cell) for cell in cells],
    }


def _partial(cell: Cell) -> bool:
    return cell.coverage is not None and cell.coverage < 1


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
