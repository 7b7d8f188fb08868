"""What an institution used for what: a chart by month, what stands apart, and the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from actions.accounts.end_use_months import EndUseMonth
from actions.accounts.end_uses_table import APART, END_USE_MONTHS, named
from actions.registry.institutions import institution
from dashboards.pages import writing
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from storage.registry.regions import Carrier

router = APIRouter(include_in_schema=False)
_REGULAR: Final = "regular"
# Colours that charts have, by what they are called there; the grey one is what is left.
_COLOURS: Final = ("electricity", "other", "natural_gas", "other-2", "heat", "other-3", "water")
_KINDS: Final = (_REGULAR, *APART)


@dataclass(frozen=True, slots=True)
class Group:
    """One carrier: its chart, and sums of what is regular and of what stands apart, as written."""

    title: str
    sums: Sequence[tuple[str, str]]
    chart: dict[str, Any]


@router.get("/institutions/{institution_id}/end-uses")
def get_end_uses(
    institution_id: Annotated[int, Path(ge=1, le=2**31 - 1)], viewer: Reader
) -> Response:
    """Return the page."""
    one = institution(viewer.actor, institution_id).institution
    shown = listing(viewer, END_USE_MONTHS, viewer.path, {"institution_id": institution_id})
    return viewer.page(
        "end_uses.html",
        status=shown.status,
        one=one,
        list=shown,
        groups=_groups(viewer, shown.found),
    )


def _groups(viewer: Viewer, rows: Sequence[EndUseMonth]) -> list[Group]:
    """Return the carriers, the one with most items first."""
    carriers = {row.carrier.code: row.carrier for row in rows}
    by = {code: [row for row in rows if row.carrier.code == code] for code in carriers}
    order = sorted(by, key=lambda code: -len(by[code]))
    return [_group(viewer, carriers[code], by[code]) for code in order]


def _group(viewer: Viewer, carrier: Carrier, rows: Sequence[EndUseMonth]) -> Group:
    words = {"carrier": viewer.name(carrier), "unit": writing.unit_name(carrier.unit, viewer.lang)}
    months = sorted({row.month for row in rows})
    known = {(row.month, row.key): row for row in rows}
    names = {row.key: named(row, viewer.lang) for row in rows}
    order = sorted(names, key=lambda key: (not key, key))  # the rest on top
    return Group(
        viewer.say("end_uses_chart", **words),
        [(viewer.say("end_uses_sum", **words), _sum(rows)), *_apart(viewer, rows)],
        {
            "stack": True,
            "unit": words["unit"],
            "names": [f"{month:%Y-%m}" for month in months],
            "series": [
                {
                    "name": names[key],
                    "key": _COLOURS[place % len(_COLOURS)] if key else "before",
                    "values": [_value(known.get((month, key))) for month in months],
                    "partial": [_partial(known.get((month, key))) for month in months],
                }
                for place, key in enumerate(order)
            ],
        },
    )


def _apart(viewer: Viewer, rows: Sequence[EndUseMonth]) -> list[tuple[str, str]]:
    """Return what is regular and what stands apart, each as far as there is any."""
    kinds: dict[str, list[EndUseMonth]] = {}
    for row in rows:
        kind = row.item.apart if row.item and row.item.apart else _REGULAR
        kinds.setdefault(kind, []).append(row)
    return [
        (
            viewer.say("end_uses_regular") if kind == _REGULAR else APART[kind].say(viewer.lang),
            _sum(kinds[kind]),
        )
        for kind in _KINDS
        if kind in kinds
    ]


def _sum(rows: Sequence[EndUseMonth]) -> str:
    """Return a sum as written; a dash where a part of it is unknown."""
    if any(row.quanta is None for row in rows):
        return writing.DASH
    quanta = sum(row.quanta for row in rows if row.quanta is not None)
    return writing.number(Decimal(quanta) / rows[0].carrier.per_unit)


def _value(row: EndUseMonth | None) -> float | None:
    if row is None or row.quanta is None:
        return None
    return row.quanta / row.carrier.per_unit


def _partial(row: EndUseMonth | None) -> bool:
    return row is not None and row.known_s < row.expected_s
