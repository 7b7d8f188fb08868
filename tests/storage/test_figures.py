"""Kept figures are those that are worked out from scratch, whatever changed, and in any order."""

import threading
from collections import Counter
from decimal import Decimal

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.actions.world import World, make_world

COLUMNS = "institution_id, carrier, month, source, quanta, measured_s, profile, kgce_g, co2_g"
KEPT = f"SELECT {COLUMNS}, expected_s FROM report.account_figure ORDER BY 1, 2, 3, 4, 7"
# All months here are over, so what is due by today is what is due at all.
WORKED_OUT = f"""
    SELECT {COLUMNS.replace("quanta, measured_s", "e.quanta, e.measured_s")}, a.expected_s
      FROM report.account_energy e
      JOIN report.account a USING (institution_id, carrier, month, source)
     ORDER BY 1, 2, 3, 4, 7
"""
CARRIERS = ("electricity", "natural_gas", "water")
PLACES = st.sampled_from(["office", "school", "academy", "clinic"])
MONTHS = st.sampled_from(["2015-11-01", "2016-03-01", "2016-04-01", "2019-01-01"])
VALUES = st.integers(1, 999).map(lambda n: f"0.{n:03d}")
CHANGES = st.one_of(
    st.tuples(st.just("account"), PLACES, st.sampled_from(CARRIERS), MONTHS,
              st.none() | st.integers(-(10**12), 10**12)),
    st.tuples(st.just("no account"), PLACES, MONTHS),
    st.tuples(st.just("coefficient"), st.sampled_from(CARRIERS[:2]), VALUES),
    st.tuples(st.just("co2"), st.just("natural_gas"), VALUES),
    st.tuples(st.just("grid"), st.sampled_from(["GRID_EC", "NATIONAL"]), VALUES),
    st.tuples(st.just("move"), PLACES, st.sampled_from(["990100", "110000", "440000"]),
              st.sampled_from(["2016-03-01", "2016-03-15"])),
    st.tuples(st.just("region"), st.sampled_from(["GRID_EC", "GRID_NC"])),
    st.tuples(st.just("carrier"), st.booleans()),
    st.tuples(st.just("profile"), st.just("")),
    st.tuples(st.just("term"), PLACES, st.sampled_from(["2015-01-01", "2016-03-10"]),
              st.sampled_from([None, "2016-04-01", "2016-04-20"])),
    st.tuples(st.just("default"), st.sampled_from(["GB2589-2020", "DB37-2019"])),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(database_of_module):
    """A world with an account of everything everywhere, so that each change makes a difference."""
    made = make_world(database_of_module)
    made.admin(
        """INSERT INTO account
           SELECT i.id, c.code, m::date, 'typed', 1000003 * i.id, 0
             FROM institution i, unnest(ARRAY['electricity', 'natural_gas', 'water']) c(code),
                  generate_series('2015-11-01'::date, '2019-01-01', interval '1 month') m"""
    )
    yield made
    made.close()


def change(world: World, what: str, *how) -> None:
    """Change something that figures are made of."""
    if what == "account":
        place, carrier, month, quanta = how
        world.admin(
            """INSERT INTO account VALUES (%s, %s, %s, 'bill', %s, 0)
               ON CONFLICT (institution_id, carrier, month, source)
               DO UPDATE SET quanta = excluded.quanta""",
            world.institution[place], carrier, month, quanta,
        )  # fmt: skip
    elif what == "no account":
        where = "institution_id = %s AND month = %s"
        world.admin(f"DELETE FROM account WHERE {where}", world.institution[how[0]], how[1])
    elif what == "coefficient":
        renew(world, "coefficient", f"profile = 'GB2589-2020' AND carrier = '{how[0]}'",
              "kgce_per_unit", how[1])  # fmt: skip
    elif what == "co2":
        renew(world, "co2_factor", f"carrier = '{how[0]}'", "kgco2_per_unit", how[1])
    elif what == "grid":
        renew(world, "grid_factor", f"code = '{how[0]}' AND basis = 'average'",
              "kgco2_per_kwh", how[1])  # fmt: skip
    elif what == "move":
        move(world, *how)
    elif what == "region":
        renew(world, "region_fact", "code = '990000'", "grid_region", f"'{how[0]}'")
    elif what == "carrier":
        world.admin("UPDATE carrier SET in_total_energy = %s WHERE code = 'water'", how[0])
    elif what == "term":
        count_anew(world, *how)
    elif what == "profile":
        world.admin(
            """INSERT INTO profile (code, name_zh, name_en)
               SELECT 'P' || count(*), '系', 'P' FROM profile HAVING count(*) < 8"""
        )
    else:
        world.admin("UPDATE profile SET is_default = false WHERE is_default")
        world.admin("UPDATE profile SET is_default = true WHERE code = %s", how[0])


def renew(world: World, table: str, which: str, column: str, value: str) -> None:
    """Retire facts, and let them be known again with another value."""
    kept = ", ".join(
        name
        for (name,) in world.admin(
            """SELECT column_name FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO'
                  AND column_name NOT IN (%s, 'known_since', 'known_until')""",
            table,
            column,
        )
    )
    world.admin(
        f"""WITH old AS (UPDATE {table} SET known_until = now()
                          WHERE known_until IS NULL AND {which} RETURNING *)
            INSERT INTO {table} ({kept}, {column}) SELECT {kept}, {value} FROM old"""
    )


def count_anew(world: World, place: str, since: str, until: str | None) -> None:
    """Let the meters of an institution count in its accounts in other days."""
    world.admin(
        """WITH old AS (UPDATE account_term SET known_until = now()
                         WHERE known_until IS NULL AND institution_id = %s RETURNING *)
           INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
                                     valid_to, source, known_by)
           SELECT DISTINCT ON (channel_id) institution_id, carrier, channel_id, share, %s::date,
                  %s::date, 'test', 'user:1' FROM old""",
        world.institution[place], since, until,
    )  # fmt: skip


def move(world: World, place: str, code: str, day: str) -> None:
    """Let an institution have lived elsewhere before a day."""
    who = world.institution[place]
    world.admin(
        "UPDATE location SET known_until = now() WHERE institution_id = %s AND known_until IS NULL",
        who,
    )
    world.admin(
        """INSERT INTO location (institution_id, region_id, valid_from, valid_to, source, known_by)
           SELECT %s, region_id, since, until, 'test', 'user:1'
             FROM region_fact
             JOIN (VALUES ('990200', '2015-01-01'::date, %s::date), (%s, %s::date, NULL))
                  AS lived(code, since, until) USING (code)
            WHERE known_until IS NULL""",
        who, day, code, day,
    )  # fmt: skip


def both(world: World) -> tuple[list[tuple], list[tuple]]:
    """Return the figures kept and those worked out, as one who sees everything."""
    with psycopg.connect(world.database.url("api")) as connection:
        actor = f"user:{world.user['planner of all']}"
        connection.execute("SELECT set_config('commonwatt.actor', %s, false)", [actor])
        return connection.execute(KEPT).fetchall(), connection.execute(WORKED_OUT).fetchall()


@pytest.mark.slow
def test_what_is_kept_is_what_is_worked_out(world):
    seen, reached, last = Counter(), Counter(), [[]]
    world.admin("UPDATE account SET source = 'meter' WHERE carrier = 'electricity'")

    @settings(max_examples=60)
    @given(st.lists(CHANGES, min_size=1, max_size=5))
    @example([("region", "GRID_NC"), ("region", "GRID_EC"), ("grid", "GRID_EC", Decimal("0.5")),
              ("grid", "GRID_EC", Decimal("0.75")), ("region", "GRID_NC")])  # fmt: skip
    def law(changes):
        for one in changes:
            change(world, *one)
            kept, worked_out = both(world)
            assert kept == worked_out, one
            seen[one[0]] += 1
            reached[one[0]] += kept != last[0]
            last[0] = kept

    law()
    assert min(reached.values()) > 0, f"made no difference: {reached} of {seen}"
    assert len(seen) == 11
    world.admin("UPDATE account SET source = 'typed' WHERE source = 'meter'")


def test_figures_and_their_factors_changed_at_once_miss_nothing(world):
    """Neither of two transactions sees what the other has not committed."""
    change(world, "account", "office", "natural_gas", "2016-03-01", 1000)
    with psycopg.connect(world.database.admin_url) as factors:
        factors.execute("UPDATE co2_factor SET known_until = now() WHERE known_until IS NULL")
        beside = threading.Thread(target=insert, args=(world,))
        beside.start()
        beside.join(1)
        assert beside.is_alive()  # it waits for the factors
    beside.join(20)
    assert not beside.is_alive()

    kept, worked_out = both(world)
    assert kept == worked_out
    assert [row[-2] for row in kept if row[4] == 987_654_321] == [None] * len(
        world.admin("SELECT 1 FROM profile")
    )


def insert(world: World) -> None:
    """Insert an account in a session of its own."""
    with psycopg.connect(world.database.admin_url) as connection:
        connection.execute(
            "INSERT INTO account VALUES (%s, 'natural_gas', '2016-05-01', 'bill', 987654321, 0)",
            [world.institution["office"]],
        )


@pytest.mark.parametrize("who", ["planner of all", "city reader", "education line", "outsider"])
def test_the_newest_month_is_the_last_that_the_viewer_has(world, who):
    """Whatever is seen and however it is narrowed; months without any of it are passed over."""
    for back, name in enumerate(("office", "school", "clinic", "academy")):
        for month in range(2 + back):
            world.admin(
                """INSERT INTO account VALUES (%s, 'heat', make_date(2030, 12, 1)
                                               - make_interval(months => %s), 'meter', 1, 0)
                   ON CONFLICT DO NOTHING""",
                world.institution[name], 3 * back + month,
            )  # fmt: skip
    last = "SELECT max(month) FROM report.account WHERE source <> 'estimate' AND {}"
    within = """institution_id IN (SELECT institution_id FROM report.affiliation JOIN
                    report.region_within USING (region_id) WHERE within_id = {})"""
    found = []
    with psycopg.connect(world.database.url("api")) as connection:
        actor = f"user:{world.user[who]}"
        connection.execute("SELECT set_config('commonwatt.actor', %s, false)", [actor])
        for institution in (None, *world.institution.values()):
            for region in (None, *world.region.values()):
                chosen = "true" if institution is None else f"institution_id = {institution}"
                placed = "true" if region is None else within.format(region)
                asked = last.format(f"{chosen} AND {placed}")
                query = "SELECT report.newest_month(%s, %s)"
                row = connection.execute(query, [institution, region]).fetchone()
                assert row == connection.execute(asked.encode()).fetchone(), (institution, region)
                found.append(row[0])
    months = {"planner of all": 6, "city reader": 4, "education line": 3, "outsider": 1}
    assert len(set(found)) == months[who], found
