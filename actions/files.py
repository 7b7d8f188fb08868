"""A file whose rows are one action each: checked as a whole, done as a whole or not at all."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from actions.actor import Actor, denied
from actions.cells import first_of, too_many
from actions.declared import Action, Thing
from actions.doing import acting, check, follow_up, lock, must_log_in_again, target
from actions.failed_rows import FailedRow, FailedTable, failed_workbook
from actions.fields import Acting, Lang, Words
from actions.file_columns import names_of, pairs_of_row
from actions.filled import filled
from actions.rights import holds
from actions.saying import label_of, place_of
from actions.scans import keep_scans
from collector.files.sent_back import ours
from metering.days import CIVIL_ZONE
from metering.errors import EnergyError
from storage import file_done

MOST_ROWS: Final = 20_000
MOST_SINGLE: Final = 2_000  # beyond, the action must take its rows as columns

Kind = type[Action[Any, Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be done: where it stands in the file, the field, and why.

    number: its line, or row of a sheet. row: its place among the rows, the header's is 1.
    path: the field's, empty where the whole row is at fault. column: what people call it.
    """

    number: int
    row: int
    path: str
    column: Words
    text: Words

    def say(self, lang: Lang) -> str:
        """Return column and reason."""
        column = self.column.say(lang)
        return f"{column}: {self.text.say(lang)}" if column else self.text.say(lang)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file: how many rows it holds, how many were done, what is wrong with which.

    names: of the columns, in their order. lines: of the rows, the header's first.
    done: 0 where any row is wrong, unless those were to be left out; of a dry run, how many
    would be. undo: by which id all that was done can be taken back; None where it cannot.
    """

    rows: int
    done: int
    wrong: list[WrongRow]
    cells: list[list[str]]
    names: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    undo: int | None = None


@dataclass(slots=True)
class _File:
    """A file being taken: its rows by field, and what was found wrong."""

    kind: Kind
    names: list[str]
    cells: list[list[str]]
    lines: list[int]
    wrong: list[WrongRow] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)

    def attempt(self, number: int, do: Callable[[], T]) -> T | None:
        """Return what comes of a row, None where it is refused; the refusal is kept."""
        try:
            return do()
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                self.refuse(number, *place_of(one))
        except EnergyError as error:
            path = str(error.where.get("field", ""))
            self.refuse(number, path, Words(error.text("zh"), error.text("en")))
        return None

    def refuse(self, number: int, path: str, why: Words) -> None:
        """Keep what is wrong with a row."""
        if path == "on" and self.kind.about.on is not None:
            column = self.kind.about.on.words
        else:
            column = Words(label_of(self.kind, path, "zh"), label_of(self.kind, path, "en"))
        self.wrong.append(WrongRow(self.lines[number - 1], number, path, column, why))


class _UndoneError(Exception):
    """Nothing is to be kept: it was a dry run, or a row is wrong."""


def take(
    actor: Actor,
    kind: Kind,
    body: bytes,
    *,
    dry_run: bool = False,
    again: bool = False,
    without_failed: bool = False,
) -> FileResult:
    """Do all rows of a file in one transaction with one audit entry, or none of them.

    without_failed: rows that fail their check are left out, by choice, and the audit entry says
    how many; one that is refused only as it is written still ends the whole.

    All rows are checked before the first is written. A row without offset in a time is of the
    object's place, as in a form. again: the password has just been asked for, and was right.
    """
    file, done, undo = _opened(kind, body), 0, None
    must_log_in_again(kind, again=again or dry_run)
    try:
        with actor.change() as connection:
            at = acting(actor, connection)
            if not holds(connection, kind.about.right):
                raise denied(kind.about.code)
            actions = _checked(file, at)
            left, found = len({one.row for one in file.wrong}), len(file.wrong)
            if left and not (without_failed and actions):
                raise _UndoneError
            opposites = _write(file, actions, at)
            done = len(actions) if len(file.wrong) == found else 0
            if dry_run or len(file.wrong) > found:
                raise _UndoneError
            told = {"rows": done} | ({"left_out": left} if left else {})
            undo = _noted(actor, at, kind, body, opposites, told)
        follow_up(actor, at)
    except _UndoneError:
        undo = None
    rows = len(file.cells) - 1
    return FileResult(rows, done, file.wrong, file.cells, file.names, file.lines, undo)


def _opened(kind: Kind, body: bytes) -> _File:
    """Return the rows of a file under their fields; InputError where it is none, or too long."""
    grid = first_of(body, MOST_ROWS)
    columns = ours(grid.rows[0])  # of a workbook of failed rows
    cells = [row[columns:] for row in grid.rows] if columns else grid.rows
    if len(cells) - 1 > MOST_SINGLE and not kind.takes_many():
        raise too_many(MOST_SINGLE)
    return _File(kind, names_of(kind, cells[0]), cells, grid.lines)


def _noted(
    actor: Actor,
    at: Acting,
    kind: Kind,
    body: bytes,
    opposites: list[dict[str, Any]],
    told: dict[str, Any],
) -> int | None:
    """Write the audit entry of a file; return by which id it can be taken back."""
    digest, undo = sha256(body), None
    told = told | {"file": digest.hexdigest()}
    if opposites:
        undo = file_done.add(at.connection, actor.name, kind.about.code, digest.digest(), opposites)
        told["file_id"] = undo
    actor.note(at.connection, kind.about.code, "", told)
    return undo


def errors_workbook(taken: FileResult, lang: Lang) -> bytes:
    """Return the rows that are wrong as they came, each with why, to be mended and sent again."""
    why: dict[int, list[WrongRow]] = {}
    for one in taken.wrong:
        why.setdefault(one.row, []).append(one)
    rows = (
        FailedRow(
            taken.lines[row - 1],
            taken.cells[row - 1],
            " ".join(one.say(lang) for one in found),
            frozenset(taken.names.index(one.path) for one in found if one.path in taken.names),
        )
        for row, found in sorted(why.items())
    )
    return failed_workbook([FailedTable("1", [taken.cells[0]], rows)], lang)


def _checked(file: _File, at: Acting) -> list[tuple[int, Any, Action[Any, Any]]]:
    """Return row number, object and action of each row that could be done."""
    ids = file.ids = _ids(file, at)
    objects = _objects(file, ids, at)
    found = []
    for number, (row, on) in enumerate(zip(file.cells[1:], ids, strict=True), 2):
        if file.kind.about.on is not None and on not in objects:
            continue

        def read(row: list[str] = row, on: int | None = on) -> Action[Any, Any]:
            action = _read(file, row, objects.get(on))
            check(action, objects.get(on), at)
            return action

        if (action := file.attempt(number, read)) is not None:
            found.append((number, objects.get(on), action))
    return found


def _objects(file: _File, ids: list[int | None], at: Acting) -> dict[int | None, Any]:
    """Return the objects that the rows name, each locked, found and allowed once."""
    objects: dict[int | None, Any] = {}
    thing: Thing[Any] | None = file.kind.about.on
    if thing is None:
        return objects
    first = {on: number for number, on in reversed(list(enumerate(ids, 2)))}
    for on in sorted(one for one in first if one is not None):  # so that no two wait for another
        lock(at.connection, thing, on)
        got = file.attempt(first[on], lambda on=on: target(file.kind, on, at))  # type: ignore[misc]
        if got is not None:
            objects[on] = got
    for number, named in enumerate(ids, 2):
        if named is None:
            file.refuse(number, "on", Words("请填写编号。", "Enter its id."))
    return objects


def _ids(file: _File, at: Acting) -> list[int | None]:
    """Return which object each row names: by the field's own number for it, else by its id.

    A number that means several is refused.
    """
    thing: Thing[Any] | None = file.kind.about.on
    named = [
        dict(zip(file.names, row, strict=False)).get("on", "").strip() for row in file.cells[1:]
    ]
    keyed = thing.keyed(at, sorted({*named})) if thing is not None and thing.keyed else {}
    found: list[int | None] = []
    for number, (row, name) in enumerate(zip(file.cells[1:], named, strict=True), 2):
        several = keyed.get(name, ())
        if len(several) > 1:
            ids = ", ".join(map(str, several))
            file.refuse(
                number, "on", Words(f"“{name}”不止一个:{ids}。", f"{name} is any of {ids}.")
            )
        found.append(several[0] if len(several) == 1 else None if several else _id(file, row))
    return found


def _id(file: _File, row: list[str]) -> int | None:
    """Return which object a row names; a spreadsheet writes whole numbers as 12.0, too."""
    named = dict(zip(file.names, row, strict=False)).get("on", "").strip().removesuffix(".0")
    return int(named) if named.isdecimal() and len(named) <= 9 else None


def _read(file: _File, row: list[str], on: Any) -> Action[Any, Any]:
    thing: Thing[Any] | None = file.kind.about.on
    pairs = pairs_of_row(file.kind, file.names, row)
    zone = thing.zone(on) if thing else CIVIL_ZONE
    return file.kind.model_validate(filled(pairs, file.kind), context={"zone": zone})


def _write(
    file: _File, rows: list[tuple[int, Any, Action[Any, Any]]], at: Acting
) -> list[dict[str, Any]]:
    """Write the rows: in a pipeline one after another, or as columns where there are many.

    Returns what takes each of them back, nothing where one cannot be.
    """
    if len(rows) > MOST_SINGLE:
        results = file.kind.do_many([(on, action) for _, on, action in rows], at) or []
        for number, _, action in rows:
            keep_scans(action, file.ids[number - 2], at)
        return _opposites(rows, results)
    found = []
    with nullcontext() if file.kind.copies() else at.connection.pipeline():
        for number, on, action in rows:
            done = file.attempt(number, lambda on=on, action=action: (action.do(on, at),))  # type: ignore[misc]
            if done is None:
                return []
            keep_scans(action, file.ids[number - 2], at)
            found.append(done[0])
    return _opposites(rows, found)


def _opposites(
    rows: list[tuple[int, Any, Action[Any, Any]]], results: Sequence[Any]
) -> list[dict[str, Any]]:
    if len(rows) != len(results) or not rows or not type(rows[0][2]).has_opposite():
        return []
    found = []
    for (_, on, action), result in zip(rows, results, strict=True):
        if (opposite := action.opposite(on, result)) is None:
            return []
        fields = opposite.action.model_dump(mode="json", exclude_none=True)
        found.append({"act": opposite.action.about.code, "on": opposite.on, "fields": fields})
    return found
