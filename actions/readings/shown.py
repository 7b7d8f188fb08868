"""Corrections as programs read them: what was said of an instant, by whom, why, and until when."""

from datetime import datetime

from pydantic import BaseModel, Field

from actions.figures import in_units, instant
from storage.readings.amendments import Correction
from storage.registry.meters import Channel


class CorrectionShown(BaseModel):
    """One correction; the id is the `seq` of the reading of rank 1 that a void or set value is."""

    id: int
    channel_id: int
    kind: str
    at: datetime
    value: str | None = Field(
        description="In the channel's unit, exact: of set and use.", examples=["123456.789"]
    )
    reason: str
    known_by: str
    known_since: datetime
    known_until: datetime | None = Field(description="When it was taken back; null: it holds.")
    last: datetime | None = Field(description="Of a file: its last reading; `at` is its first.")
    readings: int | None = Field(description="Of a file: how many of the channel it corrects.")
    file_id: int | None = Field(description="Of a file: by which it is undone whole.")
    file: str | None = Field(description="Of a file: its name.")


def correction_shown(channel: Channel, one: Correction) -> CorrectionShown:
    """Return a correction with its value in the channel's unit."""
    return CorrectionShown(
        id=one.id,
        channel_id=one.channel_id,
        kind=one.kind,
        at=instant(one.at_ms),
        value=in_units(one.value, channel.per_unit),
        reason=one.source,
        known_by=one.known_by,
        known_since=one.known_since,
        known_until=one.known_until,
        last=instant(one.last_ms) if one.kind == "file" else None,
        readings=one.readings,
        file_id=one.file_id,
        file=one.file,
    )
