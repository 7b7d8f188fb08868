"""Readings from a file: all of them or none, and every mistake named by file, line and field."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.desk import Desk
from actions.figures import in_units, instant
from actions.registry_values import refuse
from collector import files
from collector.files import FileReadings
from metering.errors import InputError
from metering.messages import (
    Correction,
    Deed,
    Message,
    Outdone,
    Readings,
    Rejection,
    Stored,
)
from storage import meters
from storage.binding import Bound, bind

# reason: the field at fault, and the next step where a file needs another than a gateway
_FIELDS: Final[dict[str, tuple[str, tuple[str, str] | None]]] = {
    "reading.unknown_key": (
        "channel",
        (
            "请核对采集网关和通道键;新通道先用 commonwatt import registry 登记。",
            "Check gateway and key; a new channel is made by commonwatt import registry.",
        ),
    ),
    "reading.before_since": ("at", None),
    "reading.sealed": ("at", None),
    "clock.ahead": ("at", ("请核对日期和时区。", "Check the date and the offset.")),
    "reading.impossible_value": ("value", None),
}
_LINES: Final = 20  # told of what is left out; the rest is counted
_NOT_THEIRS: Final = InputError(  # told in the same words, so that nobody learns what others have
    "reading.unknown_key",
    zh="该采集网关没有此通道键。",
    en="This gateway has no channel under that key.",
)


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
        correction: Correction | None = None,
        deed: Callable[[Stored], Deed] | None = None,
        dry_run: bool = False,
    ) -> Stored:
        """Commit a batch and its deed if all of it can be taken, and else nothing."""
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
    outdone: rows whose value does not stand; examples are the first of them.
    corrected: of these, how many stand after all, as a correction by the actor.
    behind: rows left out, for their value goes on while their time falls back by more than a day,
        to where it does not fit: a clock was wrong. behind_lines: the first of them.
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


class _DoneError(Exception):
    """Ends the actor's transaction: the sink has written the deed together with the readings."""


def import_readings(
    desk: Desk,
    sink: WholeSink,
    source: BinaryIO,
    name: str,
    gateway: str | None = None,
    *,
    now_ms: int,
    dry_run: bool = False,
    correct_for: str | None = None,
) -> Imported:
    """Store a file of readings whose meters the actor may write for; again changes nothing.

    gateway: of all rows, where the file does not name one in each.
    correct_for: the reason for which the file counts against what stands, as the actor's own
        correction; without one, of several readings of an instant the greatest stands.
    """
    said = files.read(source, name, gateway, received_ms=now_ms)
    correction = None
    if correct_for is not None:
        correction = Correction(desk.actor, _reason(correct_for), name)
    done: Imported | None = None
    with suppress(_DoneError), desk.act("readings.import", name) as connection:
        bound, rejections = bind(connection, said.batch, said.readings, sink.ahead_ms)
        against = [*said.errors, *_refused(said, name, rejections)]
        against += _against(connection, said, name, bound)
        if correction is not None:
            against += _two_values(said, name, bound)
        refuse(_in_order(against))
        units = _per_unit(connection, said, bound)

        def deed(stored: Stored) -> Deed:
            detail = asdict(_imported(said, stored, units))
            if correction is not None:
                detail["reason"] = correction.reason
            return Deed(desk.actor, "readings.import", name, detail)

        stored = sink.write_whole(
            said.batch, said.readings, correction=correction, deed=deed, dry_run=dry_run
        )
        refuse(_in_order(_refused(said, name, stored.rejected)))
        done = _imported(said, stored, units)
        raise _DoneError
    assert done is not None
    return done


def _reason(said: str) -> str:
    if said.strip():
        return said.strip()
    raise InputError(
        "import.no_reason",
        zh="以更正方式导入须说明理由。",
        en="A file that corrects what stands needs a reason.",
        next_zh="请填写理由,如依据的单据。",
        next_en="Say why, such as the document that shows it.",
        where={"field": "reason"},
    )


def _per_unit(connection: Connection[Any], said: FileReadings, bound: Bound) -> dict[int, int]:
    """Return, by message of a file without faults, the quanta in one unit of its channel."""
    messages, first = np.unique(said.readings.message, return_index=True)
    ids = bound.channel_id[first].tolist() if len(first) else []
    known = {one.channel_id: one.per_unit for one in meters.channels(connection, ids)}
    return {message: known[one] for message, one in zip(messages.tolist(), ids, strict=True)}


def _against(
    connection: Connection[Any], said: FileReadings, name: str, bound: Bound
) -> Iterator[InputError]:
    """Find what stands against the rows that could be bound: rights and units."""
    taken = bound.place
    ids = np.unique(bound.channel_id).tolist()
    may = meters.writable(connection, ids)
    theirs = {one.channel_id: one for one in meters.channels(connection, list(may))}
    foreign = taken[~np.isin(bound.channel_id, list(theirs))]
    for message in np.unique(said.readings.message[foreign]).tolist():
        rows = foreign[said.readings.message[foreign] == message]
        yield _complaint(said, name, rows, _NOT_THEIRS)
    units = {channel: one.unit for channel, one in theirs.items()}
    yield from _wrong_units(said, name, taken, bound.channel_id, units)


def _two_values(said: FileReadings, name: str, bound: Bound) -> Iterator[InputError]:
    """Find instants of which a file that corrects says more than one value."""
    order = np.lexsort((bound.value, bound.at_ms, bound.channel_id))
    same = (np.diff(bound.channel_id[order]) == 0) & (np.diff(bound.at_ms[order]) == 0)
    differ = np.flatnonzero(same & (np.diff(bound.value[order]) != 0))
    if not len(differ):
        return
    rows = [int(bound.place[order[at + 1]]) for at in differ.tolist()]
    error = InputError(
        "import.two_values",
        zh="文件对同一时刻给出多个数值,无法作为更正。",
        en="The file says several values of one instant, so it cannot correct it.",
        next_zh="请只保留正确的一行。",
        next_en="Keep the one row that is right.",
    )
    yield _complaint(said, name, rows, error, "at", _shown(said.readings, rows[0], "at"))


def _wrong_units(
    said: FileReadings,
    name: str,
    taken: NDArray[np.intp],
    channel_id: NDArray[np.int64],
    units: dict[int, str],
) -> Iterator[InputError]:
    """Find rows that name another unit than their channel's."""
    wrong: dict[tuple[int, str], list[int]] = {}
    for row, channel in zip(taken.tolist(), channel_id.tolist(), strict=True):
        unit = said.unit[row]
        if unit and unit != units.get(channel, unit):
            wrong.setdefault((channel, unit), []).append(row)
    for (channel, unit), rows in wrong.items():
        is_now = units[channel]
        error = InputError(
            "reading.wrong_unit",
            zh=f"该通道的单位是 {is_now}。",
            en=f"The channel counts in {is_now}.",
            next_zh=f"请把数值换算为 {is_now}。",
            next_en=f"Convert the values to {is_now}.",
        )
        yield _complaint(said, name, rows, error, "unit", unit)


def _refused(
    said: FileReadings, name: str, rejections: Iterable[Rejection]
) -> Iterator[InputError]:
    places = {line: row for row, line in enumerate(said.readings.i.tolist())}
    for one in rejections:
        yield _complaint(said, name, [places[line] for line in one.i], one.reason)


def _complaint(
    said: FileReadings,
    name: str,
    rows: Sequence[int] | NDArray[np.intp],
    reason: InputError,
    field: str = "",
    shown: str = "",
) -> InputError:
    """Return what is wrong with rows of one channel, naming the first of them."""
    first, readings = int(rows[0]), said.readings
    then = (reason.next_zh, reason.next_en)
    if not field:
        field, own = _FIELDS.get(reason.code, ("row", None))
        then = own or then
        shown = _shown(readings, first, field)
    line, more = int(readings.i[first]), len(rows) - 1
    channel = f"{said.batch[readings.message[first]].gateway} {readings.channel_key[first]}"
    keys = reason.where.get("channel", "")
    also = (f"等 {more + 1} 行", f" and {more} more") if more else ("", "")
    return InputError(
        reason.code,
        zh=f"{name} 第 {line} 行{also[0]},{field}“{shown}”({channel}):"
        + reason.zh.removeprefix(f"{keys}:"),
        en=f"{name}, line {line}{also[1]}, {field} “{shown}” ({channel}): "
        + reason.en.removeprefix(f"{keys}: "),
        next_zh=then[0],
        next_en=then[1],
        where={"file": name, "line": line, "field": field, "value": shown, "rows": more + 1},
    )


def _shown(readings: Readings, row: int, field: str) -> str:
    if field == "at":
        at = instant(int(readings.at_ms[row]))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{readings.value[row]:.15g}" if field == "value" else readings.channel_key[row]


def _in_order(problems: Iterable[InputError]) -> list[InputError]:
    return sorted(problems, key=lambda one: int(one.where.get("line", 0)))


def _imported(said: FileReadings, stored: Stored, per_unit: dict[int, int]) -> Imported:
    at_ms = said.readings.at_ms
    return Imported(
        readings=len(at_ms),
        channels=len(said.batch),
        first_at=instant(int(at_ms.min())) if len(at_ms) else None,
        last_at=instant(int(at_ms.max())) if len(at_ms) else None,
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
        rounded=stored.rounded,
        outdone=stored.outdone_count,
        corrected=stored.corrected,
        examples=[_example(said, one, per_unit) for one in stored.outdone],
        behind=len(stored.behind),
        behind_lines=sorted(said.readings.i[list(stored.behind)].tolist())[:_LINES],
    )


def _example(said: FileReadings, one: Outdone, per_unit: dict[int, int]) -> OutdoneRow:
    readings, message = said.readings, int(said.readings.message[one.place])
    return OutdoneRow(
        int(readings.i[one.place]),
        said.batch[message].gateway,
        readings.channel_key[one.place],
        instant(int(readings.at_ms[one.place])),
        _shown(readings, one.place, "value"),
        in_units(one.stands, per_unit[message]),
    )
