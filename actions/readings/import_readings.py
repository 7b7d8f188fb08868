"""Readings from a file: all of them or none, and every mistake named by file, line and field."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, Protocol

import numpy as np

from actions.actor import Actor
from actions.figures import in_units, instant
from actions.readings.converted import Converted, Units, units_of
from actions.readings.effects import Effects
from actions.readings.failed_lines import OF_FAILED, taken_of
from actions.readings.import_checks import in_order, refused, shown
from actions.readings.kept_answers import (
    KeptAnswer,
    Remembered,
    keep,
    remembered,
    told_if_refused,
)
from actions.registry.values import refuse
from collector.files.answers import NONE, Answers
from collector.files.gathered import Told
from collector.files.limits import DEFAULT
from collector.files.reading import FileReadings
from metering.messages import AuditNote, Message, Outdone, Readings, Stored

_ACT: Final = "readings.import"
_LINES: Final = 20  # told of what is left out; the rest is counted


class WholeSink(Protocol):
    """Where readings go that are taken together or not at all.

    ahead_ms: how far a reading may be ahead of its arrival.
    """

    ahead_ms: int

    def write_whole(
        self,
        batch: Sequence[Message],
        readings: Readings,
        *,
        audit: Callable[[Stored], AuditNote] | None = None,
        dry_run: bool = False,
    ) -> Stored:
        """Commit a batch and its audit entry if all of it can be taken, and else nothing."""
        ...


@dataclass(frozen=True, slots=True)
class OutdoneRow:
    """A row of a file beside which another reading of its instant stands. [unit of the channel]

    stands: None where a person made that instant void.
    """

    line: int
    gateway: str
    channel: str
    at: datetime
    value: str
    stands: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of readings did, or in a dry run would do.

    inserted: of instants that had no reading. revised: beside another reading of their instant, of
    which the greater (rank, seq, value) stands. duplicates: that were there already.
    rounded: of those inserted, finer than the channel's quantum, so rounded to it.
    outdone: rows whose value does not stand by itself; examples are the first of them.
    corrected: of these, how many stand after all, as a correction by the actor.
    behind: rows left out, for their value goes on while their time falls back by more than a day,
        to where it does not fit: a clock was wrong. behind_lines: the first of them.
    recognised: what each table of the file was read as.
    left_out: rows that cannot be taken, left out because that was asked for.
    kept: answers of earlier files of the layout with which this one was read.
    file_id: of a file that corrects, by which it is undone; None where it stands already.
    effects: of a file that corrects, what it changes.
    converted: units of the file that are not those of their channels.
    import_id: of a file that said something new, by which it is taken back within 24 hours.
    """

    readings: int
    channels: int
    first_at: datetime | None
    last_at: datetime | None
    inserted: int
    revised: int
    duplicates: int
    rounded: int
    outdone: int
    corrected: int
    examples: list[OutdoneRow]
    behind: int = 0
    behind_lines: list[int] = field(default_factory=list)
    recognised: list[Told] = field(default_factory=list)
    left_out: int = 0
    kept: list[KeptAnswer] = field(default_factory=list)
    file_id: int | None = None
    effects: Effects | None = None
    import_id: int | None = None
    converted: list[Converted] = field(default_factory=list)


class _DoneError(Exception):
    """Ends the actor's transaction: the sink has written the audit entry too."""


def import_readings(
    actor: Actor,
    sink: WholeSink,
    source: BinaryIO,
    name: str,
    answers: Answers = NONE,
    *,
    now_ms: int,
    dry_run: bool = False,
    without_failed: bool = False,
    fresh: bool = False,
) -> Imported:
    """Store a file of readings whose meters the actor may write for; again changes nothing.

    answers: to what the file leaves open, such as the gateway of all rows.
    without_failed: rows that cannot be taken are left out, by choice, and counted.
    fresh: without the answers that earlier files of the layout had.
    """
    done, limits = None, OF_FAILED if without_failed else DEFAULT
    one = remembered(actor, source, name, answers, now_ms=now_ms, limits=limits, fresh=fresh)
    with suppress(_DoneError), told_if_refused(one), actor.act(_ACT, name) as connection:
        file, bound, left = taken_of(
            connection, one.file, sink.ahead_ms, corrects=False, without_failed=without_failed
        )
        units = units_of(connection, file, bound)
        ids = np.unique(bound.channel_id).tolist()
        del bound  # the sink binds again, when it stores

        def audit(stored: Stored) -> AuditNote:
            done = imported(file, stored, units, left, one.kept)
            return AuditNote(actor.name, _ACT, name, asdict(done))

        stored = sink.write_whole(file.batch, file.readings, audit=audit, dry_run=dry_run)
        refuse(in_order(refused(file, stored.rejected)))
        done = imported(file, stored, units, left, one.kept)
        raise _DoneError
    assert done is not None
    if not dry_run:
        _keep_answers(actor, one, ids)
    return done


def _keep_answers(actor: Actor, one: Remembered, ids: list[int]) -> None:
    with actor.change() as connection:  # of its own: the sink has committed
        keep(connection, one, ids, actor.name)


def imported(
    file: FileReadings,
    stored: Stored,
    units: Units,
    left_out: int = 0,
    kept: Sequence[KeptAnswer] = (),
) -> Imported:
    """Return what became of a file, with the first rows that do not count by themselves."""
    at_ms = file.readings.at_ms
    return Imported(
        readings=len(at_ms),
        channels=len(np.unique(file.readings.message)),
        first_at=instant(int(at_ms.min())) if len(at_ms) else None,
        last_at=instant(int(at_ms.max())) if len(at_ms) else None,
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
        rounded=stored.rounded,
        outdone=stored.outdone_count,
        corrected=stored.corrected,
        examples=[_example(file, one, units.per_unit) for one in stored.outdone],
        behind=len(stored.behind),
        behind_lines=sorted(file.line[list(stored.behind)].tolist())[:_LINES],
        recognised=file.told,
        left_out=left_out,
        kept=list(kept),
        converted=units.converted,
        import_id=stored.file_id,
    )


def _example(file: FileReadings, one: Outdone, per_unit: dict[int, int]) -> OutdoneRow:
    readings, message = file.readings, int(file.readings.message[one.place])
    return OutdoneRow(
        int(file.line[one.place]),
        file.batch[message].gateway,
        readings.channel_key[one.place],
        instant(int(readings.at_ms[one.place])),
        shown(readings, one.place, "value"),
        in_units(one.stands, per_unit[message]),
    )
