"""After a factor of many accounts changed the worker converts them anew, and nothing is missed."""

import psycopg
import pytest

from actions.accounts.close_year import CloseYear
from actions.doing import carry_out
from metering.errors import ConflictError
from storage.accounts import rebuilding
from tests.actions.compact_world import use
from tests.actions.world import make_world
from worker.registered import do_one

NAMES = ("office", "school", "academy", "clinic")
STALE = "SELECT count(*) FROM stale_figure"
WRONG = """
    SELECT count(*)
      FROM account_figure f JOIN account a USING (institution_id, carrier, month, source)
     CROSS JOIN LATERAL storage.figures_of(ARRAY[a]) n
     WHERE (f.co2_g, f.kgce_g) IS DISTINCT FROM (n.co2_g, n.kgce_g)
"""


@pytest.fixture
def world(database):
    made = make_world(database)
    for name in NAMES:
        use(made, name, 2016, 3, 1000)
    # From here on no factor is of few accounts.
    made.admin(
        "CREATE OR REPLACE FUNCTION storage.figures_at_once() RETURNS integer LANGUAGE sql"
        " IMMUTABLE RETURN 0"
    )
    yield made
    made.close()


def changed(world, value):
    world.admin("UPDATE coefficient SET known_until = now() WHERE known_until IS NULL")
    world.admin(
        """INSERT INTO coefficient (profile, carrier, kgce_per_unit, valid_from, source, verified)
           VALUES ('GB2589-2020', 'electricity', %s, '2000-01-01', 'test', false)""", value,
    )  # fmt: skip


def test_all_is_converted_in_parts_however_often_a_factor_changes_and_workers_die(world):
    changed(world, "0.5")
    assert world.admin(WRONG)[0][0] >= len(NAMES)
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        with connection.transaction(force_rollback=True):  # it dies: nothing of that is done
            left = [rebuilding.renew_some(connection, 1) for _ in range(2)]
        again = [rebuilding.renew_some(connection, 1) for _ in range(2)]
        assert left == again
        changed(world, "0.25")  # the first are behind once more
        while do_one(connection) is not None:
            pass
    assert (world.admin(STALE), world.admin(WRONG)) == ([(0,)], [(0,)])
    assert world.admin("SELECT DISTINCT kgce_g[1] FROM account_figure WHERE carrier = 'electricity'"
                       " AND month = '2016-03-01'") == [(250_000,)]  # fmt: skip


def test_a_writer_that_took_the_factor_before_is_waited_for(world):
    with psycopg.connect(world.database.admin_url) as writer:
        writer.execute(
            "UPDATE account SET quanta = 2000000 WHERE institution_id = %s",
            [world.institution["office"]],
        )  # it holds the figures' lock, shared, until it commits
        with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
            world.admin("INSERT INTO stale_figure (carriers) VALUES (ARRAY['electricity'])")
            connection.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                rebuilding.renew_some(connection, 100)


def test_no_year_is_locked_while_a_part_has_the_factor_before(world):
    changed(world, "0.5")
    with pytest.raises(ConflictError) as refused:
        carry_out(
            world.actor(), CloseYear(year=2015, institution=world.institution["office"]), None
        )
    assert refused.value.code == "figures.waiting"
