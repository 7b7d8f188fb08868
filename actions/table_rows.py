"""All rows of a table, and what a row says to programs."""

from collections.abc import Iterable, Iterator
from typing import Any

from actions.fields import Acting
from actions.rights import holds
from actions.tables import Column, FilterT, RowT, Table, must_hold, page_after


def every_row(at: Acting, table: Table[RowT, FilterT], asked: FilterT) -> Iterator[RowT]:
    """Return all rows as they are read, all of one moment; DeniedError without the right."""
    must_hold(at.connection, table)
    if table.every is not None:
        yield from table.every(at, asked)
        return
    after: str | None = None
    while True:
        page = page_after(table, at, asked, after, table.at_once)
        yield from page.rows
        after = page.next
        if after is None:
            return


def kept_shut(connection: Any, columns: Iterable[Column]) -> frozenset[str]:
    """Return the names of the columns that tell this reader nothing."""
    return frozenset(
        one.name for one in columns if one.right is not None and not holds(connection, one.right)
    )


def values_of(
    table: Table[Any, Any], row: Any, shut: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return what a row says for programs, by column."""
    return {
        one.name: None if one.name in shut else one.value(row)
        for one in table.columns
        if one.for_programs
    }
