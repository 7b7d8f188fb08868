"""A month that an account has in part is none to compare, however well its days are known."""

from psycopg import Connection

TERMS = [  # of one account; beside each, the months that it leaves in part
    ([("2015-01-01", None)], []),
    ([("2015-03-10", None)], ["2015-03-01"]),
    ([("2015-03-01", "2015-06-01")], []),
    ([("2015-03-10", "2015-06-15")], ["2015-03-01", "2015-06-01"]),
    ([("2015-03-10", "2015-03-20")], ["2015-03-01"]),
    # One channel takes over from another, the same day and after a pause.
    ([("2015-01-01", "2015-06-15"), ("2015-06-15", None)], []),
    ([("2015-01-01", "2015-06-15"), ("2015-07-10", None)], ["2015-06-01", "2015-07-01"]),
    # A second channel comes to one that goes on.
    ([("2015-01-01", None), ("2015-06-15", "2015-08-20")], []),
]


def test_a_month_is_in_part_where_the_account_begins_ends_or_pauses_within_it(world):
    clinic = world.institution["clinic"]
    with Connection.connect(world.database.admin_url) as connection:
        connection.execute("SELECT set_config('commonwatt.actor', 'user:1', true)")
        for terms, months in TERMS:
            connection.execute("SAVEPOINT of_this_case")
            connection.execute("UPDATE account_term SET known_until = now()")
            for place, (since, to) in enumerate(terms):
                channel = connection.execute(
                    """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone,
                                            since)
                       SELECT meter_id, %s, carrier, kind, unit, per_unit, zone, since FROM channel
                        WHERE id = %s RETURNING id""",
                    [f"c{place}", world.channel["clinic e"]],
                ).fetchone()
                connection.execute(
                    """INSERT INTO account_term (institution_id, carrier, channel_id, share,
                           valid_from, valid_to, source, known_by)
                       VALUES (%s, 'electricity', %s, 1000000, %s, %s, 'test', 'user:1')""",
                    [clinic, channel[0], since, to],
                )
            found = connection.execute(
                "SELECT month::text FROM report.month_in_part WHERE institution_id = %s ORDER BY 1",
                [clinic],
            ).fetchall()
            assert [month for (month,) in found] == months, terms
            connection.execute("ROLLBACK TO of_this_case")
