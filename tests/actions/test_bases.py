"""Bases are reviewed before anything is issued: what is odd, who answers, what comes of it."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.actor import DeniedError
from actions.compact.base_estimates import Estimate
from actions.compact.base_lines import histories_of, known_of
from actions.compact.bases import How, review
from actions.compact.quotas import explain_quota
from actions.compact.runs import Method, Rule, waiting_bases
from actions.compact.targets import Indicator, Target
from compact.targets import Mark, State
from metering.errors import ConflictError, InputError, InsufficientDataError, NotFoundError
from storage.compact import bases, targets
from tests.actions.acts import confirm, estimate, leave_out, reopen, set_enough, set_target
from tests.actions.compact_world import KWH, USED, issue_run, make_union_world, run_target, use
from tests.actions.tables import list_quotas, shares_of
from tests.actions.test_progress import disclosed, in_account_since
from tests.actions.test_quotas import grams

WHOLE_S = 31 * 86_400
ODD = "looked at the log book"


@pytest.fixture
def union(world):
    return make_union_world(world)


def line(union, name: str, who: str = "planner of all"):
    """Return an institution's line of the review, None where nothing is odd about it."""
    found = {one.institution_id: one for one in review(union.world.actor(who), union.target).lines}
    return found.get(union.world.institution[name])


def known(union, name: str, year: int, month: int, seconds: int) -> None:
    """Let so much of an account's month have a known total."""
    union.world.admin(
        """UPDATE account SET known_s = %s
            WHERE institution_id = %s AND month = make_date(%s, %s, 1)""",
        seconds, union.world.institution[name], year, month,
    )  # fmt: skip


def test_histories_of_a_few_are_those_of_the_columns(union):
    actor = union.world.actor("planner of all")
    with actor.look(reckons=True) as connection:
        kept = targets.one(connection, union.target)
        counted = bases.institutions(connection, kept.union_id)
        known = known_of(connection, kept, counted)
        each = histories_of(connection, kept, counted)
    columns = {who: known.history(place) for place, who in enumerate(known.institutions)}
    assert len(columns) == 4
    assert [(who, one.carriers, [*one.frozen], [*one.sizes], one.roster_status)
            for who, one in each.items()] == [
        (who, one.carriers, [*one.frozen], [*one.sizes], one.roster_status)
        for who, one in columns.items()]  # fmt: skip


def test_a_review_lists_what_is_odd_by_what_it_moves(union):
    world = union.world
    found = review(world.actor("planner of all"), union.target)

    clinic, office = found.lines
    assert clinic.institution_id == world.institution["clinic"]
    assert [one.mark for one in office.findings] == [Mark("beyond", "electricity", 12)]
    marks = [(one.mark.code, one.mark.month) for one in clinic.findings]
    assert marks == [("missing", month) for month in range(1, 10)] + [("zero", 11)]
    assert (clinic.state, found.open, found.enough_permille) == ("open", 4, 900)
    assert sum(one.institutions for one in found.members) == 4
    assert found.base_g == sum(
        grams(kwh) for name in ("office", "school", "police", "clinic") for kwh in USED[name]
    )

    use(world, "school", 2014, 3, 100)
    use(world, "school", 2015, 3, 16_000)
    first, *others = review(world.actor("planner of all"), union.target).lines
    assert (first.institution_id, others) == (world.institution["school"], [clinic, office])
    assert [one.mark for one in first.findings] == [Mark("beyond", "electricity", 3)]
    assert first.effect_g == grams(16_000) - grams(100)
    assert first.quota_effect_g == first.effect_g - first.effect_g * 30_000 // 1_000_000
    assert first.own_share == first.effect_g / first.base.total_g


def test_an_open_house_of_which_nothing_but_zeros_is_known_comes_with_those_without_a_base(union):
    """Nothing says what would be plausible; it moves what the others use in the mean."""
    world = union.world
    for month in range(1, 13):
        use(world, "school", 2015, month, 0)
    found = review(world.actor("planner of all"), union.target)
    first = found.lines[0]

    assert first.institution_id == world.institution["school"]
    assert [one.mark.code for one in first.findings] == ["zero"] * 12
    assert first.effect_g == found.base_g // sum(one.institutions for one in found.members)
    assert first.own_share is None


def test_a_stretch_in_which_the_meter_stood_still_is_found_in_its_days(union):
    """Ten days of nothing in May 2015; of the year's 12 × 321 kWh they would be ten days' part."""
    world = union.world
    for place in range(10):
        world.admin(
            """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
               VALUES (%s, %s, 0, 86400, 86400)""",
            world.channel["police e"], date(2015, 5, 3) + timedelta(days=place),
        )  # fmt: skip
    assert line(union, "police") is None  # the channel counts since 2016 alone
    in_account_since(world, date(2015, 1, 1))
    world.admin("UPDATE account SET known_s = 31 * 86400 * 2")

    police = line(union, "police")
    assert [one.mark for one in police.findings] == [Mark("frozen", "electricity", 5)]
    assert police.effect_g == 12 * grams(321) * 10 // 365


def test_nothing_is_issued_until_every_base_is_answered_for(union):
    world, actor = union.world, union.world.actor("planner of all")
    run = run_target(actor, union.target, Method(Rule.PROPORTIONAL)).run.run_id
    for answered, left in ((None, 4), ("the rest", 2), ("office", 1), ("clinic", 0)):
        if answered == "the rest":
            assert confirm(actor, union.target, "as measured") == 2
        elif answered:
            confirm(actor, union.target, ODD, institution_ids=[world.institution[answered]])
        assert len(waiting_bases(actor, run)) == left
        if left:
            with pytest.raises(ConflictError) as refused:
                issue_run(actor, run)
            assert refused.value.code == "run.base_not_reviewed"
            assert f"targets review {union.target}" in refused.value.next_en
    issue_run(actor, run)
    acts = world.admin("SELECT act, count(*) FROM audit_entry WHERE act LIKE 'base.%%' GROUP BY 1")
    assert acts == [("base.confirm", 3)]


def test_who_confirms_confirms_this_base_and_no_other(union):
    world, actor = union.world, union.world.actor("planner of all")
    union.answered()
    use(world, "school", 2015, 3, 800)

    assert review(actor, union.target).open == 1
    run = union.run()
    assert waiting_bases(actor, run) == [world.institution["school"]]
    confirm(actor, union.target, "read again")
    issue_run(actor, run)


def test_months_are_estimated_by_the_other_year_like_days_or_a_bill(union):
    world, actor = union.world, union.world.actor("planner of all")
    clinic = world.institution["clinic"]
    fixed = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, 2015, 2016)
    target = set_target(actor, union.union, fixed, "test")
    use(world, "clinic", 2014, 2, 620)
    use(world, "clinic", 2016, 3, 630)
    for place in range(30):
        day = date(2015, 6, 1) + timedelta(days=place)
        world.admin(
            "INSERT INTO usage_day (channel_id, day, used, measured_s, known_s) "
            "VALUES (%s, %s, %s, 86400, 86400)",
            world.channel["clinic e"], day, (20 if day.weekday() < 5 else 8) * KWH,
        )  # fmt: skip
    in_account_since(world, date(2015, 1, 1))
    for month in (10, 11, 12):
        known(union, "clinic", 2015, month, WHOLE_S)
    known(union, "clinic", 2014, 2, WHOLE_S)
    known(union, "clinic", 2016, 3, WHOLE_S)
    for month, how, amount in (
        (2, How.YEAR_BEFORE, None), (3, How.YEAR_AFTER, None), (6, How.LIKE_DAYS, None),
        (4, How.BILL, Decimal("611.5")),
    ):  # fmt: skip
        wanted = Estimate(date(2015, month, 1), how, amount=amount)
        told = estimate(actor, target, clinic, wanted, f"{ODD}: {how.value}")

    assert told.base.months_g[1:4] == (grams(620), grams(630), int(Decimal("611.5") * 1229 / 10))
    assert told.base.months_g[5] == grams(22 * 20 + 8 * 8)
    assert told.base.states[1:6] == (
        State.ESTIMATED, State.ESTIMATED, State.BILLED, State.MISSING, State.ESTIMATED,
    )  # fmt: skip
    assert {(one.how, one.made_by) for one in told.acts} == {
        (how, actor.name) for how in ("year_before", "year_after", "like_days", "bill")
    }
    lacking = {one.mark.month for one in told.findings if one.mark.code == "missing"}
    assert lacking == {1, 5, 7, 8, 9}
    with pytest.raises(InsufficientDataError):
        estimate(actor, target, clinic, Estimate(date(2015, 1, 1), How.YEAR_AFTER), ODD)
    again = reopen(actor, target, clinic, "the bill was another's")
    assert (again.acts, again.base.months_g[1]) == ((), None)


def test_a_month_measured_in_part_is_no_base_unless_the_union_says_so(union):
    world, actor = union.world, union.world.actor("planner of all")
    world.admin("DELETE FROM account WHERE institution_id = %s AND month < '2015-01-01'",
                world.institution["office"])  # fmt: skip
    in_account_since(world, date(2015, 1, 1))
    world.admin("UPDATE account SET known_s = 31 * 86400 * 2")
    known(union, "police", 2015, 5, WHOLE_S * 8 // 10)

    police = line(union, "police")
    assert [one.mark for one in police.findings] == [Mark("partial", "electricity", 5)]
    assert (police.base.months_g[4], police.base.states[4]) == (None, State.MISSING)
    set_enough(actor, union.union, 750, "meters of the first year")
    assert line(union, "police") is None
    assert review(actor, union.target).enough_permille == 750


def test_who_is_left_out_has_no_quota_and_is_told_in_the_snapshot(union):
    world, actor = union.world, union.world.actor("planner of all")
    clinic = world.institution["clinic"]
    assert leave_out(actor, union.target, clinic, "it closes this year").state == "left_out"
    union.answered()
    made = run_target(actor, union.target, Method(Rule.PROPORTIONAL))

    assert (made.left_out, made.without_base, made.run.quotas) == (1, 0, 3)
    issue_run(actor, made.run.run_id)
    ((snapshot,),) = world.admin(
        "SELECT snapshot FROM run_snapshot WHERE run_id = %s", made.run.run_id
    )
    told = json.loads(snapshot)["inputs"]
    assert (told["left_out"], told["without_base"], told["enough_permille"]) == ([clinic], [], 900)
    of = {one["institution"]: one for one in told["holders"]}
    assert clinic not in of
    office = of[world.institution["office"]]
    assert (office["states"], office["marks"]) == (
        ["measured"] * 12,
        [["beyond", "electricity", 12]],
    )
    assert clinic not in {one.institution_id for one in list_quotas(actor).rows}


def test_the_notice_says_what_each_month_of_its_base_rests_on_and_who_said_so(union):
    world, actor = union.world, union.world.actor("planner of all")
    clinic = world.institution["clinic"]
    bill = Estimate(date(2015, 9, 1), How.BILL, "electricity", Decimal(480))
    estimate(actor, union.target, clinic, bill, "bill 2015-09 of the grid")
    union.issued()

    told = explain_quota(actor, clinic, 2016)
    assert told.share.base_states == ["missing"] * 8 + ["billed"] + ["measured"] * 3
    assert ["zero", "electricity", 11] in told.share.base_marks
    assert (told.verdict.verdict, told.verdict.made_by) == ("confirmed", actor.name)
    assert [(one.how, one.reason) for one in told.acts] == [("bill", "bill 2015-09 of the grid")]
    months = told.share.months_g
    assert months[:8] == [None] * 8
    assert sum(one for one in months if one is not None) == told.quota.amount_g


@pytest.mark.parametrize("who", ["province officer", "of the office", "union reader", "outsider"])
def test_only_who_plans_reviews_and_answers(union, who):
    actor, clinic = union.world.actor(who), union.world.institution["clinic"]
    wanted = Estimate(date(2015, 1, 1), How.BILL, amount=Decimal(1))
    for act in (
        lambda: review(actor, union.target),
        lambda: confirm(actor, union.target, "x"),
        lambda: estimate(actor, union.target, clinic, wanted, "x"),
        lambda: leave_out(actor, union.target, clinic, "x"),
        lambda: set_enough(actor, union.union, 500, "x"),
    ):
        with pytest.raises((NotFoundError, DeniedError)):
            act()
    assert union.world.admin("SELECT count(*) FROM base_verdict") == [(0,)]


def test_a_planner_of_one_member_answers_for_that_member_alone(union):
    world = union.world
    world.admin(
        "UPDATE access_grant SET role = 'planner', region_id = %s WHERE viewer = %s",
        world.region["city 1"], f"user:{world.user['province officer']}",
    )  # fmt: skip
    actor = world.actor("province officer")

    found = review(actor, union.target)
    assert [one.member_id for one in found.members] == [world.region["city 1"]]
    assert confirm(actor, union.target, "as measured") == 2
    with pytest.raises(NotFoundError):
        leave_out(actor, union.target, world.institution["clinic"], "not mine")
    with pytest.raises(DeniedError):
        run_target(actor, union.target, Method(Rule.PROPORTIONAL))
    with pytest.raises(DeniedError), actor.change() as connection:
        connection.execute(
            """INSERT INTO base_verdict (union_id, target_id, institution_id, verdict, base_sha256,
                   reason, made_by)
               VALUES (%s, %s, %s, 'confirmed', repeat('0', 64), 'x', %s)""",
            [union.union, union.target, world.institution["clinic"], actor.name],
        )


def test_what_makes_no_sense_is_refused(union):
    world, actor = union.world, union.world.actor("planner of all")
    clinic = world.institution["clinic"]
    month = date(2015, 1, 1)
    for wanted, reason in (
        (Estimate(month, How.BILL), "no amount"),
        (Estimate(month, How.BILL, amount=Decimal(-1)), "negative"),
        (Estimate(month, How.BILL, "moonshine", Decimal(1)), "no carrier"),
        (Estimate(month, How.BILL, amount=Decimal(1)), "  "),
    ):
        with pytest.raises((InputError, ValidationError)):
            estimate(actor, union.target, clinic, wanted, reason)
    with pytest.raises(ValidationError):
        set_enough(actor, union.union, 0, "x")
    with pytest.raises(NotFoundError):
        estimate(actor, union.target, world.institution["academy"],
                 Estimate(month, How.BILL, amount=Decimal(1)), "not in the union")  # fmt: skip


def test_three_like_schools_of_which_two_miss_months(union):
    """One lacks the last quarter of the base year, one knows nothing before the year after."""
    world, actor = union.world, union.world.actor("planner of all")
    world.admin("DELETE FROM account")
    for name, months in (
        ("office", [(y, m) for y in (2015, 2016) for m in range(1, 13)]),
        ("school", [(2015, m) for m in range(1, 10)] + [(2016, 1), (2016, 2), (2016, 3)]),
        ("clinic", [(2016, m) for m in range(1, 4)]),
    ):
        for year, month in months:
            if (year, month) <= (2016, 3):
                use(world, name, year, month, 744)
    disclosed(world, "police", "off_platform")
    in_account_since(world, date(2015, 1, 1))
    world.admin("UPDATE account SET known_s = 2 * 31 * 86400")
    world.admin("""UPDATE account_term SET known_until = now()
                    WHERE carrier = 'natural_gas'""")  # fmt: skip
    fixed = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, 2015, 2016)
    target = set_target(actor, union.union, fixed, "test")

    found = {one.institution_id: one for one in review(actor, target).lines}
    of = world.institution
    codes = {name: [(one.mark.code, one.mark.month) for one in found[of[name]].findings]
             for name in ("school", "clinic")}  # fmt: skip
    assert codes["school"] == [("missing", month) for month in (10, 11, 12)]
    assert codes["clinic"] == [("no_base", None)]
    run = run_target(actor, target, Method(Rule.PROPORTIONAL))
    shares = {one.institution_id: one for one in shares_of(actor, run.run.run_id).rows}
    assert set(shares) == {of["office"], of["school"]}
    assert shares[of["school"]].months_g[9:] == [None] * 3
    assert run.without_base == 1


def test_of_an_institution_that_the_planner_does_not_see_no_figure_is_told(union):
    world = union.world
    police = world.institution["police"]
    use(world, "police", 2014, 5, 1)
    use(world, "police", 2015, 5, 900)
    all_seen, actor = world.actor("planner of all"), world.actor("union planner")

    mine = {one.institution_id: one for one in review(actor, union.target).lines}[police]
    assert [one.mark for one in mine.findings] == [Mark("beyond")]
    assert (mine.base, mine.effect_g, mine.own_share, mine.acts) == (None, 0, None, ())
    theirs = review(all_seen, union.target)
    of_police = next(one for one in theirs.lines if one.institution_id == police)
    assert review(actor, union.target).base_g == theirs.base_g - of_police.base.total_g
    for act in (leave_out, reopen):
        with pytest.raises(NotFoundError):
            act(actor, union.target, police, "to see what changes")
    assert confirm(actor, union.target, ODD, institution_ids=[police]) == 1
