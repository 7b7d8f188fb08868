"""Institutions that merge, split, move and close: what moves, what stays, what is refused."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import psycopg
import pytest

from actions.accounts.close_year import CloseYear
from actions.accounts.closing_table import CLOSING, WhichClosing
from actions.accounts.comparable_table import COMPARABLE, WhichScope
from actions.actor import DeniedError
from actions.catalogue import declared
from actions.doing import carry_out, foresee
from actions.registry.roster_table import ROSTER, WhichChanges
from actions.table_rows import values_of
from actions.tables import rows_of
from compact.succession import carried
from metering.errors import ConflictError, InputError
from metering.institutions import credit_code_check
from storage.registry import roster
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_roster import SAID, offices
from tests.actions.world import World, make_world

ACTIONS = declared()
OFFICER = "province officer"


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world; every test changes offices of its own."""
    made = make_world(database_of_module)
    yield made
    made.close()


def act(world, code, on, who=OFFICER, **fields):
    action = ACTIONS[code].model_validate({**SAID, **fields})
    return carry_out(world.actor(who), action, on).result


def merge(world, into, *others, **more):
    return act(world, "institution.merge", into, institutions=list(others), **more)


def split(world, old, shares, **more):
    successors = [{"institution": who, "share": share} for who, share in shares]
    return act(world, "institution.split", old, successors=successors, **more)


def undo(world, change_id):
    action = ACTIONS["roster.undo"].model_validate({"reason": "wrong"})
    return carry_out(world.actor(OFFICER), action, change_id).result


def terms(world, *whom):
    return world.admin(
        """SELECT institution_id, channel_id, share, valid_from::text, valid_to::text
             FROM account_term WHERE institution_id = ANY(%s) AND known_until IS NULL
            ORDER BY institution_id, channel_id, valid_from""", list(whom),
    )  # fmt: skip


def months(world, *whom):
    return world.admin(
        """SELECT institution_id, month::text, quanta FROM account
            WHERE institution_id = ANY(%s) ORDER BY 1, 2""", list(whom),
    )  # fmt: skip


def months_of_days(world):
    """Let the months of meters be the sums of their days, as the worker has them."""
    world.admin(
        """INSERT INTO usage_month (channel_id, month, used, measured_s, known_s)
           SELECT channel_id, date_trunc('month', day::timestamp)::date, sum(used),
                  sum(measured_s), sum(known_s)
             FROM usage_day GROUP BY 1, 2 ON CONFLICT DO NOTHING"""
    )


def used_in_2016(world, who, used, days=20):
    """Let an office's meter run on in January 2016."""
    world.admin(
        """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
           SELECT c.id, '2016-01-01'::date + n, %s, 86400, 86400
             FROM channel c JOIN meter m ON m.id = c.meter_id, generate_series(0, %s - 1) AS n
            WHERE m.institution_id = %s""", used, days, who,
    )  # fmt: skip
    months_of_days(world)
    world.admin(
        "INSERT INTO stale_account (institution_id, first, last) VALUES (%s, %s, %s)",
        who, "2016-01-01", "2016-01-31",
    )  # fmt: skip


def test_a_merger_moves_the_meters_and_leaves_the_months_before(world):
    into, other = offices(world, 2)
    used_in_2016(world, into, 700)
    used_in_2016(world, other, 300)
    world.work()
    before = months(world, into, other)
    done = merge(world, into, other)
    world.work()

    after = months(world, into, other)
    assert [one for one in after if one[1] < "2016"] == [one for one in before if one[1] < "2016"]
    assert [one for one in after if one[1] >= "2016"] == [(into, "2016-01-01", 20 * 1000)]
    assert done.institutions == [into, other]
    status = world.admin(
        """SELECT value, valid_from::text FROM institution_fact
            WHERE institution_id = %s AND attribute = 'roster_status' AND known_until IS NULL""",
        other,
    )
    assert status == [("merged", "2016-01-01")]
    # Its 2015 is closed as its own, and of 2016 nobody asks anything of it.
    assert carry_out(world.actor(OFFICER), CloseYear(year=2015, institution=other)).result.kgce == \
        "44.859"  # fmt: skip
    asked = WhichClosing(year=2016, institution=other)
    assert rows_of(world.actor(OFFICER), CLOSING, asked, None, 5).rows == []


def test_a_split_by_thirds_adds_up_to_the_quantum(world):
    old, one, two = offices(world, 3)
    used_in_2016(world, old, 1001)
    world.work()
    split(world, old, [(old, "1/3"), (one, "1/3"), (two, "1/3")])
    world.work()
    january = [row[2] for row in months(world, old, one, two) if row[1] == "2016-01-01"]
    assert sum(january) == 20 * 1001
    meter = terms(world, old)[0][1]
    assert [row[2] for row in terms(world, old, one, two) if row[1] == meter and not row[4]] == [
        333_333, 333_334, 333_333,
    ]  # fmt: skip
    with world.actor(OFFICER).look() as connection:
        changes = roster.successions(connection, world.actor().today)
    from_change = [one_change for one_change in changes if old in one_change.predecessors]
    assert {part.successor: part.share for part in from_change[0].shares} == dict.fromkeys(
        (old, one, two), Fraction(1, 3)
    )
    assert from_change[0].kind == "split"


def test_what_is_taken_back_is_as_it_was(world):
    into, other = offices(world, 2)
    before = [row[:3] for row in terms(world, into, other) if row[4] is None]
    undo(world, merge(world, into, other).change_id)
    assert [row[:3] for row in terms(world, into, other) if row[4] is None] == before
    kept = rows_of(world.actor(OFFICER), ROSTER, WhichChanges(institution=other), None, 5).rows
    assert kept[0].one.known_until is not None
    merge(world, into, other)  # and may be done again
    with pytest.raises(ConflictError) as twice:
        undo(world, kept[0].one.change_id)
    assert twice.value.code == "roster.stands_on_it"


def test_contradictions_are_refused_with_both_sides(world):
    into, other, third = offices(world, 3)
    first = merge(world, into, other)
    cases = (
        ("institution.merge", third, {"institutions": [other]}, "roster.left_already"),
        ("institution.merge", other, {"institutions": [third]}, "roster.left_already"),
        ("institution.close", into, {"day": "2015-12-01"}, "roster.changed_later"),
        ("institution.close", into, {}, "roster.changed_later"),
        ("institution.close", third, {"day": "2015-01-01"}, "roster.before_founding"),
    )
    for code, on, fields, refusal in cases:
        with pytest.raises((ConflictError, InputError)) as refused:
            act(world, code, on, **fields)
        assert refused.value.code == refusal
        if refused.value.where.get("change_id"):
            assert refused.value.where["change_id"] == first.change_id
            assert f"change {first.change_id}" in refused.value.en
    for shares in ([(into, "1/3"), (third, "1/3")], [(into, "1"), (into, "1")]):
        with pytest.raises(InputError) as wrong:
            split(world, third, shares)
        assert wrong.value.code == "roster.shares_not_whole"
    for itself in (merge, lambda world, who, _: split(world, who, [(who, "100%")])):
        with pytest.raises(InputError) as same:
            itself(world, third, third)
        assert (same.value.code, same.value.where["institution_id"]) == (
            "roster.into_itself", third
        )  # fmt: skip
    undo(world, first.change_id)


def test_a_move_counts_elsewhere_from_its_month_on_and_is_the_authoritys(world):
    one = offices(world, 1)[0]
    to = {"region": world.region["city 2"], "level": "city", "department_line": "health"}
    with pytest.raises(DeniedError):
        act(world, "institution.move", world.institution["office"], "of the office", **to)
    action = ACTIONS["institution.move"].model_validate({**SAID, **to})
    seen = {e.code: e for e in foresee(world.actor(OFFICER), action, one).effects}
    assert (seen["region"].before.en, seen["region"].after.en) == ("Demo city 1", "Demo city 2")
    assert seen["months" if "months" in seen else "history"]
    act(world, "institution.move", one, **to)
    places = world.admin(
        """SELECT region_id, first_month::text, until_month::text FROM storage.affiliated
            WHERE institution_id = %s ORDER BY 2""", one,
    )  # fmt: skip
    assert places == [
        (world.region["city 1"], "2015-01-01", "2016-01-01"),
        (world.region["city 2"], "2016-01-01", "infinity"),
    ]
    with pytest.raises(ConflictError) as there:
        act(world, "institution.move", one, day="2016-02-01", **to)
    assert there.value.code == "roster.no_move"


def test_it_is_said_before_what_becomes_of_history_base_and_open_matters(world):
    into, other = offices(world, 2)
    carry_out(world.actor(OFFICER), CloseYear(year=2015, institution=other))
    action = ACTIONS["institution.merge"].model_validate(
        {**SAID, "institutions": [other], "day": "2015-07-01"}
    )
    found = foresee(world.actor(OFFICER), action, into).effects
    told = {one.code: one for one in found}
    assert {"institution", "history", "channels", "months", "locked"} <= set(told)
    assert told["locked"].warns
    later = ACTIONS["institution.merge"].model_validate({**SAID, "institutions": [other]})
    found = foresee(world.actor(OFFICER), later, into).effects
    base = {e.where["institution"]: (e.before, e.after) for e in found if e.code == "base"}
    # Of 2015 each used 44.859 kgce: on comparable scope the successor has both.
    assert base[into][0].en == "44.859 kgce"
    assert base[into][1].en == "89.718 kgce"
    assert base[other][1] is None


@pytest.mark.parametrize(
    ("parts", "constraint"),
    [("(%s, %s, 1, 3), (%s, NULL, 1, 3)", "roster_shares"), ("(%s, %s, 1, 2)", "roster_shares")],
)
def test_the_table_itself_refuses_shares_that_do_not_add_up(world, parts, constraint):
    old, new = offices(world, 2)
    values = [old, new, old][: parts.count("%s")]
    with psycopg.connect(world.database.admin_url) as connection:
        (made,) = connection.execute(
            """INSERT INTO roster_change (kind, day, document_number, reason, before, after,
                   known_by) VALUES ('split', '2016-01-01', '1', 'x', '{}', '{}', 'user:1')
               RETURNING id"""
        ).fetchone()
        with pytest.raises(psycopg.IntegrityError) as refused:
            connection.execute(
                f"""INSERT INTO roster_part (change_id, predecessor_id, successor_id, numerator,
                        denominator) SELECT {made}, * FROM (VALUES {parts}) AS v""",
                values,
            )
        connection.rollback()
    assert refused.value.diag.constraint_name == constraint


def test_shares_compose_over_several_changes(world):
    old, one, two = offices(world, 3)
    split(world, old, [(one, "1/4"), (two, "3/4")], day="2016-01-01")
    merge(world, one, two, day="2016-02-01")
    with world.actor(OFFICER).look() as connection:
        changes = [c.succession for c in roster.successions(connection, world.actor().today)]
    by_day = [carried(changes, [old], day)[old] for day in
              (world.actor().today.replace(year=2015), world.actor().today)]  # fmt: skip
    assert by_day == [{old: 1}, {one: 1}]


def test_whoever_left_is_in_no_roster_of_a_later_year(world):
    union = make_union_world(world)
    gone = offices(world, 1)[0]
    act(world, "institution.close", gone, day="2016-03-15")
    with world.actor("planner of all").look() as connection:
        places = connection.execute(
            "SELECT valid_to FROM access.base_places_among(%s, %s)", [union.union, [gone]]
        ).fetchall()
    assert places == [(date(2016, 3, 15),)]


def test_a_merger_within_a_month_closes_both_years_and_loses_nothing(world):
    into, other = offices(world, 2)
    months_of_days(world)
    merge(world, into, other, day="2015-06-15")
    world.work()
    done = [carry_out(world.actor(OFFICER), CloseYear(year=2015, institution=who)).result
            for who in (into, other)]  # fmt: skip
    # Until 14 June 165 days of 1 kWh are its own; the other 200 days are its successor's.
    assert sum(row[2] for row in months(world, other)) == 165 * 1000
    assert sum(row[2] for row in months(world, into)) == (365 + 200) * 1000
    assert [one.kgce for one in done] == ["69.439", "20.279"]  # together twice 44.859


def fact(world, who, attribute, day):
    rows = world.admin(
        """SELECT value FROM institution_fact
            WHERE institution_id = %s AND attribute = %s AND known_until IS NULL
              AND valid_from <= %s AND (valid_to IS NULL OR %s < valid_to)""",
        who, attribute, day, day,
    )  # fmt: skip
    return rows[0][0] if rows else None


def test_a_new_name_holds_from_its_day_and_is_taken_back_as_one(world):
    (who,) = offices(world, 1)
    old = fact(world, who, "name_zh", "2016-02-01")
    before = months(world, who)
    action = ACTIONS["institution.rename"].model_validate({**SAID, "name_zh": "新名称"})
    effects = foresee(world.actor(OFFICER), action, who).effects
    assert [(one.code, one.before and one.before.zh, one.after.zh) for one in effects[:1]] == [
        ("name_zh", old, "新名称")
    ]
    made = act(world, "institution.rename", who, name_zh="新名称")
    assert made.movements == []
    names = [fact(world, who, "name_zh", day) for day in ("2015-12-31", "2016-01-01")]
    assert names == [old, "新名称"]
    assert months(world, who) == before
    with pytest.raises(ConflictError, match=r"has change \d+ of 2016-01-01"):
        act(world, "institution.rename", who, name_zh="又一名称")
    with pytest.raises(InputError, match="registered so on 2016-06-01 already"):
        act(world, "institution.rename", who, name_zh="新名称", day="2016-06-01")
    later = act(world, "institution.rename", who, name_zh="第三个", day="2016-06-01")
    with pytest.raises(ConflictError, match="came after it"):
        undo(world, made.change_id)
    undo(world, later.change_id)
    undo(world, made.change_id)
    assert fact(world, who, "name_zh", "2016-09-01") == old


def test_a_new_class_counts_from_the_month_of_its_day_on(world):
    (who,) = offices(world, 1)
    act(world, "institution.reclass", who, class_code="GOV", day="2015-02-01")
    act(world, "institution.reclass", who, class_code="SCI", day="2015-07-15")
    with world.actor(OFFICER).look() as connection:
        held = connection.execute(
            """SELECT class, first_month::text FROM report.classified
                WHERE institution_id = %s ORDER BY 2""", [who],
        ).fetchall()  # fmt: skip
    assert held == [("GOV", "2015-02-01"), ("SCI", "2015-08-01")]
    with pytest.raises(InputError, match="check"):
        act(world, "institution.recode", who, credit_code="111100000000001230")


def test_who_is_founded_is_on_the_roster_from_its_day_on_and_has_one_code(world):
    stem = "11110000009999123"
    code = stem + credit_code_check(stem)
    said = {
        "name_zh": "新设中心", "name_en": "New Centre", "class_code": "GOV", "credit_code": code,
        "region": world.region["city 1"], "level": "city", "department_line": "education",
    }  # fmt: skip
    made = act(world, "institution.found", None, **said)
    who = made.institution_id
    assert fact(world, who, "name_zh", "2015-12-31") is None
    assert fact(world, who, "class", "2016-01-01") == "GOV"
    with pytest.raises(ConflictError, match=f"is that of institution {who}"):
        act(world, "institution.found", None, **said)
    with pytest.raises(DeniedError):
        act(world, "institution.found", None, who="of the office", **said)
    rows = rows_of(world.actor(OFFICER), ROSTER, WhichChanges(institution=who), None, 10).rows
    assert [(one.one.kind, one.lines("en")) for one in rows] == [("found", ["New Centre"])]
    with pytest.raises(ConflictError, match="ends by closing it"):
        undo(world, made.change_id)
    act(world, "institution.close", who, day="2016-06-01")


def test_a_region_lies_elsewhere_from_a_day_on_and_never_in_itself(world):
    city, province = world.region["city 1"], world.region["city 2"]

    def above(day):
        return world.admin(
            """SELECT parent_id FROM region_fact WHERE region_id = %s AND known_until IS NULL
                AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)""", city, day, day,
        )[0][0]  # fmt: skip

    was = above("2016-01-01")
    made = act(world, "region.redraw", None, who="system", region=city, parent=province,
               name_zh="新城区", kind="county")  # fmt: skip
    assert made.before["parent_id"] == str(was)
    assert (above("2015-12-31"), above("2016-01-01")) == (was, province)
    with pytest.raises(InputError, match="which lies in it"):
        act(world, "region.redraw", None, who="system", region=province, parent=city)
    with pytest.raises(
        ConflictError, match=r"otherwise from 2016-01-01 on: a change of 2015-06-01"
    ):
        act(world, "region.redraw", None, who="system", region=city, day="2015-06-01", name_en="x")
    action = ACTIONS["region.redraw"].model_validate({**SAID, "region": city, "parent": province})
    carry_out(world.actor(), action.opposite(None, made).action)
    assert above("2016-06-01") == was
    with pytest.raises(DeniedError):
        act(world, "region.redraw", None, region=city, name_zh="别名")


def scope(world, region, year=2016):
    """Return of a year and the one before: total energy then, and on comparable scope."""
    wanted = WhichScope(region=world.region[region], year=year)
    rows = rows_of(world.actor(today=date(2017, 2, 1)), COMPARABLE, wanted, None, 10).rows
    told = [values_of(COMPARABLE, one) for one in rows]
    return [(one["then_kgce"], one["kgce"]) for one in told]


def test_a_region_is_told_as_it_counted_then_and_on_the_roster_of_today(world):
    first, second, third = offices(world, 3)
    for who in (first, second, third):
        used_in_2016(world, who, 1000)
    world.work()
    before = scope(world, "city 2")
    act(world, "institution.move", first, region=world.region["city 2"], level="city",
        department_line="health", day="2016-01-01")  # fmt: skip
    split(world, second, [(first, "1/4"), (third, "3/4")], day="2016-02-01")
    world.work()
    after = scope(world, "city 2")

    def gained(year, side):
        return Decimal(after[year][side] or 0) - Decimal(before[year][side] or 0)

    # 1 kWh a day at 0.1229 kgce: what moved in counts there from 2016 on; on comparable scope its
    # 2015 comes along, and a quarter of the office that was split, in both years.
    day = Decimal("0.1229")
    wanted = [[0, day * 365 * 5 / 4], [day * 20, day * 20 * 5 / 4]]
    for year, sides in enumerate(wanted):
        for side, one in enumerate(sides):
            assert abs(gained(year, side) - one) < Decimal("0.01")  # a gram a month is rounded
