"""Boards count an institution where it was, and over the area that it had, in the months shown."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.macros import Scope, Value, expand
from tests.actions.compact_world import use
from tests.actions.tables import indicators_of

JANUARY, JULY, END = (datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 7, 1, tzinfo=UTC),
                      datetime(2018, 1, 1, tzinfo=UTC))  # fmt: skip
PER_MONTH = Decimal("122.9")  # 1,000 kWh [kgce]


@pytest.fixture
def moved(member):
    """The office: 1,000 m² in city 1, from July 2017 on 1,500 m² in city 2 and of another class."""
    world, office = member.world, member.world.institution["office"]
    for month in range(1, 13):
        use(world, "office", 2017, month, 1000)
    for table in ("affiliation", "institution_fact"):
        world.admin(
            f"""UPDATE {table} SET known_until = now()
                 WHERE institution_id = %s AND known_until IS NULL""",
            office,
        )
    for region, since, until in (
        ("city 1", "2010-01-01", "2017-07-01"), ("city 2", "2017-07-01", None),
    ):  # fmt: skip
        world.admin(
            """INSERT INTO affiliation (institution_id, region_id, level, department_line,
                   valid_from, valid_to, source, known_by)
               VALUES (%s, %s, 'city', 'government', %s, %s, 'test', 'user:1')""",
            office, world.region[region], since, until,
        )  # fmt: skip
    for attribute, column, old, new in (
        ("area_m2", "number", "1000", "1500"), ("persons", "number", "50", "50"),
        ("class", "value", "GOV", "EDU"),
    ):  # fmt: skip
        for value, since, until in ((old, "2010-01-01", "2017-07-01"), (new, "2017-07-01", None)):
            world.admin(
                f"""INSERT INTO institution_fact (institution_id, attribute, {column}, valid_from,
                           valid_to, source, known_by)
                    VALUES (%s, %s, %s, %s, %s, 'test', 'user:1')""",
                office, attribute, value, since, until,
            )  # fmt: skip
    return member


def asked(member, board, panel, since, until, **variables):
    found = next(one for one in BOARDS if one.uid == f"commonwatt-{board}")
    values = {"lang": "en", "zone": "UTC", "profile": "GB2589-2020", **variables}
    scope = Scope(since, until, variables={name: Value((str(v),)) for name, v in values.items()})
    return member.connection.execute(expand(found.panel(panel).sql, scope)).fetchall()


def test_a_move_in_july_leaves_the_first_half_year_where_it_was(moved):
    world = moved.world

    def total(name, since=JANUARY, until=END):
        return asked(moved, "region", 1, since, until, region=world.region[name])[0][0]

    assert total("city 1") == total("city 2") == 6 * PER_MONTH
    assert total("province") == 12 * PER_MONTH
    assert total("city 1", until=JULY) == total("province", until=JULY) == 6 * PER_MONTH
    assert total("city 1", since=JULY) is None

    by_month = asked(moved, "region", 5, JANUARY, END, region=world.region["province"])
    held = {at.month: name for at, name, _ in by_month}
    assert [held[month] for month in range(1, 13)] == ["Demo city 1"] * 6 + ["Demo city 2"] * 6
    rows = asked(moved, "region", 9, JANUARY, END, region=world.region["province"])
    members = {row[1]: row[3] for row in rows}
    assert members["Demo city 1"] == members["Demo city 2"] == 6 * PER_MONTH


def test_its_intensity_is_the_same_on_boards_and_over_the_api(moved):
    world, office = moved.world, moved.world.institution["office"]
    mean = round(Decimal(181 * 1000 + 184 * 1500) / 365, 6)
    actor = world.actor(today=date(2018, 6, 1))
    (of_api,) = indicators_of(
        actor, date(2017, 1, 1), date(2018, 1, 1), institution_id=office,
        profiles=["GB2589-2020"],
    ).rows  # fmt: skip
    (of_board,) = asked(moved, "institution", 3, JANUARY, END, institution=office)[0]
    ranked = asked(
        moved, "region", 10, JANUARY, END, region=world.region["province"]
    )  # fmt: skip
    (row,) = [one for one in ranked if one[0] == office]

    assert of_api.area_m2 == row[3] == mean
    assert float(of_api.per_m2) == pytest.approx(float(of_board)) == pytest.approx(float(row[4]))
    assert float(of_board) == pytest.approx(float(12 * PER_MONTH / mean))


def test_sums_say_which_carriers_they_do_not_hold(moved):
    world, office = moved.world, moved.world.institution["office"]
    where = {"region": world.region["province"], "institution": office}
    panels = (("region", 30), ("institution", 30))
    for board, panel in panels:
        assert asked(moved, board, panel, JANUARY, END, **where) == [(None,)]
    use(world, "office", 2017, 2, 1000, carrier="natural_gas_energy")  # no CO2 factor
    use(world, "office", 2017, 3, 1, carrier="district_cooling")  # no coefficient either
    for board, panel in panels:
        text = asked(moved, board, panel, JANUARY, END, **where)[0][0]
        assert text.startswith("kgce: District cooling · CO2: District cooling, Natural gas by")
        assert text.endswith("(CO2 / kgce 92.3 %)")
    (row,) = indicators_of(
        world.actor(today=date(2018, 6, 1)), date(2017, 1, 1), date(2018, 1, 1),
        institution_id=office, profiles=["GB2589-2020"],
    ).rows  # fmt: skip
    assert row.without == ["district_cooling"]


def test_a_place_is_taken_among_those_of_the_class_and_region_of_the_time(moved):
    world, office = moved.world, moved.world.institution["office"]

    def like(region, since, until):
        rows = asked(moved, "comparison", 7, since, until, region=world.region[region],
                     institution=office)  # fmt: skip
        return {row[0]: row[2] for row in rows}[office]

    assert like("city 1", JANUARY, JULY) == like("city 2", JULY, END) == 6 * PER_MONTH
    assert like("city 1", JANUARY, END) == 6 * PER_MONTH
    assert like("province", JANUARY, END) == 12 * PER_MONTH
