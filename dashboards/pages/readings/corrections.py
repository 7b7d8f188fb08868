"""What people said of a channel's readings: by whom, when and why, with the way back."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from actions.readings.corrections import list_corrections
from actions.readings.evidence import OCCURRED
from actions.things import CHANNEL
from dashboards.pages import writing
from dashboards.pages.forms import Id, offered
from dashboards.pages.people_names import called
from dashboards.pages.readings.settling import local, may_correct
from dashboards.pages.viewer import Reader, Viewer
from storage.readings.amendments import OF_EXCHANGE, OF_VERDICT, Correction
from storage.registry.meters import Channel

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A correction as the page shows it."""

    correction: Correction
    when: str
    what: str
    value: str
    by: str
    undo: bool


@router.get("/channels/{channel_id}/corrections")
def get_corrections(channel_id: Id, viewer: Reader) -> Response:
    """Return the page; what was taken back stays on it."""
    channel, found = list_corrections(viewer.actor, channel_id, taken_back=True)
    may = may_correct(viewer, channel_id)
    last = {(one.at_ms, _group(one)): one.id for one in sorted(found, key=_id) if _holds(one)}
    lines = [
        Line(
            one,
            _when(channel, one),
            _words(viewer, one),
            _value(channel, one),
            called(viewer, one.known_by),
            may and _holds(one) and (not _group(one) or last[one.at_ms, _group(one)] == one.id),
        )
        for one in sorted(found, key=_id, reverse=True)
    ]
    return viewer.page(
        "readings/corrections.html",
        channel=channel,
        lines=lines,
        files=sorted({one.file_id for one in found if one.file_id and _holds(one)}) if may else [],
        offers=[one.about for one in offered(viewer, CHANNEL, channel_id)],
    )


def _id(one: Correction) -> int:
    return one.id


def _group(one: Correction) -> tuple[str, ...]:
    """Return the kinds of which only the last of an instant can be taken back."""
    return next((kinds for kinds in (OF_VERDICT, OF_EXCHANGE) if one.kind in kinds), ())


def _holds(one: Correction) -> bool:
    return one.known_until is None


def _when(channel: Channel, one: Correction) -> str:
    first, last = local(channel, one.at_ms), local(channel, one.last_ms)
    return first if first == last else f"{first} – {last}"


def _words(viewer: Viewer, one: Correction) -> str:
    if one.kind == "exchange":
        return viewer.say("correction_exchange")
    zh, en = OCCURRED[one.kind]
    words = zh if viewer.lang == "zh" else en
    return f"{words}{viewer.say('colon')}{one.file} ({one.readings})" if one.file else words


def _value(channel: Channel, one: Correction) -> str:
    if one.value is None:
        return writing.DASH
    places = len(str(channel.per_unit)) - 1
    value = writing.number(writing.exact(one.value, channel.per_unit), places)
    return f"{value} {writing.unit_name(channel.unit)}"
