"""Readings from a file: all of them or none, and every mistake named by file, line and field."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.desk import Desk
from actions.figures import instant
from actions.registry_values import refuse
from collector import files
from collector.files import FileReadings
from metering.errors import InputError
from metering.messages import Message, Readings, Rejection, Stored
from storage import meters
from storage.binding import bind

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
_NOT_THEIRS: Final = InputError(  # told in the same words, so that nobody learns what others have
    "reading.unknown_key",
    zh="该采集网关没有此通道键。",
    en="This gateway has no channel under that key.",
)


class WholeSink(Protocol):
    """Where readings go that are taken together or not at all."""

    def write_whole(
        self, batch: Sequence[Message], readings: Readings, *, dry_run: bool = False
    ) -> Stored:
        """Commit a batch if all of it can be taken, and else nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of readings did, or in a dry run would do.

    inserted: of instants that had no reading. revised: beside another reading of their instant, of
    which the greater (seq, value) stands. duplicates: that were there already.
    """

    readings: int
    channels: int
    first_at: datetime | None
    last_at: datetime | None
    inserted: int
    revised: int
    duplicates: int


class _RehearsedError(Exception):
    """Ends the transaction of a dry run without keeping it."""


def import_readings(
    desk: Desk,
    sink: WholeSink,
    source: BinaryIO,
    name: str,
    gateway: str | None = None,
    *,
    now_ms: int,
    dry_run: bool = False,
) -> Imported:
    """Store a file of readings whose meters the actor may write for; again changes nothing.

    gateway: of all rows, where the file does not name one in each.
    """
    said = files.read(source, name, gateway, received_ms=now_ms)
    done: Imported | None = None
    detail: dict[str, Any] = {}
    with suppress(_RehearsedError), desk.act("readings.import", name, detail) as connection:
        refuse(_in_order([*said.errors, *_against(connection, said, name)]))
        stored = sink.write_whole(said.batch, said.readings, dry_run=dry_run)
        refuse(_in_order(_refused(said, name, stored.rejected)))
        done = _imported(said, stored)
        detail.update(asdict(done))
        if dry_run:
            raise _RehearsedError
    assert done is not None
    return done


def _against(connection: Connection[Any], said: FileReadings, name: str) -> Iterator[InputError]:
    """Find what the registry says against a file, as far as the actor's rights reach."""
    bound, rejections = bind(connection, said.batch, said.readings)
    yield from _refused(said, name, rejections)
    lines = [line for one in rejections for line in one.i]
    taken = np.flatnonzero(~np.isin(said.readings.i, lines))
    ids = np.unique(bound.channel_id).tolist()
    may = meters.writable(connection, ids)
    theirs = {one.channel_id: one for one in meters.channels(connection, list(may))}
    foreign = taken[~np.isin(bound.channel_id, list(theirs))]
    for message in np.unique(said.readings.message[foreign]).tolist():
        rows = foreign[said.readings.message[foreign] == message]
        yield _complaint(said, name, rows, _NOT_THEIRS)
    units = {channel: one.unit for channel, one in theirs.items()}
    yield from _wrong_units(said, name, taken, bound.channel_id, units)


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


def _imported(said: FileReadings, stored: Stored) -> Imported:
    at_ms = said.readings.at_ms
    return Imported(
        readings=len(at_ms),
        channels=len(said.batch),
        first_at=instant(int(at_ms.min())) if len(at_ms) else None,
        last_at=instant(int(at_ms.max())) if len(at_ms) else None,
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
    )
