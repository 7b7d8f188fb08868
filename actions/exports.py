"""A declared table as a file: for programs by the columns' names, for people in their language."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from actions.actor import Actor
from actions.doing import acting
from actions.fields import Acting, Lang, Words, field_words, input_kind
from actions.filled import written
from actions.options import option_of
from actions.table_files import About, FileForm, Head, TableFile, write
from actions.table_rows import every_row, kept_shut
from actions.tables import Column, Filter, Table, must_hold

Cell = tuple[Head, Callable[[Any], Any]]
_ID = Words("编号", " id")


def export(
    actor: Actor,
    table: Table[Any, Any],
    asked: Filter,
    form: FileForm,
    *,
    lang: Lang | None = None,
    bom: bool = False,
    some: Iterable[Any] | None = None,
) -> TableFile:
    """Return all rows of a filter as a file, as they are read in one transaction.

    lang: for people, in that language; None: for programs. some: these rows alone.
    """
    with actor.look(reckons=table.reckons) as connection:
        must_hold(connection, table)
        at = acting(actor, connection)
        cells = list(_cells(table, kept_shut(connection, table.columns), lang))
        rows = every_row(at, table, asked) if some is None else some
        return write(
            form,
            [head for head, _ in cells],
            ([cell(row) for _, cell in cells] for row in rows),
            bom=bom,
            about=_about(table, asked, at, lang) if lang else None,
        )


def name_of(table: Table[Any, Any], asked: Filter) -> str:
    """Return what a file of a table is called: by its code, and of what it is."""
    return "-".join([table.code, *(str(getattr(asked, name)) for name in table.of)])


def chosen(wanted: Filter, table: Table[Any, Any]) -> dict[str, Any]:
    """Return what a filter asks for beyond what it asks for anyway, as it is written."""
    fields = type(wanted).model_fields
    some = {name: getattr(wanted, name) for name in table.asked}
    return written({k: v for k, v in some.items() if v != fields[k].default}, type(wanted))


def _cells(table: Table[Any, Any], shut: frozenset[str], lang: Lang | None) -> Iterator[Cell]:
    for one in table.columns:
        if lang is None:
            if one.for_programs:
                cell = _nothing if one.name in shut else one.value
                yield Head(one.name, one.kind == "number"), cell
        elif one.name not in shut and one.only in ("", "people"):
            yield from _spoken(one, lang)


def _spoken(column: Column, lang: Lang) -> Iterator[Cell]:
    """Return a column as people read it in a file; beside an id stands what has it."""
    named = column.named
    if named is not None:
        yield Head(f"{column.words.say(lang)}{_ID.say(lang)}"), column.value
        yield Head(column.words.say(lang)), lambda row: named(row, lang)
    elif column.shown is not None and not column.numeric and column.kind not in ("day", "instant"):
        yield Head(column.head(lang)), lambda row: _line(column, row, lang)
    else:
        yield Head(column.head(lang), column.kind == "number"), column.value


def _line(column: Column, row: Any, lang: Lang) -> str:
    assert column.shown is not None
    said = column.shown(row, lang)
    return said if isinstance(said, str) else "; ".join(said)


def _nothing(row: Any) -> None:
    return None


def _about(table: Table[Any, Any], asked: Filter, at: Acting, lang: Lang) -> About:
    told = []
    for name, value in chosen(asked, table).items():
        info = table.filter.model_fields[name]
        option = option_of(info, at, str(value)) if input_kind(info) == "choice" else None
        text = option.words.say(lang) if option else str(value)
        told.append((field_words(info).label.say(lang), text))
    return About(table.words.say(lang), told, lang)
