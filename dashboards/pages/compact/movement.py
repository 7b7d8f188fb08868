"""A movement of the books: what it moves, how far it is, and all that was done about it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from actions.compact.book_words import ACCOUNTS, DEEDS
from actions.compact.movement_things import MOVEMENT
from actions.compact.movements import LegShown, movement_of
from actions.compact.movements_table import ended_as
from compact.indicators import Indicator
from dashboards.pages import writing
from dashboards.pages.offers import offers_of
from dashboards.pages.viewer import Reader, Viewer
from storage.compact.movements import DeedRow

router = APIRouter(include_in_schema=False)
_LOOKS: Final = {"done": "ok", "proposed": "warn", "waiting": "warn"}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page writes it."""

    account: str
    name: str
    link: str
    year: int
    amount: str


@router.get("/movements/{movement_id}")
def get_movement(movement_id: Annotated[int, Path(ge=1, le=2**31 - 1)], viewer: Reader) -> Response:
    """Return the page of one movement."""
    found = movement_of(viewer.actor, movement_id)
    row, lang = found.row, viewer.lang
    return viewer.page(
        "compact/movement.html",
        row=row,
        name=MOVEMENT.name(row, lang),
        state=ended_as(row, lang),
        look=_LOOKS.get(row.state, ""),
        amount=_in_units(row.amount_g),
        unit=Indicator(row.indicator).unit_shown,
        document=f"/api/v1/attachments/{row.document_sha256}" if row.document_sha256 else "",
        due=writing.moment(row.due_at, lang) if row.due_at and row.state == "waiting" else "",
        legs=[_leg(viewer, one) for one in found.legs],
        deeds=[_deed(viewer, one) for one in found.deeds],
        offers=offers_of(viewer, MOVEMENT, movement_id),
    )


def _leg(viewer: Viewer, one: LegShown) -> Line:
    leg = one.leg
    named = one.name_zh is not None or one.name_en is not None
    link = f"/institutions/{leg.place}" if named else ""
    account = ACCOUNTS[leg.account].say(viewer.lang)
    return Line(account, viewer.name(one) or "", link, leg.year, _signed(leg.amount_g))


def _signed(grams: int) -> str:
    return f"+{_in_units(grams)}" if grams > 0 else f"−{_in_units(-grams)}"


def _in_units(grams: int) -> str:
    return writing.number(Decimal(grams).scaleb(-3), 3)


def _deed(viewer: Viewer, one: DeedRow) -> tuple[str, str, str, str]:
    """Return what was done, why, by whom and when."""
    moment = writing.moment(one.made_at, viewer.lang)
    return DEEDS[one.deed].say(viewer.lang), one.reason, viewer.person(one.made_by), moment
