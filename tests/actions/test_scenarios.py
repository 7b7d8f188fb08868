"""Scenarios are read and commented by members, and tell of no restricted institution."""

from fractions import Fraction

import pytest

from actions.actor import DeniedError
from actions.compact.climate_table import CLIMATES, WhichClimates
from actions.compact.comment_scenario import CommentScenario
from actions.compact.correcting import CORRECTIONS, WhichCorrections
from actions.compact.keep_scenario import KeepScenario
from actions.compact.limiting import LIMITS, WhichLimits
from actions.compact.make_run import MakeRun, tried_by
from actions.compact.scenarios import given_of, one, scenarios_of
from actions.compact.state_evidence import StateEvidence
from actions.doing import acting, carry_out
from actions.registry.weather import StateDegreeDays
from metering.errors import ConflictError, InputError
from storage.compact import runs
from tests.actions.acts import signers
from tests.actions.book_world import agree
from tests.actions.compact_world import make_union_world
from tests.actions.world import make_world, resize


@pytest.fixture(scope="module")
def union(database_of_module):
    world = make_world(database_of_module)
    yield make_union_world(world)
    world.close()


def keep(union, name: str, **given) -> int:
    action = KeepScenario.model_validate({"name": name, **given})
    return carry_out(union.world.actor("planner of all"), action, union.target).result.scenario_id


def test_a_scenario_says_what_members_get_beside_equal_percentages(union):
    world = union.world
    city = world.region["city 1"]
    weighed = keep(union, "weighed", rule="C", weights=[{"member": city, "value": "1.5"}])
    found = one(world.actor("planner of all"), weighed)

    assert found.whole is not None
    first, second = (found.members[world.region[name]] for name in ("city 1", "city 2"))
    assert first.base_g + second.base_g == found.whole.base_g
    assert first.amount_g < first.equal_g  # who weighs more saves more
    assert second.amount_g > second.equal_g
    assert found.row.more + found.row.less + found.row.same == 4
    assert given_of(found.row)["weights"] == {city: 1.5}
    plain = keep(union, "equal", rule="A")
    assert one(world.actor("planner of all"), plain).row.same == 4
    assert [each.row.name for each in scenarios_of(world.actor(), union.target)] == [
        "weighed", "equal",
    ]  # fmt: skip
    with pytest.raises(ConflictError) as taken:
        keep(union, "equal", rule="A")
    assert taken.value.code == "scenario.named"
    with pytest.raises(InputError) as lacking:
        keep(union, "no weights", rule="C")
    assert lacking.value.code == "method.lacks_input"


def test_members_read_and_comment_it_and_see_nothing_that_tells(union):
    world = union.world
    made = keep(union, "to talk about", rule="A")
    seen = one(world.actor("union reader"), made)
    assert set(seen.members) == {world.region["city 2"]}  # the first city has a police station
    assert seen.whole is None
    speaker, _ = signers(world.actor(), [world.region["city 1"]])
    said = carry_out(speaker, CommentScenario(text="too little for schools"), made).result
    assert said.region_id == world.region["city 1"]
    (comment,) = one(world.actor("union reader"), made).comments
    assert comment.text == "too little for schools"
    with pytest.raises(DeniedError):
        carry_out(world.actor("union reader"), KeepScenario(name="n", rule="A"), union.target)


def test_corrections_come_of_what_is_registered_with_their_evidence(union):
    world, actor = union.world, union.world.actor("planner of all")
    office = world.institution["office"]
    resize(world, "office", "2016-01-01", area_m2="1481.4", persons="144")  # were 1234.5 and 80
    with actor.look(reckons=True) as connection:
        lines = CORRECTIONS.every(acting(actor, connection), WhichCorrections(target=union.target))
        found = {line.one.name: (line.institution_id, line.one.factor) for line in lines}
    # 1.2 times the area; 80/1234.5 → 144/1481.4 persons per m² is 1.5 times as many
    assert found == {"area": (office, 1_200_000), "occupancy": (office, 1_150_000)}
    for least, many in (("80.1", 0), ("80", 2)):  # persons went up by 80 %, area by 20 %
        agree(world, union.union, revise_percent=least)
        with actor.look(reckons=True) as connection:
            asked = WhichCorrections(target=union.target)
            assert len(CORRECTIONS.every(acting(actor, connection), asked)) == many
    typed = [{"institution": office, "name": "occupancy", "factor": "1"}]
    wanted = {"rule": "A", "corrected": True}
    for given, product in ((wanted, 1.38), ({**wanted, "factors": typed}, 1.2)):
        trial = tried_by(actor, union.target, MakeRun.model_validate(given))
        quota = next(one for one in trial.run.allocation.quotas if one.institution == office)
        assert quota.weight_g == pytest.approx(quota.base_g * product, abs=1)


def test_a_colder_reference_year_raises_bases_where_its_degree_days_are_known(union):
    """City 1 states the base year, and later the reference year; city 2 neither."""
    world, actor = union.world, union.world.actor("planner of all")
    city, school = world.region["city 1"], world.institution["school"]

    def read(table, asked):
        with actor.look(reckons=True) as connection:
            return list(table.every(acting(actor, connection), asked))

    def state(region: int, year: int | None, heating: str) -> None:
        for month in range(1, 13):
            said = {"heating": heating if month in (1, 2, 12) else "0", "cooling": "0"}
            fields = said | {"region": region, "year": year, "month": month, "station": "s 1"}
            carry_out(actor, StateDegreeDays(**fields, source="letter 12"), None)

    state(city, 2015, "500")
    asked = WhichClimates(target=union.target)
    assert {one.one.state for one in read(CLIMATES, asked)} == {"no_reference", "nothing"}
    state(city, None, "600")
    assert {(one.region_id == city, one.one.state) for one in read(CLIMATES, asked)} == {
        (True, "known"), (False, "nothing"),
    }  # fmt: skip
    lines = read(CORRECTIONS, WhichCorrections(target=union.target))
    found = {one.institution_id: one.one for one in lines if one.one.name == "climate"}
    # 777 kWh a month: by March and April 1,554 in 61 days, so 713.3 of February's 28, 63.7 beyond.
    (heating,) = found[school].parts
    assert (heating.share, heating.before, heating.after) == (Fraction(5, 732), 1500, 1800)
    assert found[school].factor == 1_001_366
    trial = tried_by(actor, union.target, MakeRun(rule="A", corrected=True))
    quota = next(one for one in trial.run.allocation.quotas if one.institution == school)
    assert quota.weight_g == quota.base_g * 1_001_366 // 1_000_000


def test_documents_limit_what_is_asked_where_a_planner_says_so(union):
    actor, office = union.world.actor("planner of all"), union.world.institution["office"]
    said = {"title": "节约型机关", "document_number": "n 1", "valid_from": "2015-01-01"}
    carry_out(actor, StateEvidence.model_validate(said | {"kind": "certified"}), office)
    for wrong in ({"kind": "potential"}, {"kind": "certified", "saving_kgce": "1"}):
        with pytest.raises(InputError):
            carry_out(actor, StateEvidence.model_validate(said | wrong), office)

    def quota(**given):
        trial = tried_by(actor, union.target, MakeRun.model_validate({"rule": "A"} | given))
        return next(one for one in trial.run.allocation.quotas if one.institution == office)

    plain, relieved = quota(), quota(relief_percent="100")
    assert plain.bound is None
    assert (relieved.bound, relieved.amount_g) == ("floor", relieved.base_g)  # spared all of it
    audit = {"kind": "potential", "title": "audit", "saving_kgce": "1.5"}
    carry_out(actor, StateEvidence.model_validate(said | audit), office)
    audited = quota(duty_percent="0")
    assert audited.base_g - audited.amount_g == 1500
    asked = WhichLimits(target=union.target, relief_percent="50", duty_percent="0")
    with actor.look(reckons=True) as connection:
        lines = list(LIMITS.every(acting(actor, connection), asked))
    assert [(one.institution_id, one.one.name) for one in lines] == [
        (office, "certified"), (office, "potential"),
    ]  # fmt: skip
    assert lines[0].one.most_g == relieved.base_g * 3 // 200

    kept = carry_out(actor, MakeRun(rule="A", duty_percent="0"), union.target).result
    with actor.look() as connection:
        (share,) = runs.shares(connection, kept.run_id, only=[office])
    assert share.limits == {"potential": 1500}
