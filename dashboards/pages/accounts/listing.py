"""The list of institutions: a page of them with a year's use, and the sums over all that match."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from actions.accounts.overview import Overview, overview_of
from dashboards.pages import writing
from dashboards.pages.accounts.cards import covered, kilograms, of_many, order
from dashboards.pages.sizes import AREA, divided_by
from dashboards.pages.viewer import Reader, Viewer
from storage.accounts.overview import Sizes
from storage.registry.institutions import Institution, InstitutionFilter
from storage.registry.regions import Region

router = APIRouter(include_in_schema=False)

_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class Figure:
    """A metered sum as a cell shows it."""

    value: Decimal | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """An institution with its sums by carrier, total energy and what it is per area, by what."""

    institution: Institution
    use: dict[str, Figure]
    kgce: Figure
    per_area: Decimal | None
    by: str | None


@router.get("/institutions")
def get_list(
    viewer: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    region: Annotated[str, Query(pattern=r"^\d{0,9}$")] = "",
    profile: Annotated[str, Query(max_length=64)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Return the page."""
    wanted = InstitutionFilter(text=search or None, region_id=int(region) if region else None)
    found = overview_of(viewer.actor, wanted, page=page, size=_SIZE, profile=profile or None)
    carriers = _columns(found)
    return viewer.page(
        "institutions.html",
        found=found,
        cards=of_many(viewer, found.words.carriers, found.total),
        carriers=[found.words.carriers[code] for code in carriers],
        rows=[_row(viewer, found, one) for one in found.rows],
        places={code: _places(found, code) for code in carriers},
        regions=_tree(found.words.regions),
        asked={"search": search, "region": region, "profile": found.profile},
        page=page,
        pages=max(1, -(-found.count // _SIZE)),
        filtered=bool(search or region),
    )


def _columns(found: Overview) -> list[str]:
    """Return the carriers of the table: electricity first, water last, as forms have them."""
    return sorted((one.carrier for one in found.total), key=order)


def _row(viewer: Viewer, found: Overview, institution: Institution) -> Row:
    sums = found.sums.get(institution.institution_id, [])
    carriers = found.words.carriers
    energy = [one for one in sums if carriers[one.carrier].in_total_energy]
    kgce = kilograms(energy, "kgce_g")
    area = found.sizes.get(institution.institution_id, Sizes()).area_m2
    return Row(
        institution,
        {
            one.carrier: Figure(
                writing.exact(one.quanta, carriers[one.carrier].per_unit), covered([one])
            )
            for one in sums
        },
        Figure(kgce, covered(energy)),
        None if kgce is None or not area else kgce / area,
        divided_by(viewer, area, found.stated.get(institution.institution_id, []), AREA),
    )


def _places(found: Overview, code: str) -> int:
    per_unit = found.words.carriers[code].per_unit
    values = [
        writing.exact(one.quanta, per_unit)
        for sums in found.sums.values()
        for one in sums
        if one.carrier == code
    ]
    return writing.places_for(values)


def _tree(regions: list[Region]) -> list[tuple[int, Region]]:
    """Return regions below their parents, each with its depth."""
    below: dict[int | None, list[Region]] = {}
    known = {one.region_id for one in regions}
    for one in regions:
        below.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    ordered: list[tuple[int, Region]] = []

    def walk(parent: int | None, depth: int) -> None:
        for one in below.get(parent, []):
            ordered.append((depth, one))
            walk(one.region_id, depth + 1)

    walk(None, 0)
    return ordered
