"""The rows of a file of readings that cannot be taken: a workbook to be mended and sent again."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from actions.actor import Actor
from actions.failed_rows import FailedRow, FailedTable, failed_workbook
from actions.fields import Lang
from actions.readings.failed_lines import OF_FAILED, Wrong, sifted
from actions.readings.kept_answers import remembered
from collector.files.answers import NONE, Answers
from collector.files.gathered import Told
from collector.files.reading import tables_in
from collector.files.sent_back import RowsApart, apart
from collector.files.tables import Table, text_of
from metering.errors import InputError

_VALUES: Final = ("value", "channel")  # of a wide file, the column that they stand under

By = dict[int, dict[int, list[Wrong]]]  # table and line


def failed_readings(
    actor: Actor,
    source: BinaryIO,
    name: str,
    answers: Answers = NONE,
    *,
    now_ms: int,
    ahead_ms: int,
    lang: Lang,
    corrects: bool = False,
    fresh: bool = False,
) -> bytes | None:
    """Return the rows of a file that cannot be taken, None where all can be.

    InputError where it is at fault as a whole, or a question about all of it is open.
    """
    read = remembered(actor, source, name, answers, now_ms=now_ms, limits=OF_FAILED, fresh=fresh)
    file, answers = read.file, read.answers
    with actor.look() as connection:
        found = sifted(connection, file, ahead_ms, corrects=corrects)
    by: By = {}
    for (table, line), wrong in sorted(found.wrong.items()):
        by.setdefault(table, {})[line] = wrong
    if not by:
        return None
    return failed_workbook(_tables(source, name, answers, file.told, by, lang), lang)


def _tables(
    source: BinaryIO, name: str, answers: Answers, told: Sequence[Told], by: By, lang: Lang
) -> Iterator[FailedTable]:
    """Return the failed rows table by table; of XML, which has no rows, what is wrong alone."""
    place = count()
    for table in tables_in(source, name, answers, OF_FAILED):
        if isinstance(table, InputError):
            continue
        wrong = by.get(at := next(place), {})
        if isinstance(table, Table) and wrong:
            one = apart(table, told[at].header_line, wrong.keys())
            yield FailedTable(_title(one), one.head, list(_rows(one, told[at], wrong, lang)))
        elif wrong:
            rows = [FailedRow(line, [], _why(found, lang)) for line, found in wrong.items()]
            yield FailedTable(PurePosixPath(table.name).name, [], rows)  # type: ignore[union-attr]


def _rows(
    one: RowsApart, told: Told, wrong: dict[int, list[Wrong]], lang: Lang
) -> Iterator[FailedRow]:
    heads = [text_of(cell) for cell in one.head[-1]] if one.head else []
    for line, cells in one.rows:
        bad = frozenset(place for each in wrong[line] for place in _places(heads, told, each))
        yield FailedRow(line, cells, _why(wrong[line], lang), bad)


def _places(heads: list[str], told: Told, wrong: Wrong) -> Iterator[int]:
    """Return which cells of a row are wrong: by heading, by role, or where the value stands."""
    if wrong.field in heads:
        yield heads.index(wrong.field)
        return
    called = [name for name, role in told.columns if role == wrong.field]
    places = [heads.index(name) for name in called if name in heads]
    if not places and wrong.column is not None and wrong.field in _VALUES:
        places = [wrong.column]
    yield from places


def _why(wrong: Sequence[Wrong], lang: Lang) -> str:
    return " ".join(one.why.say(lang) for one in wrong)


def _title(one: RowsApart) -> str:
    return one.place.sheet or PurePosixPath(one.place.file).stem
