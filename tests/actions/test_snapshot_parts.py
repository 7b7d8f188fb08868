"""Each reader's part of a run: what it sees, leading to the root that all are shown."""

import json

import pytest

from actions.compact.make_run import MakeRun
from actions.compact.runs import one_run
from actions.compact.snapshot_export import part_exported
from actions.doing import carry_out
from compact.snapshot_parts import verified_part
from tests.actions.compact_world import make_union_world
from tests.actions.examples import corrected
from tests.actions.world import make_world


@pytest.fixture(scope="module")
def union(database_of_module):
    world = make_world(database_of_module)
    made = make_union_world(world)
    made.run_id = made.issued()
    yield made
    world.close()


def institutions(content: str) -> set[int]:
    names = [one.get("name", "") for one in json.loads(content)["tree"]]
    return {int(name.split()[1]) for name in names if name.startswith("institution ")}


@pytest.mark.parametrize("who", ["planner of all", "union reader", "of the office", "city reader"])
def test_it_shows_whom_the_reader_sees_and_leads_to_the_runs_root(union, who):
    actor = union.world.actor(who)
    run = one_run(actor, union.run_id)[0]
    part = part_exported(actor, union.run_id)
    found = verified_part(part.content.encode(), run.root)
    rows = union.world.admin(
        "SELECT institution_id, base_sha256 FROM run_quota WHERE run_id = %s", union.run_id
    )
    with actor.look() as connection:
        seen = {row[0] for row in connection.execute("SELECT access.sees()")}
    ours = {whose for whose, _ in rows}

    assert found.same, found.differences
    assert institutions(part.content) == seen & ours
    assert "GB2589-2020" in part.content  # what is common to all
    assert found.leaves > len(ours)
    for whose in ours - seen:
        assert f'institution {whose}"' not in part.content
        assert f'\\"institution\\":{whose},' not in part.content
    if ours <= seen:
        assert found.shown == found.leaves


def test_a_member_is_handed_its_own_and_no_more(union):
    city, planner = union.world.region["city 1"], union.world.actor("planner of all")
    part = part_exported(planner, union.run_id, city)
    own = union.world.admin(
        "SELECT institution_id FROM run_quota WHERE run_id = %s AND member_id = %s",
        union.run_id, city,
    )  # fmt: skip
    whole = verified_part(part_exported(planner, union.run_id).content.encode())
    found = verified_part(part.content.encode(), part.sha256)

    assert found.same
    assert found.root == whole.root
    assert institutions(part.content) == {whose for (whose,) in own}
    other = f"region:{union.world.region['city 2']}"
    levels = [one.get("name", "") for one in json.loads(part.content)["tree"]]
    assert any(f"region:{city}" in name for name in levels)
    assert not any(other in name for name in levels)


def test_contents_are_canonical_and_those_of_the_snapshot(union):
    planner = union.world.actor("planner of all")
    snapshot = json.loads(one_run(planner, union.run_id)[1] or "")
    tree = json.loads(part_exported(planner, union.run_id).content)["tree"]
    told = {one["name"]: json.loads(one["content"]) for one in tree}
    for one in tree:
        again = json.dumps(
            json.loads(one["content"]), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert one["content"] == again
    quotas = {one["institution"]: one for one in snapshot["result"]["quotas"]}
    for whose, quota in quotas.items():
        assert told[f"institution {whose}"]["quota"] == quota
    assert told["common"]["inputs"]["target"] == snapshot["inputs"]["target"]
    assert told["covers"] == snapshot["covers"]
    assert len(tree) == 3 + len(snapshot["result"]["nodes"]) + len(quotas)


def test_no_login_of_the_product_reads_the_secret_or_chooses_it(union):
    with union.world.actor("union reader").look() as connection:
        assert connection.execute("SELECT secret FROM run_snapshot").fetchall() == []
    other = MakeRun.model_validate(corrected(union.world, 7))
    carry_out(union.world.actor("planner of all"), other, union.target)
    roots = union.world.admin("SELECT root, secret FROM run_snapshot")
    assert len({root for root, _ in roots}) == len({secret for _, secret in roots}) == len(roots)
