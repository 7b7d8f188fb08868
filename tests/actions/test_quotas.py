"""From accounts to quotas: bases, runs as snapshots, issues in books, rights, explanations."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from actions.actor import DeniedError
from actions.compact.quotas import explain_quota
from actions.compact.runs import Method, Rule, list_runs, one_run, prove, snapshot_of, try_target
from actions.compact.targets import Indicator, Target, list_targets
from actions.compact.unions import list_unions, union_of
from compact.bands import Band
from compact.books import Kind
from compact.notices import in_thousands
from compact.rules import rules
from metering.errors import ConflictError, InputError, NotFoundError
from storage.registry.bands import shipped
from tests.actions.acts import make_union, set_target
from tests.actions.compact_world import USED, issue_run, make_union_world, run_target, use
from tests.actions.tables import list_quotas, shares_of


@pytest.fixture
def union(world):
    return make_union_world(world)


def grams(kwh: int) -> int:
    """Return standard coal of electricity under the national profile, half up."""
    return int((Decimal(kwh) * Decimal("122.9") + Decimal("0.5")) // 1)


def test_a_run_shares_the_bases_less_three_percent_to_the_gram(union):
    world = union.world
    run = run_target(world.actor("planner of all"), union.target, Method(Rule.PROPORTIONAL)).run
    shares = {one.institution_id: one for one in shares_of(world.actor(), run.run_id).rows}
    of = {name: shares.get(world.institution[name]) for name in USED}

    base = {
        name: sum(grams(kwh) for kwh in USED[name])
        for name in ("office", "school", "police", "clinic")
    }
    assert run.base_g == sum(base.values())
    assert run.total_g == sum(one.amount_g for one in shares.values())
    assert run.total_g == int(Decimal(run.base_g) * Decimal("0.97") + Decimal("0.5"))
    # Own level of the province lies outside both cities; what is off the platform is in nothing.
    assert of["academy"] is None
    assert of["hidden"] is None
    for name, share in of.items():
        if share is not None:
            assert abs(share.amount_g - base[name] * Decimal("0.97")) < 2
            assert sum(one for one in share.months_g if one is not None) == share.amount_g
            assert share.year == 2016
    assert of["office"].base_g == [grams(kwh) for kwh in USED["office"]]
    assert of["clinic"].base_g == [None] * 9 + [grams(500), 0, grams(250)]
    assert of["clinic"].months_g[:9] == [None] * 9  # no base, no quota, never one of 0
    assert of["clinic"].months_g[10] == 0  # measured: it used nothing
    assert of["clinic"].base_states == ["missing"] * 9 + ["measured"] * 3
    assert ["zero", "electricity", 11] in of["clinic"].base_marks


def test_quotas_are_balances_and_are_what_the_run_said(union):
    world = union.world
    assert list_quotas(world.actor()).rows == []
    run_id = union.issued()

    rows = list_quotas(world.actor()).rows
    amounts = {one.institution_id: one.amount_g for one in shares_of(world.actor(), run_id).rows}
    assert {one.institution_id: one.amount_g for one in rows} == amounts
    assert {(one.union_id, one.year, one.run_id) for one in rows} == {(union.union, 2016, run_id)}
    pages, after = [], None
    while True:
        page = list_quotas(world.actor(), union=union.union, year=2016, after=after, limit=3)
        pages += page.rows
        if (after := page.next) is None:
            break
    assert pages == rows
    assert world.admin("SELECT sum(amount_g) FROM book_entry") == [(0,)]


def test_officers_see_their_own_quotas_and_nothing_of_others(union):
    world = union.world
    run_id = union.issued()
    seen = {
        who: {one.institution_id for one in list_quotas(world.actor(who)).rows}
        for who in ("of the office", "of the school", "security line", "union reader", "outsider")
    }
    named = world.institution

    assert seen["of the office"] == {named["office"]}
    assert seen["of the school"] == {named["school"]}
    assert seen["security line"] == {named["police"]}
    assert seen["union reader"] == {named["office"], named["school"], named["clinic"]}
    assert seen["outsider"] == set()
    officer = world.actor("of the office")
    assert one_run(officer, run_id)[1] is None  # the snapshot names everybody's use
    assert {one.institution_id for one in shares_of(officer, run_id).rows} == {named["office"]}
    assert explain_quota(officer, named["office"], 2016).quota.amount_g > 0
    for of, who in (("school", officer), ("police", world.actor("union reader"))):
        with pytest.raises(NotFoundError):
            explain_quota(who, named[of], 2016)
    assert list_unions(world.actor("outsider")) == []
    with pytest.raises(NotFoundError):
        union_of(world.actor("outsider"), union.union)


@pytest.mark.parametrize(
    "who", ["province officer", "city reader", "of the office", "union reader", "outsider"]
)
def test_only_planners_of_the_whole_union_run_and_issue(union, who):
    world = union.world
    run_id, actor = union.run(), world.actor(who)
    target = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 40_000)

    for act in (
        lambda: run_target(actor, union.target, Method(Rule.PROPORTIONAL)),
        lambda: try_target(actor, union.target, Method(Rule.PROPORTIONAL)),
        lambda: issue_run(actor, run_id),
        lambda: set_target(actor, union.union, target, "test"),
        lambda: make_union(actor, "另", "Other", list(world.region.values())[1:]),
    ):
        with pytest.raises(NotFoundError):  # of which denied is one kind
            act()
    assert world.admin("SELECT count(*) FROM book_cause") == [(0,)]


def test_a_planner_of_one_member_does_not_plan_for_the_union_and_one_above_does(union):
    world = union.world
    for region, may in (("city 1", False), ("province", True)):
        world.admin(
            """UPDATE access_grant SET role = 'planner', region_id = %s WHERE viewer = %s""",
            world.region[region], f"user:{world.user['province officer']}",
        )  # fmt: skip
        actor = world.actor("province officer")
        assert union_of(actor, union.union).union.planned is may
        if not may:
            with pytest.raises(DeniedError):
                run_target(actor, union.target, Method(Rule.PROPORTIONAL))
    assert run_target(actor, union.target, Method(Rule.PROPORTIONAL)).new


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO book_cause (union_id, indicator, kind, reason, made_by)
           VALUES (%s, 'total_kgce', 'issue', '', 'user:1')""",
        """INSERT INTO union_member (union_id, region_id, level, step, valid_from, source,
                   known_by)
           SELECT %s, max(region_id), 'city', 'full', '2000-01-01', 'test', 'user:1'
             FROM region_fact""",
        "SELECT access.record_progress(%s, 'total_kgce', '2016-04-10')",
    ],
)
def test_rights_hold_in_the_database_too(union, statement):
    officer = union.world.actor("province officer")
    with pytest.raises(DeniedError), officer.change() as connection:
        connection.execute(statement, [union.union])


def test_the_union_planner_runs_with_guarded_institutions_in_it(union):
    world = union.world
    actor = world.actor("union planner")
    made = run_target(actor, union.target, Method(Rule.PROPORTIONAL))
    union.answered()

    assert made.run.quotas == 4
    assert issue_run(actor, made.run.run_id).kind is Kind.ISSUE
    anybody = run_target(world.actor(), union.target, Method(Rule.PROPORTIONAL))
    assert (anybody.new, anybody.run.sha256) == (False, made.run.sha256)


def test_a_second_run_on_changed_accounts_is_a_new_version_and_its_issue_an_adjustment(union):
    world, actor = union.world, union.world.actor("planner of all")
    first = union.issued()
    before = {one.institution_id: one.amount_g for one in list_quotas(actor).rows}
    with pytest.raises(ConflictError) as twice:
        issue_run(actor, first)
    assert twice.value.code == "run.issued_already"

    use(world, "school", 2015, 3, 999)
    second = run_target(actor, union.target, Method(Rule.PROPORTIONAL))
    union.answered()

    assert (second.new, second.run.version) == (True, 2)
    assert {one.institution_id: one.amount_g for one in list_quotas(actor).rows} == before
    with pytest.raises(ConflictError) as without:
        issue_run(actor, second.run.run_id)
    assert without.value.code == "books.no_reason"
    issued = issue_run(actor, second.run.run_id, "the school's March was read again")
    assert issued.kind is Kind.ADJUSTMENT
    after = {one.institution_id: one.amount_g for one in list_quotas(actor).rows}
    assert sum(after.values()) == second.run.total_g
    assert after[world.institution["school"]] > before[world.institution["school"]]
    assert [one.issued_as for one in list_runs(actor)] == ["issue", "adjustment"]
    assert world.admin("SELECT cause_id, sum(amount_g) FROM book_entry GROUP BY 1 ORDER BY 1") == [
        (issued.cause_id - 1, 0),
        (issued.cause_id, 0),
    ]


def test_of_two_who_issue_at_once_one_does_and_the_books_hold_one_issue(union):
    world = union.world
    run_id = union.run()
    union.answered()

    def issue(who: str) -> str:
        try:
            return issue_run(world.actor(who), run_id).kind.value
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(2) as two:
        kinds = sorted(two.map(issue, ("planner of all", "union planner")))
    assert kinds == ["issue", "run.issued_already"]
    [(total,)] = world.admin("SELECT sum(amount_g) FROM quota")
    assert total == list_runs(world.actor())[0].total_g


def test_every_kept_run_recomputes_to_the_same_bytes_and_a_touched_one_does_not(union):
    world = union.world
    weighed = Method(Rule.CAPABILITY, weights={world.region["city 1"]: 1_500_000})
    for method in (Method(Rule.PROPORTIONAL), weighed):
        run_target(world.actor("planner of all"), union.target, method)
    proofs = prove(world.actor())

    assert [one.same for one in proofs] == [True, True]
    touched = proofs[0].run_id
    world.admin("ALTER TABLE run_snapshot DISABLE TRIGGER never_changes")
    world.admin(
        "UPDATE run_snapshot SET snapshot = replace(snapshot, '\"fall_millionths\":30000', "
        "'\"fall_millionths\":30001') WHERE run_id = %s",
        touched,
    )
    assert [one.same for one in prove(world.actor())] == [False, True]
    with pytest.raises(NotFoundError):
        prove(world.actor(), 999)


def test_a_snapshot_names_institutions_by_id_alone(union):
    world = union.world
    snapshot = snapshot_of(world.actor("planner of all"), union.run())[1]

    content = json.loads(snapshot)
    assert [one["institution"] for one in content["inputs"]["holders"]] == sorted(
        world.institution[name] for name in ("office", "school", "police", "clinic")
    )
    for word in ("演示", "Demo", "user:", "planner", "2026", "persons"):
        assert word not in snapshot


def test_a_quota_explains_itself_as_base_times_factors_times_lambda(union):
    world = union.world
    method = Method(
        Rule.PROPORTIONAL, factors={world.institution["office"]: {"climate": 1_100_000}}
    )
    actor = world.actor("planner of all")
    union.answered()
    issue_run(actor, run_target(actor, union.target, method).run.run_id)
    told = explain_quota(world.actor("of the office"), world.institution["office"], 2016)

    base = sum(one for one in told.share.base_g if one)
    assert [(one.name, one.value) for one in told.factors] == [("climate", "1.1")]
    assert told.share.weight_g == base * 11 // 10
    keys = [level.key for level in told.chain]
    city = world.region["city 1"]
    assert keys == [
        "2016", f"2016/region:{city}", f"2016/own:{city}", f"2016/own:{city}/line:government",
    ]  # fmt: skip
    line = told.chain[-1]
    assert line.amount_g == told.quota.amount_g  # the only one in its line
    assert [one.amount_g for one in told.chain[:2]] == [None, None]  # they hold a police station
    real = told.share.weight_g * line.multiplier
    assert abs(real - told.quota.amount_g) < 1
    assert f"{Decimal(base) / 1000}" in told.arithmetic
    assert "1.1 (climate)" in told.arithmetic
    assert told.arithmetic.endswith(f"{Decimal(told.quota.amount_g) / 1000} kgce")
    given, _, rest = told.arithmetic.partition(" = ")
    by_hand = Decimal(1)
    for factor in re.sub(r"λ | \([a-z_]+\)", "", given).split(" × "):
        by_hand *= Decimal(factor)
    assert abs(by_hand - Decimal(rest.split(" ")[0])) < Decimal("0.001")  # factors cut to a gram


def test_rules_are_compared_without_keeping_any(union):
    world, actor = union.world, union.world.actor("planner of all")
    gap = Method(Rule.GAP, leading={"GOV": Decimal(1)})
    with pytest.raises(InputError) as lacking:  # no institution has a class here
        try_target(actor, union.target, gap)
    assert lacking.value.code == "method.lacks_input"

    weights = {world.region["city 2"]: 0}
    by_capability = try_target(actor, union.target, Method(Rule.CAPABILITY, weights=weights))
    clinic = by_capability.run.allocation.quotas[-1]
    assert clinic.amount_g == clinic.base_g
    assert list_runs(actor) == []


def test_what_makes_no_union_and_no_target_is_refused(union):
    world, actor = union.world, union.world.actor("planner of all")
    city, province = world.region["city 1"], world.region["province"]
    nation = world.admin("SELECT region_id FROM region_fact WHERE kind = 'nation'")[0][0]

    for members, code in (
        ([city, province], "union.nested_members"),
        ([city, city], "union.members"),
        ([nation, city], "action.not_offered"),
        ([city, 99_999], "action.not_offered"),
    ):
        with pytest.raises(InputError) as refused:
            make_union(actor, "另", "Other", members)
        assert refused.value.code == code
    with pytest.raises(InputError):
        set_target(actor, union.union, Target(Indicator.TOTAL_KGCE, "nobody's", 1), "test")
    with pytest.raises(NotFoundError):
        set_target(actor, 999, Target(Indicator.TOTAL_KGCE, "GB2589-2020", 1), "test")
    assert [one.target.fall_millionths for one in list_targets(actor)] == [30_000]
    world.admin("ALTER TABLE agreement DISABLE TRIGGER USER")  # its term ends it, years from now
    world.admin("UPDATE agreement SET state = 'ended' WHERE union_id = %s", union.union)
    world.admin("ALTER TABLE agreement ENABLE TRIGGER USER")
    with pytest.raises(ConflictError):
        set_target(actor, union.union, Target(Indicator.TOTAL_KGCE, "GB2589-2020", 1), "test")


@pytest.mark.parametrize("letter", sorted({one.about.letter for one in rules()}))
def test_a_run_by_any_rule_is_kept_explained_and_recomputes(union, letter):
    world, actor = union.world, union.world.actor("planner of all")
    world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                                         known_by)
           VALUES (%s, 'class', 'GOV', '2010-01-01', 'test', 'user:1')""",
        world.institution["office"],
    )
    given = {
        "B": {"leading": {"GOV": Decimal(1)}},
        "C": {"weights": {world.region["city 1"]: 1_500_000}},
        "E": {"rise": Decimal(5000)},
        "F": {"alpha": Decimal(2)},
        "G": {
            "bands": tuple(Band.of(row) for row in shipped()["GGJ-2021"].bands),
            **{tier: {"GOV": Decimal(value)} for tier, value in
               (("constraint", 3), ("reference", 2), ("leading", 1))},
        },
        "H": {"fall": {world.region["city 1"]: 100_000, world.region["city 2"]: 0}},
    }  # fmt: skip
    union.answered()
    made = run_target(actor, union.target, Method(letter, **given.get(letter, {}))).run
    if letter == "G":  # by bands nobody here falls by 3 %: its caps exceed the target together
        with pytest.raises(ConflictError) as beyond:
            issue_run(actor, made.run_id)
        assert beyond.value.code == "books.beyond_target"
        return
    issue_run(actor, made.run_id)

    assert [one.same for one in prove(actor, made.run_id)] == [True]
    quotas = list_quotas(actor).rows
    assert sum(one.amount_g for one in quotas) == made.total_g
    for one in quotas:
        found = explain_quota(actor, one.institution_id, one.year)
        assert in_thousands(one.amount_g) in found.arithmetic
        assert found.meaning("zh") != found.meaning("en")
