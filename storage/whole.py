"""Rows of sums: numeric in the database, whole numbers of any size here."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, get_type_hints

from psycopg import Cursor
from psycopg.rows import RowMaker

Row = TypeVar("Row")


def whole_row(kind: type[Row]) -> Callable[[Cursor[Any]], RowMaker[Row]]:
    """Return `class_row` of a class whose numbers are integers where it says so.

    A sum of bigint is numeric, for it may be larger than any of its parts could be; cast back to
    bigint it would stop the page that shows it.
    """
    integers = {name for name, hint in get_type_hints(kind).items() if hint in (int, int | None)}

    def of_cursor(cursor: Cursor[Any]) -> RowMaker[Row]:
        names = [column.name for column in cursor.description or ()]
        places = [place for place, name in enumerate(names) if name in integers]

        def of_values(values: Sequence[Any]) -> Row:
            found = list(values)
            for place in places:
                if found[place] is not None:
                    found[place] = int(found[place])
            return kind(**dict(zip(names, found, strict=True)))

        return of_values

    return of_cursor
