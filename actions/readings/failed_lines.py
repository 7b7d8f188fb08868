"""Which rows of a file of readings cannot be taken, and the file without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from actions.fields import Words
from actions.readings.import_checks import RowsError, checked
from actions.registry.values import ProblemsError
from collector.files.limits import DEFAULT
from collector.files.reading import FileReadings
from collector.files.refusals import Place
from collector.files.words import CELLS
from metering.errors import InputError
from storage.readings.binding import Bound

MOST: Final = 20_000  # rows that are told apart; where more fail, the file is meant otherwise
OF_FAILED: Final = replace(DEFAULT, errors=MOST)  # what is told of a file to be sifted
_OF_ROWS: Final = frozenset(f"file.{code}" for code in CELLS)
_EMPTY: Final = "empty"  # a question whose rows are known all the same
_ROUNDS: Final = 5  # what is wrong with a row may show only once another is left out


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a row: the field or heading, the place of the value, the reason."""

    field: str
    column: int | None
    why: Words


@dataclass(slots=True)
class Sifted:
    """A file without its failed rows. bound: None where none is left.

    wrong: by table and line, what is wrong with the rows that were left out.
    """

    file: FileReadings
    bound: Bound | None = None
    wrong: dict[tuple[int, int], list[Wrong]] = field(default_factory=dict)


def sifted(
    connection: Connection[Any], file: FileReadings, ahead_ms: int, *, corrects: bool
) -> Sifted:
    """Return a file without the rows that cannot be taken.

    InputError where it is at fault as a whole, or a question about all of it is open.
    """
    found = Sifted(file)
    error: InputError | None = None
    for _ in range(_ROUNDS):
        try:
            found.bound = checked(connection, found.file, ahead_ms, corrects=corrects)
            return found
        except ProblemsError as problems:
            error = problems
            _keep(found, problems)
        found.file = _without(found.file, found.wrong)
        if not len(found.file.readings):
            return found
    assert error is not None
    raise error


def taken_of(
    connection: Connection[Any],
    file: FileReadings,
    ahead_ms: int,
    *,
    corrects: bool,
    without_failed: bool,
) -> tuple[FileReadings, Bound, int]:
    """Return what is to be taken of a file, bound, and how many rows are left out.

    InputError where any row fails, or, without the failed ones, where none is left.
    """
    if not without_failed:
        return file, checked(connection, file, ahead_ms, corrects=corrects), 0
    found = sifted(connection, file, ahead_ms, corrects=corrects)
    if found.bound is None:
        raise _none_left(found)
    return found.file, found.bound, len(found.wrong)


def _keep(found: Sifted, error: ProblemsError) -> None:
    """Keep what is wrong with which rows; raise what is not of rows."""
    whole = [one for one in error.problems if not _keep_one(found, one)]
    if whole:
        raise ProblemsError(whole)
    if found.file.more or len(found.wrong) > MOST:
        raise _too_many(found)


def _keep_one(found: Sifted, error: InputError) -> bool:
    """Keep a problem with the rows that it is about, and return whether there are any."""
    file = found.file
    if isinstance(error, RowsError):
        for row in error.rows:
            at = (int(file.table[row]), int(file.line[row]))
            _add(found, at, Wrong(error.field, int(file.column[row]), error.why))
        return True
    where = error.where
    line, table = int(where.get("line") or 0), _table(file, where)
    asked = where.get("question", _EMPTY) != _EMPTY
    if asked or "unread" in where or error.code not in _OF_ROWS:
        return False
    if table is None or line <= file.told[table].header_line:
        return False
    _add(found, (table, line), Wrong(str(where["field"]), None, _bare(error, file, table, line)))
    return True


def _add(found: Sifted, at: tuple[int, int], wrong: Wrong) -> None:
    known = found.wrong.setdefault(at, [])
    if wrong not in known:
        known.append(wrong)


def _table(file: FileReadings, where: dict[str, Any]) -> int | None:
    """Return which table that was understood a problem is of."""
    named = (where.get("file", ""), where.get("sheet", ""))
    for place, told in enumerate(file.told):
        if (told.file, told.sheet) == named and (told.shape or told.form == "green button"):
            return place
    return None


def _bare(error: InputError, file: FileReadings, table: int, line: int) -> Words:
    """Return what is wrong without its place, for it is said beside the row."""
    told = file.told[table]
    place = Place(told.file, told.sheet, line)
    column = str(error.where.get("field", ""))
    zh, en = replace(place, column=column).said()
    return Words(
        f"{column}:{error.zh.removeprefix(f'{zh}:')} {error.next_zh}".strip(),
        f"{column}: {error.en.removeprefix(f'{en}: ')} {error.next_en}".strip(),
    )


def _without(file: FileReadings, wrong: Iterable[tuple[int, int]]) -> FileReadings:
    """Return a file as if these rows had not been in it."""
    lines: dict[int, list[int]] = {}
    for table, line in wrong:
        lines.setdefault(table, []).append(line)
    kept = np.ones(len(file.line), np.bool_)
    for table, failed in lines.items():
        kept &= ~((file.table == table) & np.isin(file.line, failed))
    readings = file.readings.only(kept)
    return replace(
        file,
        readings=replace(readings, i=np.arange(len(readings), dtype=np.int32)),
        errors=[],
        more=0,
        **_columns(file, kept),
    )


def _columns(file: FileReadings, kept: NDArray[np.bool_]) -> dict[str, Any]:
    names = ("line", "column", "table", "from_ms", "ratio", "unsure")
    return {name: getattr(file, name)[kept] for name in names}


def _none_left(found: Sifted) -> InputError:
    count = len(found.wrong)
    return InputError(
        "import.none_left",
        zh=f"有数据的 {count} 行都有误,没有可导入的行。",
        en=f"All {count} rows that say something are wrong, so there is nothing to import.",
        next_zh="请改正失败行工作簿后提交。",
        next_en="Mend the workbook of failed rows and send that.",
        where={"wrong": count},
    )


def _too_many(found: Sifted) -> InputError:
    return InputError(
        "import.too_many_failed",
        zh=f"有误的行超过 {MOST} 行,无法逐行分出。",
        en=f"More than {MOST} rows are wrong, which are too many to be told apart.",
        next_zh="多半是列的含义或单位不对:请核对列,再重新检查整个文件。",
        next_en="Columns or units are likely meant otherwise: check these, then the whole file.",
        where={"most": MOST, "told": len(found.wrong)},
    )
