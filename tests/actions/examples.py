"""For every declared action something that can be said of the world, and of which object.

A resource says its own in a file `examples_of_NAME.py` beside this one, which nothing lists:
EXAMPLES, by action; OBJECTS, of its kind of object, by whose they are (office, clinic, police).
"""

import pkgutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import count
from types import ModuleType
from typing import Any, Final

from actions.actor import Actor
from actions.compact.ask_issue import AskIssue
from actions.compact.issue_run import IssueRun
from actions.compact.make_run import MakeRun, RunMade
from actions.doing import Done, carry_out
from tests import actions as here
from tests.actions.compact_world import UnionWorld, make_union_world
from tests.actions.world import World

_AGAIN: Final = count(1)
# Their examples want books in which nobody else has issued, moved or left anything.
ALONE: Final = frozenset({
    "movement.approve", "movement.cancel", "movement.refuse", "quota.rebalance", "quota.transfer",
    "run.refuse",
})  # fmt: skip


def parts() -> list[ModuleType]:
    """Return what resources say of themselves."""
    found = (one.name for one in pkgutil.iter_modules(here.__path__))
    own = sorted(name for name in found if name.startswith("examples_of_"))
    return [import_module(f"{here.__name__}.{name}") for name in own]


def who_does(world: World, code: str) -> Actor:
    """Return who does an action here: the operator, unless a resource says it is somebody else."""
    for part in parts():
        if code in part.EXAMPLES and hasattr(part, "who"):
            found: Actor = part.who(world, code)
            return found
    return world.actor()


def union_in(world: World) -> UnionWorld:
    """Return the union of a world, made where it has none yet."""
    if "cities" not in world.union:
        make_union_world(world)
    return UnionWorld(world, world.union["cities"], world.target["cities"])


def proposed(world: World, again: int) -> int:
    """Return a run that can be issued, with other quotas than any before it."""
    union = union_in(world)
    union.answered()
    action = MakeRun.model_validate(corrected(world, again))
    done: Done[Any, RunMade] = carry_out(world.actor(), action, union.target)
    return done.result.run_id


def corrected(world: World, again: int) -> dict[str, Any]:
    """Return a rule under which the office's base counts for another part each time."""
    office = {"institution": world.institution["office"], "name": "occupancy"}
    return {"rule": "A", "factors": [{**office, "factor": str(Decimal(again) / 1000 + 1)}]}


def example_for(world: World, code: str) -> tuple[int | None, dict[str, Any]]:
    """Return the object's id and the fields as JSON; whoever declares an action adds them here."""
    region, again, there = world.region, next(_AGAIN), union_in(world)
    of, union, target = world.institution, there.union, there.target
    for part in parts():
        if code in part.EXAMPLES:
            example: tuple[int | None, dict[str, Any]] = part.EXAMPLES[code](world)
            return example
    region, again = world.region, next(_AGAIN)
    at = datetime(2016, 3, 20, 10, 30, tzinfo=UTC) + timedelta(hours=again)
    asked = {
        "run.make": lambda: (union_in(world).target, corrected(world, again)),
        "run.issue": lambda: (proposed(world, again), {"reason": "agreed anew"}),
        "run.ask": lambda: (proposed(world, again), {"reason": "agreed anew"}),
        "run.refuse": lambda: (_asked(world, again), {"reason": "March is read again first"}),
        "progress.record": lambda: (_issued(world), {"day": "2016-03-10"}),
    }
    if code in asked:
        return asked[code]()
    return {
        "account.price": (
            world.institution["office"],
            {
                "carrier": "electricity",
                "yuan_per_unit": f"0.{again}",
                "valid_from": "2016-01-01",
                "source": "bill",
            },
        ),
        "base.confirm": (
            target,
            {"which": "these", "institutions": [of["office"]], "reason": "looked at"},
        ),
        "base.estimate": (
            target,
            {
                "institution": of["clinic"],
                "month": "2015-03",
                "carrier": "electricity",
                "how": "bill",
                "amount": "500.5",
                "reason": "bill of the grid",
            },
        ),
        "base.left_out": (target, {"institutions": [of["clinic"]], "reason": "it moves out"}),
        "base.reopened": (target, {"institutions": [of["clinic"]], "reason": "it stays"}),
        "enough.state": (
            None,
            {"share": "0.95", "region": region["city 1"], "source": "office notice 7"},
        ),
        "exchange.record": (
            world.channel["office e"],
            {"at": at.isoformat(), "final": "41", "initial": "0", "source": "form 12"},
        ),
        "target.set": (
            union,
            {
                "percent": "3",
                "profile": "GB2589-2020",
                "base_year": 2015,
                "target_year": 2017,
                "source": "minutes",
            },
        ),
        "union.second_person": (union, {"needed": False, "reason": "minutes"}),
        "union.enough": (union, {"percent": "85", "reason": "first year of meters"}),
        "union.make": (
            None,
            {
                "name_zh": f"双城{again}",
                "name_en": f"Two cities {again}",
                "members": [region["city 1"], region["city 2"]],
                "source": "minutes",
            },
        ),
        "setting.zone": (
            None,
            {"region": region["city 1"], "zone": "Asia/Urumqi", "source": f"notice {again}"},
        ),
        "user.add": (None, {"login": f"new.{again}", "name": "新人", "language": "en"}),
        "user.change": (_someone(world), {"name": "改名", "language": "en"}),
        "user.grant": (
            world.user["outsider"],
            {"role": "reader", "scope": "region", "region": region["city 1"]},
        ),
        "user.end": (_someone(world), {}),
        "user.resume": (_someone(world, ended=True), {}),
        "user.password": (_someone(world), {}),
        "user.person": (_someone(world), {"same_as": world.user["outsider"]}),
        "grant.withdraw": (_grant(world), {}),
        "grant.restore": (_grant(world, ended=True), {}),
    }[code]


def _asked(world: World, again: int) -> int:
    """Return a run whose issue waits for another person."""
    run_id = proposed(world, again)
    carry_out(world.actor(), AskIssue(reason="agreed anew"), run_id, again=True)
    return run_id


def _issued(world: World) -> int:
    """Return a union that has quotas in force."""
    union = union_in(world)
    if not world.admin("SELECT 1 FROM run_in_force WHERE union_id = %s", union.union):
        carry_out(world.actor(), IssueRun(), proposed(world, 0), again=True)
    return union.union


def _someone(world: World, *, ended: bool = False) -> int:
    """Return somebody whom nothing else in the world knows."""
    return int(
        world.admin(
            """INSERT INTO app_user (login, name, ended_at)
               VALUES ('s.' || (SELECT max(id) FROM app_user), '某人',
                       CASE WHEN %s THEN now() END) RETURNING id""",
            ended,
        )[0][0]
    )


def _grant(world: World, *, ended: bool = False) -> int:
    """Return a grant of somebody, which holds or ended today."""
    return int(
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, institution_id, valid_from, valid_to)
               VALUES (%s, 'reader', 'institution', %s, '2015-01-01',
                       CASE WHEN %s THEN storage.civil_day() END) RETURNING id""",
            f"user:{_someone(world)}", world.institution["office"], ended,
        )[0][0]
    )  # fmt: skip
