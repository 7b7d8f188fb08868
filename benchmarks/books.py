"""A full issue into books and second log, its reconciliation, and the balance of any account."""

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import Connection

from benchmarks.figures import Figure, Section
from benchmarks.ground import postgres
from cli.demo import database
from compact.books import Kind
from compact.targets import Indicator
from storage import migrate
from storage.compact import accounts, books

ISSUE_S: Final = 300.0
RECONCILE_S: Final = 60.0
MEMORY_MB: Final = 2000.0
BALANCE_MS: Final = 50.0
_NAME: Final = "commonwatt_books"
_QUOTAS: Final = 1_600_000
_ENTRIES: Final = 10_000_000
_QUOTA_G: Final = 97_000
_BASE_G: Final = 100_000
_LOOKS: Final = 200
# A union of one member with a run of so many quotas; boards and bases ask nothing of it.
_SET_UP: Final = """
    INSERT INTO region_union (id, name_zh, name_en, made_by) VALUES (1, '测', 'B', 'user:1');
    INSERT INTO institution SELECT FROM generate_series(1, {quotas});
    INSERT INTO target (union_id, indicator, profile, fall_millionths, base_year, target_year,
                        curve, origin, source, made_by)
    SELECT 1, 'total_kgce', 'GB2589-2020', 30000, 2025, 2026, 'compound', 'agreed', 'b', 'user:1';
    INSERT INTO run (target_id, union_id, version, rule, method, sha256, quotas, base_g, total_g,
                     made_by)
    SELECT 1, 1, 1, 'A', '{{}}', encode(sha256('{{}}'), 'hex'), {quotas}, {quotas}::bigint * {base},
           {quotas}::bigint * {quota}, 'user:1';
    INSERT INTO run_quota (run_id, union_id, institution_id, member_id, node, year, base_g, factors,
                           weight_g, amount_g, months_g)
    SELECT 1, 1, i, (SELECT min(id) FROM region), 0, 2026,
           ARRAY[{base}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '{{}}', {base}, {quota},
           ARRAY[{quota}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      FROM generate_series(1, {quotas}) AS i;
    INSERT INTO run_snapshot (run_id, union_id, snapshot, secret, root, rows_sha256)
    SELECT 1, 1, '{{}}', s.zero, s.zero, journal.run_digest(1, s.zero, s.zero)
      FROM (SELECT decode(repeat('00', 32), 'hex') AS zero) s;
"""
# Many small causes between pairs of holders, as years of transfers would leave them.
_MORE: Final = """
    WITH cause AS (
        INSERT INTO book_cause (union_id, indicator, kind, reason, made_by)
        VALUES (1, 'total_kgce', 'transfer', 'more', 'user:1') RETURNING id
    )
    INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id, amount_g, account)
    SELECT cause.id, 1, 'total_kgce', 2026, (1 + (n / 2 * 7919 + n % 2) % {quotas})::integer,
           CASE n % 2 WHEN 0 THEN 1 ELSE -1 END, 'holder'
      FROM cause, generate_series(0::bigint, {more} - 1) AS n
"""


def run(root: Path, *, runs: int, quick: bool, quotas: int | None = None) -> list[Section]:
    """Issue, reconcile, and look at balances, each run in books of its own.

    quotas: how many; None takes 1.6 million, or 20,000 where it is quick.
    """
    quotas = quotas or (20_000 if quick else _QUOTAS)
    entries = 10 * quotas if quick else max(_ENTRIES, quotas)
    issued, reconciled, memory, looks = [], [], [], []
    with postgres(root / "books") as server:
        for _ in range(runs):
            with _books(server.url, quotas) as connection:
                issued.append(_issue(connection))
                reconciled.append(_reconcile(connection))
                memory.append(_peak_mb(connection))
                looks += _balances(connection, quotas, entries)
    section = Section(
        "books",
        [
            f"{quotas:,} quotas issued by the product's own statement into books and second log,",
            f"compared to the gram; then {_LOOKS} balances of {entries:,} entries.",
        ],
    )
    section.figures = [
        Figure("issue", "s", issued, None if quick else ISSUE_S, "most"),
        Figure("reconciled", "s", reconciled, None if quick else RECONCILE_S, "most"),
        Figure("peak memory, server's session", "MB", memory, MEMORY_MB, "most"),
        Figure("a balance", "ms", looks, BALANCE_MS, "most"),
    ]
    return [section]


@contextlib.contextmanager
def _books(url: str, quotas: int) -> Iterator[Connection[Any]]:
    """Lend the administrator's connection to a new database with a run that is not issued."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {_NAME}".encode())
    own = database.named(url, _NAME)
    migrate.migrate(own)
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        said = _SET_UP.format(quotas=quotas, base=_BASE_G, quota=_QUOTA_G)
        connection.execute(said.encode())
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute("VACUUM ANALYZE")
        yield connection


def _issue(connection: Connection[Any]) -> float:
    before = time.perf_counter()
    with connection.transaction():
        books.issue(connection, 1, Indicator.TOTAL_KGCE, 1, Kind.ISSUE, "", "user:1")
    return time.perf_counter() - before


def _reconcile(connection: Connection[Any]) -> float:
    before = time.perf_counter()
    with connection.transaction():
        made = connection.execute("SELECT journal.reconcile(1, 'user:1')").fetchone()
    took = time.perf_counter() - before
    found = connection.execute("SELECT code, what FROM journal.difference LIMIT 3").fetchall()
    if found or made is None:
        raise AssertionError(f"the books differ: {found}")
    return took


def _balances(connection: Connection[Any], quotas: int, entries: int) -> list[float]:
    """Return how long balances take in books of so many entries, in milliseconds."""
    connection.execute("SET session_replication_role = replica")
    said = _MORE.format(quotas=quotas, more=max(0, entries - quotas - 1))
    connection.execute(said.encode())
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("ANALYZE book_entry")
    drawn, took = random.Random(7), []
    for place in range(_LOOKS):
        own = place % 10 == 0  # the union's own, out of which all come
        whose = None if own else drawn.randint(1, quotas)
        account = "union" if own else "holder"
        before = time.perf_counter()
        accounts.balance(connection, 1, "total_kgce", 2026, account, institution_id=whose)
        took.append((time.perf_counter() - before) * 1000)
    return took


def _peak_mb(connection: Connection[Any]) -> float:
    """Return the most memory that the session has had, shared buffers that it touched included."""
    status = Path(f"/proc/{connection.info.backend_pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0
