"""Editions of what authorities set: what held before a new one stays history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final

from psycopg import Connection, sql

from metering.errors import InputError

# Stand for the open ends that no Python date reaches.
ALWAYS: Final = date.min
FOR_GOOD: Final = date.max
_DAYS: Final = ("valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Edition:
    """What holds for a key from a day to before another; values as text, as the file has them."""

    key: tuple[str, ...]
    says: tuple[str | None, ...]
    valid_from: date = ALWAYS
    valid_to: date = FOR_GOOD


@dataclass(frozen=True, slots=True)
class Table:
    """A table of editions: its columns beside the days and when they were known.

    dated: whether rows have days of their own; else a key has one row.
    stated: whether people may state rows too; the last of what is said then names who did.
    """

    name: str
    key: tuple[str, ...]
    says: tuple[str, ...]
    dated: bool = True
    stated: bool = False


def overlay(
    known: Mapping[int, Edition], editions: Sequence[Edition]
) -> tuple[list[int], list[Edition]]:
    """Return which known rows are known no more, and what is known instead.

    Of a known row only the days go that a said one covers. A said row without end reaches to the
    next one of its key. Keys that are not said stay as they are.
    """
    wanted = _by_key(editions)
    same: set[Edition] = set()
    retired: list[int] = []
    added: list[Edition] = []
    for row_id, row in known.items():
        over = wanted.get(row.key, [])
        left = _without(row, over)
        if row in over:
            same.add(row)
        elif left != [row]:
            retired.append(row_id)
            added += left
    new = [one for rows in wanted.values() for one in rows if one not in same]
    return retired, added + new


def renew(connection: Connection[Any], table: Table, editions: Sequence[Edition]) -> None:
    """Bring a table to what its file says; days that somebody has stated stay theirs."""
    known = _known(connection, table)
    if table.stated:
        theirs = [row for row in known.values() if row.says[-1] is not None]
        known = {row_id: row for row_id, row in known.items() if row.says[-1] is None}
        editions = _beside(editions, theirs)
    _write(connection, table, *overlay(known, editions))


def state(connection: Connection[Any], table: Table, edition: Edition) -> None:
    """Let what somebody states hold on its days, instead of whatever was known of them."""
    known = _known(connection, table)
    of_key = {row_id: row for row_id, row in known.items() if row.key == edition.key}
    _write(connection, table, *overlay(of_key, [edition]))


def retire(connection: Connection[Any], table: Table, row_id: int) -> None:
    """Let a row be known no more."""
    _write(connection, table, [row_id], [])


def _write(
    connection: Connection[Any], table: Table, retired: list[int], added: Sequence[Edition]
) -> None:
    """Retire rows and add others, in one statement each way: figures follow once."""
    target = sql.Identifier(table.name)
    if retired:
        connection.execute(
            sql.SQL("UPDATE {} SET known_until = now() WHERE id = ANY(%s)").format(target),
            [retired],
        )
    if added:
        columns = [*table.key, *table.says, *(_DAYS if table.dated else ())]
        one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
                target,
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join([one] * len(added)),
            ),
            [value for each in added for value in _written(each, table)],
        )


def _by_key(editions: Iterable[Edition]) -> dict[tuple[str, ...], list[Edition]]:
    """Return the editions of each key in turn."""
    found: dict[tuple[str, ...], list[Edition]] = {}
    for one in editions:
        found.setdefault(one.key, []).append(one)
    return {key: _in_turn(rows) for key, rows in found.items()}


def _beside(editions: Iterable[Edition], theirs: Sequence[Edition]) -> list[Edition]:
    """Return what of a file's editions lies on days of which nobody else has said anything."""
    kept = _by_key(theirs)
    return [
        part
        for key, rows in _by_key(editions).items()
        for one in rows
        for part in _without(one, kept.get(key, []))
    ]


def _in_turn(rows: Iterable[Edition]) -> list[Edition]:
    """Return a key's editions in order, those without end closed by the next."""
    turn = sorted(rows, key=lambda one: one.valid_from)
    for place, (one, following) in enumerate(pairwise(list(turn))):
        if one.valid_to == FOR_GOOD:
            turn[place] = replace(one, valid_to=following.valid_from)
        if turn[place].valid_to > following.valid_from or one.valid_from == following.valid_from:
            raise _overlap(one)
    return turn


def _without(row: Edition, over: Sequence[Edition]) -> list[Edition]:
    """Return the parts of a row's days that no other row covers."""
    left = [row]
    for one in over:
        left = [part for each in left for part in _outside(each, one)]
    return left


def _outside(row: Edition, one: Edition) -> list[Edition]:
    """Return what of a row's days lies before and after another."""
    if one.valid_to <= row.valid_from or row.valid_to <= one.valid_from:
        return [row]
    parts = (
        replace(row, valid_to=one.valid_from) if row.valid_from < one.valid_from else None,
        replace(row, valid_from=one.valid_to) if one.valid_to < row.valid_to else None,
    )
    return [part for part in parts if part is not None]


def _known(connection: Connection[Any], table: Table) -> dict[int, Edition]:
    days = "nullif(valid_from, '-infinity'), nullif(valid_to, 'infinity')"
    statement = sql.SQL("SELECT id, {}, {} FROM {} WHERE known_until IS NULL ORDER BY id").format(
        sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.key + table.says
        ),
        sql.SQL(days if table.dated else "NULL::date, NULL::date"),
        sql.Identifier(table.name),
    )
    wide = 1 + len(table.key)
    return {
        row[0]: Edition(row[1:wide], row[wide:-2], row[-2] or ALWAYS, row[-1] or FOR_GOOD)
        for row in connection.execute(statement)
    }


def _written(one: Edition, table: Table) -> list[str | None]:
    if not table.dated:
        return [*one.key, *one.says]
    first = "-infinity" if one.valid_from == ALWAYS else one.valid_from.isoformat()
    until = None if one.valid_to == FOR_GOOD else one.valid_to.isoformat()
    return [*one.key, *one.says, first, until]


def _overlap(one: Edition) -> InputError:
    key_text = "/".join(map(str, one.key))
    return InputError(
        "seed.editions_overlap",
        zh=f"“{key_text}”的两个版本有效期重叠。",
        en=f"Two editions of “{key_text}” hold at once.",
        next_zh="请核对 valid_from 和 valid_to。",
        next_en="Check valid_from and valid_to.",
        where={"key": list(map(str, one.key))},
    )
