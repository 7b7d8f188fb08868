"""A plain database copied into a new one with TimescaleDB: part by part, each compared row by row.

Nothing of the old database changes. A part (a table, or a month or day of readings) is copied,
compared and written down in one transaction of the new database, so an end at any instant loses
the part at hand; begun again, the copy goes on after the last one that is done.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, LiteralString

from psycopg import Connection, sql

from metering.errors import ConflictError
from storage import copying_refused as refused
from storage import health, migrate
from storage.connections import MIGRATING, Bounds, opened
from storage.copying_parts import Part, parts

Say = Callable[[str], None]

_NAME: Final = "commonwatt migrate"
# Text means the same on both sides, and neither is ended while the other sorts.
_ALIKE: Final[tuple[LiteralString, ...]] = (
    "SET datestyle = 'ISO, YMD'",
    "SET intervalstyle = 'postgres'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET idle_in_transaction_session_timeout = 0",
)
_BEGUN = "SELECT to_regclass('copying.part') IS NOT NULL, to_regclass('public.engine') IS NOT NULL"
_BEGIN: Final[tuple[LiteralString, ...]] = (
    "CREATE SCHEMA copying",
    "CREATE TABLE copying.source (name text NOT NULL, first_taken_at timestamptz NOT NULL)",
    "CREATE TABLE copying.part (name text PRIMARY KEY, rows bigint NOT NULL)",
)
# The instant of the first step is as good as a name: no other database has it.
_IDENTITY = "SELECT current_database()::text, min(taken_at) FROM migration"
_REMEMBER = "INSERT INTO copying.source VALUES (%s, %s)"
_REMEMBERED = "SELECT first_taken_at FROM copying.source"
_DONE = "SELECT name FROM copying.part"
_WRITE_DOWN = "INSERT INTO copying.part VALUES (%s, %s)"
_TOTAL = "SELECT coalesce(sum(rows), 0) FROM copying.part"
_END = "DROP SCHEMA copying CASCADE"
# Triggers have made their rows in the old database already, and these come too.
_AS_THEY_ARE = "SET LOCAL session_replication_role = replica"
_SEQUENCES = """
    SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) FROM pg_sequences
     WHERE schemaname IN ('public', 'access', 'storage', 'report', 'journal') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """What came over in all: parts, and their rows, each of which was compared."""

    parts: int
    rows: int


def copy(
    source_url: str,
    target_url: str,
    *,
    passwords: Mapping[str, str] | None = None,
    chunk_days: int | None = None,
    say: Say = lambda _: None,
    bounds: Bounds = MIGRATING,
) -> Copied:
    """Copy a plain database whose services are stopped into a new one with TimescaleDB.

    source_url, target_url: logins that no policy hides rows from; the target is empty, or an
    earlier copy of the same source that came to an end halfway. passwords: for its logins.
    ConflictError where a row differs; nothing of that part is kept then.
    """
    with closing(opened(source_url, _NAME, bounds)) as source:
        _ready(source)
        with closing(opened(target_url, _NAME, bounds)) as target:
            for statement in _ALIKE:
                source.execute(statement)
                target.execute(statement)
            _begin(source, target)
            migrate.migrate(
                target_url, passwords=passwords, engine="timescaledb", chunk_days=chunk_days,
                bounds=bounds,
            )  # fmt: skip
            return _all(source, target, say)


def _ready(source: Connection[Any]) -> None:
    if not (source.execute(_BEGUN).fetchone() or (False, False))[1]:
        raise refused.not_of_this_version(source.info.dbname, len(migrate.files()))
    engine, _ = migrate.engine_of(source)
    if engine != "plain":
        raise refused.not_plain(source.info.dbname, engine)
    if missing := health.missing_migrations(source):
        raise refused.not_of_this_version(source.info.dbname, len(missing))
    refused.hidden_rows(source)
    refused.in_use(source)


def _begin(source: Connection[Any], target: Connection[Any]) -> None:
    """Take note of what is copied where nothing is there yet, or see that it is the same."""
    refused.may_not_copy(target)
    begun, migrated = target.execute(_BEGUN).fetchone() or (False, False)
    name, first_taken_at = source.execute(_IDENTITY).fetchone() or ("", None)
    if begun:
        if target.execute(_REMEMBERED).fetchone() != (first_taken_at,):
            raise refused.another_source(target.info.dbname)
        return
    if migrated:
        raise refused.not_empty(target.info.dbname)
    with target.transaction():
        for statement in _BEGIN:
            target.execute(statement)
        target.execute(_REMEMBER, [name, first_taken_at])


def _all(source: Connection[Any], target: Connection[Any], say: Say) -> Copied:
    done = {name for (name,) in target.execute(_DONE)}
    count = 0
    for part in parts(source):
        count += 1
        if part.name in done:
            continue
        with target.transaction():
            rows = _copied(source, target, part)
            target.execute(_WRITE_DOWN, [part.name, rows])
        say(f"{part.name}: {rows}")
    for (name,) in source.execute(_SEQUENCES).fetchall():
        _set_sequence(source, target, name)
    refused.in_use(source)
    rows = int((target.execute(_TOTAL).fetchone() or (0,))[0])
    target.execute("ANALYZE")
    target.execute(_END)
    return Copied(count, rows)


def _copied(source: Connection[Any], target: Connection[Any], part: Part) -> int:
    """Copy a part and return how many rows it has, once all are the same on both sides."""
    target.execute(_AS_THEY_ARE)
    target.execute(part.delete)
    with (
        source.cursor() as from_, target.cursor() as to,
        from_.copy(part.out) as copied, to.copy(part.into) as taken,
    ):  # fmt: skip
        for block in copied:
            taken.write(block)
    return _compared(source, target, part)


def _compared(source: Connection[Any], target: Connection[Any], part: Part) -> int:
    rows = 0
    for here, there in zip_longest(_rows(source, part), _rows(target, part)):
        if here != there:
            raise _differs(part, here, there)
        rows += 1
    return rows


def _rows(connection: Connection[Any], part: Part) -> Iterator[bytes]:
    """Yield a part's rows in the order of its key; the server sends each by itself."""
    with connection.cursor() as cursor, cursor.copy(part.ordered) as copied:
        for row in copied:
            yield bytes(row)


def _set_sequence(source: Connection[Any], target: Connection[Any], name: str) -> None:
    asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.SQL(name))
    last, called = source.execute(asked).fetchone() or (1, False)
    target.execute("SELECT setval(%s::regclass, %s, %s)", [name, last, called])


def _differs(part: Part, here: bytes | None, there: bytes | None) -> ConflictError:
    def shown(row: bytes | None) -> str:
        return "–" if row is None else row.decode(errors="replace").strip()[:200]

    return ConflictError(
        "copying.differs",
        zh=f"{part.name} 复制后有一行不同:原库 {shown(here)},新库 {shown(there)}。",
        en=f"A row of {part.name} differs: {shown(here)} in the old database, {shown(there)} in "
        "the new one.",
        next_zh="请确认 serve、collect、work 均已停止,再运行一次;已完成的部分保留。",
        next_en="See that serve, collect and work are stopped, and run it again: parts that are "
        "done stay.",
        where={"part": part.name},
    )
