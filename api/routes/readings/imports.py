"""Files of readings that people bring, taken as a whole or not at all."""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from actions.readings.effects import Effects
from actions.readings.failed_readings import failed_readings
from actions.readings.file_answers import answers_of
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import Imported, import_readings
from actions.registry.meters import channels_of
from actions.registry.values import ProblemsError
from api.auth import CurrentActor
from api.failed_files import FailedForm, WithoutFailed, failed_file, lang_of_failed
from api.fields import Shown
from api.late import LateRoute
from api.routes.readings.corrections import EffectsShown, effects_shown
from api.routes.readings.file_answers import answers_given
from collector.files.answers import Answers
from metering.errors import UnavailableError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/imports", tags=["imports"])

READINGS = "/api/v1/imports/readings"  # takes larger bodies than the others


class OutdoneShown(Shown):
    """A row beside which another reading of its instant stands, in the channel's unit."""

    line: int
    gateway: str
    channel: str
    at: datetime
    value: str
    stands: str | None = Field(description="Null where a person made that instant void.")


class RecognisedShown(Shown):
    """What a table of the file was read as: its form, its columns, and what was left out."""

    file: str
    sheet: str = Field(description="Of a workbook; else empty.")
    form: str = Field(description="csv, xlsx or green button.")
    shape: str = Field(description="long, periods, hours, channels or rates.")
    how: dict[str, str] = Field(description="Encoding, separator, decimal sign, zone and the like.")
    header_line: int
    columns: list[tuple[str, str]] = Field(description="Heading, and what it holds.")
    left_out: list[str] = Field(description="Headings that are not read.")
    rows: int
    readings: int
    totals: int = Field(description="Rows that sum others, left out.")
    remarks: int = Field(description="Rows that are remarks below the table, left out.")
    total_lines: list[int] = Field(description="The first of these.")
    repeated: int = Field(description="Rows that say the headings again.")
    empty: int = Field(description="Empty values passed over.")
    rates_left: list[str] = Field(description="Rates that are not read, for their total is.")
    rates_both: bool = Field(description="Whether a total and its rates are both read.")


class KeptAnswerShown(Shown):
    """An answer of an earlier file of the layout and institution that holds for this one too."""

    name: str
    value: str = Field(description="Of columns and same: LEFT=RIGHT.")
    since: datetime


class ConvertedShown(Shown):
    """A unit of the file that is not its channel's."""

    sent: str
    unit: str = Field(description="The channel's.")
    factor: str = Field(description="How many of the channel's one is, to 12 digits.")


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
    recognised: list[RecognisedShown] = Field(description="What each table was read as.")
    kept: list[KeptAnswerShown] = Field(
        description="Answers of earlier files of this layout; another answer of yours replaces one."
    )
    converted: list[ConvertedShown] = Field(description="Units that were converted, exactly.")
    left_out: int = Field(description="Rows that cannot be taken, left out as was asked.")
    file_id: int | None = Field(
        description="Of a correction: by which it is undone, at /imports/corrections/{file_id}/undo"
        "; null where it stands already."
    )
    import_id: int | None = Field(
        description="By which it is taken back within 24 hours, at /imports/files/"
        "{import_id}/undo; null of a correction, and where nothing was new."
    )


class ImportAnswer(BaseModel):
    """Said after the commit, or after the rehearsal."""

    dry_run: bool
    done: ImportShown
    effects: EffectsShown | None = Field(description="What a correction changes.")


async def _file(request: Request, _actor: CurrentActor) -> bytes:
    """Return the body once it is known who sends it."""
    return await request.body()


Name = Annotated[str, Query(max_length=200, description="The file's, for messages.")]
DryRun = Annotated[bool, Query(description="Say what would happen; keep nothing.")]
AsCorrection = Annotated[
    bool, Query(description="Let the file count against what stands, as your correction.")
]
Reason = Annotated[
    str, Query(max_length=500, description="Why it corrects; needed for a correction.")
]
Fresh = Annotated[
    bool, Query(description="Without the answers that earlier files of the layout had.")
]


@router.post(
    "/readings",
    summary="Import readings",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}},
            "description": "CSV, XLSX, ZIP, gzip or Green Button XML. Its form and columns are "
            "recognised; what it leaves open is asked, with code and `where.question`; answers of "
            "earlier files of the layout that held are in `where.kept`.",
        }
    },
    response_model=ImportAnswer,
)
def post_readings(
    request: Request,
    actor: CurrentActor,
    content: Annotated[bytes, Depends(_file)],
    answers: Annotated[Mapping[str, str | list[str]], Depends(answers_given)],
    name: Name = "file",
    dry_run: DryRun = False,
    as_correction: AsCorrection = False,
    reason: Reason = "",
    without_failed: WithoutFailed = False,
    form: FailedForm = "json",
    fresh: Fresh = False,
) -> Any:
    """Store a file of readings; a single bad row is told with its line, and nothing is kept.

    Sending the same file again changes nothing. Of several readings of one instant the greatest
    (rank, seq, value) stands, so a lower value counts only as a correction.
    """
    sink = request.app.state.file_sink
    if sink is None:
        raise _no_sink()
    file, why = io.BytesIO(content), reason if as_correction else None
    now_ms = int(time.time() * 1000)
    how = _How(name, answers_of(answers), now_ms, why, dry_run, without_failed, fresh)
    try:
        done = _taken(actor, sink, file, how)
    except ProblemsError:
        if form != "xlsx":
            raise
        if not (body := _failed(actor, sink, file, how, request)):
            raise
        return failed_file(body, "readings")
    return ImportAnswer(
        dry_run=dry_run,
        done=ImportShown.model_validate(done),
        effects=_effects(actor, done.effects),
    )


@dataclass(frozen=True, slots=True)
class _How:
    """How a file is taken. reason: why it corrects; None where it does not."""

    name: str
    answers: Answers
    now_ms: int
    reason: str | None
    dry_run: bool
    without_failed: bool
    fresh: bool


def _taken(actor: CurrentActor, sink: Any, file: io.BytesIO, how: _How) -> Imported:
    if how.reason is not None:
        return correct_by_file(
            actor, file, how.name, how.answers, reason=how.reason, now_ms=how.now_ms,
            ahead_ms=sink.ahead_ms, dry_run=how.dry_run, without_failed=how.without_failed,
            fresh=how.fresh,
        )  # fmt: skip
    return import_readings(
        actor, sink, file, how.name, how.answers, now_ms=how.now_ms, dry_run=how.dry_run,
        without_failed=how.without_failed, fresh=how.fresh,
    )  # fmt: skip


def _failed(
    actor: CurrentActor, sink: Any, file: io.BytesIO, how: _How, request: Request
) -> bytes | None:
    """Return the failed rows as a workbook; None where the fault is of the file as a whole."""
    return failed_readings(
        actor, file, how.name, how.answers, now_ms=how.now_ms, ahead_ms=sink.ahead_ms,
        lang=lang_of_failed(request), corrects=how.reason is not None, fresh=how.fresh,
    )  # fmt: skip


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
