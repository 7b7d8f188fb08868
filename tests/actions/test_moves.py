"""An institution that moves in July leaves the first half-year where it was."""

from datetime import date

import pytest

from actions.compact.bases import review
from actions.compact.progress import progress_of
from tests.actions.compact_world import make_union_world, record_progress, use
from tests.actions.tables import indicators_of, shares_of
from tests.actions.test_progress import disclosed
from tests.actions.test_quotas import grams
from tests.actions.world import measure

JULY = date(2016, 7, 1)
LATER = date(2017, 1, 10)
HALF = (date(2016, 1, 1), JULY)


@pytest.fixture
def union(world):
    return make_union_world(world)


def move(union, name: str, to: str, on: date = JULY) -> None:
    """Let an institution belong to another region from a day on."""
    world = union.world
    fields = world.institution[name]
    world.admin("ALTER TABLE affiliation DISABLE TRIGGER only_retire")
    world.admin("UPDATE affiliation SET valid_to = %s WHERE institution_id = %s", on, fields)
    world.admin("ALTER TABLE affiliation ENABLE TRIGGER only_retire")
    world.admin(
        """INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from,
               source, known_by)
           SELECT institution_id, %s, level, department_line, %s, 'test', 'user:1'
             FROM affiliation WHERE institution_id = %s AND valid_to = %s""",
        world.region[to], on, fields, on,
    )  # fmt: skip


def members(union, who: str = "planner of all") -> dict[int, object]:
    actor = union.world.actor(who, LATER)
    return {one.member_id: one for one in progress_of(actor, union_id=union.union)}


def test_progress_counts_each_month_where_the_institution_was_in_it(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    run_id = union.issued()
    for month in range(1, 13):
        use(world, "office", 2016, month, 100 * month)
    rows = {one.institution_id: one for one in shares_of(actor, run_id).rows}
    office, first, second = (
        world.institution["office"], world.region["city 1"], world.region["city 2"],
    )  # fmt: skip
    record_progress(actor, union.union, date(2016, 12, 31))
    before = members(union)

    move(union, "office", "city 2")
    record_progress(actor, union.union, date(2016, 12, 31))
    after = members(union)

    months_g = rows[office].months_g
    assert before[first].quota_g - after[first].quota_g == sum(months_g[6:])
    assert after[second].quota_g - before[second].quota_g == sum(months_g[6:])
    assert after[first].path_g == before[first].path_g - sum(months_g[6:])
    assert after[first].used_g == sum(grams(100 * month) for month in range(1, 7))
    assert after[second].used_g == sum(grams(100 * month) for month in range(7, 13))
    (whole,) = progress_of(actor, institution_id=office)
    assert (whole.member_id, whole.quota_g) == (second, rows[office].amount_g)
    assert whole.used_g == after[first].used_g + after[second].used_g
    assert whole.months == 12

    record_progress(actor, union.union, date(2016, 6, 30))
    half = {
        one.member_id: one
        for one in progress_of(actor, union_id=union.union, day=date(2016, 6, 30))
    }
    assert half[first].used_g == after[first].used_g
    assert half[second].used_g is None


def test_a_move_that_was_said_in_error_leaves_nothing_behind(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    union.issued()
    record_progress(actor, union.union, date(2016, 12, 31))
    before = world.admin("SELECT member_id, institution_id, quota_g FROM progress ORDER BY 1, 2")
    move(union, "office", "city 2")
    record_progress(actor, union.union, date(2016, 12, 31))
    assert world.admin("SELECT count(*) FROM progress_part") == [(2,)]
    for statement in (
        "ALTER TABLE affiliation DISABLE TRIGGER only_retire",
        "DELETE FROM affiliation WHERE valid_from = '2016-07-01'",
        "UPDATE affiliation SET valid_to = NULL WHERE valid_to = '2016-07-01'",
        "ALTER TABLE affiliation ENABLE TRIGGER only_retire",
    ):
        world.admin(statement)
    record_progress(actor, union.union, date(2016, 12, 31))
    assert world.admin("SELECT count(*) FROM progress_part") == [(0,)]
    assert before == world.admin(
        "SELECT member_id, institution_id, quota_g FROM progress ORDER BY 1, 2"
    )


def test_the_roster_of_a_run_is_that_of_the_first_day_of_its_year(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    office, first = world.institution["office"], world.region["city 1"]
    before = {one.institution_id: one.member_id for one in shares_of(actor, union.run()).rows}
    move(union, "office", "city 2")
    again = {one.institution_id: one.member_id for one in shares_of(actor, union.run()).rows}
    assert again == before
    assert again[office] == first

    move(union, "clinic", "city 1", on=date(2016, 1, 1))
    moved = {one.institution_id: one.member_id for one in shares_of(actor, union.run()).rows}
    assert moved[world.institution["clinic"]] == first


def test_who_leaves_the_union_in_july_keeps_its_quota_and_who_comes_has_none(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    office, school = world.institution["office"], world.institution["school"]
    before = [one.institution_id for one in shares_of(actor, union.run()).rows]
    move(union, "office", "province")
    assert [one.institution_id for one in shares_of(actor, union.run()).rows] == before
    for statement in (
        "ALTER TABLE affiliation DISABLE TRIGGER only_retire",
        (
            f"UPDATE affiliation SET region_id = {world.region['province']} "
            f"WHERE institution_id = {school}"
        ),
        "ALTER TABLE affiliation ENABLE TRIGGER only_retire",
    ):
        world.admin(statement)
    move(union, "school", "city 1")
    now = [one.institution_id for one in shares_of(actor, union.run()).rows]
    assert office in now
    assert school not in now


def test_a_base_is_reviewed_by_the_member_that_it_was_in(union):
    world = union.world
    office, first = world.institution["office"], world.region["city 1"]

    def lines():
        found = review(world.actor("planner of all", LATER), union.target)
        return {one.institution_id: one.member_id for one in found.lines}, found.members

    before = lines()
    assert before[0][office] == first
    move(union, "office", "city 2")
    assert lines() == before


def test_ranks_of_the_first_half_year_are_those_of_where_it_was(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    office = world.institution["office"]
    measure(world, "office", "2016-03-01", 300, 1000)
    move(union, "office", "city 2")
    for span, city, there in (
        (HALF, "city 1", True), (HALF, "city 2", False),
        ((JULY, date(2016, 12, 1)), "city 1", False), ((JULY, date(2016, 12, 1)), "city 2", True),
    ):  # fmt: skip
        found = indicators_of(actor, *span, region_id=world.region[city]).rows
        used = {one.institution_id for one in found if one.kgce_g}
        assert (office in used) is there, (span, city)


def test_sums_of_both_members_are_withheld_where_a_restricted_one_moved(union):
    world, actor = union.world, union.world.actor("planner of all", LATER)
    disclosed(world, "police", "open")
    union.issued()
    record_progress(actor, union.union, date(2016, 12, 31))
    assert len(members(union, "union reader")) == 2
    disclosed(world, "police", "restricted")
    move(union, "police", "city 2")
    record_progress(actor, union.union, date(2016, 12, 31))
    assert members(union, "union reader") == {}
    assert len(members(union)) == 2
