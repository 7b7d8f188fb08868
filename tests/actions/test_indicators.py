"""Indicators: on the facts of the time, under each profile, among like institutions seen."""

from datetime import date
from decimal import Decimal
from statistics import quantiles

import pytest

from metering.errors import InputError, NotFoundError
from tests.actions.compact_world import make_union_world, use
from tests.actions.tables import indicators_of
from tests.actions.world import counts_since, measure

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
        world.actor(who), *YEAR, institution_id=world.institution[name], **asked
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


def test_area_is_weighted_by_days_and_only_by_those_for_which_it_was_stated(filled):
    school = filled.institution["school"]
    filled.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute = 'area_m2'""",
        school,
    )
    fact(filled, "school", "area_m2", 500, until="2016-07-01")
    fact(filled, "school", "area_m2", 700, since="2016-07-01", until="2017-01-01")

    def area(first, until, today=date(2018, 1, 1)):
        actor = filled.actor(today=today)
        return indicators_of(actor, first, until, institution_id=school).rows[0].area_m2

    assert area(*YEAR) == round(Decimal(182 * 500 + 184 * 700) / 366, 6)
    assert area(date(2016, 1, 1), date(2016, 7, 1)) == 500
    assert area(date(2016, 7, 1), date(2017, 2, 1)) == 700  # nobody stated it for January
    assert area(*YEAR, today=date(2016, 7, 10)) == round(Decimal(182 * 500 + 10 * 700) / 192, 6)
    assert of(filled, "office")["GB2589-2020"].area_m2 == Decimal("1234.5")


def test_a_move_in_july_leaves_the_first_half_year_where_it_was(filled):
    office = filled.institution["office"]
    whole = of(filled, "office")["GB2589-2020"].kgce_g
    filled.admin("UPDATE affiliation SET known_until = now() WHERE institution_id = %s", office)
    for region, since, until in (
        ("city 1", "2010-01-01", "2016-07-10"),  # within a month: the month stays where it began
        ("city 2", "2016-07-10", None),
    ):
        filled.admin(
            """INSERT INTO affiliation (institution_id, region_id, level, department_line,
                   valid_from, valid_to, source, known_by)
               VALUES (%s, %s, 'city', 'government', %s, %s, 'test', 'user:1')""",
            office, filled.region[region], since, until,
        )  # fmt: skip

    def used(region, first=YEAR[0], until=YEAR[1]):
        actor = filled.actor(today=date(2018, 1, 1))
        rows = indicators_of(actor, first, until, region_id=filled.region[region]).rows
        return {one.institution_id: one.kgce_g for one in rows}.get(office)

    half = date(2016, 8, 1)
    assert used("city 1", until=half) == used("city 1")
    assert used("city 2", first=half) == used("city 2")
    assert used("city 1") + used("city 2") == used("province") == whole
    assert used("city 1", first=half) is None


def test_year_on_year_is_of_the_days_that_both_years_measured(world):
    fact(world, "office", "class", "GOV")
    counts_since(world, "office", "2014-01-01")
    measure(world, "office", "2014-01-01", 365, 10_000)
    measure(world, "office", "2015-01-01", 350, 11_000)  # the end of December is missing
    year = date(2015, 1, 1), date(2016, 1, 1)
    (one,) = indicators_of(world.actor(), *year, institution_id=world.institution["office"]).rows

    assert (one.days, one.of_days, one.comparable) == (350, 365, True)
    assert one.compared_g == one.kgce_g == pytest.approx(350 * 11 * 122.9, abs=12)
    assert one.before_g == pytest.approx(350 * 10 * 122.9, abs=12)
    assert (one.expected_s, one.known_s) == (365 * 86_400, 350 * 86_400)


def test_days_of_a_carrier_that_is_in_neither_sum_are_not_said_to_be_compared(world):
    counts_since(world, "office", "2014-01-01")
    measure(world, "office", "2014-01-01", 365, 10_000)
    measure(world, "office", "2015-01-01", 365, 11_000)
    year = date(2015, 1, 1), date(2016, 1, 1)

    def compared():
        (one,) = indicators_of(
            world.actor(), *year, institution_id=world.institution["office"]
        ).rows
        return one.days, one.of_days, one.comparable

    assert compared() == (365, 365, True)
    world.admin("UPDATE coefficient SET known_until = now() WHERE carrier = 'electricity'")
    assert compared() == (0, 365, False)


def test_too_little_that_both_measured_is_no_year_on_year(world):
    counts_since(world, "office", "2014-01-01")
    measure(world, "office", "2014-07-01", 184, 10_000)
    measure(world, "office", "2015-01-01", 365, 11_000)
    year = date(2015, 1, 1), date(2016, 1, 1)
    (one,) = indicators_of(world.actor(), *year, institution_id=world.institution["office"]).rows

    assert one.enough
    assert (one.days, one.of_days, one.comparable) == (184, 365, False)
    assert one.before_g == pytest.approx(one.compared_g / 1.1, abs=12)


def test_the_running_month_is_not_beside_a_whole_one(world):
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-03-01", 61, 10_000)
    measure(world, "office", "2016-03-01", 40, 10_000)
    spring = date(2016, 3, 1), date(2016, 5, 1)
    (one,) = indicators_of(world.actor(), *spring, institution_id=world.institution["office"]).rows

    assert (one.days, one.of_days) == (31, 31)
    assert one.compared_g == one.before_g
    assert (one.expected_s, one.enough) == (40 * 86_400 - 3600, True)  # today is 10 April


def test_who_is_not_measured_enough_is_listed_and_has_no_place(world):
    schools = {"office": 366, "police": 274, "clinic": 40}  # days that are known of 2015
    for name, days in schools.items():
        fact(world, name, "class", "EDU")
        if name != "office":
            fact(world, name, "area_m2", 1000)
            fact(world, name, "persons", 50)
        counts_since(world, name, "2015-01-01")
        measure(world, name, "2015-01-01", min(days, 365), 10_000)
    year = date(2015, 1, 1), date(2016, 1, 1)
    found = {one.institution_id: one for one in indicators_of(world.actor(), *year).rows}
    office, police, clinic = (found[world.institution[name]] for name in schools)

    assert (office.place_m2, office.of_m2, office.alike, office.lacks) == (1, 1, 3, [])
    for one in (police, clinic):
        assert (one.place_m2, one.place_person, one.enough) == (None, None, False)
        assert one.lacks == ["coverage"]
        assert one.quartiles_m2 == [float(office.per_m2)] * 3


def test_who_was_in_account_for_fewer_days_than_its_like_has_no_place(world):
    """A school of one day, one of a year but for a month, and one of the whole year."""
    since = {"office": "2015-01-01", "police": "2015-02-01", "clinic": "2015-12-31"}
    for name, first in since.items():
        fact(world, name, "class", "EDU")
        if name != "office":
            fact(world, name, "area_m2", 1000)
            fact(world, name, "persons", 50)
        counts_since(world, name, first)
        days = (date(2016, 1, 1) - date.fromisoformat(first)).days
        measure(world, name, first, days, 10_000)

    def placed(first, until):
        rows = indicators_of(world.actor(), first, until).rows
        found = {one.institution_id: one for one in rows}
        return {name: found.get(world.institution[name]) for name in since}

    year = placed(date(2015, 1, 1), date(2016, 1, 1))
    # 334 of 365 days are enough: by hand, 1.229 kgce × 365 / 1234.5 m² before × 334 / 1000 m².
    assert [year[name].place_m2 for name in since] == [1, 2, None]
    assert {one.of_m2 for one in year.values()} == {2}
    assert (year["clinic"].enough, year["clinic"].lacks) == (True, ["time"])
    assert year["clinic"].expected_s == year["clinic"].known_s == 86_400
    autumn = placed(date(2015, 9, 1), date(2015, 12, 1))
    assert [autumn[name].place_m2 for name in ("office", "police")] == [1, 2]
    assert autumn["clinic"] is None  # nothing was expected of it
    late = placed(date(2016, 1, 1), date(2016, 2, 1))
    assert [one.lacks for one in late.values()] == [["coverage"]] * 3


def test_who_has_no_account_at_all_is_listed_too(world):
    counts_since(world, "clinic", "2015-01-01")
    year = date(2015, 1, 1), date(2016, 1, 1)
    (clinic,) = indicators_of(world.actor(), *year, institution_id=world.institution["clinic"]).rows

    assert (clinic.kgce_g, clinic.known_s, clinic.expected_s) == (None, 0, 365 * 86_400)
    assert clinic.lacks == ["coverage", "area", "persons"]


def test_an_office_asks_for_its_own_share(world):
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-01-01", 347, 10_000)
    asked = {"institution_id": world.institution["office"], "region_id": world.region["city 1"]}
    year = date(2015, 1, 1), date(2016, 1, 1)

    def place():
        return indicators_of(world.actor(), *year, **asked).rows[0].place_m2

    assert place() == 1
    world.admin(
        """INSERT INTO enough_measured (region_id, share_millionths, source, known_by)
           VALUES (%s, 960000, 'test', 'user:1')""",
        world.region["province"],
    )
    assert place() is None


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
    page = indicators_of(filled.actor("education line"), *YEAR, limit=1)
    rest = indicators_of(filled.actor("education line"), *YEAR, limit=1, after=page.next)
    assert [one.institution_id for one in (*page.rows, *rest.rows)] == sorted(
        filled.institution[name] for name in ("school", "academy")
    )
    assert rest.next is None


def test_a_region_compares_those_in_it(filled):
    city = filled.region["city 1"]
    found = indicators_of(filled.actor(), *YEAR, region_id=city).rows
    shown = {one.institution_id: one for one in found}
    office, school, police = (
        shown[filled.institution[name]] for name in ("office", "school", "police")
    )
    assert len(shown) == 3
    assert (office.of_m2, school.of_m2) == (2, 2)
    assert (police.lacks, police.place_m2) == (["coverage", "area", "persons"], None)


def test_nonsense_is_told(filled):
    with pytest.raises(InputError, match="first month"):
        indicators_of(filled.actor(), YEAR[1], YEAR[0])
    with pytest.raises(NotFoundError):
        indicators_of(filled.actor(), *YEAR, profiles=["nobody's"])
