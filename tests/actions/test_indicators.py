"""Indicators: on the facts of the last day, under each profile, among like institutions seen."""

from datetime import date
from decimal import Decimal
from statistics import quantiles

import pytest

from actions.indicators import indicators_of
from metering.errors import InputError, NotFoundError
from tests.actions.compact_world import make_union_world, use

YEAR = date(2016, 1, 1), date(2017, 1, 1)
AREAS = {"office": 1000, "school": 500, "clinic": 2000, "academy": 250}
KWH = {"office": 1200, "school": 900, "clinic": 2600, "academy": 800}


@pytest.fixture
def filled(world):
    """Four institutions of one class with a year's accounts, and areas but for the office's own."""
    for name, area in AREAS.items():
        for month in range(1, 13):
            use(world, name, 2016, month, KWH[name] + month)
        fact(world, name, "class", "GOV")
        if name != "office":
            fact(world, name, "area_m2", area)
    return world


def fact(world, name, attribute, value, since="2010-01-01", until=None):
    column = "number" if attribute in ("area_m2", "persons") else "value"
    world.admin(
        f"""INSERT INTO institution_fact (institution_id, attribute, {column}, valid_from, valid_to,
                                          source, known_by)
            VALUES (%s, %s, %s, %s, %s, 'test', 'user:1')""",
        world.institution[name], attribute, value, since, until,
    )  # fmt: skip


def of(world, name, who="planner of all", **asked):
    rows = indicators_of(
        world.desk(who), *YEAR, institution_id=world.institution[name], **asked
    ).rows
    return {one.profile: one for one in rows}


def test_intensity_place_and_quartiles_are_those_of_all_that_are_alike(filled):
    found = {name: of(filled, name, profiles=["GB2589-2020"])["GB2589-2020"] for name in AREAS}
    areas = AREAS | {"office": Decimal("1234.5")}  # of the world itself
    per_m2 = {name: Decimal(one.kgce_g) / 1000 / areas[name] for name, one in found.items()}
    order = sorted(per_m2, key=per_m2.__getitem__)

    for name, one in found.items():
        assert one.kgce_g == sum(
            int((KWH[name] + month) * Decimal("122.9") + Decimal("0.5")) for month in range(1, 13)
        )
        assert one.per_m2 == pytest.approx(per_m2[name])
        assert (one.place_m2, one.of_m2) == (order.index(name) + 1, 4)
        middle = quantiles(map(float, per_m2.values()), n=4, method="inclusive")
        assert one.quartiles_m2 == pytest.approx(middle)
    assert [one.per_person for name, one in found.items() if name != "office"] == [None] * 3
    assert found["office"].per_person == pytest.approx(Decimal(found["office"].kgce_g) / 80_000)
    assert (found["office"].place_person, found["office"].of_person) == (1, 1)
    assert found["school"].place_person is None


def test_facts_are_those_of_the_last_day(filled):
    school = filled.institution["school"]
    filled.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute = 'area_m2'""",
        school,
    )
    fact(filled, "school", "area_m2", 500, until="2016-07-01")
    fact(filled, "school", "area_m2", 700, since="2016-07-01", until="2017-01-01")
    assert of(filled, "school")["GB2589-2020"].area_m2 == 700
    early = indicators_of(
        filled.desk(), date(2016, 1, 1), date(2016, 7, 1), institution_id=school
    ).rows[0]
    assert early.area_m2 == 500
    late = indicators_of(
        filled.desk(), date(2016, 7, 1), date(2017, 2, 1), institution_id=school
    ).rows[0]
    assert (late.area_m2, late.per_m2, late.place_m2) == (None, None, None)


def test_year_on_year_counts_what_both_years_have(filled):
    for month in (1, 2):
        use(filled, "office", 2015, month, 2 * (KWH["office"] + month))
    use(filled, "office", 2015, 3, 77, carrier="natural_gas")
    one = of(filled, "office")["GB2589-2020"]

    assert one.before_g == pytest.approx(2 * one.compared_g, abs=2)
    assert one.compared_g < one.kgce_g
    assert of(filled, "school")["GB2589-2020"].before_g is None


def test_profiles_of_targets_come_beside_the_default_and_are_told_apart(filled):
    make_union_world(filled)
    assert set(of(filled, "office")) == {"GB2589-2020"}
    filled.admin(
        """INSERT INTO target (union_id, indicator, profile, fall_millionths, curve, origin, source,
                               made_by)
           SELECT union_id, indicator, 'DB37-2019', fall_millionths, curve, origin, source, made_by
             FROM target LIMIT 1"""
    )
    both = of(filled, "office")
    assert set(both) == {"GB2589-2020", "DB37-2019"}
    assert both["GB2589-2020"].kgce_g != both["DB37-2019"].kgce_g


def test_only_what_the_reader_sees_is_compared(filled):
    mine = of(filled, "school", who="education line")["GB2589-2020"]
    assert mine.of_m2 == 2  # school and academy
    assert of(filled, "office", who="education line") == {}
    page = indicators_of(filled.desk("education line"), *YEAR, limit=1)
    rest = indicators_of(filled.desk("education line"), *YEAR, limit=1, after=page.next)
    assert [one.institution_id for one in (*page.rows, *rest.rows)] == sorted(
        filled.institution[name] for name in ("school", "academy")
    )
    assert rest.next is None


def test_a_region_compares_those_in_it(filled):
    city = filled.region["city 1"]
    found = indicators_of(filled.desk(), *YEAR, region_id=city).rows
    assert {one.institution_id for one in found} == {
        filled.institution["office"], filled.institution["school"],
    }  # fmt: skip
    assert {one.of_m2 for one in found} == {2}


def test_nonsense_is_told(filled):
    with pytest.raises(InputError, match="first month"):
        indicators_of(filled.desk(), YEAR[1], YEAR[0])
    with pytest.raises(NotFoundError):
        indicators_of(filled.desk(), *YEAR, profiles=["nobody's"])
