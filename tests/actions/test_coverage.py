"""Expected time, coverage and enough: one law in SQL and in Python, held together by cases."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg import Connection

from analytics.coverage import ENOUGH, WHOLE, coverage, enough

CASES = tomllib.loads((Path(__file__).parent.parent / "cases/coverage.toml").read_text("utf-8"))
DAY = date.fromisoformat
MONTH = timedelta(days=32)


def test_sql_expects_the_same_of_days_and_of_months(world):
    with Connection.connect(world.database.admin_url) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', true)")
        for case in CASES["expected"]:
            connection.execute("SAVEPOINT of_this_case")
            lay(connection, world, case["terms"], case.get("known", []))
            connection.execute("SELECT set_config('commonwatt.today', %s, true)", [case["today"]])
            for what in ("expected", "expected_by_month"):
                if what == "expected_by_month" and not case["first"].endswith("01"):
                    continue
                row = connection.execute(
                    f"SELECT coalesce(sum(expected_s), 0) FROM report.{what}(%s, %s, %s)",
                    [[world.institution["clinic"]], case["first"], case["until"]],
                ).fetchone()
                assert row == (case["hours"] * 3600,), (what, case["name"])
            if case["first"].endswith("01") and DAY(case["until"]) - DAY(case["first"]) < MONTH:
                assert of_account(connection, world, case["first"]) == (case["hours"] * 3600,)
            connection.execute("ROLLBACK TO of_this_case")


def test_shares_and_what_is_enough_are_the_same(database):
    with Connection.connect(database.admin_url) as connection:
        for case in CASES["held"]:
            held, expected = case["held_s"], case["expected_s"]
            assert coverage(held, expected) == case.get("coverage")
            assert enough(held, expected) is case["enough"]
            row = connection.execute(
                "SELECT report.coverage(%s, %s), report.is_enough(%s, %s, %s)",
                [held, expected, held, expected, ENOUGH],
            ).fetchone()
            share = case.get("coverage")
            assert row == (None if share is None else Decimal(str(share)), case["enough"])
            found = connection.execute("SELECT report.is_whole(%s, %s)", [held, expected])
            assert found.fetchone() == (enough(held, expected, WHOLE),)


SUMMED = """
    SELECT a.region_id, e.carrier, e.month, sum(e.expected_s)
      FROM report.expected_by_month(NULL, %(first)s, %(until)s) e
      JOIN report.affiliated a ON a.institution_id = e.institution_id
       AND e.month >= a.first_month AND e.month < a.until_month
      JOIN report.region_within w ON w.region_id = a.region_id AND w.within_id = %(region)s
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
SPREAD = """
    SELECT * FROM report.expected_in(%(region)s, %(first)s, %(until)s) ORDER BY 1, 2, 3
"""


@pytest.mark.parametrize("today", ["2016-03-12", "2016-03-20", "2016-05-01"])
@pytest.mark.parametrize("first", ["2015-01-01", "2016-02-01"])
def test_a_region_expects_what_its_institutions_do(world, today, first):
    """Whoever moved, came late or counts in another zone: the sum is that of each, by month."""
    spans = set()
    with Connection.connect(world.database.admin_url) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', true)")
        lay(connection, world, [("2015-03-10", "2016-03-15", "Asia/Shanghai"),
                                ("2015-03-10", "", "Europe/Berlin")],
            [("2016-03-12", 1800)])  # fmt: skip
        connection.execute(
            """UPDATE affiliation SET known_until = now() WHERE institution_id = %s""",
            [world.institution["clinic"]],
        )
        for region, since, to in (("city 1", "2015-01-01", "2016-02-10"),
                                  ("province", "2016-02-10", None)):  # fmt: skip
            connection.execute(
                """INSERT INTO affiliation (institution_id, region_id, level, department_line,
                                            valid_from, valid_to, source, known_by)
                   SELECT %s, %s, 'city', min(code), %s, %s, 'test', 'user:1'
                     FROM department_line""",
                [world.institution["clinic"], world.region[region], since, to],
            )
        connection.execute("SELECT set_config('commonwatt.today', %s, true)", [today])
        for name, region in world.region.items():
            asked = {"region": region, "first": first, "until": "2016-06-01"}
            summed = connection.execute(SUMMED, asked).fetchall()
            assert connection.execute(SPREAD, asked).fetchall() == summed, name
            spans.add(len(summed))
        connection.rollback()
    assert len(spans) > 1
    assert max(spans) > 2


def of_account(connection, world, month):
    parameters = [world.institution["clinic"], month]
    connection.execute(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
           VALUES (%s, 'electricity', %s, 'meter', 1, 1, 1) ON CONFLICT DO NOTHING""",
        parameters,
    )
    return connection.execute(
        """SELECT expected_s FROM report.account WHERE institution_id = %s AND month = %s
              AND carrier = 'electricity' AND source = 'meter'""",
        parameters,
    ).fetchone()


def lay(connection, world, terms, known):
    """Let the clinic's gas be made of these channels alone."""
    clinic = world.institution["clinic"]
    connection.execute(
        "UPDATE account_term SET known_until = now() WHERE institution_id = %s", [clinic]
    )
    for place, (since, to, zone) in enumerate(terms):
        channel = connection.execute(
            """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, since)
               SELECT meter_id, %s, carrier, kind, unit, per_unit, %s, since FROM channel
                WHERE id = %s RETURNING id""",
            [f"c{place}", zone, world.channel["clinic e"]],
        ).fetchone()
        connection.execute(
            """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
                   valid_to, source, known_by)
               VALUES (%s, 'electricity', %s, 1000000, %s, nullif(%s, '')::date, 'test', 'user:1')
            """,
            [clinic, channel[0], since, to],
        )
        for day, seconds in [] if place else known:
            connection.execute(
                """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
                   VALUES (%s, %s, 1000, %s, %s)""",
                [channel[0], day, seconds, seconds],
            )


def test_only_one_function_turns_days_into_expected_seconds(database):
    """Accounts, boards, bases and progress call it, and subtract no midnights of their own."""
    with Connection.connect(database.admin_url) as connection:
        own = connection.execute(
            r"""SELECT p.oid::regprocedure::text FROM pg_proc p
                  JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname IN ('access', 'report', 'storage') AND p.prokind = 'f'
                   AND pg_get_functiondef(p.oid) ~* 'epoch.*(AT TIME ZONE|timezone\()'"""
        ).fetchall()
        views = connection.execute(
            r"""SELECT c.oid::regclass::text FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('access', 'report', 'storage') AND c.relkind = 'v'
                   AND pg_get_viewdef(c.oid) ~* 'epoch.*(AT TIME ZONE|timezone\()'"""
        ).fetchall()
    assert own == [("storage.expected_s(date,date,text,date,date,date)",)]
    assert views == []
