"""A bit flipped in any column of books, log and snapshots is found and named, or it says why not.

The columns are those of the catalogue: whoever adds one is asked here how it is protected.
"""

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest
from psycopg import sql

from actions.compact.decide_movements import ApproveMovement
from actions.compact.issue_run import IssueRun
from actions.compact.make_run import MakeRun
from actions.compact.own_movements import ReturnQuota
from actions.compact.reconcile_books import ReconcileBooks
from actions.doing import carry_out
from metering.errors import ConflictError
from tests.actions.book_world import agree, people, propose_transfer
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.examples import corrected
from tests.actions.world import make_world

TABLES: Final = (
    "journal.line", "journal.balance", "journal.head", "public.book_cause", "public.book_entry",
    "public.movement", "public.movement_leg", "public.movement_deed", "public.run",
    "public.run_snapshot", "public.run_node", "public.run_quota", "public.run_in_force",
)  # fmt: skip
# Tables that belong to books or log and that no digest covers, each with the reason.
WITHOUT: Final = {
    "journal.reconciliation": "a report: the next comparison makes it anew",
    "journal.difference": "a report: the next comparison makes it anew",
    "public.book_account_state": "a person's word; what is altered in it moves no amount",
    "public.book_year_closed": "a person's word; what is altered in it moves no amount",
}
# How a bit of a value of each type is flipped.
FLIPS: Final = {
    "int4": "{0} # (1 << 20)",  # high enough to meet no other row's key
    "int8": "{0} # (1::bigint << 20)",
    "numeric": "{0} + 1",
    "text": "overlay({0} placing chr(ascii({0}) # 1) from 1 for 1)",
    "bytea": "set_byte({0}, 0, get_byte({0}, 0) # 1)",
    "date": "{0} + 1",
    "timestamptz": "{0} + interval '1 microsecond'",
    "jsonb": "jsonb_build_object('flipped', {0})",
    "_int4": "array_append({0}[2:], {0}[1] # 1)",
    "_int8": "array_append({0}[2:], coalesce({0}[1] # 1, 1))",
    "_text": "array_append({0}[2:], {0}[1] || 'x')",
}
_COLUMNS = """
    SELECT c.relnamespace::regnamespace || '.' || c.relname, a.attname, t.typname
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
       AND (c.relnamespace = 'journal'::regnamespace
            OR c.relnamespace = 'public'::regnamespace AND c.relname ~ %s)
     ORDER BY 1, a.attnum
"""
_OURS = "^(book_|movement|run$|run_(snapshot|node|quota|in_force)$)"


@pytest.fixture(scope="module")
def union(database_of_module) -> Iterator[UnionWorld]:
    """A union with an issue, a return and a transfer in its books, published and reconciled."""
    world = make_world(database_of_module)
    made = make_union_world(world)
    made.issued()
    agree(world, made.union, delay_hours=0, longer_hours=0)
    first, second = people(world)
    said = {"union": made.union, "year": 2016, "reason": "excess"}
    carry_out(first, ReturnQuota(**said, amount="2"), world.institution["school"])
    carry_out(second, ApproveMovement(), propose_transfer(first, made, "school", "office"),
              again=True)  # fmt: skip
    assert carry_out(world.actor(), ReconcileBooks(), made.union).result.differences == 0
    yield made
    world.close()


@pytest.fixture(scope="module")
def columns(union) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in union.world.admin(_COLUMNS, _OURS):
        found.setdefault(table, []).append((column, kind))
    return found


def test_every_table_of_books_and_log_is_covered_or_says_why_not(columns):
    assert columns.keys() == {*TABLES, *WITHOUT}


@pytest.mark.parametrize("table", TABLES)
def test_a_bit_flipped_in_any_column_is_found_and_named(union, columns, table):
    unseen = []
    with psycopg.connect(union.world.database.admin_url) as admin:
        admin.execute("SET session_replication_role = replica")
        for (name,) in admin.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [table],
        ).fetchall():
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
            admin.execute(drop.format(sql.Identifier(*table.split(".")), sql.Identifier(name)))
        for column, kind in columns[table]:
            admin.execute(f'ALTER TABLE {table} ALTER "{column}" DROP IDENTITY IF EXISTS'.encode())
            flip = FLIPS[kind].format(f'"{column}"')
            admin.execute("SAVEPOINT whole")
            done = admin.execute(
                f"""UPDATE {table} SET "{column}" = {flip} WHERE ctid = (
                        SELECT ctid FROM {table} WHERE "{column}" IS NOT NULL LIMIT 1)""".encode()
            ).rowcount
            if not done:  # null everywhere: something where nothing was
                done = admin.execute(_filled(table, column, kind)).rowcount
            found = admin.execute("SELECT code FROM journal.differences(%s)", [union.union])
            if done != 1 or not found.fetchall():
                unseen.append(column)
            admin.execute("ROLLBACK TO whole")
        admin.rollback()
    assert unseen == []


def test_a_run_that_was_altered_before_its_issue_is_not_issued(union):
    world = union.world
    made = carry_out(world.actor(), MakeRun.model_validate(corrected(world, 7)), union.target)
    world.admin("SET session_replication_role = replica")
    world.admin(
        "UPDATE run_quota SET amount_g = amount_g - 1 WHERE run_id = %s AND institution_id = %s",
        made.result.run_id, world.institution["school"],
    )  # fmt: skip
    world.admin("SET session_replication_role = DEFAULT")
    with pytest.raises(ConflictError) as refused:
        carry_out(world.actor(), IssueRun(reason="anew"), made.result.run_id, again=True)
    assert refused.value.code == "books.run_altered"
    found = world.admin("SELECT code, institution_id FROM journal.differences(%s)", union.union)
    assert ("run_altered", world.institution["school"]) in found


def _filled(table: str, column: str, kind: str) -> bytes:
    made = {"text": "'x'", "int4": "1", "jsonb": "'{}'", "timestamptz": "now()"}[kind]
    return f"""UPDATE {table} SET "{column}" = {made}
                WHERE ctid = (SELECT min(ctid) FROM {table})""".encode()
