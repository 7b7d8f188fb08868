"""One commitment: what is asked of whom by when, what was said of it, and what can be done."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from actions.compact.commitment_detail import commitment_of
from actions.compact.commitment_things import COMMITMENT, OWN, PLANNED, STATES
from compact.commitments import Said, State
from dashboards.pages import writing
from dashboards.pages.offers import offers_of
from dashboards.pages.viewer import Reader, Viewer
from storage.compact.commitments import WordRow

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class WordLine:
    """A word as the page writes it; scan: the address of its document."""

    said: str
    text: str
    by: str
    at: str
    scan: str


@router.get("/commitments/{commitment_id}")
def get_commitment(
    commitment_id: Annotated[int, Path(ge=1, le=2**31 - 1)], viewer: Reader
) -> Response:
    """Return the page."""
    found = commitment_of(viewer.actor, commitment_id)
    one = found.commitment
    offers = [
        offer
        for thing in (OWN, COMMITMENT, PLANNED)
        for offer in offers_of(viewer, thing, commitment_id)
    ]
    return viewer.page(
        "compact/commitment.html",
        one=one,
        union=found.union,
        name=COMMITMENT.name(one, viewer.lang),
        member=viewer.name(one) or str(one.region_id),
        state=STATES[State(one.state)].say(viewer.lang),
        words=[_line(viewer, word) for word in found.words],
        offers=list(dict.fromkeys(offers)),
    )


def _line(viewer: Viewer, word: WordRow) -> WordLine:
    said = {
        Said.UNDER_WAY: STATES[State.UNDER_WAY].say(viewer.lang),
        Said.DONE: viewer.say("commitment_said_done"),
        Said.CONFIRMED: STATES[State.CONFIRMED].say(viewer.lang),
        Said.RETURNED: viewer.say("commitment_said_returned"),
        Said.WITHDRAWN: STATES[State.WITHDRAWN].say(viewer.lang),
    }[Said(word.said)]
    if word.percent is not None:
        said = f"{said} {word.percent} %"
    scan = f"/api/v1/attachments/{word.scan_sha256}" if word.scan_sha256 else ""
    at = writing.moment(word.made_at, viewer.lang)
    return WordLine(said, word.text, viewer.person(word.made_by), at, scan)
