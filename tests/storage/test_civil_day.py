"""Days are civil days of a zone: one law in SQL and in Python, and nobody asks for another day."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from psycopg import Connection

from metering.days import CIVIL_ZONE, civil_day

HOUSE = Path(__file__).parents[2]
FLOORS = ("actions", "api", "benchmarks", "cli", "collector", "dashboards", "scripts", "simulators",
          "storage", "worker")  # fmt: skip
LOOSE = re.compile(r"(?i)current_date|now\(UTC\)\.date\(\)|date\.today\(\)|now\(\)::date")
# an instant, a zone, and the day there
CASES = [
    ("2026-03-31T15:59:59.999+00:00", CIVIL_ZONE, "2026-03-31"),
    ("2026-03-31T16:00:00+00:00", CIVIL_ZONE, "2026-04-01"),
    ("2026-03-31T23:59:59.999+00:00", CIVIL_ZONE, "2026-04-01"),
    ("2026-04-01T00:00:00+00:00", CIVIL_ZONE, "2026-04-01"),
    ("2025-12-31T18:30:00+00:00", CIVIL_ZONE, "2026-01-01"),
    ("2026-04-01T00:30:00+08:00", CIVIL_ZONE, "2026-04-01"),
    ("2026-07-01T22:59:59+00:00", "Europe/London", "2026-07-01"),
    ("2026-07-01T23:00:00+00:00", "Europe/London", "2026-07-02"),
    ("2026-07-01T03:00:00+00:00", "America/New_York", "2026-06-30"),
]


@pytest.mark.parametrize(("at", "zone", "day"), CASES)
def test_a_day_is_that_of_the_zone(at, zone, day, database):
    wanted = date.fromisoformat(day)
    assert civil_day(datetime.fromisoformat(at), zone) == wanted
    with Connection.connect(database.admin_url) as connection:
        row = connection.execute("SELECT storage.civil_day(%s, %s)", [at, zone]).fetchone()
    assert row == (wanted,)


def test_today_is_the_civil_day_whatever_the_session_says(database):
    with Connection.connect(database.admin_url, options="-c timezone=Pacific/Honolulu") as asked:
        row = asked.execute(
            """SELECT storage.civil_zone(), storage.today(), storage.today('Pacific/Kiritimati'),
                      storage.today('Pacific/Honolulu'), (now() AT TIME ZONE 'Asia/Shanghai')::date,
                      (now() AT TIME ZONE 'Pacific/Kiritimati')::date, current_date"""
        ).fetchone()
    assert row is not None
    assert row[0] == CIVIL_ZONE
    assert row[1:4] == row[4:7]
    assert row[2] > row[3]  # a whole day lies between them at any hour


def test_no_view_function_rule_or_default_asks_the_server_for_its_day(database):
    with Connection.connect(database.admin_url) as connection:
        loose = connection.execute(
            r"""SELECT p.oid::regprocedure::text FROM pg_proc p
                  JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname IN ('access', 'report', 'storage', 'public') AND p.prokind = 'f'
                   AND p.probin IS NULL
                   AND pg_get_functiondef(p.oid) ~* '\mcurrent_date\M|''UTC''(::text)?\)\)?::date'
                UNION ALL
                SELECT c.oid::regclass::text FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('access', 'report', 'storage', 'public') AND c.relkind = 'v'
                   AND pg_get_viewdef(c.oid) ~* '\mcurrent_date\M|''UTC''(::text)?\)\)?::date'
                UNION ALL
                SELECT adrelid::regclass::text FROM pg_attrdef
                 WHERE pg_get_expr(adbin, adrelid) ~* '\mcurrent_date\M'
                UNION ALL
                SELECT policyname || ' on ' || tablename FROM pg_policies
                 WHERE coalesce(qual, '') || coalesce(with_check, '') ~* '\mcurrent_date\M'"""
        ).fetchall()
    assert loose == []


def test_no_program_takes_the_day_in_greenwich_for_today():
    files = [one for floor in FLOORS for one in (HOUSE / floor).rglob("*.py")]
    assert len(files) > 200
    assert [str(one) for one in files if LOOSE.search(one.read_text("utf-8"))] == []
