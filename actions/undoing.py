"""Taking back a file of rows as one act: each row by its opposite, the last first, all or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from actions.actor import Actor, denied
from actions.catalogue import declared
from actions.checking import check
from actions.declared import Action
from actions.doing import acting, lock, must_log_in_again, target
from actions.fields import Acting
from actions.figures import not_found
from actions.rights import holds
from metering.errors import ConflictError, EnergyError
from storage import file_done
from storage.file_done import FileDone

__all__ = ["FileDone", "found", "take_back"]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a file: its number in it (the header is 1), and what takes it back."""

    number: int
    on: int | None
    action: Action[Any, Any]


def found(actor: Actor, file_id: int) -> FileDone:
    """Return a file that was done; only its actor and administrators know of it."""
    with actor.look() as connection:
        one = file_done.one(connection, file_id)
    if one is None:
        raise not_found("已办理的文件", "file that was done", {"file_id": file_id})
    return one


def take_back(actor: Actor, file_id: int, *, dry_run: bool = False, again: bool = False) -> int:
    """Take back all rows of a file in one transaction with one audit entry; return how many.

    Nothing is taken back where one of them cannot be; ConflictError where the file already is.
    """
    one = found(actor, file_id)
    with actor.change(dry_run=dry_run) as connection:
        at = acting(actor, connection)
        rows = _rows(file_done.opposites(connection, file_id))
        locked = file_done.one(connection, file_id)
        if locked is None or locked.undone_at is not None:
            raise _already(one)
        codes = sorted({row.action.about.code for row in rows})
        for code in codes:
            _must(declared()[code], at, again=again or dry_run)
        _undo(rows, at)
        file_done.undone(connection, file_id, actor.name)
        told = {"file": one.sha256.hex(), "rows": len(rows), "takes_back": file_id}
        actor.note(connection, codes[0], "", told)
    return len(rows)


def _rows(kept: list[dict[str, Any]]) -> list[_Row]:
    kinds = declared()
    return [
        _Row(number, row["on"], kinds[row["act"]].model_validate(row["fields"]))
        for number, row in enumerate(kept, 2)
    ]


def _must(kind: type[Action[Any, Any]], at: Acting, *, again: bool) -> None:
    must_log_in_again(kind, again=again)
    if not holds(at.connection, kind.about.right):
        raise denied(kind.about.code)


def _undo(rows: list[_Row], at: Acting) -> None:
    """Lock the objects in order, so that no two wait for each other; then the last row first."""
    places = {(row.action.about.on.code, row.on): row for row in rows if row.action.about.on}
    for _, row in sorted(places.items(), key=lambda place: place[0]):
        lock(at.connection, row.action.about.on, row.on)
    for row in reversed(rows):
        with _named(row.number):
            on = target(type(row.action), row.on, at)
            check(row.action, on, at)
            row.action.do(on, at)


@contextmanager
def _named(number: int) -> Iterator[None]:
    """Have a refusal name the row."""
    try:
        yield
    except EnergyError as error:
        raise ConflictError(
            "import.row_cannot_be_taken_back",
            zh=f"第 {number} 行不能撤销:{error.zh}",
            en=f"Row {number} cannot be taken back: {error.en}",
            next_zh="整个文件均未撤销;请逐项处理。",
            next_en="Nothing of the file was taken back; take back the others one by one.",
            where={"row": number, "code": error.code},
        ) from error


def _already(one: FileDone) -> ConflictError:
    return ConflictError(
        "import.already_taken_back",
        zh="此文件已经撤销。",
        en="This file has been taken back already.",
        next_zh="无需再次撤销。",
        next_en="There is nothing left to do.",
        where={"file_id": one.id},
    )
