"""What stands out of hours is found at night, told once, and what people answered stands."""

from datetime import date, timedelta

import psycopg
import pytest

from actions.accounts.findings import ConfirmFinding, DismissFinding
from actions.doing import carry_out
from actions.registry.opening import WithdrawVacation
from storage.accounts import findings as stored
from tests.actions.examples_of_opening import hours, vacation
from tests.actions.world import HOUR_MS, START_MS, make_world
from worker.kinds import findings
from worker.registered import do_one

BEGAN = date(2015, 6, 1)  # a Monday
HIGH = date(2015, 8, 12)
OUT = date(2015, 8, 26)
DAYS = 130
# Of 24 hours of London; nights, and what one week has more than another.
SHAPE = [300] * 6 + [900] * 12 + [400] * 6


@pytest.fixture
def world(database):
    made = make_world(database)
    yield made
    made.close()


def use(day: date, hour: int) -> int:
    """Return Wh that seldom repeat; one day is six times as high, and part of another is zero."""
    usual = SHAPE[hour] + (day.toordinal() * 37 + hour * 11) % 50
    if day == OUT and 9 <= hour < 15:
        return 0
    return usual * 6 if day == HIGH and hour == 10 else usual


def measure(world, channel: int, days: int = DAYS) -> None:
    """Let hours be measured, and the days of them."""
    each = [BEGAN + timedelta(days=one) for one in range(days)]
    rows = [(f"{day} {hour:02}:00", use(day, hour)) for day in each for hour in range(24)]
    world.admin("SELECT storage.ensure_months('2015-05-31', '2015-12-01')")
    world.admin(
        """INSERT INTO usage_hour (channel_id, hour, used, measured_s, known_s)
           SELECT %s, h::timestamp AT TIME ZONE 'Europe/London', u, 3600, 3600
             FROM unnest(%s::text[], %s::bigint[]) AS r(h, u)""",
        channel, [hour for hour, _ in rows], [used for _, used in rows],
    )  # fmt: skip
    world.admin(
        """INSERT INTO usage_day SELECT %s, d, 1, 86400, 86400 FROM unnest(%s::date[]) AS r(d)
           ON CONFLICT DO NOTHING""",
        channel, each,
    )  # fmt: skip


def look(world) -> None:
    """Let what the night looks at be done at once."""
    findings.plan(world.database.url("worker"))
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        while do_one(connection, _raise) is not None:
            pass


def _raise(task, error):
    raise error


def due(world) -> list[int]:
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        return [one.channel_id for one in stored.due(connection, 100)]


def told(world, channel: int) -> list[tuple]:
    return world.admin(
        """SELECT kind, to_char(first AT TIME ZONE 'Europe/London', 'MM-DD HH24'),
                  to_char(until AT TIME ZONE 'Europe/London', 'MM-DD HH24'), used
             FROM finding WHERE channel_id = %s AND gone_at IS NULL ORDER BY first""",
        channel,
    )  # fmt: skip


def again(world, channel: int) -> None:
    world.admin("DELETE FROM finding_looked WHERE channel_id = %s", channel)


def test_the_faults_are_found_with_their_size_and_answers_outlive_the_next_look(world):
    channel = world.channel["clinic e"]
    measure(world, channel)
    look(world)
    assert told(world, channel) == [
        ("spike", "08-12 10", "08-12 11", use(HIGH, 10)),
        ("zero", "08-26 09", "08-26 15", 0),
    ]

    with world.actor().look() as connection:
        rows = stored.listed(connection, before=(2**52, 2**60), most=10)
    zero, spike = rows
    # An hour of a workday has some 920, and had six times that.
    assert 0.8 < spike.size / (5 * 920) < 1.2
    # 0.1229 kgce a kWh, by the default profile's coefficient of electricity
    assert spike.kgce_g == round(spike.size * 0.1229)
    assert zero.kgce_g < 0
    assert zero.yuan is None

    carry_out(world.actor(), ConfirmFinding(reason="a pump"), spike.finding_id)
    carry_out(world.actor(), DismissFinding(reason="a holiday"), zero.finding_id)
    again(world, channel)
    look(world)
    assert len(told(world, channel)) == 2  # told once, whatever is seen again

    world.admin(
        """UPDATE usage_hour SET used = 900 + 7 * extract(hour FROM hour)
            WHERE channel_id = %s AND used = 0""",
        channel,
    )
    world.admin(
        """UPDATE finding SET answer = NULL, answer_reason = NULL, answered_at = NULL,
               answered_by = NULL WHERE id = %s""",
        zero.finding_id,
    )  # fmt: skip
    again(world, channel)
    look(world)
    assert [one[0] for one in told(world, channel)] == ["spike"]  # what nobody answered goes


def test_a_channel_is_looked_at_once_a_day_and_anew_when_old_hours_come(world):
    channel = world.channel["clinic e"]
    measure(world, channel, 70)
    look(world)
    assert channel not in due(world)

    readings = [(START_MS + hour * HOUR_MS, hour) for hour in range(48)]
    world.say("clinic e", readings, gateway="demo-a/g2")
    world.work()
    assert channel in due(world)


def test_who_states_when_it_is_closed_has_no_zeros_of_that_time(world):
    channel = world.channel["clinic e"]
    measure(world, channel)
    look(world)
    assert "zero" in {one[0] for one in told(world, channel)}
    made = vacation(world, "2015-08-24", "2015-08-31", "clinic")
    assert channel in due(world)  # what was looked at by other hours is looked at anew
    look(world)
    assert "zero" not in {one[0] for one in told(world, channel)}
    carry_out(world.actor(), WithdrawVacation(), made)
    hours(world, ["wed"], "00:00-09:00", name="clinic")
    look(world)
    assert "zero" not in {one[0] for one in told(world, channel)}
    hours(world, ["wed"], "00:00-24:00", name="clinic")
    look(world)
    assert "zero" in {one[0] for one in told(world, channel)}
