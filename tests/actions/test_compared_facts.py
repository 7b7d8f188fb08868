"""Two years are compared over the same days: their use, and the area and persons of those days."""

from datetime import date

import pytest

from actions.accounts.decomposition import explain_use_change
from actions.boards.today import today_of
from tests.actions.tables import indicators_of
from tests.actions.test_indicators import fact
from tests.actions.world import counts_since, measure

YEARS = 2014, 2015


@pytest.fixture
def grown(world):
    """An office that grew from 1,000 m² and 50 persons to 1,500 and 60 in July 2015."""
    counts_since(world, "office", "2014-01-01")
    stated(world, "area_m2", (1000, "2010-01-01", "2015-07-01"), (1500, "2015-07-01", None))
    stated(world, "persons", (50, "2010-01-01", "2015-07-01"), (60, "2015-07-01", None))
    return world


def stated(world, attribute, *spans):
    world.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute = %s""",
        world.institution["office"], attribute,
    )  # fmt: skip
    for number, since, until in spans:
        fact(world, "office", attribute, number, since, until)


def change_of(world, year, since):
    change = explain_use_change(world.actor(), world.institution["office"], year, since)
    return change, {one.factor: one for one in change.effects}


def test_facts_of_a_running_year_are_beside_those_of_the_same_days(grown):
    """On 10 April 2016 the first quarters are compared: all that grew lies between them."""
    measure(grown, "office", "2015-01-01", 365, 24_000)
    measure(grown, "office", "2016-01-01", 100, 36_000)

    change, effects = change_of(grown, 2016, 2015)

    assert (change.months, change.share) == (3, round(90 / 91 - 0.00005, 4))
    # By hand: 90 days (29 February has no like) × 24 and 36 kWh × 122.9 g, to a gram a month.
    assert change.before_g == pytest.approx(90 * 24 * 122.9, abs=3)
    assert change.after_g == pytest.approx(90 * 36 * 122.9, abs=3)
    assert (effects["persons"].before, effects["persons"].after) == (50, 60)
    assert (effects["area_per_person"].before, effects["area_per_person"].after) == (20, 25)
    # The area grew by half, and so did the use: the intensity has no part in it.
    assert abs(effects["intensity"].effect_g) <= 3
    assert sum(one.effect_g for one in effects.values()) == change.after_g - change.before_g


def test_facts_are_weighted_by_the_days_compared_of_each_month(grown):
    """Of 2014 only June and ten days of July are known: 30 days of 1,000 m² and 10 of 1,500."""
    measure(grown, "office", "2014-06-01", 40, 10_000)
    measure(grown, "office", "2015-01-01", 365, 10_000)

    change, effects = change_of(grown, 2015, 2014)

    assert change.months == 2
    assert effects["area_per_person"].before == 20
    persons = (30 * 50 + 10 * 60) / 40
    assert effects["persons"].after == pytest.approx(persons)
    assert effects["area_per_person"].after == pytest.approx((30 * 1000 + 10 * 1500) / 40 / persons)


def test_months_of_nothing_are_compared_as_nothing(grown):
    """A boiler that is off in July of both years, and in August of one, is no division by it."""
    for year in YEARS:
        measure(grown, "office", f"{year}-01-01", 365, 10_000)
        measure(grown, "office", f"{year}-07-01", 31, 0)
    measure(grown, "office", "2015-08-01", 31, 0)

    change, _ = change_of(grown, 2015, 2014)
    (one,) = indicators_of(
        grown.actor(), date(2015, 1, 1), date(2016, 1, 1),
        institution_id=grown.institution["office"],
    ).rows  # fmt: skip

    assert (change.months, change.share) == (12, 1)
    assert change.before_g == one.before_g == 1229 * (365 - 31)
    assert change.after_g == one.compared_g == 1229 * (365 - 62)
    assert (one.days, one.of_days, one.comparable) == (365, 365, True)


def test_the_first_page_compares_a_carrier_that_fell_to_nothing(grown):
    """Gas of 100 m³ in March 2015 and none in March 2016 is less gas, and no gas left out."""
    office = grown.institution["office"]
    grown.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
               source, known_by)
           VALUES (%s, 'natural_gas', %s, 1000000, '2014-01-01', 'test', 'user:1')""",
        office, grown.channel["office gas"],
    )  # fmt: skip
    for carrier, used in (("electricity", (1000, 1000)), ("natural_gas", (100, 0))):
        term = "office e" if carrier == "electricity" else "office gas"
        for year, a_day in zip((2015, 2016), used, strict=True):
            days_of(grown, term, f"{year}-03-01", 31, a_day * 1000)
            grown.admin(
                """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s,
                       known_s) VALUES (%s, %s, make_date(%s, 3, 1), 'meter', %s, %s, %s)
                   ON CONFLICT (institution_id, carrier, month, source)
                   DO UPDATE SET quanta = excluded.quanta""",
                office, carrier, year, 31 * a_day * 1000, 31 * 86_400, 31 * 86_400,
            )  # fmt: skip

    (row,) = [
        one for one in today_of(grown.actor()).institutions.rows if one.institution_id == office
    ]
    electricity = 31 * 1000 * 1229 // 10
    assert row.after_g == electricity == row.kgce_g
    assert row.before_g > electricity
    assert row.days == row.of_days == 2 * 31


def days_of(world, channel, first, days, used):
    world.admin(
        """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
           SELECT %s, d::date, %s, 86400, 86400
             FROM generate_series(%s::date, %s::date + %s - 1, '1 day') AS d
           ON CONFLICT (channel_id, day) DO UPDATE SET used = excluded.used""",
        world.channel[channel], used, first, first, days,
    )  # fmt: skip
