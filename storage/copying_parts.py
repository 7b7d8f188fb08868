"""What a database is copied in: whole tables, and months or days of readings and hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.abc import Query

_TIMES: Final = {"reading": "at", "usage_hour": "hour"}
_WHOLE_BYTES: Final = 2**28  # of a month that is copied at once; larger ones go by days
# Of tables in partitions the parent alone. What a database has of its own stays: its engine, its
# steps, and its members' logins, which are named after it.
_TABLES = """
    SELECT n.nspname, c.relname,
           array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
           (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum))
              FROM pg_index i
              JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey::int2[])
             WHERE i.indrelid = c.oid AND i.indisprimary
            HAVING bool_and(k.attcollation = 0))
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname IN ('public', 'access', 'storage', 'report', 'journal')
       AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype = 'e')
       AND (n.nspname, c.relname) NOT IN (('public', 'engine'), ('public', 'migration'),
                                          ('public', 'definition'),
                                          ('storage', 'member_login'))
     GROUP BY n.nspname, c.relname, c.oid
     ORDER BY n.nspname, c.relname
"""
_MONTHS = """
    SELECT to_date(substring(c.relname FROM '_y(\\d{4}m\\d{2})$'), 'YYYY"m"MM'),
           pg_total_relation_size(c.oid)
      FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
     WHERE h.inhparent = %s::regclass ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, all or those of a period, and what is said to copy them."""

    name: str
    out: Query
    into: Query
    delete: Query
    ordered: Query


def parts(source: Connection[Any]) -> Iterator[Part]:
    """Yield what a plain database is copied in, in an order that is always the same."""
    for schema, table, columns, key in source.execute(_TABLES).fetchall():
        if schema == "public" and table in _TIMES:
            for since, until in _periods(source, table):
                yield _part(schema, table, columns, key, (since, until))
        else:
            yield _part(schema, table, columns, key)


def _periods(source: Connection[Any], table: str) -> Iterator[tuple[datetime, datetime]]:
    for month, size in source.execute(_MONTHS, [f"public.{table}"]).fetchall():
        since = datetime(month.year, month.month, 1, tzinfo=UTC)
        until = (since + timedelta(days=32)).replace(day=1)
        step = until - since if size <= _WHOLE_BYTES else timedelta(days=1)
        while since < until:
            yield since, since + step
            since += step


def _part(
    schema: str,
    table: str,
    columns: list[str],
    key: list[str] | None,
    period: tuple[datetime, datetime] | None = None,
) -> Part:
    """Return a part; without a key that sorts alike everywhere, rows go by their own text."""
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    place = sql.Identifier(schema, table)
    where: sql.Composable = sql.SQL("")
    name = f"{schema}.{table}"
    if period is not None:
        column = sql.Identifier(_TIMES[table])
        where = sql.SQL(" WHERE {} >= {} AND {} < {}").format(
            column, sql.Literal(period[0]), column, sql.Literal(period[1])
        )
        days = (period[1] - period[0]).days
        name += f" {period[0]:%Y-%m}" if days > 1 else f" {period[0]:%Y-%m-%d}"
    order = (
        sql.SQL(", ").join(map(sql.Identifier, key))
        if key
        else sql.SQL("ROW({})::text COLLATE {}").format(named, sql.Identifier("C"))
    )
    chosen = sql.SQL("SELECT {} FROM {}{}").format(named, place, where)
    return Part(
        name,
        sql.SQL("COPY ({}) TO STDOUT").format(chosen),
        sql.SQL("COPY {} ({}) FROM STDIN").format(place, named),
        sql.SQL("DELETE FROM {}{}").format(place, where),
        sql.SQL("COPY ({} ORDER BY {}) TO STDOUT").format(chosen, order),
    )
