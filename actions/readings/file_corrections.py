"""A file that counts against what stands: one act, told before, undone whole or by channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.actor import Actor
from actions.readings import effects
from actions.readings.converted import units_of
from actions.readings.effects import Effects
from actions.readings.failed_lines import OF_FAILED, taken_of
from actions.readings.import_readings import Imported, imported
from actions.readings.kept_answers import keep, remembered, told_if_refused
from collector.files.answers import NONE, Answers
from collector.files.limits import DEFAULT
from metering.errors import ConflictError, InputError
from metering.messages import Outdone, Stored
from storage.readings import amendments, corrections, folding, starts
from storage.readings.amendments import Correction
from storage.readings.binding import Bound
from storage.readings.corrections import StoredRows

_TOLD: Final = 20  # of the rows that would not count by themselves; the rest is counted


def correct_by_file(
    actor: Actor,
    source: BinaryIO,
    name: str,
    answers: Answers = NONE,
    *,
    reason: str,
    now_ms: int,
    ahead_ms: int,
    dry_run: bool = False,
    without_failed: bool = False,
    fresh: bool = False,
) -> Imported:
    """Let a file of readings count against what stands, as the actor's correction.

    All its rows do, whatever comes later from a gateway; the same file again changes nothing.
    ahead_ms: how far a reading may be ahead of now.
    """
    because = _reason(reason)
    limits = OF_FAILED if without_failed else DEFAULT
    read = remembered(actor, source, name, answers, now_ms=now_ms, limits=limits, fresh=fresh)
    detail: dict[str, Any] = {"reason": because}
    acts = actor.act("readings.correct", name, detail, dry_run=dry_run)
    with told_if_refused(read), acts as connection:
        file, bound, left = taken_of(
            connection, read.file, ahead_ms, corrects=True, without_failed=without_failed
        )
        one = bound.only(np.sort(folding.fold(bound).effective))  # a file may say a row twice
        stood = corrections.stood(connection, one)
        stored = _stored(one, stood, len(bound.at_ms))
        done = imported(file, stored, units_of(connection, file, bound), left)
        told = starts.kept(connection, one, file.readings.from_ms)
        if not _stands(one, stood) or starts.differ(connection, one, file.from_ms, told):
            begins = _begins(one, file.from_ms, told)
            file_id, changes = _put(connection, one, begins, name, because, actor.name)
            done = replace(done, file_id=file_id, effects=changes)
        done = replace(done, kept=read.kept)
        keep(connection, read, np.unique(bound.channel_id).tolist(), actor.name)
        detail |= asdict(replace(done, effects=None))
    return replace(done, file_id=None) if dry_run else done


def _begins(one: Bound, from_ms: NDArray[np.int64], told: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return when the use of each began, -1 where that need not be told."""
    begins = np.full(len(one.at_ms), -1, np.int64)
    begins[told] = from_ms[one.place[told]]
    return begins


def check_holds(file_id: int, corrections: list[Correction]) -> list[Correction]:
    """Return what of a file's corrections still holds; ConflictError where nothing does."""
    holding = [one for one in corrections if one.known_until is None]
    if not holding:
        raise _taken_back(file_id)
    return holding


def taken_back(connection: Connection[Any], holding: list[Correction]) -> Effects:
    """Take corrections of a file back, one channel after the other; return what changes."""
    changes = []
    for one in holding:
        waits = effects.waits(connection, one.channel_id)
        since = starts.since(connection, one.channel_id, one.at_ms, one.last_ms)
        amendments.take_back(connection, one)
        span = (since, one.last_ms)
        changes.append(effects.effects(connection, one.channel_id, *span, waits=waits))
    return effects.together(connection, changes)


def _put(
    connection: Connection[Any],
    one: Bound,
    begins_ms: NDArray[np.int64],
    name: str,
    reason: str,
    by: str,
) -> tuple[int, Effects]:
    """Write down a file with its readings, and return its id and what it changes.

    begins_ms: of the use of each, -1 where that need not be told.
    """
    ids = np.unique(one.channel_id).tolist()
    waits = {channel: effects.waits(connection, channel) for channel in ids}
    file_id = amendments.new_file(connection, name=name, channels=len(ids), reason=reason, by=by)
    changes = []
    for channel in ids:
        rows = np.flatnonzero(one.channel_id == channel)
        rows = rows[np.argsort(one.at_ms[rows])]
        at_ms, value = one.at_ms[rows].tolist(), one.value[rows].tolist()
        pairs = zip(at_ms, begins_ms[rows].tolist(), strict=True)
        told = [(at, begin) for at, begin in pairs if begin >= 0]
        amendments.record_file(
            connection, file_id, channel, at_ms, value, reason=reason, by=by, starts=told
        )
        span = (starts.since(connection, channel, at_ms[0], at_ms[-1]), at_ms[-1])
        changes.append(effects.effects(connection, channel, *span, waits=waits[channel]))
    return file_id, effects.together(connection, changes)


def _stored(one: Bound, stood: StoredRows, rows: int) -> Stored:
    """Return what a file adds and what it stands against, counted as of any import."""
    revised = stood.there & (stood.void | (stood.value != one.value))
    by_itself = (stood.rank == 0) & (
        (one.seq > stood.seq) | ((one.seq == stood.seq) & (one.value > stood.value))
    )
    outdone = np.flatnonzero(revised & ~by_itself)
    inserted = int((~stood.there).sum())
    return Stored(
        (),
        inserted=inserted,
        revised=int(revised.sum()),
        duplicates=rows - inserted - int(revised.sum()),
        rounded=int((one.rounded & ~stood.there).sum()),
        outdone=list(_outdone(one, stood, outdone[:_TOLD])),
        outdone_count=len(outdone),
        corrected=len(outdone),
    )


def _outdone(one: Bound, stood: StoredRows, places: NDArray[np.intp]) -> Iterator[Outdone]:
    for place in places.tolist():
        stands = None if stood.void[place] else int(stood.value[place])
        yield Outdone(int(one.place[place]), stands, int(stood.rank[place]))


def _stands(one: Bound, stood: StoredRows) -> bool:
    """Return whether one and the same file says all of it already, and stands."""
    if not len(one.at_ms):
        return True
    same = stood.there & ~stood.void & (stood.value == one.value) & (stood.file_id != 0)
    return bool(same.all()) and len(np.unique(stood.file_id)) == 1


def _reason(reason: str) -> str:
    if reason.strip():
        return reason.strip()
    raise InputError(
        "import.no_reason",
        zh="以更正方式导入须说明理由。",
        en="A file that corrects what stands needs a reason.",
        next_zh="请填写理由,如依据的单据。",
        next_en="Say why, such as the document that shows it.",
        where={"field": "reason"},
    )


def _taken_back(file_id: int) -> ConflictError:
    return ConflictError(
        "correction.taken_back",
        zh=f"文件 {file_id} 的更正已撤销。",
        en=f"The corrections by file {file_id} have been taken back.",
        next_zh="如需恢复,请重新以更正方式导入。",
        next_en="Import the file as a correction again if it should hold.",
        where={"file_id": file_id},
    )
