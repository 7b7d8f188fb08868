"""What is published and rests on what an act changes is told before the act is done."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from actions.compact.runs import list_runs
from actions.compact.targets import Indicator, Target
from actions.readings.file_corrections import correct_by_file
from tests.actions import correcting as corrections
from tests.actions.acts import set_target
from tests.actions.compact_world import UnionWorld, make_union_world, record_progress
from tests.actions.world import GATEWAY, HOUR_MS, World, counts_since

DECEMBER = datetime(2015, 12, 10, tzinfo=UTC)
MARCH = datetime(2016, 3, 2, tzinfo=UTC)
DAY = date(2016, 3, 10)


def readings_from(start: datetime) -> list[tuple[int, float]]:
    """A register of ten hours, misread in the sixth and unlike itself after the eighth."""
    at_ms, values = int(start.timestamp() * 1000), [100.0 + hour for hour in range(10)]
    values[5], values[8], values[9] = 16.0, 5.0, 6.0
    return [(at_ms + hour * HOUR_MS, value) for hour, value in enumerate(values)]


@pytest.fixture
def union(world: World) -> UnionWorld:
    """Quotas issued upon December, and progress of March."""
    made = make_union_world(world)
    world.admin("UPDATE channel SET since = '2015-01-01' WHERE id = %s", world.channel["office e"])
    counts_since(world, "office", "2015-01-01")
    world.say("office e", readings_from(DECEMBER))
    world.say("office e", readings_from(MARCH), seq=2)
    world.work()
    actor = world.actor("planner of all")
    of_2015 = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, base_year=2015, target_year=2016)
    made.target = set_target(actor, made.union, of_2015, "test")
    made.issued()
    record_progress(actor, made.union, DAY)
    world.work()
    return made


def by_file(world: World, who: str, start: datetime, **how):
    """Correct the first hour by a file."""
    text = f"gateway,channel,at,value\n{GATEWAY},office e,{start.isoformat()},99.5\n"
    now_ms = int(datetime(2016, 4, 9, tzinfo=UTC).timestamp() * 1000)
    return correct_by_file(
        world.actor(who), io.BytesIO(text.encode()), "f.csv", reason="letter", now_ms=now_ms,
        ahead_ms=600_000, **how,
    )  # fmt: skip


ACTS = {
    "void": lambda actor, channel, start, **how: corrections.void_reading(
        actor, channel, start.replace(hour=9), reason="misread", **how
    ),
    "set": lambda actor, channel, start, **how: corrections.set_value(
        actor, channel, start.replace(hour=7), Decimal("107.5"), reason="photo", **how
    ),
    "reinstate": lambda actor, channel, start, **how: corrections.reinstate_reading(
        actor, channel, start.replace(hour=5), reason="so it was", **how
    ),
    "exchange": lambda actor, channel, start, **how: corrections.record_exchange(
        actor, channel, start.replace(hour=7, minute=30), final=Decimal(108), initial=Decimal(4),
        source="form", **how,
    ),
    "use": lambda actor, channel, start, **how: corrections.say_use(
        actor, channel, start.replace(hour=8), Decimal(2), reason="bill", **how
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["system", "of the office"])
def test_the_dry_run_of_every_act_tells_the_published_figures_that_rest_on_it(union, act, who):
    world = union.world
    actor, channel = world.actor(who), world.channel["office e"]
    (run,) = list_runs(world.actor())

    # Between both there are no readings, so what the last one says changes the months up to March.
    base, *later = ACTS[act](actor, channel, DECEMBER, dry_run=True).effects.published
    assert {one.kind for one in later} <= {"progress"}
    assert (base.kind, base.run_id, base.month, base.issued) == (
        "base", run.run_id, date(2015, 12, 1), True,
    )  # fmt: skip
    assert (base.institution_id, base.snapshot) == (world.institution["office"], run.sha256)
    assert base.amount_g
    *_, progress = ACTS[act](actor, channel, MARCH, dry_run=True).effects.published
    assert (progress.kind, progress.month, progress.run_id) == (
        "progress", date(2016, 3, 1), run.run_id,
    )  # fmt: skip

    done = ACTS[act](actor, channel, DECEMBER)
    world.work()
    tried = corrections.undo(actor, channel, done.correction.id, reason="wrong", dry_run=True)
    assert tried.effects.published[0].kind == "base"
    # What is published keeps what it says.
    assert list_runs(world.actor()) == [run]


@pytest.mark.parametrize("who", ["system", "of the office"])
def test_so_does_a_file_and_its_undo(union, who):
    world = union.world
    for start, kind in ((DECEMBER, "base"), (MARCH, "progress")):
        tried = by_file(world, who, start, dry_run=True)
        assert kind in {one.kind for one in tried.effects.published}
        done = by_file(world, who, start)
        world.work()
        undone = corrections.undo_file(world.actor(who), done.file_id, reason="wrong", dry_run=True)
        assert kind in {one.kind for one in undone.published}


def test_a_locked_account_is_told_too(union):
    world = union.world
    world.admin(
        """INSERT INTO account_version (institution_id, year, version, kgce_g, estimated_kgce_g,
               known_months, estimated_months, sha256, locked_by)
           VALUES (%s, 2015, 1, '{1}', '{0}', 12, 0, repeat('0', 64), 'user:1')""",
        world.institution["office"],
    )
    tried = ACTS["void"](world.actor("of the office"), world.channel["office e"], DECEMBER,
                         dry_run=True)  # fmt: skip
    assert {one.kind for one in tried.effects.published} == {"base", "locked", "progress"}
