"""Nobody learns what a restricted institution uses, neither from rows nor by subtracting them.

`COMMONWATT_TEST_ATTEMPTS=100000 pytest tests/actions/test_disclosure.py --timeout 0` tries harder.
"""

import os
from contextlib import closing, suppress
from random import Random

import psycopg
import pytest

from actions.actor import DeniedError
from actions.compact.disclosure import unseen_of
from actions.compact.progress import progress_of, withheld_of
from actions.compact.quotas import explain_quota
from actions.compact.runs import (
    Method,
    Rule,
    levels_of,
    list_runs,
    one_run,
    prove,
    snapshot_of,
    try_target,
)
from compact.disclosure import WHOLE, Part, parts_of, shown_of
from compact.runs import again
from metering.errors import NotFoundError
from tests.actions.compact_world import make_union_world
from tests.actions.prying import (
    DAYS,
    FIGURES,
    KEYS,
    Learnt,
    derived,
    derived_over_time,
    drop_logins,
    make_random_world,
    secrets_of,
)
from tests.actions.tables import list_quotas, shares_of
from tests.actions.world import make_world

ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "600"))


@pytest.fixture(scope="module")
def house(database_of_module):
    """A world to pry into, in which nobody changes anything."""
    with closing(make_world(database_of_module)) as world:
        made = make_random_world(world, seed=5)
        yield made
        drop_logins(made)


def seen_by(house, who: str) -> set[int]:
    with house.world.actor(who).look() as connection:
        return {row[0] for row in connection.execute("SELECT access.sees()")}


def groups_of(house) -> list[set[int]]:
    """Return whom a sum may be over: a node of a cascade, a member, a line, everybody."""
    rows = house.world.admin("SELECT run_id, node, member_id, institution_id FROM run_quota")
    found: dict[object, set[int]] = {}
    parents = {
        (run, place): parent
        for run, place, parent in house.world.admin("SELECT run_id, place, parent FROM run_node")
    }
    for run, node, member, institution in rows:
        found.setdefault(("member", member), set()).add(institution)
        found.setdefault("all", set()).add(institution)
        while node is not None:
            found.setdefault((run, node), set()).add(institution)
            node = parents[run, node]
    return list(found.values())


def ask(house, who: str, random: Random, learnt: Learnt) -> None:
    """Ask one question over the actions that the API and the pages stand on."""
    question = random.choice(QUESTIONS)
    with suppress(NotFoundError):  # of which denied is one kind
        question(house, house.world.actor(who), random.choice(house.runs), random, learnt)


def ask_runs(house, actor, run, random, learnt):
    for one in list_runs(actor, union_id=house.union):
        learnt.sum(("base_g", one.run_id), "all", one.base_g)
        learnt.sum(("amount_g", one.run_id), "all", one.total_g)


def ask_levels(house, actor, run, random, learnt):
    for one in levels_of(actor, run):
        learnt.sum(("base_g", run), one.key, one.base_g)
        learnt.sum(("amount_g", run), one.key, one.amount_g)


def ask_shares(house, actor, run, random, learnt):
    for one in shares_of(actor, run, limit=1000).rows:
        base = sum(part for part in one.base_g if part is not None)
        learnt.one(("base_g", run), one.institution_id, base)
        learnt.one(("amount_g", run), one.institution_id, one.amount_g)


def ask_progress(house, actor, run, random, learnt):
    members, day = random.random() < 0.5, random.choice([None, *DAYS])
    for one in progress_of(actor, members=members, union_id=house.union, day=day):
        stands(learnt, one)


def ask_quota(house, actor, run, random, learnt):
    quotas = list_quotas(actor, limit=1000).rows
    if not quotas:
        return
    quota = random.choice(quotas)
    told = explain_quota(actor, quota.institution_id, quota.year)
    for one in told.chain:
        learnt.sum(("base_g", told.run.run_id), one.key, one.base_g)
        learnt.sum(("amount_g", told.run.run_id), one.key, one.amount_g)


def ask_trial(house, actor, run, random, learnt):
    trial = try_target(actor, house.target, Method(Rule.PROPORTIONAL))
    for place, one in enumerate(trial.run.allocation.nodes):
        if place in trial.shown:
            learnt.sum(("base_g", house.runs[-1]), one.key, one.base_g)


def ask_snapshot(house, actor, run, random, learnt):
    snapshot_of(actor, run)
    raise AssertionError("a snapshot holds everybody")


QUESTIONS = (
    ask_runs, ask_levels, ask_shares, ask_progress, ask_quota, ask_trial, ask_snapshot,
)  # fmt: skip


def stands(learnt: Learnt, one) -> None:
    for name in FIGURES:
        key, value = (name, one.day), getattr(one, name)
        if one.institution_id is None:
            learnt.sum(key, str(one.member_id), value)
        else:
            learnt.one(key, one.institution_id, value)


def ask_sql(connection, random: Random, learnt: Learnt) -> None:
    """Ask one question over the views that a member's login reads."""
    if random.random() < 0.4:
        for run, base, total in connection.execute("SELECT run_id, base_g, total_g FROM run"):
            learnt.sum(("base_g", run), "all", base)
            learnt.sum(("amount_g", run), "all", total)
        return
    figure = random.choice(FIGURES)
    by = [*random.sample(KEYS[2:5], random.randrange(4)), "day"]
    where = random.choice(["true", "institution_id IS NULL", "institution_id IS NOT NULL"])
    columns = ", ".join(dict.fromkeys(by))
    rows = connection.execute(
        f"SELECT max(day), sum({figure}), count(DISTINCT institution_id), max(institution_id)"
        f" FROM progress WHERE {where} GROUP BY {columns}".encode()
    )
    for day, value, institutions, institution in rows:
        if institutions == 1 and where == "institution_id IS NOT NULL":
            learnt.one((figure, day), institution, value)
        learnt.sum((figure, day), f"{where} {columns} {value}", value)


@pytest.mark.slow
def test_people_learn_nothing_of_restricted_institutions(house):
    random, groups = Random(7), groups_of(house)
    learnt = {who: Learnt() for who in house.people}
    for _ in range(ATTEMPTS):
        who = random.choice(house.people)
        ask(house, who, random, learnt[who])
    assert sum(len(one.sums) for one in learnt.values()) > 20  # something was told at all
    for who, told in learnt.items():
        secrets = secrets_of(house, seen_by(house, who))
        assert list(derived(told, secrets, groups)) == [], who
        assert list(derived_over_time(told, secrets, groups)) == [], who


def test_sql_logins_learn_nothing_of_restricted_institutions(house):
    random, groups = Random(7), groups_of(house)
    for url, _ in house.logins.values():
        learnt = Learnt()
        with psycopg.connect(url, autocommit=True) as connection:
            seen = {row[0] for row in connection.execute("SELECT institution_id FROM institution")}
            for _ in range(ATTEMPTS // 8):
                ask_sql(connection, random, learnt)
        assert learnt.single
        assert list(derived(learnt, secrets_of(house, seen), groups)) == []
        assert list(derived_over_time(learnt, secrets_of(house, seen), groups)) == []


def test_the_database_and_python_withhold_the_same(house):
    for who in house.people:
        with house.world.actor(who).look(reckons=True) as connection:
            seen = {row[0] for row in connection.execute("SELECT access.sees()")}
            before: list[dict[int, Part]] = []
            for run in house.runs:
                [(shown,)] = connection.execute("SELECT access.nodes_shown(%s)", [run])
                text = house.world.admin(
                    "SELECT snapshot FROM run_snapshot WHERE run_id = %s", run
                )[0][0]
                allocation = again(text).allocation
                unseen = {one.institution for one in allocation.quotas} - seen
                found = shown_of(allocation, unseen, house.restricted, before)
                assert set(shown) == found, (who, run)
                parts = parts_of(allocation).items()
                before.append({key: one for key, one in parts if key in unseen})


def test_who_sees_everything_is_told_everything(house):
    actor = house.world.actor("planner of all")
    assert all(one.base_g is not None for one in list_runs(actor, union_id=house.union))
    assert all(one.amount_g is not None for one in levels_of(actor, house.runs[0]))
    assert {one.member_id for one in progress_of(actor, union_id=house.union)} == {
        house.world.region[f"pry city {i}"] for i in range(3)
    }
    weights = {house.world.region["pry city 0"]: 1_500_000}
    trial = try_target(actor, house.target, Method(Rule.CAPABILITY, weights=weights))
    assert trial.total_shown
    assert WHOLE in trial.shown


def test_a_planner_may_not_ask_by_rules_what_a_restricted_institution_uses(world):
    union = make_union_world(world)
    actor, police = world.actor("union planner"), world.institution["police"]
    office = world.institution["office"]
    with actor.look() as connection:
        assert unseen_of(connection, union.union).guarded >= {police}
    with pytest.raises(NotFoundError):
        try_target(actor, union.target, Method(Rule.PROPORTIONAL, factors={police: {"x": 2}}))
    for method in (
        Method(Rule.PROPORTIONAL, factors={office: {"climate": 2_000_000}}),
        Method(Rule.PROPORTIONAL, floor=900_000),
        Method(Rule.CAPABILITY, weights={world.region["city 2"]: 0}),
    ):
        with pytest.raises(DeniedError) as refused:
            try_target(actor, union.target, method)
        assert refused.value.code == "run.would_tell"
    plain = try_target(actor, union.target, Method(Rule.PROPORTIONAL))
    assert not plain.total_shown
    assert [one.institution for one in plain.holders].count(police) == 0


def test_a_planner_who_is_not_given_a_snapshot_can_prove_it(world):
    union = make_union_world(world)
    actor, run_id = world.actor("union planner"), union.run("union planner")
    with pytest.raises(DeniedError) as withheld:
        snapshot_of(actor, run_id)
    kept, snapshot = one_run(actor, run_id)
    assert snapshot is None
    assert kept.sha256 in withheld.value.en
    assert [one.same for one in prove(actor, run_id)] == [True]


def test_whose_progress_is_withheld_is_told_and_is_nobody_whose_progress_is_shown(house):
    everybody = {house.world.region[f"pry city {i}"] for i in range(3)}
    some = False
    for who in house.people:
        actor = house.world.actor(who)
        shown = {one.member_id for one in progress_of(actor, union_id=house.union)}
        hidden = {one.member_id for one in withheld_of(actor, union_id=house.union)}
        assert not shown & hidden, who
        assert shown | hidden <= everybody
        some |= bool(hidden)
        days = {one.day for one in progress_of(actor, union_id=house.union)}
        assert days <= set(DAYS)
    assert some
    assert withheld_of(house.world.actor("planner of all"), union_id=house.union) == []
