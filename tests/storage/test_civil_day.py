"""Days are civil days of a zone: one law in SQL and in Python, and nobody asks for another day."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from metering.days import CIVIL_ZONE, civil_day
from metering.errors import InputError
from storage import days, migrate
from tests.actions.world import make_world

HOUSE = Path(__file__).parents[2]
FLOORS = ("actions", "api", "benchmarks", "cli", "collector", "dashboards", "scripts", "simulators",
          "storage", "worker")  # fmt: skip
LOOSE = re.compile(
    r"(?i)current_date|now(\(UTC\))?\.date\(\)|zone\(UTC\)\.date|date\.today\(\)|now\(\)::date"
)
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


def test_the_installations_zone_is_a_setting_that_migrate_sets(database):
    """A far zone, where it is another day than in Shanghai at some hour of every day."""
    migrate.migrate(database.admin_url, zone="Pacific/Niue")
    with Connection.connect(database.url("api")) as asked:
        row = asked.execute(
            "SELECT storage.today(), storage.civil_day(), (now() AT TIME ZONE 'Pacific/Niue')::date"
        ).fetchone()
        assert row is not None
        assert days.zone(asked) == "Pacific/Niue"
        assert row[0] == row[1] == row[2]
        with pytest.raises(InsufficientPrivilege):
            asked.execute("SELECT storage.set_civil_zone('Asia/Shanghai')")
    migrate.migrate(database.admin_url)
    with Connection.connect(database.url("api")) as asked:
        assert days.zone(asked) == "Pacific/Niue"  # as it was
    with pytest.raises(InputError, match="Atlantis"):
        migrate.migrate(database.admin_url, zone="Europe/Atlantis")


def test_a_regions_zone_is_that_of_the_nearest_above_that_states_one(database):
    """The province's, until the city states its own."""
    world = make_world(database)
    province, city, other = (world.region[name] for name in ("province", "city 1", "city 2"))
    ask = "SELECT storage.region_zone(%s)"
    state = """INSERT INTO region_zone (region_id, zone, source, known_by)
               VALUES (%s, %s, 'test', 'user:1')"""
    assert world.admin(ask, None) == world.admin(ask, city) == [(CIVIL_ZONE,)]
    world.admin(state, province, "Asia/Urumqi")
    world.admin(state, city, "Pacific/Niue")
    assert world.admin(ask, province) == world.admin(ask, other) == [("Asia/Urumqi",)]
    assert world.admin(ask, city) == [("Pacific/Niue",)]
    assert world.admin(ask, None) == [(CIVIL_ZONE,)]
    [(found, there)] = world.admin(
        "SELECT storage.today(storage.region_zone(%s)), (now() AT TIME ZONE 'Pacific/Niue')::date",
        city,
    )
    assert found == there
    world.close()
