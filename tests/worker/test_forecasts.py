"""How a year will end is forecast at night, with a band where enough forecasts are over."""

from datetime import date, timedelta

import psycopg
import pytest

from actions.boards.today import today_of
from storage.compact import year_forecasts
from tests.actions.world import make_world, new_office
from worker.kinds import forecasts
from worker.registered import do_one

TODAY = date(2019, 4, 11)  # a hundred days of the year are over
FIRST = date(2017, 1, 3)  # 728 days before its first
MANY = 24
WEEK = (300, 320, 310, 305, 290, 90, 60)  # kWh from a Monday on


@pytest.fixture
def world(database, monkeypatch):
    monkeypatch.setattr(forecasts.days, "today", lambda _: TODAY)
    made = make_world(database)
    yield made
    made.close()


def use(one: int, day: date, pace: float) -> int:
    """Return Wh of an office; each has a size of its own, and the year has a pace."""
    wobble = (day.toordinal() * 37 + one * 11) % 13
    used = (WEEK[day.weekday()] + wobble) * (one + 1) * 1000
    return round(used * pace) if day.year == TODAY.year else used


def measure(world, one: int, pace: float = 1.0, days: int | None = None) -> None:
    """Let an office's days be known, of each or of the last so many alone."""
    name = f"office {one}"
    new_office(world, name)
    world.admin("UPDATE account_term SET known_until = now() WHERE institution_id = %s",
                world.institution[name])  # fmt: skip
    world.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from, source,
               known_by) VALUES (%s, 'electricity', %s, 1000000, %s, 'test', 'user:1')""",
        world.institution[name], world.channel[f"{name} e"], FIRST,
    )  # fmt: skip
    count = (TODAY - FIRST).days
    each = [FIRST + timedelta(days=at) for at in range(count)][-(days or count) :]
    world.admin(
        """INSERT INTO usage_day SELECT %s, d, u, 86400, 86400
             FROM unnest(%s::date[], %s::bigint[]) AS r(d, u)""",
        world.channel[f"{name} e"], each, [use(one, day, pace) for day in each],
    )  # fmt: skip
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
           SELECT %s, 'electricity', date_trunc('month', day::timestamp)::date, 'meter', sum(used),
                  sum(measured_s), sum(known_s)
             FROM usage_day WHERE channel_id = %s
            GROUP BY date_trunc('month', day::timestamp)""",
        world.institution[name], world.channel[f"{name} e"],
    )  # fmt: skip


def make(world) -> None:
    forecasts.plan(world.database.url("worker"))
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        while do_one(connection, _raise) is not None:
            pass


def _raise(task, error):
    raise error


def told(world) -> dict[str, object]:
    """Return the table's rows of our offices, by name."""
    with world.actor().look() as connection:
        rows = year_forecasts.listed(connection, after=(-2.0, 0), most=100)
    return {one.name_en: one for one in rows}


def wide(one) -> float:
    """Return the width of a band, as a share of the rest."""
    return (one.upper_g - one.lower_g) / one.rest_g


def test_a_night_forecasts_every_year_with_a_band_from_each_others_last_year(world):
    for one in range(MANY):
        measure(world, one, pace=1.21 if one == 3 else 1.0)
    make(world)
    found = told(world)

    office = found["Demo office 0"]
    assert (office.year, office.day, office.known_days) == (2019, date(2019, 4, 10), 100)
    # Known by hand: of each day its weekday's use; and 0.1229 kgce per kWh, 2017's of the seed.
    days = [FIRST + timedelta(days=at) for at in range((TODAY - FIRST).days)]
    used_wh = sum(use(0, day, 1.0) for day in days if day.year == 2019)
    assert office.used_g == round(used_wh * 0.1229)
    rest_wh = sum(
        use(0, date(2019, 1, 1) + timedelta(days=at - 364), 1.0) for at in range(100, 365)
    )
    assert office.rest_g == pytest.approx(rest_wh * 0.1229, rel=0.005)
    assert office.lower_g <= office.total_g <= office.upper_g
    assert office.lower_g > 0.97 * office.total_g  # nothing happened, and it is known
    assert (office.peers, office.why, office.odds) == (MANY, None, None)  # it has no quota

    quick = found["Demo office 3"]
    assert quick.rest_g == pytest.approx(1.1 * 4 * rest_wh * 0.1229, rel=0.01)  # √1.21
    assert wide(quick) > 1.5 * wide(office)  # who changed may change again

    shown = today_of(world.actor()).institutions
    assert shown is not None
    greatest = shown.rows[0].institution_id
    assert shown.forecasts[greatest].total_g == found[f"Demo office {MANY - 1}"].total_g


def test_without_days_or_peers_there_is_no_band_and_the_reason_is_told(world):
    measure(world, 0)
    measure(world, 1, days=50)
    make(world)
    found = told(world)
    assert (found["Demo office 0"].why, found["Demo office 0"].lower_g) == ("peers", None)
    assert found["Demo office 0"].total_g is not None
    assert (found["Demo office 1"].why, found["Demo office 1"].rest_g) == ("days", None)
    # At the same day again nothing is to do; the next day it is made anew, in the same place.
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        assert not forecasts._some(connection, TODAY - timedelta(days=1))
        assert len(forecasts._some(connection, TODAY)) == len(found)
