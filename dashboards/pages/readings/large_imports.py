"""How far a large file of readings is; the page looks again by itself."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from actions.readings.large_imports import Progress, progress
from actions.readings.large_refusals import refusals
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)

_EVERY_S: Final = 3
_MOST_SHOWN: Final = 200  # errors
_PERCENT: Final = 100
# The words of a state, and of what became of readings.
_STATES: Final = {
    "received": "large_received",
    "read": "large_read",
    "stored": "large_stored",
    "in_accounts": "large_in_accounts",
    "refused": "large_refused",
    "interrupted": "large_interrupted",
}
_COUNTS: Final = {
    "inserted": "import_inserted",
    "revised": "import_revised",
    "duplicates": "import_duplicates",
    "rounded": "import_rounded",
    "outdone": "large_outdone",
    "behind": "large_behind",
}
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/imports/readings/{import_id:int}")
def get_one(viewer: Reader, import_id: Id) -> Response:
    """Return how far a file is; while something may become of it the page reloads by itself."""
    found = progress(viewer.actor, import_id)
    answer = viewer.page(
        "readings/large_import.html",
        file=found.of,
        found=found,
        word=_STATES[found.state],
        percent=_percent(found),
        counts=[(_COUNTS[name], count) for name, count in found.of.counts.items()],
        errors=[(one.line, one.said(viewer.lang)) for one in refusals(found.of, _MOST_SHOWN)],
    )
    if not found.ended:
        answer.headers["Refresh"] = str(_EVERY_S)
    return answer


def _percent(found: Progress) -> int:
    """Return how much of the step at work is done: reading, then storing."""
    one = found.of
    done, of = (
        (one.rows_stored, one.rows_read) if one.state == "read" else (one.bytes_read, one.bytes)
    )
    return min(_PERCENT, _PERCENT * done // max(of, 1))
