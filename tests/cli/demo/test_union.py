"""The demo's union: made once, issued once, and judged against books, months and snapshot."""

import psycopg
import pytest

from actions.compact.unions import list_unions
from cli.demo import union as demo_union
from tests.actions.compact_world import make_union_world
from tests.actions.world import TODAY, make_world


@pytest.fixture
def world(database):
    made = make_world(database)
    yield made
    made.close()


@pytest.fixture
def admin(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        yield connection


def test_a_union_is_found_again_and_quotas_are_issued_once(world, admin):
    make_union_world(world)  # for its accounts; another union does not matter
    actor = world.actor()
    made = demo_union.found(actor, ["990100", "990200"], 2015)

    assert demo_union.found(actor, ["990100", "990200"], 2015) == made
    assert len(list_unions(actor)) == 2
    demo_union.share(actor, made, 2015, TODAY)
    first = demo_union.judge(admin)
    demo_union.share(actor, made, 2015, TODAY)
    assert demo_union.judge(admin) == first
    assert (first.quotas, first.faults) == (4, [])
    assert first.figures["target"] == first.figures["quota_sum"]
    assert admin.execute("SELECT count(*) FROM book_cause").fetchone() == (1,)


def test_a_set_without_use_has_no_quotas_and_no_fault(world, admin):
    actor = world.actor()
    made = demo_union.found(actor, ["990100"], 2015)
    demo_union.walk(actor, demo_union.share(actor, made, 2015, TODAY))

    assert demo_union.judge(admin).figures == {
        "quotas": 0,
        "target": "0.000",
        "quota_sum": "0.000",
    }


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("book_entry", "DELETE FROM book_entry WHERE id = (SELECT min(id) FROM book_entry)"),
        ("run_quota", "UPDATE run_quota SET months_g[3] = months_g[3] + 1"),
        ("run_snapshot", "UPDATE run_snapshot SET snapshot = replace(snapshot, '30000', '30001')"),
    ],
)
def test_what_does_not_agree_is_a_fault(world, admin, table, statement):
    make_union_world(world).issued()
    assert demo_union.judge(admin).faults == []

    admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_changes".encode())
    admin.execute(statement)

    assert len(demo_union.judge(admin).faults) == 1
