"""Every panel's and variable's query runs as a member's login and answers in Grafana's form."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.frames import Frame, faults
from dashboards.boards.macros import Scope, Value, expand

START = datetime(2016, 3, 1, tzinfo=UTC)
RANGES = {
    "hours": (START + timedelta(hours=20), START + timedelta(hours=62)),
    "month": (START, START + timedelta(days=31)),
    "year": (datetime(2015, 5, 1, tzinfo=UTC), datetime(2016, 5, 1, tzinfo=UTC)),
    "across a year": (datetime(2015, 12, 15, tzinfo=UTC), datetime(2017, 2, 3, tzinfo=UTC)),
    "before anything": (datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 8, tzinfo=UTC)),
    "off the hour": (START + timedelta(minutes=7), START + timedelta(days=3, seconds=11)),
}
INTERVALS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1))


def run(connection, sql, scope):
    cursor = connection.execute(expand(sql, scope))
    return Frame(tuple(one.name for one in cursor.description), cursor.fetchall())


def first_choices(connection, board, lang, **chosen):
    """Set each variable to its first value, as Grafana does when a board opens."""
    found = {"lang": Value((lang,))} | {name: Value((one,)) for name, one in chosen.items()}
    since, until = RANGES["month"]
    for variable in board.variables:
        if variable.name not in chosen:
            frame = run(connection, variable.sql, Scope(since, until, variables=found))
            assert frame.names[:2] == ("__value", "__text"), variable.name
            values = [row[0] for row in frame.rows]
            assert len(set(values)) == len(values), f"{board.uid}.{variable.name}: twice"
            found[variable.name] = Value((values[0] if values else "",))
    return found


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_runs_over_every_range_and_answers_in_form(member, board):
    for lang in ("zh", "en"):
        variables = first_choices(member.connection, board, lang)
        for name, (since, until) in RANGES.items():
            for interval in INTERVALS if name == "month" else INTERVALS[:1]:
                scope = Scope(since, until, interval, variables)
                for panel in board.panels():
                    frame = run(member.connection, panel.sql, scope)

                    assert list(faults(panel, frame)) == [], f"{panel.title.en} over {name}"


def test_a_day_that_is_not_over_has_no_coverage_yet(member):
    """Else every board of today would end in a fall to nothing."""
    board = next(one for one in BOARDS if one.uid == "commonwatt-quality")
    variables = first_choices(member.connection, board, "en", zone="Asia/Shanghai")
    midnight = START - timedelta(hours=8)
    for beyond, days in ((timedelta(0), 2), (timedelta(hours=7), 2), (timedelta(hours=24), 3)):
        scope = Scope(midnight, midnight + timedelta(days=2) + beyond, variables=variables)
        frame = run(member.connection, board.panel(6).sql, scope)
        assert {row[0] for row in frame.rows} == {midnight + timedelta(days=n) for n in range(days)}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_what_a_new_database_cannot_choose_is_nothing_and_no_error(member, board):
    since, until = RANGES["month"]
    first = first_choices(member.connection, board, "en")
    held = {name: Value(("",)) for name in first} | {name: first[name] for name in ("lang", "zone")}
    for panel in board.panels():
        frame = run(member.connection, panel.sql, Scope(since, until, variables=held))

        assert list(faults(panel, frame)) == [], panel.title.en


def test_every_form_of_a_variable_reaches_the_database_as_its_values(member):
    names = ("it's", 'a "b"', "x'); DROP TABLE account; --", "$zone", "\\", "名字")
    many, one = Value(names, many=True), Value(names[:1], many=True)
    for value, forms in (
        (many, ("SELECT unnest(ARRAY[$v])", "SELECT unnest(ARRAY[${v:sqlstring}])")),
        (one, ("SELECT unnest(ARRAY[$v])", "SELECT unnest(ARRAY[${v}])")),
        (Value(names[:1]), ("SELECT '$v'", "SELECT '${v}'", "SELECT '[[v]]'")),
    ):
        for form in forms:
            frame = run(member.connection, form, Scope(START, START, variables={"v": value}))

            assert tuple(row[0] for row in frame.rows) == value.values, form
    for form in (
        "SELECT 'a' IN ($v)",
        "SELECT ARRAY(SELECT json_array_elements_text('${v:json}'))",
    ):
        plain = Value(("a", "b"), many=True)
        frame = run(member.connection, form, Scope(START, START, variables={"v": plain}))
        assert frame.rows[0][0] in (True, ["a", "b"])


def test_grouped_times_are_those_of_the_epoch_and_civil_days_are_not(member):
    scope = Scope(START, START, variables={})
    at = "(SELECT '2016-03-01T20:00:00Z'::timestamptz AS at) t"
    grouped = f"SELECT to_timestamp($__timeGroup(at, '1d')) AT TIME ZONE 'Asia/Shanghai' FROM {at}"

    assert run(member.connection, grouped, scope).rows[0][0].hour == 8
    wide = (
        "SELECT $__timeGroup(at, '30d') FROM (SELECT '2016-03-01T20:00:00Z'::timestamptz AS at) t"
    )
    assert float(run(member.connection, wide, scope).rows[0][0]) % 2_592_000 == 0


def test_figures_of_thousands_are_those_of_the_accounts(member):
    """They are worked out another way: joined, not looked for row by row."""
    world = member.world
    office, city = world.institution["office"], world.region["city 2"]
    world.admin(
        """WITH old AS (UPDATE location SET known_until = now()
                         WHERE institution_id = %s AND known_until IS NULL RETURNING *),
                split AS (SELECT region_id, valid_from, '2016-03-15'::date AS valid_to FROM old
                          UNION ALL SELECT %s, '2016-03-15', NULL)
           INSERT INTO location (institution_id, region_id, valid_from, valid_to, source, known_by)
           SELECT %s, region_id, valid_from, valid_to, 'test', 'user:1' FROM split""",
        office,
        city,
        office,
    )
    world.admin(
        """INSERT INTO account SELECT %s, k, m, 'bill', 1234567, 0
             FROM unnest(ARRAY['electricity', 'natural_gas', 'water']) k,
                  generate_series('2015-11-01'::date, '2016-06-01', interval '1 month') m""",
        office,
    )
    columns = "institution_id, carrier, month, source, quanta, measured_s, profile, kgce_g, co2_g"
    slow, fast = (
        member.connection.execute(
            f"SELECT {columns} FROM report.{view} ORDER BY 1, 2, 3, 4, 7"
        ).fetchall()
        for view in ("account_energy", "account_figure")
    )

    assert len(fast) > 24
    assert fast == slow
