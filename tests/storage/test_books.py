"""Σ per cause = 0 cannot be broken: not by a statement, not in pieces, not by two at once."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

UNBALANCED = psycopg.errors.IntegrityConstraintViolation
_CAUSE = """
    INSERT INTO book_cause (union_id, indicator, kind, reason, made_by)
    VALUES (1, 'total_kgce', 'transfer', 'test', 'user:1') RETURNING id
"""
_ENTRY = """
    INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id, amount_g, account)
    VALUES (%s, 1, 'total_kgce', %s, %s, %s, 'holder')
"""


@pytest.fixture(scope="module")
def books(database_of_module) -> Iterator[psycopg.Connection]:
    """The administrator, past all rights, with a union and nine institutions."""
    with psycopg.connect(database_of_module.admin_url) as connection:
        connection.execute(
            "INSERT INTO region_union (id, name_zh, name_en, made_by) VALUES (1, '联', 'U', 'test')"
        )
        for _ in range(9):
            connection.execute("INSERT INTO institution DEFAULT VALUES")
        # Of nothing but sums: causes without ground, and accounts that owe.
        connection.execute("ALTER TABLE book_cause DISABLE TRIGGER has_ground")
        connection.execute("ALTER TABLE journal.balance DROP CONSTRAINT never_below_zero")
        connection.commit()
        yield connection


@pytest.fixture(scope="module")
def beside(database_of_module) -> Iterator[psycopg.Connection]:
    """Another session."""
    with psycopg.connect(database_of_module.admin_url) as connection:
        yield connection


def begun(connection: psycopg.Connection) -> int:
    """Return a new cause."""
    row = connection.execute(_CAUSE).fetchone()
    assert row is not None
    return row[0]


def add(connection: psycopg.Connection, cause: int, *amounts: int) -> None:
    for place, amount in enumerate(amounts):
        connection.execute(_ENTRY, [cause, 2017, place % 9 + 1, amount])


def holds(connection: psycopg.Connection) -> bool:
    """Return whether every cause that anyone can see sums to zero, and no note is left."""
    connection.rollback()
    row = connection.execute(
        """SELECT coalesce(bool_and(total = 0), true)
                  AND NOT EXISTS (SELECT FROM storage.book_to_sum)
             FROM (SELECT sum(amount_g) AS total FROM book_entry GROUP BY cause_id) c"""
    ).fetchone()
    connection.rollback()
    return row == (True,)


@settings(max_examples=60)
@given(
    steps=st.lists(
        st.one_of(
            st.integers(-5, 5).filter(bool),
            st.sampled_from(["commit", "rollback", "now", "other cause", "back"]),
        ),
        max_size=14,
    ),
    last=st.booleans(),
)
def test_no_sequence_of_statements_leaves_a_cause_that_is_not_zero(books, steps, last):
    cause, balance = begun(books), 0
    books.commit()
    committed = 0
    try:
        for step in steps:
            if isinstance(step, int):
                add(books, cause, step)
                balance += step
            elif step == "commit":
                books.commit()
                committed = balance
            elif step == "rollback":
                books.rollback()
                balance = committed
            elif step == "now":
                books.execute("SET CONSTRAINTS ALL IMMEDIATE")
                assert balance == 0
                books.execute("SET CONSTRAINTS ALL DEFERRED")
            elif step == "other cause":
                add(books, begun(books), 7, -7)
            elif step == "back":
                books.execute("SAVEPOINT here")
                add(books, cause, 3)
                books.execute("ROLLBACK TO here")
        if last:
            add(books, cause, *([-balance] if balance else []))
            balance = 0
            books.commit()
        else:
            books.commit()
            assert balance == 0
    except UNBALANCED:
        assert balance != 0
    assert holds(books)


@settings(max_examples=40)
@given(
    mine=st.lists(st.integers(-3, 3).filter(bool), max_size=4),
    other=st.lists(st.integers(-3, 3).filter(bool), max_size=4),
    isolation=st.sampled_from(list(psycopg.IsolationLevel)[1:]),
)
def test_two_sessions_at_once_cannot_leave_one_either(books, beside, mine, other, isolation):
    cause = begun(books)
    books.commit()
    beside.isolation_level = isolation
    for connection in (books, beside):
        connection.execute("SELECT 1 FROM book_entry LIMIT 1").fetchall()  # both snapshots stand
    add(books, cause, *mine)
    add(beside, cause, *other)
    outcomes = []
    for connection, amounts in ((beside, other), (books, mine)):
        try:
            connection.commit()
            outcomes.append(True)
            assert sum(amounts) == 0
        except UNBALANCED:
            connection.rollback()
            outcomes.append(False)
            assert sum(amounts) != 0
    assert outcomes == [sum(other) == 0, sum(mine) == 0]
    assert holds(books)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE book_entry SET amount_g = amount_g + 1",
        "DELETE FROM book_entry",
        "UPDATE book_cause SET reason = 'another'",
        "DELETE FROM book_cause",
    ],
)
def test_what_is_written_is_never_changed(books, statement):
    add(books, begun(books), 5, -5)
    books.commit()
    with pytest.raises(psycopg.errors.RestrictViolation):
        books.execute(statement)
    books.rollback()


def test_an_entry_belongs_to_its_causes_union_and_is_not_nothing(books):
    cause = begun(books)
    with pytest.raises(psycopg.errors.CheckViolation):
        add(books, cause, 0)
    books.rollback()
    of_another = _ENTRY.replace("%s, 1, 'total_kgce'", "%s, 1, 'co2'")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        books.execute(of_another, [begun(books), 2017, 1, 1])
    books.rollback()
