"""A check sheet: what was seen beside what is told, what may be done next, and its meters."""

from fastapi import APIRouter, Response

from actions.accounts.check_seeing import SeeReading
from actions.accounts.check_sheets_table import FIGURES, LOOKS, SHEETS, STEPS
from actions.accounts.check_things import SHEET, STATES, sheet_name
from actions.registry.named import in_words
from dashboards.pages.offers import offered
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader
from storage.accounts import checks

router = APIRouter(include_in_schema=False)


@router.get("/check-sheets/figures")
def get_figures(viewer: Reader) -> Response:
    """Return the page of a check sheet; without a choice that of the one moved last."""
    shown = listing(viewer, FIGURES, "/check-sheets/figures")
    asked = viewer.request.query_params.get("sheet", "")
    with viewer.actor.look() as connection:
        on = int(asked) if asked.isdecimal() and len(asked) < 10 else checks.newest(connection)
        found = checks.sheets(connection, only=on) if on else []
        meters = checks.meters(connection, found[0].institution_id) if found else []
    row = found[0] if found else None
    offers = offered(viewer, SHEET, row.sheet_id) if row else []
    reads = SeeReading in offers
    return viewer.page(
        "check_sheet.html",
        status=shown.status,
        list=shown,
        row=row,
        name=sheet_name(row, viewer.lang) if row else FIGURES.words.say(viewer.lang),
        state=STATES[row.state].say(viewer.lang) if row else "",
        look=LOOKS.get(row.state, "tag") if row else "",
        parent=SHEETS.words.say(viewer.lang),
        steps=STEPS.words.say(viewer.lang),
        offers=[
            (f"/do/{one.about.code}/{on}", one.about.words.say(viewer.lang))
            for one in offers
            if one is not SeeReading
        ],
        meters=[
            (f"/do/{SeeReading.about.code}/{on}?channel={one.channel_id}",
             f"{in_words(one.name_zh, one.name_en, viewer.lang)} · {one.code}")
            for one in meters
            if reads
        ],
        reading=SeeReading.about.words.say(viewer.lang),
    )  # fmt: skip
