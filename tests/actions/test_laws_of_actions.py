"""What holds of every action: who may do it to what, and that it does what it foresaw."""

from collections.abc import Callable, Iterator

import pytest

from actions.actor import DeniedError
from actions.catalogue import declared
from actions.declared import Action
from actions.doing import Done, acting, carry_out, foresee, target
from actions.fields import once_of
from actions.files import take
from actions.refusals import AgainError
from actions.rights import right_of
from actions.undoing import take_back
from actions.workbooks import workbook
from api.actions import example_of
from metering.errors import ConflictError, NotFoundError
from tests.actions import examples_of_readings as readings
from tests.actions.compact_world import make_union_world
from tests.actions.examples import ALONE, example_for, parts, union_in, who_does
from tests.actions.world import World, make_world

ACTIONS = declared()
PEOPLE = (
    "province officer", "city reader", "education line", "of the school", "of the office",
    "planner of all", "system", "outsider",
)  # fmt: skip
# Whose channels somebody sees, and for whose they write; the police are restricted.
SEES = {
    "office": {"province officer", "city reader", "of the office", "planner of all", "system"},
    "clinic": {"province officer", "planner of all", "system"},
    "police": {"city reader", "planner of all", "system"},
    "person": {"system"},
    "task": {"system"},
    "union": {
        "province officer", "city reader", "education line", "of the school", "of the office",
        "planner of all", "system",
    },
    "g1": {*PEOPLE[:-1]},
    "g2": {"province officer", "planner of all", "system"},
    "seat": {
        "province officer", "city reader", "education line", "of the school", "of the office",
        "planner of all", "system",
    },
    # Whoever looks knows of a check; of a sheet who checks, or answers for the accounts.
    "check": {*PEOPLE[:-1]},
    "sheet of the office": {"province officer", "of the office", "planner of all", "system"},
    "sheet of the clinic": {"province officer", "planner of all", "system"},
    "sheet of the police": {"planner of all", "system"},
}  # fmt: skip
WRITES = {
    "office": {"province officer", "of the office", "planner of all", "system"},
    "clinic": {"province officer", "planner of all", "system"},
    "police": {"planner of all", "system"},
    "person": {"system"},
    "task": {"system"},
    "union": {"planner of all", "system"},
    "seat": set(),  # of a member only whose grant names it: neither all nor the operator
    "g1": {"province officer", "of the office", "planner of all", "system"},
    "g2": {"province officer", "planner of all", "system"},
    "check": {"planner of all", "system"},
    "sheet of the office": {"province officer", "of the office", "planner of all", "system"},
    "sheet of the clinic": {"province officer", "planner of all", "system"},
    "sheet of the police": {"planner of all", "system"},
}
# Which roles hold a right, as the migrations grant it.
HOLD = {
    "look": {*PEOPLE[:-1]},
    "correct_readings": {"province officer", "of the office", "planner of all", "system"},
    "register": {"province officer", "of the office", "planner of all", "system"},
    "keep_accounts": {"province officer", "of the office", "planner of all", "system"},
    "review_accounts": {"province officer", "of the office", "planner of all", "system"},
    "approve_accounts": {"planner of all", "system"},
    "receive_accounts": {"province officer", "of the office", "planner of all", "system"},
    "check_accounts": {"planner of all", "system"},
    "plan": {"planner of all", "system"},
    "comment": {"planner of all", "system"},
    "administer": {"system"},
}


@pytest.fixture(scope="module")
def common(database_of_module) -> Iterator[World]:
    """One world; what is done in it is done by a test of its own action."""
    made = make_world(database_of_module)
    make_union_world(made)
    yield made
    made.close()


@pytest.fixture
def world(request, common) -> Iterator[World]:
    """That world; or one of its own for an action that other acts on the same books hinder."""
    named = getattr(request.node, "callspec", None)
    if named is None or named.params.get("code") not in ALONE:
        yield common
        return
    made = make_world(request.getfixturevalue("database"))
    make_union_world(made)
    yield made
    made.close()


def objects(world: World, kind: type[Action]) -> dict[str, int | None]:  # type: ignore[type-arg]
    """Return the objects of an action's kind by whose they are; 0 is one that there is not."""
    thing = kind.about.on
    if thing is None:
        return {"": None}
    key = thing.code, world.database.name
    if key not in _MADE:
        _MADE[key] = OBJECTS[thing.code](world)
    return {**_MADE[key], "none": 2**31 - 1}


def of_each(make: Callable[[World, str], int]) -> Callable[[World], dict[str, int]]:
    """Return the objects of the institutions that have a register."""
    return lambda world: {name: make(world, name) for name in ("office", "clinic", "police")}


_MADE: dict[tuple[str, str], dict[str, int]] = {}  # each made once in a world's database
OBJECTS: dict[str, Callable[[World], dict[str, int]]] = {
    "channel": of_each(lambda world, name: world.channel[f"{name} e"]),
    "institution": of_each(lambda world, name: world.institution[name]),
    "person": lambda world: {"person": world.user["city reader"]},
    "correction": of_each(
        lambda world, name: readings.correction_of(world, world.channel[f"{name} e"])
    ),
    "correction_file": of_each(readings.filed),
    "imported": of_each(readings.imported),
    "gateway": lambda world: {f"g{n}": readings.gateway(world, f"demo-a/g{n}") for n in (1, 2)},
    "set_aside": of_each(readings.set_aside),
    "task": lambda world: {"task": readings.failed(world)},
    "union": lambda world: {"union": world.union["cities"]},
    "target": lambda world: {"union": world.target["cities"]},
    "run": lambda world: {"union": union_in(world).run()},
    "grant": lambda world: {"person": grant_of(world, "city reader")},
    **{code: make for part in parts() for code, make in getattr(part, "OBJECTS", {}).items()},
}


def grant_of(world: World, who: str) -> int:
    """Return the grant of a person."""
    viewer = f"user:{world.user[who]}"
    return int(world.admin("SELECT min(id) FROM access_grant WHERE viewer = %s", viewer)[0][0])


def expected(kind: type[Action], who: str, name: str) -> str:  # type: ignore[type-arg]
    if name == "":
        return "yes" if who in HOLD[kind.about.right.value] else "denied"
    if name == "person" and who == "city reader":
        return "denied"  # everybody sees themselves
    if who not in SEES.get(name, set()):
        return "hidden"
    return "yes" if who in WRITES[name] & HOLD[kind.about.right.value] else "denied"


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_who_may_do_it_to_what(world, code, who):
    kind, actor = ACTIONS[code], world.actor(who)
    for name, on in objects(world, kind).items():
        with actor.look() as connection:
            try:
                target(kind, on, acting(actor, connection))
                answer = "yes"
            except DeniedError:
                answer = "denied"
            except NotFoundError:
                answer = "hidden"
        assert answer == expected(kind, who, name), name


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_trying_asks_the_same_right_as_doing(world, code):
    for who in PEOPLE[:-2]:
        on, fields = example_for(world, code)
        action = ACTIONS[code].model_validate(fields)
        refusals = []
        for attempt in (foresee, done_again):
            try:
                attempt(world.actor(who), action, on)
            except NotFoundError as error:
                refusals.append(error.code)
        assert len(refusals) in (0, 2), who
        assert len(set(refusals)) <= 1, who


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_what_was_foreseen_is_done_once_and_written_down_once(world, code):
    on, fields = example_for(world, code)
    kind, actor = ACTIONS[code], who_does(world, code)
    action = kind.model_validate(fields)
    before = world.standing()
    seen = foresee(actor, action, on)
    assert seen.effects
    assert world.standing() == before
    assert foresee(actor, action, on).seen == seen.seen

    done = carry_out(actor, action, on, key=code, seen=seen.seen, again=True)
    assert isinstance(done, Done)
    assert done.to.startswith("/")
    entry = world.admin(
        "SELECT actor, act, subject, detail FROM audit_entry ORDER BY id DESC LIMIT 1"
    )[0]
    assert entry[:3] == (actor.name, code, "" if on is None else str(on))
    filled = action.model_dump(mode="json", exclude_none=True)
    assert filled.items() <= entry[3].items()
    after = world.standing()
    assert after != before
    kept = done.result.model_dump(mode="json") | dict.fromkeys(once_of(type(done.result)))
    assert carry_out(actor, action, on, key=code, again=True).result == kept
    assert world.standing() == after


def effects_of(actor, action, on):
    """Return what is foreseen, whether or not the worker has come by yet."""
    return [one for one in foresee(actor, action, on).effects if one.code != "waits"]


def done_again(actor, action, on):
    return carry_out(actor, action, on, again=True)


@pytest.mark.parametrize("code", [code for code in sorted(ACTIONS) if ACTIONS[code].has_opposite()])
def test_what_is_taken_back_leaves_what_was(world, code):
    on, fields = example_for(world, code)
    actor, action = world.actor(), ACTIONS[code].model_validate(fields)
    before = effects_of(actor, action, on)

    done = carry_out(actor, action, on, again=True)
    opposite = action.opposite(done.on, done.result)
    assert done.undo.startswith(f"/do/{opposite.action.about.code}{'/' if opposite.on else '?'}")
    carry_out(actor, opposite.action, opposite.on, again=True)
    assert effects_of(actor, action, on) == before


@pytest.mark.parametrize(
    "code",
    [one for one in sorted(ACTIONS) if ACTIONS[one].has_opposite() and ACTIONS[one].about.by_file],
)
def test_a_file_is_taken_back_as_one_act(world, code):
    kind, actor = ACTIONS[code], world.actor()
    filled = [example_for(world, code) for _ in range(2)]
    before = [effects_of(actor, kind.model_validate(fields), on) for on, fields in filled]
    names = [*({kind.about.on.code} if kind.about.on else ()), *filled[0][1]]
    rows = [[*([on] if on is not None else ()), *fields.values()] for on, fields in filled]

    taken = take(actor, kind, workbook(names, rows), again=True)
    assert (taken.done, taken.wrong) == (2, [])
    entries = world.admin("SELECT count(*) FROM audit_entry")[0][0]
    assert take_back(actor, taken.undo, dry_run=True) == 2
    assert take_back(actor, taken.undo, again=True) == 2
    assert world.admin("SELECT count(*) FROM audit_entry") == [(entries + 1,)]
    after = [effects_of(actor, kind.model_validate(fields), on) for on, fields in filled]
    assert after == before
    with pytest.raises(ConflictError):
        take_back(actor, taken.undo, again=True)
    with pytest.raises(NotFoundError):
        take_back(world.actor("planner of all"), taken.undo, again=True)


@pytest.mark.parametrize("code", [one for one in ACTIONS if ACTIONS[one].about.log_in_again])
def test_what_asks_for_the_password_is_refused_without_it_and_tried_without(world, code):
    on, fields = example_for(world, code)
    action = ACTIONS[code].model_validate(fields)

    actor = who_does(world, code)
    foresee(actor, action, on)
    with pytest.raises(AgainError) as caught:
        carry_out(actor, action, on)
    assert caught.value.code == "login.again_needed"


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_the_example_of_the_api_can_be_said(code):
    kind = ACTIONS[code]
    example = example_of(kind)
    needed = any(info.is_required() for info in kind.model_fields.values())
    assert example or not needed, "a required field has no example"
    kind.model_validate(example)


def test_an_act_asks_for_one_right_whoever_asks():
    for code, kind in ACTIONS.items():
        assert right_of(code) in (None, kind.about.right)
