"""What people said of a channel's readings: by whom, when and why, with the way back."""

from fastapi import APIRouter, Response

from actions.readings.corrections import channel_of
from actions.readings.corrections_table import CORRECTIONS
from actions.things import CHANNEL
from dashboards.pages.forms import Id
from dashboards.pages.offers import offers_by_topic
from dashboards.pages.readings.settling import may_correct
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)


@router.get("/channels/{channel_id}/corrections")
def get_corrections(channel_id: Id, viewer: Reader) -> Response:
    """Return the page; what was taken back stays on it."""
    channel = channel_of(viewer.actor, channel_id)
    shown = listing(viewer, CORRECTIONS, viewer.path, {"channel_id": channel_id})
    files = {row.one.file_id for row in shown.found if row.one.file_id and not row.one.known_until}
    return viewer.page(
        "readings/corrections.html",
        status=shown.status,
        channel=channel,
        list=shown,
        files=sorted(files) if may_correct(viewer, channel_id) else [],
        offers=offers_by_topic(viewer, CHANNEL, channel_id),
    )
