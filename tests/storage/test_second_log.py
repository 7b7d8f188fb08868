"""The second log refuses by itself, and whatever is altered in books, log or snapshots is named."""

from collections.abc import Iterator

import psycopg
import pytest

from actions.readings.sight import Sight
from cli import findings, status_shown
from compact.journal import broken
from metering.errors import ConflictError
from storage.compact import second_log
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import make_world

REFUSED = (psycopg.errors.IntegrityConstraintViolation, psycopg.errors.CheckViolation)


@pytest.fixture(scope="module")
def union(database_of_module) -> Iterator[UnionWorld]:
    """A union with one issue in its books."""
    world = make_world(database_of_module)
    made = make_union_world(world)
    made.issued()
    world.admin("SELECT journal.publish(%s, '2016-04-10')", made.union)
    yield made
    world.close()


@pytest.fixture
def admin(union, database_of_module) -> Iterator[psycopg.Connection]:
    """The administrator, past all rights; nothing that it does is kept."""
    with psycopg.connect(database_of_module.admin_url) as connection:
        yield connection
        connection.rollback()


def differences(connection: psycopg.Connection, union: UnionWorld) -> set[str]:
    rows = connection.execute("SELECT code FROM journal.differences(%s)", [union.union])
    return {code for (code,) in rows}


def test_a_line_of_every_cause_makes_a_chain_that_python_verifies_too(union, admin):
    lines = second_log.whole_lines(admin, union.union)

    assert [(one.number, one.kind, sum(one.amounts_g)) for one in lines] == [(1, "issue", 0)]
    assert broken(lines) == []
    assert differences(admin, union) == set()


ALTERED = [
    ("UPDATE book_entry SET amount_g = amount_g # 1 WHERE id = (SELECT max(id) FROM book_entry)",
     "entry_differs"),
    ("UPDATE book_entry SET year = 2017 WHERE id = (SELECT min(id) FROM book_entry)",
     "entry_differs"),
    ("DELETE FROM book_entry WHERE id = (SELECT min(id) FROM book_entry)", "entry_missing"),
    ("UPDATE book_cause SET reason = 'another'", "cause_differs"),
    ("UPDATE book_cause SET made_by = 'user:9'", "cause_differs"),
    ("UPDATE journal.line SET amounts_g[1] = amounts_g[1] # 1", "line_altered"),
    ("UPDATE journal.line SET places[1] = places[1] # 1", "line_altered"),
    ("UPDATE journal.line SET reason = 'another'", "line_altered"),
    ("UPDATE journal.line SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", "line_altered"),
    ("UPDATE journal.line SET previous = set_byte(previous, 31, 1)", "chain_broken"),
    ("DELETE FROM journal.line", "entry_not_logged"),
    ("UPDATE journal.head SET hash = set_byte(hash, 9, get_byte(hash, 9) # 1)", "head_differs"),
    ("UPDATE journal.balance SET amount_g = amount_g # 1 WHERE account = 'holder'",
     "balance_differs"),
    ("UPDATE run_quota SET amount_g = amount_g # 1", "run_differs"),
    ("UPDATE run_snapshot SET snapshot = replace(snapshot, '30000', '30001')",
     "snapshot_altered"),
    ("UPDATE run SET sha256 = repeat('0', 64)", "snapshot_altered"),
    ("""INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id, amount_g,
               account)
        SELECT cause_id, union_id, indicator, year, institution_id, 5, account FROM book_entry
         WHERE institution_id IS NOT NULL LIMIT 1""", "entry_not_logged"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "code"), ALTERED)
def test_a_bit_flipped_past_all_triggers_is_found_and_named(union, admin, statement, code):
    admin.execute("SET session_replication_role = replica")
    admin.execute(statement.encode())

    assert code in differences(admin, union)


@pytest.mark.parametrize("who", ["api", "worker", "collector"])
def test_nobody_but_the_logs_own_role_reaches_it(union, who):
    with psycopg.connect(union.world.database.url(who)) as login:
        for statement in (
            "INSERT INTO journal.line SELECT * FROM journal.line",
            "SELECT journal.write(1)",
            "UPDATE journal.balance SET amount_g = 0",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(statement.encode())
            login.rollback()


def test_the_books_owner_reads_it_and_writes_nothing(admin):
    admin.execute("SET ROLE commonwatt_owner")
    assert admin.execute("SELECT count(*) FROM journal.line").fetchone() == (1,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute("INSERT INTO journal.line SELECT * FROM journal.line")


@pytest.mark.parametrize("table", ["line", "head"])
def test_its_own_role_changes_nothing_either(union, admin, table):
    admin.execute("SET ROLE commonwatt_journal")
    for statement in (f"UPDATE journal.{table} SET number = 7", f"DELETE FROM journal.{table}"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute(statement.encode())
        admin.rollback()
        admin.execute("SET ROLE commonwatt_journal")


def entered(connection: psycopg.Connection, union: UnionWorld, *entries: tuple) -> str | None:
    """Return the constraint that refuses a cause of these entries, past all rights."""
    connection.execute("ALTER TABLE book_cause DISABLE TRIGGER has_ground")
    (cause,) = connection.execute(
        """INSERT INTO book_cause (union_id, indicator, kind, reason, made_by)
           VALUES (%s, 'total_kgce', 'transfer', 'by hand', 'user:1') RETURNING id""",
        [union.union],
    ).fetchone() or (0,)
    for account, institution, year, amount in entries:
        connection.execute(
            """INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id,
                       amount_g, account)
               VALUES (%s, %s, 'total_kgce', %s, %s, %s, %s)""",
            [cause, union.union, year, institution, amount, account],
        )
    try:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except REFUSED as error:
        return error.diag.constraint_name
    return None


def test_it_refuses_by_checks_of_its_own_whoever_writes_into_the_books(union, admin):
    school, office = (union.world.institution[name] for name in ("school", "office"))
    cases = {
        (("holder", school, 2016, -1), ("holder", office, 2016, 1)): None,
        (("holder", school, 2016, -(10**12)), ("holder", office, 2016, 10**12)):
            "never_below_zero",
        (("holder", school, 2017, -1), ("holder", office, 2017, 1)): "never_below_zero",
        (("holder", school, 2016, 10**9), ("union", None, 2016, -(10**9))): "beyond_target",
        (("holder", school, 2030, 1), ("union", None, 2030, -1)): "beyond_target",
        (("holder", school, 2016, 1), ("holder", office, 2016, 1)): "sums_to_zero",
    }  # fmt: skip
    for entries, refused in cases.items():
        assert entered(admin, union, *entries) == refused, entries
        admin.rollback()

    admin.execute("SET session_replication_role = replica")  # past what a year closes by
    admin.execute(
        """INSERT INTO book_year_closed (union_id, indicator, year, reason, made_by)
           VALUES (%s, 'total_kgce', 2016, 'over', 'user:1')""",
        [union.union],
    )
    admin.execute("SET session_replication_role = DEFAULT")
    pair = ("holder", school, 2016, -1), ("holder", office, 2016, 1)
    assert entered(admin, union, *pair) == "year_closed"


def test_a_cause_needs_a_run_or_a_movement_that_is_done(union, admin):
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="neither a run nor"):
        admin.execute(
            """INSERT INTO book_cause (union_id, indicator, kind, reason, made_by)
               VALUES (%s, 'total_kgce', 'transfer', 'by hand', 'user:1')""",
            [union.union],
        )


def test_states_of_an_account_follow_one_another_in_few_ways(union, admin):
    """Every pair of states, past all rights: none but these is possible."""
    may = {
        ("open", "restricted"), ("open", "blocked"), ("restricted", "open"),
        ("restricted", "blocked"), ("blocked", "open"), ("blocked", "restricted"),
    }  # fmt: skip
    states = ("open", "restricted", "blocked", "closed")
    school = union.world.institution["school"]
    statement = """INSERT INTO book_account_state (union_id, institution_id, indicator, state,
                       reason, made_by)
                   VALUES (%s, %s, 'total_kgce', %s, 'test', 'user:1')"""
    for was in ("open", "restricted", "blocked"):
        for to in states:
            if was != "open":
                admin.execute(statement.encode(), [union.union, school, was])
            try:
                admin.execute(statement.encode(), [union.union, school, to])
                possible = True
            except REFUSED:
                possible = False
            assert possible == ((was, to) in may), (was, to)
            admin.rollback()


def test_an_account_that_rests_moves_nothing_and_a_restricted_one_only_takes(union, admin):
    school, office = (union.world.institution[name] for name in ("school", "office"))
    out = ("holder", school, 2016, -1), ("holder", office, 2016, 1)
    into = ("holder", school, 2016, 1), ("holder", office, 2016, -1)
    for state, refused in (("restricted", (True, False)), ("blocked", (True, True))):
        for entries, rests in zip((out, into), refused, strict=True):
            admin.execute(
                """INSERT INTO book_account_state (union_id, institution_id, indicator, state,
                       reason, made_by)
                   VALUES (%s, %s, 'total_kgce', %s, 'test', 'user:1')""",
                [union.union, school, state],
            )
            assert entered(admin, union, *entries) == ("account_state" if rests else None)
            admin.rollback()


def test_a_cap_by_sql_is_the_targets_own(union, admin):
    run = union.world.admin("SELECT max(run_id) FROM book_cause")[0][0]
    (total, base), cap = (
        admin.execute("SELECT total_g, base_g FROM run WHERE id = %s", [run]).fetchone() or (0, 0),
        admin.execute("SELECT journal.cap_g(%s, 2016)", [run]).fetchone(),
    )
    assert cap == (total,)
    assert total == (base * 97 + 50) // 100


def test_what_differs_rests_until_it_is_mended_and_looked_at(union):
    from actions.compact.account_acts import ReleaseAccount
    from actions.compact.reconcile_books import ReconcileBooks
    from actions.doing import carry_out, foresee

    world, school = union.world, union.world.institution["school"]
    planner = world.actor("planner of all")
    assert carry_out(planner, ReconcileBooks(), union.union).result.differences == 0

    def shift(grams: int) -> None:
        world.admin("ALTER TABLE book_entry DISABLE TRIGGER never_changes")
        world.admin(
            "UPDATE book_entry SET amount_g = amount_g + %s WHERE institution_id = %s",
            grams, school,
        )  # fmt: skip
        world.admin("ALTER TABLE book_entry ENABLE TRIGGER never_changes")

    shift(1)
    assert any(one.warns for one in foresee(planner, ReconcileBooks(), union.union).effects)
    assert carry_out(planner, ReconcileBooks(), union.union).result.differences == 1
    assert world.admin("SELECT institution_id, state FROM book_account_state") == [
        (school, "blocked")
    ]
    release = ReleaseAccount(union=union.union, reason="looked at")
    with pytest.raises(ConflictError) as still:
        carry_out(planner, release, school)
    assert still.value.code == "account.still_differs"

    shift(-1)
    carry_out(planner, ReconcileBooks(), union.union)
    carry_out(planner, release, school)
    assert world.admin("SELECT state FROM storage.account_state") == [("open",)]


def test_doctor_tells_how_the_books_stand_and_what_rests(union, admin):
    def told() -> list[tuple[str, str]]:
        return [(one.state, one.en) for one in findings.books(admin)]

    admin.execute("SET session_replication_role = replica")
    admin.execute("DELETE FROM journal.difference; DELETE FROM journal.reconciliation;"
                  " DELETE FROM book_account_state")  # fmt: skip
    assert [state for state, _ in told()] == ["warning"]
    assert "nobody has compared it yet" in told()[0][1]
    admin.execute("SET session_replication_role = DEFAULT")
    admin.execute("SELECT journal.reconcile(%s, 'user:1')", [union.union])
    (state, words), *_ = told()
    head = second_log.stand(admin)[0].head
    assert (state, head[:12] in words) == ("good", True)

    school = union.world.institution["school"]
    admin.execute("SET session_replication_role = replica")
    admin.execute(
        "UPDATE book_entry SET amount_g = amount_g + 1 WHERE institution_id = %s", [school]
    )
    admin.execute("SET session_replication_role = DEFAULT")
    admin.execute("SELECT journal.reconcile(%s, 'user:1')", [union.union])
    found = told()
    assert [state for state, _ in found] == ["bad", "warning"]
    assert "1 accounts are blocked" in found[1][1]
    seen = dict.fromkeys(("at", "collectors", "gateways", "rejects", "queues"))
    screen = "\n".join(status_shown._books(Sight(**seen, books=second_log.stand(admin)).books))
    assert head[:12] in screen
