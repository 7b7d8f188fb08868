"""Answers given of files of one layout of one institution, which hold for the next of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO, Final

from psycopg import Connection

from actions.actor import Actor
from actions.fields import Words
from actions.readings.reading_files import channels_named, file_of
from collector.files.answers import NONE, Answers
from collector.files.fingerprint import fingerprint
from collector.files.limits import DEFAULT, Limits
from collector.files.reading import FileReadings
from metering.errors import InputError
from storage.readings import file_answers
from storage.readings.file_answers import FileAnswer

# Of the layout. Whose a file is (gateway, channel) and of when (month, hour) it says itself, or is
# asked each time: the last file's would put readings where they do not belong, and nobody see it.
CALLED: Final = {
    "zone": Words("时区", "Zone"),
    "unit": Words("单位", "Unit"),
    "decimal": Words("小数点", "Decimal sign"),
    "dates": Words("日期顺序", "Order of dates"),
    "years": Words("纪年", "How years are counted"),
    "brackets": Words("括号的含义", "What brackets mean"),
    "last_day": Words("时段是否含末日", "Whether periods hold their last day"),
    "stamp": Words("时刻标记", "What times mark"),
    "length_s": Words("每行时长(秒)", "How long a row lasts, seconds"),
    "rates": Words("总量或分时", "Total or rates"),
    "ratio": Words("倍率", "Multiplier"),
    "formulas": Words("公式", "Formulas"),
    "empty": Words("无数值的行", "Rows without value"),
    "sheets": Words("其他工作表", "Other sheets"),
    "hidden": Words("隐藏的工作表", "Hidden sheets"),
    "columns": Words("列的含义", "What a column holds"),
    "same": Words("编号对应", "Which id is meant"),
}
KEPT: Final = tuple(CALLED)
_PAIRS: Final = ("columns", "same")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of an earlier file that holds for this one; of pairs, LEFT=RIGHT. since: when."""

    name: str
    value: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Remembered:
    """A file read with what was answered of its like. layout: None where it has no headings.

    answers: those given, and the kept ones beside them.
    """

    file: FileReadings
    answers: Answers
    layout: bytes | None
    kept: list[KeptAnswer] = field(default_factory=list)


def remembered(
    actor: Actor,
    source: BinaryIO,
    name: str,
    answers: Answers,
    *,
    now_ms: int,
    limits: Limits = DEFAULT,
    fresh: bool = False,
) -> Remembered:
    """Return a file, read with the answers that its institution's files of this layout had.

    What is given goes before what is kept. fresh: without what is kept. What was answered for one
    institution is never used for another's, and where several differ, it is asked.
    """
    layout = fingerprint(source, name)
    plain = file_of(actor, source, name, answers, now_ms=now_ms, limits=limits)
    if fresh or layout is None:
        return Remembered(plain, answers, layout)
    rows = _rows(actor, plain, layout)
    kept = _agreed(rows, answers)
    if not kept:
        return Remembered(plain, answers, layout)
    del plain  # two of them would be twice the memory
    whole = _together(answers, kept)
    file = file_of(actor, source, name, whole, now_ms=now_ms, limits=limits)
    with actor.look() as connection:
        strange = _institutions(connection, file) - {one.institution_id for one in rows}
    if not strange:
        return Remembered(file, whole, layout, kept)
    del file
    plain = file_of(actor, source, name, answers, now_ms=now_ms, limits=limits)
    return Remembered(plain, answers, layout)


def _rows(actor: Actor, file: FileReadings, layout: bytes) -> list[FileAnswer]:
    """Return what was answered for the institutions of a file; for any, where none is known yet."""
    with actor.look() as connection:
        rows = file_answers.known(connection, layout)
        whose = _institutions(connection, file) if rows else set()
    return [one for one in rows if not whose or one.institution_id in whose]


def keep(connection: Connection[Any], one: Remembered, channel_ids: Iterable[int], by: str) -> None:
    """Keep what a file was read with, for the next of its layout of the same institutions."""
    if one.layout is None:
        return
    whose = file_answers.institutions_of(connection, list(channel_ids))
    file_answers.keep(connection, one.layout, whose, _as_data(one.answers), by)


@contextmanager
def told_if_refused(one: Remembered) -> Iterator[None]:
    """Have a refusal say with which answers of earlier files the file was read, too."""
    try:
        yield
    except InputError as error:
        kept = [{**asdict(each), "since": each.since.isoformat()} for each in one.kept]
        error.where |= {"kept": kept} if kept else {}
        raise


def kept_in(error: InputError) -> list[KeptAnswer]:
    """Return the answers of earlier files with which a refused file was read."""
    return [
        KeptAnswer(each["name"], each["value"], datetime.fromisoformat(each["since"]))
        for each in error.where.get("kept", ())
    ]


def _institutions(connection: Connection[Any], file: FileReadings) -> set[int]:
    ids = channels_named(connection, file)
    return set(file_answers.institutions_of(connection, ids))


def _agreed(rows: Sequence[FileAnswer], given: Answers) -> list[KeptAnswer]:
    """Return what all rows that say it say alike, and nobody said of this file."""
    said: dict[tuple[str, str], dict[str, datetime]] = {}
    for row in rows:
        for name, left, value in _items(row.answers):
            said.setdefault((name, left), {}).setdefault(value, row.known_since)
    mine = {(name, left) for name, left, _ in _items(_as_data(given))}
    return [
        KeptAnswer(name, f"{left}={value}" if left else value, since)
        for (name, left), values in said.items()
        if len(values) == 1 and (name, left) not in mine
        for value, since in values.items()
    ]


def _items(answers: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Return answers by name, with what of the file each pair is about."""
    for name, value in answers.items():
        if name not in KEPT:
            continue
        if name in _PAIRS:
            yield from ((name, left, right) for left, right in value.items())
        else:
            yield name, "", str(value)


def _together(given: Answers, kept: Sequence[KeptAnswer]) -> Answers:
    found: dict[str, Any] = {}
    for one in kept:
        if one.name in _PAIRS:
            left, _, right = one.value.rpartition("=")
            pairs = found.setdefault(one.name, dict(getattr(given, one.name)))
            pairs[left] = right
        else:
            found[one.name] = int(one.value) if one.name == "length_s" else one.value
    return replace(given, **found)


def _as_data(answers: Answers) -> dict[str, Any]:
    """Return what was said, by name, as far as it is of the layout."""
    values = {name: getattr(answers, name) for name in KEPT}
    data = {name: dict(one) if name in _PAIRS else one for name, one in values.items()}
    return {name: one for name, one in data.items() if one not in (None, {}, getattr(NONE, name))}
