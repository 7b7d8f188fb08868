"""CO2 and water shared out as energy is: bases, quotas, books, cover, notices, each in its unit."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from actions.compact.account_acts import ReleaseAccount, RestrictAccount
from actions.compact.base_words import told
from actions.compact.bases import line_of
from actions.compact.cover_acts import CoverUse, ExcludeYear, IncludeYear
from actions.compact.days_table import QUOTA_DAYS
from actions.compact.decide_movements import ApproveMovement
from actions.compact.notice_files import file_of
from actions.compact.notices import quota_notice
from actions.compact.own_movements import FillReserve, ReturnQuota
from actions.compact.propose_movements import ProposeTransfer
from actions.compact.quotas import explain_quota
from actions.compact.rebalance import ProposeRebalancing
from actions.compact.reconcile_books import ReconcileBooks
from actions.compact.runs import prove
from actions.compact.shared_movements import PutInPool
from actions.compact.target_words import QUOTAS, fall_of
from actions.doing import carry_out, foresee
from actions.tables import rows_of
from analytics.exact import half_up
from compact.indicators import SHARED, Indicator
from compact.methods import Method
from compact.targets import Curve, Target
from metering.errors import ConflictError, InputError
from storage.compact import accounts, bases, covers, targets
from storage.compact.accounts import AccountFilter
from tests.actions.acts import set_target
from tests.actions.book_world import TERMS, agree, people, progressed
from tests.actions.compact_world import (
    UnionWorld,
    answer_for,
    issue_run,
    make_union_world,
    record_progress,
    run_target,
    use,
)
from tests.actions.world import make_world

SPRING = date(2017, 3, 1)
M3 = {"office": [40 + month for month in range(12)], "school": [75] * 12, "police": [333] * 12}
UNITS = {"total_kgce": "kgce", "total_kgco2": "kgCO2", "total_water_m3": "m³"}
_LOCK = """
    INSERT INTO account_version (institution_id, year, version, kgce_g, estimated_kgce_g, co2_g,
               water_quanta, known_months, estimated_months, sha256, locked_by, answer, answered_at,
               answered_by)
    SELECT %s, 2016, 1, g.g, g.g, %s, %s, 12, 0, repeat('0', 64), 'user:1', 'verified', now(),
           'user:2'
      FROM (SELECT array_fill(%s::numeric, ARRAY[max(place)]) AS g FROM profile) g
"""


@pytest.fixture(scope="module")
def union(database_of_module):
    """The union of two cities, which shares out energy, CO2 and water of 2016."""
    world = make_world(database_of_module)
    made = make_union_world(world)
    for name, months in M3.items():
        for month, used in enumerate(months, 1):
            use(world, name, 2015, month, used, "water")
    agree(world, made.union, **TERMS)
    made.targets = {Indicator.TOTAL_KGCE: made.target}
    for indicator in SHARED[1:]:
        asked = Target(indicator, "GB2589-2020", 30_000)
        made.targets[indicator] = set_target(planner(made), made.union, asked, "test")
    made.runs = {}
    for indicator, target in made.targets.items():
        answer_for(planner(made), target)
        made.runs[indicator] = run_target(planner(made), target, Method("A")).run
        issue_run(planner(made), made.runs[indicator].run_id)
    yield made
    world.close()


def planner(union: UnionWorld, day: date = SPRING):
    return union.world.actor("planner of all", today=day)


def of(union: UnionWorld, name: str) -> int:
    return union.world.institution[name]


def books(union: UnionWorld, indicator: str) -> dict[tuple[str, int], int]:
    rows = union.world.admin(
        """SELECT account, coalesce(institution_id, region_id, 0), sum(amount_g)::bigint
             FROM book_entry WHERE union_id = %s AND indicator = %s GROUP BY 1, 2""",
        union.union, indicator,
    )  # fmt: skip
    return {(account, whose): amount for account, whose, amount in rows}


def lock(union: UnionWorld, name: str, coal: int, co2: int | None, water: int) -> None:
    world = union.world
    world.admin("SET session_replication_role = replica")
    world.admin(_LOCK, of(union, name), co2, water, coal)
    world.admin("SET session_replication_role = DEFAULT")


def status(union: UnionWorld, name: str) -> dict[str, str]:
    with planner(union).look() as connection:
        return {
            one.value: row.record(SPRING.year).status.value
            for one in SHARED
            for row in covers.holders(connection, union.union, one.value, of(union, name))
        }


@pytest.mark.parametrize("indicator", SHARED)
def test_quotas_add_to_the_cap_and_their_months_to_them(union, indicator):
    run = union.runs[indicator]
    rows = union.world.admin(
        "SELECT base_g, amount_g, months_g FROM run_quota WHERE run_id = %s", run.run_id
    )
    base = sum(sum(filter(None, months)) for months, _, _ in rows)
    asked = Target(indicator, "GB2589-2020", 30_000)

    assert sum(amount for _, amount, _ in rows) == asked.cap_g(base, 2016) == run.total_g
    assert all(sum(filter(None, months)) == amount for _, amount, months in rows)
    assert sum(books(union, indicator.value).values()) == 0
    assert prove(planner(union), run.run_id)[0].same


def test_bases_are_the_accounts_in_the_quantity_of_the_target(union):
    office = of(union, "office")
    kwh = sum(1000 + 10 * month for month in range(12))
    ((factor,),) = union.world.admin(
        """SELECT DISTINCT kgco2_per_unit FROM storage.co2_factors('co2', ARRAY[%s],
               ARRAY['electricity'], ARRAY['2015-03-01'::date])""",
        office,
    )
    found = {
        one: explain_quota(planner(union), office, 2016, union.union, one.value) for one in SHARED
    }

    water = found[Indicator.TOTAL_WATER_M3]
    assert water.facts.base_g == sum(M3["office"]) * 1000  # litres
    assert water.quota.amount_g == pytest.approx(water.facts.base_g * 97 // 100, abs=1)
    assert found[Indicator.TOTAL_KGCO2].facts.base_g == pytest.approx(kwh * factor * 1000, abs=12)
    assert found[Indicator.TOTAL_KGCE].facts.base_g == kwh * 1229 // 10
    for indicator, one in found.items():
        assert one.arithmetic.endswith(UNITS[indicator.value])
    assert explain_quota(planner(union), office, 2016).quota.indicator == "total_kgce"


def test_who_has_no_account_of_a_carrier_has_no_quota_of_it(union):
    with_water = {of(union, name) for name in M3}
    rows = union.world.admin(
        "SELECT institution_id FROM run_quota WHERE run_id = %s",
        union.runs[Indicator.TOTAL_WATER_M3].run_id,
    )
    assert {who for (who,) in rows} == with_water


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("indicator", SHARED)
def test_a_notice_says_the_unit_and_what_is_counted(union, indicator, lang):
    notice = quota_notice(
        planner(union), of(union, "office"), 2016, lang, union.union, indicator.value
    )
    text = repr(notice.paper)

    assert QUOTAS[indicator.value].say(lang) in notice.paper.title
    assert UNITS[indicator.value] in text
    assert all(unit not in text for unit in set(UNITS.values()) - {UNITS[indicator.value]})
    assert "{" not in notice.paper.headline
    assert all(file_of(notice, form).content for form in ("pdf", "xlsx"))


@pytest.mark.parametrize("indicator", SHARED)
def test_days_add_to_the_months_of_the_same_quota(union, indicator):
    asked = QUOTA_DAYS.filter(
        institution_id=of(union, "office"), year=2016, union=union.union, indicator=indicator.value
    )
    rows = rows_of(planner(union), QUOTA_DAYS, asked, None, 366).rows
    found = explain_quota(planner(union), of(union, "office"), 2016, union.union, indicator.value)

    assert sum(one.grams for one in rows) == found.quota.amount_g
    assert {one.indicator for one in rows} == {indicator.value}


def test_what_moves_in_one_indicators_books_moves_in_no_other(union):
    before = {one: books(union, one.value) for one in SHARED}
    office = of(union, "office")
    action = ReturnQuota(
        union=union.union, indicator="total_water_m3", year=2016, amount=Decimal("1.25"), reason="x"
    )
    told_before = {one.code: one for one in foresee(planner(union), action, office).effects}
    carry_out(planner(union), action, office)
    after = {one: books(union, one.value) for one in SHARED}

    assert told_before["amount"].after.en == "1.250 m³"
    assert after[Indicator.TOTAL_KGCE] == before[Indicator.TOTAL_KGCE]
    assert after[Indicator.TOTAL_KGCO2] == before[Indicator.TOTAL_KGCO2]
    water = Indicator.TOTAL_WATER_M3
    assert after[water]["holder", office] == before[water]["holder", office] - 1250
    assert sum(after[water].values()) == 0


def test_more_than_is_held_is_refused_in_the_unit_that_is_held(union):
    action = ProposeTransfer(
        union=union.union,
        indicator="total_kgco2",
        taker=of(union, "school"),
        year=2016,
        amount=Decimal(10**9),
        reason="x",
    )
    with pytest.raises(ConflictError, match="kgCO2") as refused:
        carry_out(planner(union), action, of(union, "office"))
    assert "kgCO2" in refused.value.zh


def test_cover_is_of_the_use_that_the_indicator_counts(union):
    lock(union, "police", coal=10**6, co2=1_000_000, water=70_000)
    police, at = of(union, "police"), planner(union)

    before = status(union, "police")
    for indicator, due in (("total_kgco2", 1_000_000), ("total_water_m3", 70_000)):
        action = CoverUse(union=union.union, indicator=indicator, year=2016, reason="close")
        carry_out(at, action, police)
        assert books(union, indicator)["covered", police] == due
    after = status(union, "police")
    assert set(before.values()) == {"b"}
    assert (after["total_kgco2"], after["total_water_m3"], after["total_kgce"]) == ("a", "a", "b")


def test_a_year_without_a_factor_has_no_figure_to_cover(union):
    lock(union, "school", coal=10**6, co2=None, water=1)
    with planner(union).look() as connection:
        (row,) = covers.holders(connection, union.union, "total_kgco2", of(union, "school"))
    assert row.used_g == [None]
    assert row.record(2017).status.value == "c"


def test_progress_compares_use_with_the_path_in_one_quantity(union):
    for month in (1, 2):
        use(union.world, "police", 2016, month, 300, "water")
        use(union.world, "police", 2016, month, 250)
    record_progress(union.world.actor("planner of all"), union.union, date(2016, 2, 29))
    rows = union.world.admin(
        """SELECT indicator, used_g::bigint, quota_g::bigint FROM progress
            WHERE institution_id = %s AND day = '2016-02-29'""",
        of(union, "police"),
    )
    found = {indicator: (used, quota) for indicator, used, quota in rows}

    assert found["total_water_m3"][0] == 600_000
    assert found["total_kgce"][0] == 500 * 1229 // 10
    ((co2,),) = union.world.admin(
        """SELECT sum(co2_g)::bigint FROM account_figure
            WHERE institution_id = %s AND carrier = 'electricity' AND month >= '2016-01-01'""",
        of(union, "police"),
    )
    assert found["total_kgco2"][0] == co2


@pytest.mark.parametrize("indicator", SHARED)
def test_rebalancing_moves_the_indicator_that_was_asked_for(union, indicator):
    """The office used 60 % in half a year and will lack a fifth; the school can spare much."""
    quota = dict(union.world.admin(
        "SELECT institution_id, amount_g FROM run_quota WHERE run_id = %s",
        union.runs[indicator].run_id,
    ))  # fmt: skip
    school, office = quota[of(union, "school")], quota[of(union, "office")]
    by = {"school": (school // 2, school // 8), "office": (office // 2, office * 6 // 10)}
    union.world.admin("DELETE FROM progress WHERE indicator = %s", indicator.value)
    progressed(union, by, indicator.value)
    before = {one: books(union, one.value) for one in SHARED}
    rebalance = ProposeRebalancing(
        member=union.world.region["city 1"], indicator=indicator.value, year=2016, reason="July"
    )
    told = foresee(planner(union), rebalance, union.union).effects
    moves = [one.after.en for one in told if one.code == "entry"]
    proposed = carry_out(planner(union), rebalance, union.union).result.movement_id
    carry_out(union.world.actor("union planner"), ApproveMovement(), proposed, again=True)
    after = {one: books(union, one.value) for one in SHARED}

    assert len(moves) == 2
    assert all(one.endswith(f" {indicator.unit_shown}") for one in moves)
    assert all(before[one] == after[one] for one in SHARED if one is not indicator)
    changed = {
        whose: amount - before[indicator][account, whose]
        for (account, whose), amount in after[indicator].items()
        if amount != before[indicator][account, whose]
    }
    assert set(changed) == {of(union, "school"), of(union, "office")}
    assert sum(changed.values()) == 0
    assert changed[of(union, "office")] == pytest.approx(office / 5, abs=2)


def test_an_account_rests_for_one_indicator_and_goes_on_for_the_others(union):
    office, at = of(union, "office"), planner(union)
    said = {"union": union.union, "indicator": "total_kgco2"}
    carry_out(at, RestrictAccount(**said, reason="short of CO2"), office)
    first, second = people(union.world)

    def pooled(indicator: str) -> None:
        action = PutInPool(
            union=union.union, indicator=indicator, year=2016, amount="1", reason="spare"
        )
        made = carry_out(first, action, office).result.movement_id
        carry_out(second, ApproveMovement(), made, again=True)

    held = books(union, "total_water_m3")["holder", office]
    pooled("total_water_m3")
    assert books(union, "total_water_m3")["holder", office] == held - 1000
    with pytest.raises(ConflictError) as rests:
        pooled("total_kgco2")
    assert rests.value.code == "books.account_rests"
    with at.look() as connection:
        rows = accounts.listed(connection, AccountFilter(union.union, office, 2016))
    assert {one.indicator: one.state for one in rows if one.account == "holder"} == {
        "total_kgce": "open", "total_kgco2": "restricted", "total_water_m3": "open",
    }  # fmt: skip
    carry_out(at, ReleaseAccount(**said, reason="plan 12 is filed"), office)


def test_a_year_is_left_out_of_the_cover_of_one_indicator(union):
    school, at, before = of(union, "school"), planner(union), status(union, "school")
    said = {"union": union.union, "indicator": "total_kgco2", "year": 2016, "reason": "no factor"}
    carry_out(at, ExcludeYear(**said), school)
    assert status(union, "school") == before | {"total_kgco2": "excluded"}
    carry_out(at, IncludeYear(**said), school)
    assert status(union, "school") == before


def test_what_differs_in_one_indicators_books_blocks_that_account_alone(union):
    school, at = of(union, "school"), planner(union)
    for by in (1, -1):
        union.world.admin("SET session_replication_role = replica")
        union.world.admin(
            """UPDATE book_entry SET amount_g = amount_g + %s
                WHERE id = (SELECT min(id) FROM book_entry
                             WHERE institution_id = %s AND indicator = 'total_water_m3')""",
            by, school,
        )  # fmt: skip
        union.world.admin("SET session_replication_role = DEFAULT")
        found = carry_out(at, ReconcileBooks(), union.union).result.differences
        assert found == (by == 1)
        blocked = union.world.admin(
            "SELECT institution_id, indicator FROM storage.account_state WHERE state = 'blocked'"
        )
        assert blocked == [(school, "total_water_m3")]
    action = ReleaseAccount(union=union.union, indicator="total_water_m3", reason="looked at")
    carry_out(at, action, school)


def test_books_and_second_log_agree(union):
    assert carry_out(planner(union), ReconcileBooks(), union.union).result.differences == 0


def test_intensities_are_not_shared_and_it_is_said_why(union):
    asked = Target(Indicator.WATER_M3_PER_PERSON, "GB2589-2020", 30_000, 2015, 2016)
    target = set_target(planner(union), union.union, asked, "test")

    with pytest.raises(ConflictError, match="intensity") as refused:
        run_target(planner(union), target, Method("A"))
    assert refused.value.code == "target.not_shared"


def test_a_month_without_a_factor_has_no_base_and_is_no_zero(union):
    """Of CO2 alone: the same month of the same carrier is energy all the same."""
    (carrier, *_), *_ = union.world.admin(
        """SELECT c.code FROM carrier c
            WHERE c.in_total_energy AND NOT EXISTS (
                    SELECT FROM storage.co2_span o WHERE o.carrier = c.code)
              AND c.code <> 'electricity' AND EXISTS (
                    SELECT FROM storage.coefficient_span k
                     WHERE k.wanted = 'GB2589-2020' AND k.carrier = c.code)
            ORDER BY c.code"""
    )
    use(union.world, "school", 2015, 6, 10, carrier)
    found = {}
    with planner(union).look(reckons=True) as connection:
        for indicator, target in union.targets.items():
            kept = targets.one(connection, target)
            counted = bases.institutions(connection, union.union, [of(union, "school")])
            found[indicator] = line_of(connection, kept, counted[0])
    co2, energy = found[Indicator.TOTAL_KGCO2], found[Indicator.TOTAL_KGCE]

    assert co2.base.months_g[5] is None
    assert co2.base.months_g[6] > 0
    assert energy.base.months_g[5] > 777 * 1229 // 10
    (finding,) = [one for one in co2.findings if one.mark.code == "no_factor"]
    assert (finding.mark.carrier, finding.mark.month) == (carrier, 6)
    assert "no factor" in told(finding, 2015, "en", "kgCO2")
    union.world.admin("DELETE FROM account WHERE carrier = %s", carrier)


@pytest.mark.parametrize("rule", ["A", "F"])
@pytest.mark.parametrize("curve", Curve)
def test_a_cap_may_exceed_the_base_where_the_agreement_says_so(union, rule, curve):
    growth = Target(Indicator.TOTAL_WATER_M3, "GB2589-2020", -50_000, 2015, 2017, curve)
    agree(union.world, union.union, **TERMS, growth_percent="4.9999")
    with pytest.raises(ConflictError) as refused:
        set_target(planner(union), union.union, growth, "test")
    assert refused.value.code == "target.growth_not_agreed"

    agree(union.world, union.union, **TERMS, growth_percent="5")
    target = set_target(planner(union), union.union, growth, "test")
    run = run_target(planner(union), target, Method(rule), 2017).run
    assert run.total_g == half_up(Fraction(run.base_g * 105, 100)) > run.base_g
    first = run_target(planner(union), target, Method(rule), 2016).run
    assert run.base_g < first.total_g < run.total_g
    assert "5 % above" in fall_of(growth).en
    with pytest.raises(InputError) as nothing:
        run_target(planner(union), target, Method("C"), 2017)
    assert nothing.value.code == "target.nothing_to_save"


def test_growth_enters_the_books_and_no_gram_more(union):
    """The second log works the cap out by itself."""
    agree(union.world, union.union, **TERMS, growth_percent="5")
    growth = Target(Indicator.TOTAL_WATER_M3, "GB2589-2020", -50_000, 2015, 2018)
    target = set_target(planner(union), union.union, growth, "test")
    answer_for(planner(union), target)
    run = run_target(planner(union), target, Method("A"), 2017).run
    issue_run(planner(union), run.run_id)

    ((cap,),) = union.world.admin("SELECT journal.cap_g(%s, 2017)", run.run_id)
    assert cap == growth.cap_g(run.base_g, 2017) == run.total_g > run.base_g
    action = FillReserve(
        member=union.world.region["city 1"],
        indicator="total_water_m3",
        year=2017,
        amount=Decimal("0.001"),
        reason="x",
    )
    with pytest.raises(ConflictError) as refused:
        carry_out(planner(union), action, union.union)
    assert refused.value.code == "books.beyond_target"
