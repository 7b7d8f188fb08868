"""What stands against the rows of a file: each mistake by file, line and field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.fields import Words
from actions.figures import instant
from actions.readings import file_questions
from actions.registry.values import refuse
from collector.files.reading import FileReadings
from metering.errors import InputError
from metering.messages import Readings, Rejection
from storage.readings.binding import Bound, bind
from storage.registry import meters

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
    "reading.other_unit": (
        "unit",
        (
            "请核对单位,或该通道登记的单位与品种。",
            "Check the unit, and the unit and carrier with which the channel is registered.",
        ),
    ),
}
_CALLED: Final = {
    "channel": "通道", "at": "时间", "value": "数值", "unit": "单位", "from": "起始时间",
    "ratio": "倍率", "row": "整行",
}  # fmt: skip
_UNKNOWN: Final = "reading.unknown_key"
_WHOSE: Final = (_UNKNOWN, "reading.other_unit")
_NOT_THEIRS: Final = InputError(  # told in the same words, so that nobody learns what others have
    "reading.unknown_key",
    zh="该采集网关没有此通道键。",
    en="This gateway has no channel under that key.",
)


class RowsError(InputError):
    """What is wrong with rows of a file that could be read.

    rows: their places among its readings. field: at fault. why: said beside each of them.
    """

    def __init__(self, base: InputError, rows: Sequence[int], field: str, why: Words) -> None:
        super().__init__(
            base.code, zh=base.zh, en=base.en, next_zh=base.next_zh, next_en=base.next_en,
            where=base.where,
        )  # fmt: skip
        self.rows = rows
        self.field = field
        self.why = why


def checked(
    connection: Connection[Any], file: FileReadings, ahead_ms: int, *, corrects: bool
) -> Bound:
    """Return a file's readings bound to channels that the actor may write for, or refuse it whole.

    corrects: a file that does says no two values of one instant.
    """
    bound, rejections = bind(connection, file.batch, file.readings, ahead_ms)
    rejections = list(_certain(file, rejections))
    against = [*file.errors, *_unknown(connection, file, rejections)]
    against += _against(connection, file, bound)
    if not file.errors:
        asked = (
            file_questions.days(file, bound),
            file_questions.ratios(connection, file, bound),
            file_questions.periods(connection, file, bound, corrects=corrects),
        )
        against += [complaint(file, *found) for each in asked for found in each]
    if corrects:
        against += _two_values(file, bound)
    refuse(in_order(against), beyond=file.more)
    return bound


def _certain(file: FileReadings, rejections: Iterable[Rejection]) -> Iterator[Rejection]:
    """Return refusals without those of an instant that waits for an answer."""
    for one in rejections:
        rows = one.i
        if one.reason.code not in _WHOSE:
            rows = tuple(row for row in rows if not file.unsure[row])
        if rows:
            yield replace(one, i=rows)


def _unknown(
    connection: Connection[Any], file: FileReadings, rejections: Sequence[Rejection]
) -> Iterator[InputError]:
    """Return refusals; of a key that resembles one of the actor's own, whether it is meant."""
    strange = [one.message for one in rejections if one.reason.code == _UNKNOWN]
    like = file_questions.likenesses(connection, file, strange) if strange else {}
    for one in rejections:
        if one.reason.code == _UNKNOWN and one.message in like:
            key = shown(file.readings, one.i[0], "channel")
            yield complaint(file, list(one.i), like[one.message], "channel", key)
        else:
            yield from refused(file, [one])


def _against(connection: Connection[Any], file: FileReadings, bound: Bound) -> Iterator[InputError]:
    """Find what stands against the rows that could be bound: rights and units."""
    taken = bound.place
    ids = np.unique(bound.channel_id).tolist()
    may = meters.writable(connection, ids)
    theirs = {one.channel_id: one for one in meters.channels(connection, list(may))}
    foreign = taken[~np.isin(bound.channel_id, list(theirs))]
    for message in np.unique(file.readings.message[foreign]).tolist():
        rows = foreign[file.readings.message[foreign] == message]
        yield complaint(file, rows, _NOT_THEIRS)


def _two_values(file: FileReadings, bound: Bound) -> Iterator[InputError]:
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
    yield complaint(file, rows, error, "at", shown(file.readings, rows[0], "at"))


def refused(file: FileReadings, rejections: Iterable[Rejection]) -> Iterator[InputError]:
    """Return what stands against readings that could not be bound; `i` is their row."""
    for one in rejections:
        yield complaint(file, list(one.i), one.reason)


def complaint(
    file: FileReadings,
    rows: Sequence[int] | NDArray[np.intp],
    reason: InputError,
    field: str = "",
    shown_there: str = "",
) -> InputError:
    """Return what is wrong with rows of one channel, naming the first of them."""
    first, readings = int(rows[0]), file.readings
    then = (reason.next_zh, reason.next_en)
    if not field:
        field, own = _FIELDS.get(reason.code, ("row", None))
        then = own or then
        shown_there = shown(readings, first, field)
    more = len(rows) - 1
    place_zh, place_en = file.place(first).said()
    channel = f"{file.batch[readings.message[first]].gateway} {readings.channel_key[first]}"
    keys = reason.where.get("channel", "")
    also = (f"等 {more + 1} 行", f" and {more} more") if more else ("", "")
    asked = {one: reason.where[one] for one in ("question", "choices") if one in reason.where}
    zh, en = reason.zh.removeprefix(f"{keys}:"), reason.en.removeprefix(f"{keys}: ")
    column = _heading(file, first, field)
    base = InputError(
        reason.code,
        zh=f"{place_zh}{also[0]},{column.zh}“{shown_there}”({channel}):{zh}",
        en=f"{place_en}{also[1]}, {column.en} “{shown_there}” ({channel}): {en}",
        next_zh=then[0],
        next_en=then[1],
        where=file.place(first, field).where(shown_there) | {"rows": more + 1} | asked,
    )
    why = Words(f"{column.zh}:{zh} {then[0]}".strip(), f"{column.en}: {en} {then[1]}".strip())
    return RowsError(base, [int(row) for row in rows], field, why)


def _heading(file: FileReadings, row: int, field: str) -> Words:
    """Return what the file calls the column of a field; where it has none, what we call it."""
    columns = file.told[int(file.table[row])].columns
    named = next((one for one, role in columns if role.split(" ")[0] == field), "")
    return Words(named, named) if named else Words(_CALLED.get(field, field), field)


def shown(readings: Readings, row: int, field: str) -> str:
    """Return what a reading says in a field, as a file writes it."""
    if field == "unit":
        return (readings.unit[row] if readings.unit else None) or ""
    if field == "at":
        at = instant(int(readings.at_ms[row]))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{readings.value[row]:.15g}" if field == "value" else readings.channel_key[row]


def in_order(problems: Iterable[InputError]) -> list[InputError]:
    return sorted(problems, key=lambda one: int(one.where.get("line", 0)))
