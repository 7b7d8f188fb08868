"""Steps whose use nobody knows, as rows of the first page."""

from dataclasses import dataclass

from actions.boards.unknown_steps import UnknownStep
from actions.things import CHANNEL
from dashboards.pages.readings.settling import Oddity, oddity
from dashboards.pages.viewer import Viewer


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """A step whose use nobody knows, in words, with the forms that settle it."""

    name: str
    meter: str
    href: str
    step: Oddity


def unknown_row(viewer: Viewer, one: UnknownStep) -> UnknownRow:
    """Return the row of a step."""
    of, channel = one.of, one.channel
    return UnknownRow(
        viewer.name(of) or str(of.institution_id),
        f"{viewer.name(of, 'meter') or channel.meter_id} · {channel.code}",
        CHANNEL.page(channel),
        oddity(viewer, channel, one.step, may=one.corrects),
    )
