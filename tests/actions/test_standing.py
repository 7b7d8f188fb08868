"""Where institutions and members stand: by hand, by day, by rights, and every night."""

from datetime import date, timedelta

import psycopg
import pytest

from actions.desk import DeniedError
from actions.quotas import shares_of
from actions.standing import stand, standing_of
from tests.actions.compact_world import KWH, make_union_world, use
from tests.actions.test_quotas import grams
from worker.loop import Worker, WorkSettings

DAY = date(2016, 3, 10)


@pytest.fixture
def union(world):
    return make_union_world(world)


def days(union, name: str, first: date, kwh: list[int]) -> None:
    """Let the institution's channel have used so much each day, and queue nothing."""
    for place, used in enumerate(kwh):
        union.world.admin(
            "INSERT INTO usage_day VALUES (%s, %s, %s, 86400)",
            union.world.channel[name], first + timedelta(days=place), used * KWH,
        )  # fmt: skip


def test_use_up_to_a_day_stands_beside_the_path_up_to_it(union):
    world, desk = union.world, union.world.desk("planner of all")
    run_id = union.issued()
    for month, kwh in ((1, 900), (2, 950), (3, 700)):
        use(world, "office", 2016, month, kwh)
    days(union, "office e", date(2016, 3, 1), [20] * 31)
    rows = {one.institution_id: one for one in shares_of(desk, run_id).rows}
    office = world.institution["office"]

    assert stand(desk, union.union, DAY) == 4 + 2
    (found,) = standing_of(desk, institution_id=office)

    january, february, march = rows[office].months_g[:3]
    assert found.due_g == january + february + (march * 10 * 2 + 31) // (31 * 2)
    assert found.used_g == grams(900) + grams(950) + grams(10 * 20)
    assert found.quota_g == rows[office].amount_g
    assert found.day == DAY
    assert found.measured_s == 2 * 2_592_000 + 10 * 86_400
    assert found.expected_s == 2 * 10 * 86_400  # two carriers, whose terms begin in March

    members = {one.member_id: one for one in standing_of(desk, union_id=union.union)}
    city = members[world.region["city 1"]]
    police, school = (world.institution[name] for name in ("police", "school"))
    parts = [standing_of(desk, institution_id=one)[0] for one in (office, school, police)]
    assert city.due_g == sum(one.due_g for one in parts)
    assert city.used_g == found.used_g
    assert [one.used_g for one in parts[1:]] == [None, None]  # nothing measured is not zero
    assert members[world.region["city 2"]].used_g is None


def test_a_month_without_base_is_on_neither_side(union):
    world, desk = union.world, union.world.desk("planner of all")
    union.issued()
    clinic = world.institution["clinic"]
    use(world, "clinic", 2016, 2, 400)
    use(world, "clinic", 2016, 10, 100)

    stand(desk, union.union, date(2016, 9, 30))
    (september,) = standing_of(desk, institution_id=clinic)
    assert (september.due_g, september.used_g) == (0, None)
    stand(desk, union.union, date(2017, 5, 1))
    (year,) = standing_of(desk, institution_id=clinic)
    assert (year.day, year.due_g, year.used_g) == (date(2016, 12, 31), year.quota_g, grams(100))
    assert standing_of(desk, institution_id=clinic, day=date(2016, 12, 30)) == [september]


def test_standing_before_the_year_is_none_and_again_changes_nothing(union):
    world, desk = union.world, union.world.desk("planner of all")
    assert stand(desk, union.union, DAY) == 0  # nothing is issued
    union.issued()
    assert stand(desk, union.union, date(2015, 12, 31)) == 0
    for _ in range(2):
        assert stand(desk, union.union, DAY) == 6
    assert world.admin("SELECT count(*) FROM standing") == [(6,)]


def test_officers_see_where_they_stand_and_their_member(union):
    world = union.world
    union.issued()
    stand(world.desk("union planner"), union.union, DAY)
    office, city = world.institution["office"], world.region["city 1"]

    officer = world.desk("of the office")
    assert [one.institution_id for one in standing_of(officer, members=False)] == [office]
    # The first city's sum, less what both see, would tell of its police station.
    assert standing_of(officer) == []
    reader = standing_of(world.desk("union reader"))
    assert [one.member_id for one in reader] == [world.region["city 2"]]
    assert {one.member_id for one in standing_of(world.desk())} == {city, reader[0].member_id}
    assert standing_of(world.desk("outsider")) == []
    assert standing_of(officer, institution_id=world.institution["school"]) == []
    for who in ("province officer", "city reader"):
        with pytest.raises(DeniedError):
            stand(world.desk(who), union.union, DAY)


def test_the_worker_stands_every_night_once_quotas_are_issued(union):
    world = union.world
    union.issued()
    [(at,)] = world.admin("SELECT at FROM due WHERE kind = 'standing'")
    worker = Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None)

    worker.drain()

    [(rows,)] = world.admin("SELECT count(*) FROM standing")
    assert rows == 6
    [(key, again, attempts)] = world.admin("SELECT key, at, attempts FROM due")
    assert (key, attempts) == (str(union.union), 0)
    assert timedelta(0) < again - at <= timedelta(days=1)
    assert again.hour == 17
    world.admin("UPDATE due SET at = now()")
    worker.drain()
    assert world.admin("SELECT count(*) FROM standing") == [(rows,)]
    assert world.admin("SELECT count(*) FROM due") == [(1,)]


def test_a_night_that_fails_is_put_off_and_says_why(union):
    world = union.world
    world.admin("INSERT INTO due (kind, key, at) VALUES ('standing', 'nonsense', now())")
    union.issued()

    Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    rows = world.admin("SELECT attempts, at > now(), said FROM due WHERE key = 'nonsense'")
    assert [row[:2] for row in rows] == [(1, True)]
    assert "nonsense" in rows[0][2]
    assert world.admin("SELECT count(*) FROM standing") == [(6,)]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        world.admin("SELECT access.stand('nonsense', 'total_kgce', now()::date)")
