"""A test's database is its own: one that anything was written to is lent to nobody after it."""

from contextlib import closing

import psycopg
import pytest

from tests.databases import Copies

LOOKS = "SELECT count(*), to_regclass('of_a_test') FROM region"


@pytest.fixture
def lender(server):
    """Copies that are lent to these tests alone."""
    with closing(Copies(server)) as made:
        yield made


def lent(lender: Copies, template: str, *statements: str):
    """Return which copy was lent, and what the last statement said there."""
    with lender.lent(template) as database, psycopg.connect(database.admin_url) as connection:
        for one in statements:
            found = connection.execute(one.encode())
        return database.name, found.fetchall() if found.description else None


def test_a_copy_that_was_only_looked_at_is_lent_again(lender, template):
    assert lent(lender, template, LOOKS) == lent(lender, template, LOOKS)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO region DEFAULT VALUES",
        "CREATE TABLE of_a_test ()",
        "SELECT nextval('region_id_seq')",
    ],
)
@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
def test_a_copy_that_was_written_to_is_lent_to_nobody_again(lender, template, statement, ends):
    first, before = lent(lender, template, LOOKS)
    assert lent(lender, template, statement, ends) == (first, None)
    again, found = lent(lender, template, LOOKS)
    assert again != first
    assert found == before
