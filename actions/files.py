"""A file whose rows are one action each: checked as a whole, done as a whole or not at all."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from actions.actor import Actor, denied
from actions.declared import Action
from actions.doing import acting, follow_up, must_log_in_again
from actions.failed_rows import FailedRow, FailedTable, failed_workbook
from actions.fields import Acting, Lang
from actions.file_rows import MOST_SINGLE, FileRows, Kind, WrongRow, checked, opened
from actions.rights import holds
from actions.scans import keep_scans
from storage import file_done


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
    file, done, undo = opened(kind, body), 0, None
    must_log_in_again(kind, again=again or dry_run)
    try:
        with actor.change() as connection:
            at = acting(actor, connection)
            if not holds(connection, kind.about.right):
                raise denied(kind.about.code)
            actions = checked(file, at)
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


def _write(
    file: FileRows, rows: list[tuple[int, Any, Action[Any, Any]]], at: Acting
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
