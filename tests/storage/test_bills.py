"""Bills by institution and month, as analytics has them, and accounts that are made of them."""

from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import bills
from analytics.bills import Share

START = date(2016, 1, 1)


@pytest.fixture(scope="module")
def asked(database_of_module):
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as connection:
        yield connection


def one(asked, statement, *parameters):
    return asked.execute(statement, parameters).fetchone()[0]


def account_number(asked, shares, carrier="electricity"):
    """Add institutions and a number that they share: (millionths, first, until), and return ids."""
    number = one(
        asked,
        """INSERT INTO utility_account (supplier, number, carrier, made_by)
           VALUES ('grid', (SELECT count(*) FROM utility_account)::text, %s, 'user:1')
           RETURNING id""",
        carrier,
    )
    homes = [one(asked, "INSERT INTO institution DEFAULT VALUES RETURNING id") for _ in shares]
    asked.execute(
        """INSERT INTO utility_share (utility_account_id, institution_id, share, valid_from,
               valid_to, source, known_by)
           SELECT %s, h, s, f, u, 'test', 'user:1'
             FROM unnest(%s::integer[], %s::integer[], %s::date[], %s::date[]) AS r(h, s, f, u)""",
        (number, homes, *map(list, zip(*shares, strict=True))),
    )
    return number, homes


def bill(asked, number, first, last, quanta, fen=None, month=None):
    return one(
        asked,
        """INSERT INTO bill (utility_account_id, first, last, month, quanta, quantity, unit,
               cost_fen, known_by)
           VALUES (%s, %s, %s, %s, %s, 1, 'kWh', %s, 'user:1') RETURNING id""",
        number, first, last, month or last.replace(day=1), quanta, fen,
    )  # fmt: skip


def counted(asked, home):
    """Return what counts of an institution by month: source, quanta, known and expected time."""
    return {
        month: row
        for month, *row in asked.execute(
            """SELECT month, source, quanta, known_s, expected_s FROM storage.account_counted
                WHERE institution_id = %s ORDER BY month""",
            [home],
        )
    }


SHARES = st.lists(st.integers(1, 999_999), max_size=3, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10**6], strict=True)]
)


@given(SHARES, st.integers(0, 40), st.integers(0, 70), st.integers(0, 10**13))
def test_parts_of_a_bill_are_those_of_analytics_and_add_to_it(asked, shares, after, days, quanta):
    first, last = START + timedelta(after), START + timedelta(after + days)
    with asked.transaction(force_rollback=True):
        number, homes = account_number(asked, [(one, START, None) for one in shares])
        made = bill(asked, number, first, last, quanta, quanta % 997)
        held = [Share(home, one, START, None) for home, one in zip(homes, shares, strict=True)]
        for basis, billed_in in (("days", None), ("billed", last.replace(day=1))):
            found = asked.execute(
                """SELECT month, institution_id, quanta, cost_fen FROM bill_part
                    WHERE bill_id = %s AND basis = %s""",
                [made, basis],
            ).fetchall()
            assert {(month, home): part for month, home, part, _ in found} == bills.parts(
                quanta, first, last, held, billed_in
            )
            assert sum(fen for *_, fen in found) == quanta % 997


def test_a_month_counts_when_all_its_days_are_billed(asked):
    number, (home,) = account_number(asked, [(10**6, START, None)])
    bill(asked, number, date(2016, 1, 1), date(2016, 2, 14), 45_000)
    day = 86_400
    assert counted(asked, home) == {date(2016, 1, 1): ["bill", 31_000, 31 * day, 31 * day]}
    bill(asked, number, date(2016, 2, 15), date(2016, 2, 29), 15_001)
    assert counted(asked, home)[date(2016, 2, 1)] == ["bill", 29_001, 29 * day, 29 * day]
