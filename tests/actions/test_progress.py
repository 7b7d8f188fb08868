"""Where institutions and members stand: by hand, by day, by rights, and every night."""

from datetime import date, timedelta
from fractions import Fraction

import psycopg
import pytest

from actions.actor import DeniedError
from actions.compact.decide_movements import ApproveMovement
from actions.compact.progress import progress_of
from actions.compact.quotas import explain_quota
from actions.compact.runs import Method, Rule, list_runs
from actions.compact.targets import Indicator, Target
from actions.doing import carry_out
from metering.errors import ConflictError, InputError
from tests.actions.acts import set_target
from tests.actions.book_world import agree, people, propose_transfer
from tests.actions.compact_world import (
    KWH,
    USED,
    issue_run,
    make_union_world,
    record_progress,
    run_target,
    use,
)
from tests.actions.tables import list_quotas, shares_of
from tests.actions.test_quotas import grams
from tests.actions.world import TODAY
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


def in_account_since(world, day: date) -> None:
    """Let every term hold since a day, whatever was known before."""
    world.admin("ALTER TABLE account_term DISABLE TRIGGER only_retire")
    world.admin("UPDATE account_term SET valid_from = %s", day)
    world.admin("ALTER TABLE account_term ENABLE TRIGGER only_retire")


def disclosed(world, name: str, value: str) -> None:
    """Let an institution be of another disclosure class, whatever was known before."""
    world.admin("ALTER TABLE institution_fact DISABLE TRIGGER only_retire")
    world.admin(
        """UPDATE institution_fact SET value = %s
            WHERE attribute = 'disclosure' AND institution_id = %s""",
        value, world.institution[name],
    )  # fmt: skip
    world.admin("ALTER TABLE institution_fact ENABLE TRIGGER only_retire")


def drain(world) -> None:
    """Let a worker do all that waits."""
    Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()


def drawn_months(actor, institution: int) -> list[int]:
    """Return the months of an institution's quota as boards draw them."""
    with actor.look() as connection:
        return [row[0] for row in connection.execute(
            "SELECT quota_g FROM report.quota_month WHERE institution_id = %s ORDER BY month",
            [institution],
        )]  # fmt: skip


def test_use_up_to_a_day_stands_beside_the_path_up_to_it(union):
    world, actor = union.world, union.world.actor("planner of all")
    run_id = union.issued()
    for month, kwh in ((1, 900), (2, 950), (3, 700)):
        use(world, "office", 2016, month, kwh)
    days(union, "office e", date(2016, 3, 1), [20] * 31)
    rows = {one.institution_id: one for one in shares_of(actor, run_id).rows}
    office = world.institution["office"]

    assert record_progress(actor, union.union, DAY) == 4 + 2
    (found,) = progress_of(actor, institution_id=office)

    january, february, march = rows[office].months_g[:3]
    assert found.path_g == january + february + (march * 10 * 2 + 31) // (31 * 2)
    assert found.used_g == grams(900) + grams(950) + grams(10 * 20)
    assert found.quota_g == rows[office].amount_g
    assert found.day == DAY
    assert found.measured_s == 2 * 2_592_000 + 10 * 86_400
    assert found.expected_s == 2 * 10 * 86_400  # two carriers, whose terms begin in March

    members = {one.member_id: one for one in progress_of(actor, union_id=union.union)}
    city = members[world.region["city 1"]]
    police, school = (world.institution[name] for name in ("police", "school"))
    parts = [progress_of(actor, institution_id=one)[0] for one in (office, school, police)]
    assert city.path_g == sum(one.path_g for one in parts)
    assert city.used_g == found.used_g
    assert [one.used_g for one in parts[1:]] == [None, None]  # nothing measured is not zero
    assert members[world.region["city 2"]].used_g is None


def test_a_month_without_base_is_on_neither_side(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    clinic = world.institution["clinic"]
    use(world, "clinic", 2016, 2, 400)
    use(world, "clinic", 2016, 10, 100)

    later = world.actor("planner of all", date(2017, 6, 1))
    record_progress(later, union.union, date(2016, 9, 30))
    (september,) = progress_of(actor, institution_id=clinic)
    assert (september.path_g, september.used_g) == (0, None)
    record_progress(later, union.union, date(2017, 5, 1))
    (year,) = progress_of(actor, institution_id=clinic)
    assert (year.day, year.path_g, year.used_g) == (date(2016, 12, 31), year.quota_g, grams(100))
    assert progress_of(actor, institution_id=clinic, day=date(2016, 12, 30)) == [september]


def test_progress_before_the_year_is_none_and_again_changes_nothing(union):
    world, actor = union.world, union.world.actor("planner of all")
    assert record_progress(actor, union.union, DAY) == 0  # nothing is issued
    union.issued()
    assert record_progress(actor, union.union, date(2015, 12, 31)) == 0
    for _ in range(2):
        assert record_progress(actor, union.union, DAY) == 6
    assert world.admin("SELECT count(*) FROM progress") == [(6,)]


def test_officers_see_where_they_stand_and_their_member(union):
    world = union.world
    union.issued()
    record_progress(world.actor("union planner"), union.union, DAY)
    office, city = world.institution["office"], world.region["city 1"]

    officer = world.actor("of the office")
    assert [one.institution_id for one in progress_of(officer, members=False)] == [office]
    # The first city's sum, less what both see, would tell of its police station.
    assert progress_of(officer) == []
    reader = progress_of(world.actor("union reader"))
    assert [one.member_id for one in reader] == [world.region["city 2"]]
    assert {one.member_id for one in progress_of(world.actor())} == {city, reader[0].member_id}
    assert progress_of(world.actor("outsider")) == []
    assert progress_of(officer, institution_id=world.institution["school"]) == []
    for who in ("province officer", "city reader"):
        with pytest.raises(DeniedError):
            record_progress(world.actor(who), union.union, DAY)


def test_the_worker_stands_every_night_once_quotas_are_issued(union):
    world = union.world
    union.issued()
    [(at,)] = world.admin("SELECT at FROM task WHERE kind = 'progress.record'")
    worker = Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None)

    worker.drain()

    [(rows,)] = world.admin("SELECT count(*) FROM progress")
    assert rows == 6
    kinds = world.admin("SELECT kind FROM task ORDER BY kind")
    assert kinds == [("books.reconcile",), ("progress.record",)]  # each night, both
    [(key, again, attempts)] = world.admin(
        "SELECT key, at, attempts FROM task WHERE kind = 'progress.record'"
    )
    assert (key, attempts) == (str(union.union), 0)
    assert timedelta(0) < again - at <= timedelta(days=1)
    assert again.hour == 17
    world.admin("UPDATE task SET at = now()")
    worker.drain()
    assert world.admin("SELECT count(*) FROM progress") == [(rows,)]
    assert world.admin("SELECT count(*) FROM task") == [(2,)]


def test_a_night_that_fails_is_put_off_and_says_why(union):
    world = union.world
    world.admin("INSERT INTO task (kind, key, at) VALUES ('progress.record', 'nonsense', now())")
    union.issued()

    Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    rows = world.admin("SELECT attempts, at > now(), error FROM task WHERE key = 'nonsense'")
    assert [row[:2] for row in rows] == [(1, True)]
    assert "nonsense" in rows[0][2]
    assert world.admin("SELECT count(*) FROM progress") == [(6,)]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        world.admin("SELECT access.record_progress('nonsense', 'total_kgce', now()::date)")


def test_a_day_that_is_not_over_has_no_progress(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    for day in (TODAY, TODAY + timedelta(days=1), date(2099, 1, 1)):
        with pytest.raises(InputError) as refused:
            record_progress(actor, union.union, day)
        assert refused.value.code == "progress.day_not_over"
        assert day.isoformat() in refused.value.en
    assert world.admin("SELECT count(*) FROM progress") == [(0,)]
    assert record_progress(actor, union.union, TODAY - timedelta(days=1)) == 6
    with pytest.raises(psycopg.errors.InvalidParameterValue):  # whoever asks
        world.admin(
            "SELECT access.record_progress(%s, 'total_kgce', current_date + 1)", union.union
        )


def test_a_day_is_over_when_it_is_over_where_the_meters_are(union):
    """The office's meters are in London: Shanghai's midnight does not end their day."""
    world = union.world
    union.issued()
    world.admin("UPDATE channel SET zone = 'Pacific/Honolulu' WHERE id = %s",
                world.channel["office e"])  # fmt: skip
    [(day, there)] = world.admin(
        """SELECT storage.union_today(%s), (now() AT TIME ZONE 'Pacific/Honolulu')::date""",
        union.union,
    )
    assert day == there


def test_a_unions_day_is_over_when_it_is_for_every_member(union):
    """No meter hangs in Niue, but a member counts its days there."""
    union.world.admin(
        """INSERT INTO region_zone (region_id, zone, source, known_by)
           VALUES (%s, 'Pacific/Niue', 'test', 'user:1')""",
        union.world.region["city 2"],
    )
    [(day, there)] = union.world.admin(
        """SELECT storage.union_today(%s), (now() AT TIME ZONE 'Pacific/Niue')::date""",
        union.union,
    )
    assert day == there


def test_what_nobody_measured_is_no_saving(union):
    """A month that is due and was not measured is on neither side, and the share of it is told."""
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    in_account_since(world, date(2016, 1, 1))
    school = world.institution["school"]
    for month, (kwh, known_s) in {1: (800, 31 * 86_400 * 2), 2: (100, 86_400)}.items():
        use(world, "school", 2016, month, kwh)
        world.admin(
            """UPDATE account SET known_s = %s
                WHERE institution_id = %s AND month = make_date(2016, %s, 1)""",
            known_s, school, month,
        )  # fmt: skip

    record_progress(actor, union.union, date(2016, 1, 31))
    (january,) = progress_of(actor, institution_id=school)
    assert january.compared_path_g == january.path_g
    assert january.over_g == grams(800) - january.path_g > 0

    record_progress(actor, union.union, date(2016, 2, 29))
    (february,) = progress_of(actor, institution_id=school)
    assert february.used_g == grams(800) + grams(100)
    assert (february.compared_path_g, february.compared_used_g) == (january.path_g, grams(800))
    assert february.over_g is None  # half of the path is measured, and nine tenths are asked for
    world.admin("""INSERT INTO union_enough (union_id, permille, reason, made_by)
                   VALUES (%s, 500, 'meters are late', 'user:1')""", union.union)  # fmt: skip
    record_progress(actor, union.union, date(2016, 2, 29))
    assert progress_of(actor, institution_id=school)[0].over_g == january.over_g


def test_a_bill_counts_where_the_meter_knows_too_little(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    in_account_since(world, date(2016, 1, 1))
    use(world, "police", 2016, 1, 5)
    world.admin(
        "UPDATE account SET known_s = 86400 WHERE institution_id = %s AND month = '2016-01-01'",
        world.institution["police"],
    )
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
           VALUES (%s, 'electricity', '2016-01-01', 'bill', 300000, 0)""",
        world.institution["police"],
    )
    record_progress(actor, union.union, date(2016, 1, 31))
    (police,) = progress_of(actor, institution_id=world.institution["police"])
    assert (police.used_g, police.compared_used_g) == (grams(300), grams(300))


def test_issuing_moves_the_waiting_night_forward_and_progress_is_of_the_run_in_force(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    drain(world)  # the next one waits for the night
    before = {one.institution_id: one for one in progress_of(actor, members=False)}

    use(world, "school", 2015, 3, 999)
    second = union.run()
    union.answered()
    issue_run(actor, second, "the school's March was read again")

    assert world.admin("SELECT count(*), bool_and(at <= now()) FROM task") == [(2, True)]
    assert progress_of(actor, members=False) == []  # what is shown is of the run in force or not
    drain(world)
    after = {one.institution_id: one for one in progress_of(actor, members=False)}
    assert after.keys() == before.keys()
    school = world.institution["school"]
    assert after[school].quota_g > before[school].quota_g
    assert {one.run_id for one in after.values()} == {second}
    assert all(one.as_of >= before[key].as_of for key, one in after.items())


def test_an_institution_that_a_newer_run_drops_is_shown_as_dropped(union):
    world, actor = union.world, union.world.actor("planner of all")
    first = union.issued()
    record_progress(actor, union.union, DAY)
    clinic = world.institution["clinic"]
    disclosed(world, "clinic", "off_platform")
    second = union.run()
    union.answered()
    issue_run(actor, second, "the clinic left")
    disclosed(world, "clinic", "open")

    quotas = {one.institution_id: one for one in list_quotas(actor).rows}
    assert (quotas[clinic].state, quotas[clinic].amount_g) == ("dropped", 0)
    assert (quotas[clinic].run_id, quotas[clinic].in_force_run_id) == (first, second)
    assert {one.state for key, one in quotas.items() if key != clinic} == {"in_force"}
    (stood,) = progress_of(actor, institution_id=clinic)
    assert (stood.state, stood.quota_g, stood.path_g, stood.over_g) == ("dropped", 0, 0, None)
    told = explain_quota(actor, clinic, 2016)
    assert (told.quota.state, told.run.run_id) == ("dropped", first)
    states = {one.run_id: (one.state, one.in_force) for one in list_runs(actor)}
    assert states == {first: ("superseded", []), second: ("in_force", [2016])}

    record_progress(actor, union.union, DAY)
    members = progress_of(actor, union_id=union.union)
    assert sum(one.quota_g for one in members) == sum(one.amount_g for one in quotas.values())
    assert drawn_months(actor, clinic) == []


def test_who_was_dropped_and_comes_back_holds_one_quota_and_no_run_is_issued_twice(union):
    world, actor = union.world, union.world.actor("planner of all")
    clinic = world.institution["clinic"]
    runs = [union.issued()]
    for disclosure, kwh in (("off_platform", 1500), ("open", 1600)):
        disclosed(world, "clinic", disclosure)
        use(world, "office", 2015, 4, kwh)
        union.answered()
        runs.append(union.run())
        issue_run(actor, runs[-1], f"the clinic is {disclosure}")

    record_progress(actor, union.union, DAY)
    quotas = {one.institution_id: one for one in list_quotas(actor).rows}
    stood = {one.institution_id: one for one in progress_of(actor, members=False)}
    assert (quotas[clinic].state, quotas[clinic].run_id) == ("in_force", runs[2])
    # By hand: 500 + 250 kWh of October and December × 122.9 g, less 3 %.
    assert abs(quotas[clinic].amount_g - 750 * 122.9 * 0.97) <= 2
    assert {key: one.quota_g for key, one in stood.items()} == {
        key: one.amount_g for key, one in quotas.items()
    }
    assert {one.run_id for one in stood.values()} == {runs[2]}
    states = [{one.run_id: one.state for one in list_runs(actor)}[run] for run in runs]
    assert states == ["superseded", "superseded", "in_force"]
    with pytest.raises(ConflictError) as refused:
        issue_run(actor, runs[0], "back to the first")
    assert refused.value.code == "run.issued_already"


def test_each_year_has_its_own_run_in_force_and_its_own_progress(union):
    """Base of 26,586 kWh = 3,267,419 g; 6 % less by 2018 compound: by hand 0.94^(1/3) a year."""
    world, actor = union.world, union.world.actor("planner of all", date(2018, 3, 1))
    fall = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 60_000, base_year=2015, target_year=2018)
    target = set_target(actor, union.union, fall, "test")
    union.answered(target)
    runs = {
        year: run_target(actor, target, Method(Rule.PROPORTIONAL), year).run
        for year in (2016, 2017, 2018)
    }
    for year, run in runs.items():
        issue_run(actor, run.run_id, f"for {year}")

    base_g = sum(grams(kwh) for name in ("office", "school", "police", "clinic")
                 for kwh in USED[name])  # fmt: skip
    for steps, run in enumerate(runs.values(), 1):
        assert abs(run.total_g - base_g * 0.94 ** (steps / 3)) <= 1
    held = world.admin("SELECT year, run_id FROM run_in_force ORDER BY year")
    assert held == [(year, run.run_id) for year, run in runs.items()]
    record_progress(actor, union.union, date(2018, 2, 28))
    found = progress_of(actor, members=False)
    ends = {2016: date(2016, 12, 31), 2017: date(2017, 12, 31), 2018: date(2018, 2, 28)}
    assert {(one.year, one.day, one.run_id) for one in found} == {
        (year, ends[year], run.run_id) for year, run in runs.items()
    }
    for year, run in runs.items():
        assert sum(one.quota_g for one in found if one.year == year) == run.total_g


def test_quotas_of_a_year_come_of_one_run_whatever_target_it_was_for(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.issued()
    other = set_target(actor, union.union, Target(Indicator.TOTAL_KGCE, "GB2589-2020", 50_000), "t")
    run = run_target(actor, other, Method(Rule.PROPORTIONAL)).run
    union.answered(other)
    issue_run(actor, run.run_id, "agreed anew")

    assert sum(one.amount_g for one in list_quotas(actor).rows) == run.total_g
    held = world.admin("SELECT year, run_id FROM run_in_force")
    assert held == [(2016, run.run_id)]
    record_progress(actor, union.union, DAY)
    members = progress_of(actor, union_id=union.union)
    assert sum(one.quota_g for one in members) == run.total_g


def test_progress_and_months_follow_what_the_books_moved(union):
    """A transfer between two holders moves their paths in the same proportion."""
    world, actor = union.world, union.world.actor("planner of all")
    run = union.issued()
    office, school = (world.institution[name] for name in ("office", "school"))
    shares = {one.institution_id: one for one in shares_of(actor, run).rows}
    agree(world, union.union, delay_hours=0, longer_hours=0)
    first, second = people(world)
    movement = propose_transfer(first, union, "office", "school", "1")
    assert carry_out(second, ApproveMovement(), movement, again=True).result.state == "done"

    record_progress(actor, union.union, date(2016, 3, 31))
    for one, by in ((office, -1000), (school, 1000)):
        (found,) = progress_of(actor, institution_id=one)
        share = shares[one]
        assert found.quota_g == share.amount_g + by
        assert abs(found.path_g - Fraction(sum(share.months_g[:3]) * found.quota_g,
                                          share.amount_g)) <= 1  # fmt: skip
        assert sum(drawn_months(actor, one)) == found.quota_g
