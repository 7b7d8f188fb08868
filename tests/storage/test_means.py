"""What area and persons are over some days: SQL gives what the pure function does."""

from decimal import Decimal

from psycopg import Connection

from tests.analytics.test_means import CASES


def test_sql_gives_the_same(database):
    with Connection.connect(database.admin_url) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', true)")
        for facts, span, today, mean in CASES.values():
            parameters = (id_of(connection), *span)
            for attribute in ("area_m2", "persons"):
                for value, since, to in facts:
                    connection.execute(
                        """INSERT INTO institution_fact (institution_id, attribute, number,
                               valid_from, valid_to, source, known_by)
                           VALUES (%s, %s, %s, %s, %s, 'test', 'user:1')""",
                        (parameters[0], attribute, value, since, to),
                    )
            connection.execute("SELECT set_config('commonwatt.today', %s, true)", [today])
            row = connection.execute(
                "SELECT area_m2, persons FROM report.means(ARRAY[%s]::integer[], %s, %s)",
                parameters,
            ).fetchone()
            wanted = None if mean is None else Decimal(mean)
            assert (row or (None, None)) == (wanted, wanted)


def id_of(connection):
    return connection.execute("INSERT INTO institution DEFAULT VALUES RETURNING id").fetchone()[0]
