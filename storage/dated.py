"""What holds from a day on: new rows are known from now, the rows they replace until now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection, sql

ALWAYS: Final = "-infinity"  # the day of what has held ever since

_RECEIVE = """
    CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS
    SELECT {columns} FROM {table} WITH NO DATA
"""

# The row that holds at the incoming day is compared; where none does, the next one limits the new.
_COMPARE = """
    CREATE TEMPORARY TABLE {change} ON COMMIT DROP AS
    SELECT {incoming_keys}, {filled}, i.valid_from, i.source, k.id AS old_id,
           CASE WHEN k.id IS NOT NULL THEN k.valid_to
                ELSE (SELECT min(n.valid_from) FROM {table} n
                       WHERE n.known_until IS NULL AND {same_as_next}
                         AND n.valid_from > i.valid_from) END AS valid_to
      FROM {incoming} i
      LEFT JOIN {table} k ON {same_as_known} AND k.known_until IS NULL
       AND k.valid_from <= i.valid_from AND (k.valid_to IS NULL OR i.valid_from < k.valid_to)
     WHERE CASE WHEN k.id IS NULL THEN {something} ELSE ({new}) IS DISTINCT FROM ({old}) END
"""

_RETIRE = "UPDATE {table} SET known_until = now() WHERE id IN (SELECT old_id FROM {change})"

# What held before goes on being known for the time before.
_KEEP = """
    INSERT INTO {table} ({keys}, {values}, {carried} valid_from, valid_to, source, known_by)
    SELECT {old_keys}, {old}, {old_carried} k.valid_from, c.valid_from, k.source, %s
      FROM {change} c JOIN {table} k ON k.id = c.old_id
     WHERE k.valid_from < c.valid_from
"""

# In an order in which like rows come together, the last key first: the index that holds days apart
# is filled in half the time.
_ADD = """
    INSERT INTO {table} ({keys}, {values}, valid_from, valid_to, source, known_by)
    SELECT {keys}, {values}, valid_from, valid_to, source, %s FROM {change} i WHERE {something}
     ORDER BY {likeness}, valid_from
"""

# As text: no Python value stands for -infinity.
_CHANGED = "SELECT {keys}, valid_from::text FROM {change}"


@dataclass(frozen=True, slots=True)
class Dated:
    """A table of dated facts, as this module changes it.

    keys: whose fact it is.
    values: what it says.
    fills: values that stay as known where the incoming row leaves them empty.
    carried: columns that only the kept part of an old row has.
    ends: the column whose emptiness means that from that day on nothing holds.
    """

    table: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    fills: frozenset[str] = frozenset()
    carried: tuple[str, ...] = ()
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One key that says something new, and from when on, as PostgreSQL writes it."""

    key: tuple[Any, ...]
    valid_from: str


def supersede(
    connection: Connection[Any],
    dated: Dated,
    rows: Sequence[tuple[Any, ...]],
    by: str,
) -> list[Change]:
    """Let these facts hold, each from its day on until the next one known; return what is new.

    rows: keys, values, valid_from, source; no key twice.
    """
    if not rows:
        return []
    parts = _parts(dated)
    columns = [*dated.keys, *dated.values, "valid_from", "source"]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    parts["columns"] = names
    _do(connection, _RECEIVE, parts)
    with connection.cursor() as cursor:
        copy_in = sql.SQL("COPY {incoming} ({columns}) FROM STDIN").format(**parts)
        with cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(row)
    _do(connection, "ANALYZE {incoming}", parts)
    _do(connection, _COMPARE, parts)
    _do(connection, _RETIRE, parts)
    _do(connection, _KEEP, parts, by)
    _do(connection, _ADD, parts, by)
    found = connection.execute(sql.SQL(_CHANGED).format(**parts)).fetchall()
    _do(connection, "DROP TABLE {incoming}, {change}", parts)
    wide = len(dated.keys)
    return [Change(row[:wide], row[wide]) for row in found]


def supersede_in_turn(
    connection: Connection[Any],
    dated: Dated,
    rows: Sequence[tuple[Any, ...]],
    by: str,
) -> list[Change]:
    """Do the same of rows in which a key may be said of several days, in the order of these."""
    wide = len(dated.keys)
    turns: list[list[tuple[Any, ...]]] = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        turn = seen[row[:wide]] = seen.get(row[:wide], -1) + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(row)
    return [one for turn in turns for one in supersede(connection, dated, turn, by)]


def _do(
    connection: Connection[Any], text: str, parts: dict[str, sql.Composable], *values: str
) -> None:
    connection.execute(sql.SQL(text).format(**parts), list(values) or None)


def _parts(dated: Dated) -> dict[str, sql.Composable]:
    """Return the pieces of the statements for one table."""

    def listed(columns: Sequence[str], of: str = "") -> sql.Composed:
        return sql.SQL(", ").join(_column(of, column) for column in columns)

    def filled(column: str) -> sql.Composable:
        both = sql.SQL("coalesce({}, {})").format(_column("i", column), _column("k", column))
        return both if column in dated.fills else _column("i", column)

    def same(one: str) -> sql.Composed:
        return sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(_column(one, key), _column("i", key)) for key in dated.keys
        )

    comma = sql.SQL(", ") if dated.carried else sql.SQL("")
    named = [sql.SQL("{} AS {}").format(filled(v), sql.Identifier(v)) for v in dated.values]
    return {
        "table": sql.Identifier(dated.table),
        "incoming": sql.Identifier(f"incoming_{dated.table}"),
        "change": sql.Identifier(f"change_{dated.table}"),
        "keys": listed(dated.keys),
        "likeness": listed(dated.keys[::-1]),
        "values": listed(dated.values),
        "carried": listed(dated.carried) + comma,
        "incoming_keys": listed(dated.keys, "i"),
        "old_keys": listed(dated.keys, "k"),
        "old": listed(dated.values, "k"),
        "old_carried": listed(dated.carried, "k") + comma,
        "filled": sql.SQL(", ").join(named),
        "new": sql.SQL(", ").join(map(filled, dated.values)),
        "something": sql.SQL("{} IS NOT NULL").format(_column("i", dated.ends))
        if dated.ends
        else sql.SQL("true"),
        "same_as_known": same("k"),
        "same_as_next": same("n"),
    }


def _column(of: str, name: str) -> sql.Identifier:
    return sql.Identifier(of, name) if of else sql.Identifier(name)
