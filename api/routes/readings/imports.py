"""Files that people bring: readings as CSV, taken as a whole or not at all."""

import io
import time
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from actions.readings.effects import Effects
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.registry.meters import channels_of
from api.auth import CurrentActor
from api.fields import Shown
from api.routes.readings.corrections import EffectsShown, effects_shown
from metering.errors import UnavailableError

router = APIRouter(prefix="/api/v1/imports", tags=["imports"])

READINGS = "/api/v1/imports/readings"  # takes larger bodies than the others


class OutdoneShown(Shown):
    """A row beside which another reading of its instant stands, in the channel's unit."""

    line: int
    gateway: str
    channel: str
    at: datetime
    value: str
    stands: str | None = Field(description="Null where a person made that instant void.")


class ImportShown(Shown):
    """What an import of readings did, or in a dry run would do."""

    readings: int
    channels: int
    first_at: datetime | None
    last_at: datetime | None
    inserted: int = Field(description="Of instants that had no reading.")
    revised: int = Field(
        description="Beside another reading of their instant: the greater seq, then the greater "
        "value stands, the other is kept as a revision."
    )
    duplicates: int = Field(description="There already.")
    rounded: int = Field(
        description="Of those inserted: finer than the channel's quantum, so rounded to it."
    )
    outdone: int = Field(
        description="Rows whose value does not count, for another reading of their instant stands; "
        "as_correction lets them count."
    )
    corrected: int = Field(description="Of these, how many count as a correction.")
    examples: list[OutdoneShown] = Field(description="The first that were outdone.")
    behind: int = Field(
        description="Rows left out: their value goes on while their time falls back by more than a "
        "day, to where it does not fit."
    )
    behind_lines: list[int] = Field(description="The first of these.")
    file_id: int | None = Field(
        description="Of a correction: by which it is undone, at /imports/corrections/{file_id}/undo"
        "; null where it stands already."
    )


class ImportAnswer(BaseModel):
    """Said after the commit, or after the rehearsal."""

    dry_run: bool
    done: ImportShown
    effects: EffectsShown | None = Field(description="What a correction changes.")


async def _file(request: Request, _actor: CurrentActor) -> bytes:
    """Return the body once it is known who sends it."""
    return await request.body()


@router.post(
    "/readings",
    summary="Import readings",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}},
            "description": "Columns gateway, channel, at (with offset), value; unit and seq if "
            "known. UTF-8 with or without mark, or GBK.",
        }
    },
)
def post_readings(
    request: Request,
    actor: CurrentActor,
    content: Annotated[bytes, Depends(_file)],
    name: Annotated[str, Query(max_length=200, description="The file's, for messages.")] = "file",
    gateway: Annotated[
        str | None, Query(max_length=200, description="Of all rows, where the file has none.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Say what would happen; keep nothing.")] = False,
    as_correction: Annotated[
        bool, Query(description="Let the file count against what stands, as your correction.")
    ] = False,
    reason: Annotated[
        str, Query(max_length=500, description="Why it corrects; needed for a correction.")
    ] = "",
) -> ImportAnswer:
    """Store a file of readings; a single bad row is told with its line, and nothing is kept.

    Sending the same file again changes nothing. Of several readings of one instant the greatest
    (rank, seq, value) stands, so a lower value counts only as a correction.
    """
    sink = request.app.state.file_sink
    if sink is None:
        raise _no_sink()
    file, now_ms = io.BytesIO(content), int(time.time() * 1000)
    if as_correction:
        done = correct_by_file(
            actor, file, name, gateway, reason=reason, now_ms=now_ms, ahead_ms=sink.ahead_ms,
            dry_run=dry_run,
        )  # fmt: skip
    else:
        done = import_readings(actor, sink, file, name, gateway, now_ms=now_ms, dry_run=dry_run)
    return ImportAnswer(
        dry_run=dry_run,
        done=ImportShown.model_validate(done),
        effects=_effects(actor, done.effects),
    )


def _effects(actor: CurrentActor, found: Effects | None) -> EffectsShown | None:
    """Return what changes; the hours are of channels that the actor sees."""
    if found is None:
        return None
    ids = sorted({one.channel_id for one in found.hours})
    return effects_shown(found, {one.channel_id: one for one in channels_of(actor, ids)})


def _no_sink() -> UnavailableError:
    return UnavailableError(
        "import.not_offered",
        zh="本服务未启用文件导入。",
        en="This service does not take files of readings.",
        next_zh="请由管理员运行 commonwatt import readings,或启用导入。",
        next_en="Have the administrator run commonwatt import readings, or enable it.",
    )
