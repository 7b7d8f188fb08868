"""Columns in and out of PostgreSQL: numpy arrays as binary COPY, without a Python object a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, Copy, Cursor, sql

Columns = dict[str, NDArray[Any]]

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_AT_ONCE: Final = 1 << 16  # rows
_ARRAY_HEADER: Final = 20  # dimensions, flags, type, length, lowest index
_EPOCH_MS: Final = 946_684_800_000  # PostgreSQL counts microseconds from 2000-01-01

# What a column is on the wire; instants are int64 milliseconds since 1970 on our side.
_WIRE: Final = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "bool": ">i1", "at": ">i8"}


def copy_in(
    cursor: Cursor[Any],
    table: str,
    types: Mapping[str, str],
    columns: Columns,
    *,
    null: tuple[str, NDArray[np.bool_]] | None = None,
) -> None:
    """Append rows to a table.

    types: column name to int2, int4, int8, bool or at (ms since 1970).
    null: one column's name, and where it is null.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, types))
    )
    with cursor.copy(statement) as copy:
        copy.write(_HEADER)
        if null is None or not null[1].any():
            _write(copy, types, columns, None)
        else:
            name, missing = null
            _write(copy, types, _where(columns, ~missing), None)
            _write(copy, types, _where(columns, missing), name)
        copy.write(_TRAILER)


def copy_out(
    connection: Connection[Any],
    query: sql.Composed | LiteralString,
    types: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
) -> Columns:
    """Return a query's rows as columns; none may be null.

    types: names for the query's columns, in its order, to their wire types as in `copy_in`.
    """
    chunks: list[bytes] = []
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(
        query if isinstance(query, sql.Composed) else sql.SQL(query)
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(statement, parameters) as copy,
    ):
        while data := copy.read():
            chunks.append(bytes(data))
    raw = b"".join(chunks)
    rows = np.frombuffer(raw[len(_HEADER) : -len(_TRAILER)], dtype=_row(types, None))
    if len(rows) and (rows["fields"] != len(types)).any():
        raise AssertionError("a null in columns that allow none")
    return {name: _ours(kind, rows[name]) for name, kind in types.items()}


def gathered(
    connection: Connection[Any],
    query: LiteralString,
    types: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
) -> Columns:
    """Return a query's rows as columns, as `copy_out`, where there are very many of few bytes.

    Each column comes as one array: COPY is read a row at a time, which takes ten times as long. An
    array holds at most a gigabyte, so 80 million rows.
    """
    names = [sql.Identifier(name) for name in types]
    statement = sql.SQL("SELECT {} FROM ({}) AS q ({})").format(
        sql.SQL(", ").join(sql.SQL("array_send(array_agg({}))").format(name) for name in names),
        sql.SQL(query),
        sql.SQL(", ").join(names),
    )
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(statement, parameters).fetchone()
    found = row or [None] * len(types)
    return {
        name: _array(kind, sent) for (name, kind), sent in zip(types.items(), found, strict=True)
    }


def _array(kind: str, sent: bytes | None) -> NDArray[Any]:
    element = np.dtype([("bytes", ">i4"), ("value", _WIRE[kind])])
    rows = np.frombuffer(sent or b"", dtype=element, offset=_ARRAY_HEADER if sent else 0)
    if len(rows) and (rows["bytes"] != element["value"].itemsize).any():
        raise AssertionError("a null in columns that allow none")
    return _ours(kind, rows["value"])


def _row(types: Mapping[str, str], null: str | None) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in types.items():
        fields.append((f"{name} bytes", ">i4"))
        if name != null:
            fields.append((name, _WIRE[kind]))
    return np.dtype(fields)


def _write(copy: Copy, types: Mapping[str, str], columns: Columns, null: str | None) -> None:
    """Write rows some at a time, for packed they take as much again as the columns."""
    for first in range(0, len(next(iter(columns.values()))), _AT_ONCE):
        some = {name: column[first : first + _AT_ONCE] for name, column in columns.items()}
        copy.write(_packed(types, some, null))


def _packed(types: Mapping[str, str], columns: Columns, null: str | None) -> bytes:
    layout = _row(types, null)
    rows = np.empty(len(next(iter(columns.values()))), dtype=layout)
    rows["fields"] = len(types)
    for name, kind in types.items():
        if name == null:
            rows[f"{name} bytes"] = -1
            continue
        rows[f"{name} bytes"] = np.dtype(_WIRE[kind]).itemsize
        column = columns[name]
        rows[name] = (column - _EPOCH_MS) * 1000 if kind == "at" else column
    return rows.tobytes()


def _ours(kind: str, column: NDArray[Any]) -> NDArray[Any]:
    if kind == "at":
        return column.astype(np.int64) // 1000 + _EPOCH_MS
    return column.astype(bool if kind == "bool" else np.int64)


def _where(columns: Columns, mask: NDArray[np.bool_]) -> Columns:
    return {name: column[mask] for name, column in columns.items()}
