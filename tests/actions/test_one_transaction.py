"""A change and its audit entry are one transaction: neither ever stands without the other."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import actions
from actions import rights
from actions.catalogue import declared
from actions.doing import carry_out
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.readings.shift_rejected import shift_as_operator
from actions.registry.importing import register
from collector.routing import NATIVE, PUSHED, Routing
from metering.errors import EnergyError
from storage.readings.store import Store
from tests.actions import test_corrections as people
from tests.actions.acts import add_user, give
from tests.actions.compact_world import UnionWorld, issue_run, make_union_world, record_progress
from tests.actions.examples import ALONE, example_for, who_does
from tests.actions.settling import issue_key, shift_rejected
from tests.actions.test_import_readings import HEADER, NOW_MS, rows
from tests.actions.test_registry import ALL, METER
from tests.actions.test_shift_rejected import GATEWAY, bind, eight_hours_ahead
from tests.actions.world import HOUR_MS, START_MS, World, make_world

ROUTES = Routing((NATIVE, PUSHED))
PLANNER = "planner of all"
NAMED = re.compile(r'actor\.act\(\s*"([a-z_.]+)"|^_ACT\b.*"(.+)"', re.MULTILINE)

Do = Callable[[], object]


def _store(world: World) -> Store:
    return Store(world.database.url("collector"), "import")


def _file(world: World, text: str, **how) -> Do:
    def take() -> None:
        sink = _store(world)
        try:
            content = io.BytesIO((HEADER + text).encode())
            import_readings(world.actor(), sink, content, "july.csv", now_ms=NOW_MS, **how)
        finally:
            sink.close()

    return take


def _readings(world: World) -> Do:
    return _file(world, rows("office e", range(3)))


def _corrected_by_file(world: World) -> Do:
    world.say("office e", [(START_MS + HOUR_MS, 150.0)])
    content = (HEADER + rows("office e", range(3))).encode()
    return lambda: correct_by_file(
        world.actor(),
        io.BytesIO(content),
        "july.csv",
        reason="the file is right",
        now_ms=NOW_MS,
        ahead_ms=600_000,
    )


def _registry(world: World) -> Do:
    return lambda: register(world.actor(), ALL)


def _registry_again(world: World) -> Do:
    register(world.actor(), ALL)
    changed = replace(METER, max_per_hour=700_000, valid_from=METER.since)
    return lambda: register(world.actor(), replace(ALL, channels=(changed,)))


def _waiting(world: World) -> None:
    world.admin("INSERT INTO gateway (name) VALUES (%s)", GATEWAY)
    bind(world, "office e")
    store = _store(world)
    eight_hours_ahead(store)
    store.close()


def _shift(world: World) -> Do:
    _waiting(world)

    def take() -> None:
        sink = _store(world)
        try:
            shift_rejected(world.actor("of the office"), sink, GATEWAY)
        finally:
            sink.close()

    return take


def _shift_by_operator(world: World) -> Do:
    _waiting(world)
    url = world.database.url("collector")
    return lambda: shift_as_operator(url, ROUTES, GATEWAY, "-8h")


def _told(world: World) -> World:
    values = [float(value) for value in people.VALUES]
    values[people.MISREAD] = 16.0
    world.say("office e", [(START_MS + hour * HOUR_MS, kwh) for hour, kwh in enumerate(values)])
    world.work()
    return world


def _person(name: str) -> Callable[[World], Do]:
    def prepared(world: World) -> Do:
        _told(world)
        return lambda: people.ACTS[name](world)

    return prepared


def _undo(name: str) -> Callable[[World], Do]:
    def prepared(world: World) -> Do:
        done = people.ACTS[name](_told(world))
        return lambda: people.undo(world, done)

    return prepared


def _withdrawn(world: World) -> Do:
    from tests.actions.correcting import withdraw_exchange

    people.ACTS["exchange"](_told(world))
    channel = world.channel["office e"]
    return lambda: withdraw_exchange(world.actor(), channel, people.at(12.5), reason="other meter")


def _wrap(world: World) -> Do:
    from tests.actions.correcting import confirm_wrap

    world.admin(
        """SET session_replication_role = replica;
           UPDATE channel_setting SET wraps_at = 100000, max_per_hour = 40000;
           RESET session_replication_role"""
    )
    values = [80.0, 85.0, 90.0, 18.0, 23.0]
    world.say("office e", [(START_MS + hour * HOUR_MS, kwh) for hour, kwh in enumerate(values)])
    world.work()
    channel = world.channel["office e"]
    return lambda: confirm_wrap(world.actor(), channel, people.at(3), reason="five digits")


def _union(act: Callable[[UnionWorld], object]) -> Callable[[World], Do]:
    def prepared(world: World) -> Do:
        union = make_union_world(world)
        return lambda: act(union)

    return prepared


def _issue(world: World) -> Do:
    union = make_union_world(world)
    union.answered()
    run_id = union.run()
    return lambda: issue_run(world.actor(PLANNER), run_id)


ACTS: dict[str, Callable[[World], Do]] = {
    "readings.import": _readings,
    "readings.correct": _corrected_by_file,
    "registry.import": _registry,
    "registry.import of what is known": _registry_again,
    "rejected.shift": _shift,
    "rejected.shift by the operator": _shift_by_operator,
    "reading.void": _person("void"),
    "reading.set": _person("set"),
    "judgement.confirm": _person("confirm"),
    "judgement.dismiss": _person("reinstate"),
    "judgement.use": _person("use"),
    "judgement.wrap": _wrap,
    "exchange.record": _person("exchange"),
    "exchange.withdraw": _withdrawn,
    "correction.undo": _undo("void"),
    "correction.undo of an exchange": _undo("exchange"),
    "run.make": _union(lambda u: u.run()),
    "run.issue": _issue,
    "progress.record": lambda world: _progress(make_union_world(world)),
    "gateway.key": lambda world: lambda: issue_key(world.actor(), "demo-a/g1"),
    "user.add with a first grant": lambda world: (
        lambda: add_user(
            world.actor(), "new", "New", "four unrelated words here", "zh", give("reader")
        )
    ),
}


def _declared(code: str) -> Callable[[World], Do]:
    def prepared(world: World) -> Do:
        on, fields = example_for(world, code)
        action = declared()[code].model_validate(fields)
        who = who_does(world, code)
        return lambda: carry_out(who, action, on, key="once", again=True)

    return prepared


def _progress(union: UnionWorld) -> Do:
    union.issued()
    day = date(2016, 4, 9)
    return lambda: record_progress(union.world.actor(PLANNER), union.union, day)


def test_no_act_is_forgotten_here():
    found = {
        "".join(parts)
        for path in Path(actions.__file__).parent.rglob("*.py")
        for parts in NAMED.findall(path.read_text(encoding="utf-8"))
    }

    assert len(found | set(declared())) > 20
    assert all(rights.right_of(act) for act in found)
    assert found <= {name.partition(" ")[0] for name in ACTS} | set(declared())


# Between the change and its entry, and after both but before they hold.
FAULTS = {
    "the entry is refused": """
        CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no entry today'; END $$;
        CREATE TRIGGER fault BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fault();
    """,
    "the session is killed before the entry": """
        CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
        CREATE TRIGGER fault BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fault();
    """,
    "the session is killed after the entry": """
        CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
        CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION fault();
    """,
}
MENDED = "DROP TRIGGER fault ON audit_entry; DROP FUNCTION fault();"


@pytest.fixture(scope="module")
def common(database_of_module) -> Iterator[World]:
    """One world for all declared actions, each of which is done once in it."""
    made = make_world(database_of_module)
    make_union_world(made)
    yield made
    made.close()


@pytest.mark.parametrize("name", ACTS)
def test_neither_change_nor_entry_stands_alone(world, name):
    neither_stands_alone(world, ACTS[name](world), name.partition(" ")[0])


@pytest.mark.parametrize("code", sorted(declared().keys() - ALONE))
def test_of_what_is_declared_neither_stands_alone(common, code):
    neither_stands_alone(common, _declared(code)(common), code)


@pytest.mark.parametrize("code", sorted(ALONE))
def test_nor_does_it_of_what_other_acts_would_hinder(database, code):
    world = make_world(database)
    make_union_world(world)
    neither_stands_alone(world, _declared(code)(world), code)
    world.close()


def neither_stands_alone(world: World, do: Do, act: str) -> None:
    """Let an act fail around its entry, then be done: both stand, or neither."""
    before = world.standing()
    (last,) = world.admin("SELECT coalesce(max(id), 0) FROM audit_entry")[0]
    for fault, made in FAULTS.items():
        world.admin(made)
        with pytest.raises(EnergyError):
            do()
        world.admin(MENDED)
        assert world.standing() == before, fault

    do()

    changed = [old[0] for old, new in zip(before, world.standing(), strict=True) if old != new]
    assert "public.audit_entry" in changed
    assert len(changed) > 1
    assert (act,) in world.admin("SELECT act FROM audit_entry WHERE id > %s", last)
