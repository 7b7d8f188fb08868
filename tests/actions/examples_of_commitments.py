"""What can be said of commitments, and who says it."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from actions.actor import Actor
from actions.compact.assign_commitment import AssignCommitment
from actions.compact.report_commitment import ReportCommitment
from actions.doing import carry_out
from tests.actions import examples_of_members
from tests.actions.acts import signers
from tests.actions.world import World

_AGAIN: Final = count(1)


def who(world: World, code: str) -> Actor:
    """Return who does it: the operator assigns and withdraws, people of the member report."""
    first, second = signers(world.actor(), [world.region["city 1"], world.region["city 2"]])
    if code == "commitment.report":
        return first
    return second if code in ("commitment.confirm", "commitment.return") else world.actor()


def union_in(world: World) -> int:
    """Return the union of both cities, or a new one that both have joined."""
    return world.union.get("cities") or examples_of_members.joined(world)[0].union_id


def asked_of(world: World, city: str) -> str:
    """Return by which code a city is asked."""
    found = world.admin(
        """SELECT coalesce(code, region_id::text) FROM region_fact
            WHERE region_id = %s AND known_until IS NULL""",
        world.region[city],
    )
    return str(found[0][0])


def fields(world: World, **said: Any) -> dict[str, Any]:
    """Return what can be asked of the city 1."""
    again = next(_AGAIN)
    return {
        "number": f"1.{again}",
        "title": "公布改造清单",
        "member": asked_of(world, "city 1"),
        "due": str(date(2016, 1, 1) + timedelta(days=again)),
        "source": "三年行动计划",
        **said,
    }


def assigned(world: World, **said: Any) -> int:
    """Return a commitment that nobody has reported on."""
    action = AssignCommitment.model_validate(fields(world, **said))
    done = carry_out(world.actor(), action, union_in(world))
    return int(done.result.commitment_id)


def reported(world: World, state: str = "done") -> int:
    """Return one that its member has reported."""
    made = assigned(world)
    report = ReportCommitment.model_validate({"state": state, "evidence": "no. 28"})
    carry_out(who(world, "commitment.report"), report, made)
    return made


EXAMPLES: Final = {
    "commitment.assign": lambda world: (union_in(world), fields(world)),
    "commitment.report": lambda world: (
        assigned(world),
        {"state": "under_way", "evidence": "half of it is written", "percent": 50},
    ),
    "commitment.confirm": lambda world: (reported(world), {"remark": "it is published"}),
    "commitment.return": lambda world: (reported(world), {"reason": "the hospitals lack"}),
    "commitment.withdraw": lambda world: (assigned(world), {"reason": "agreed anew"}),
}
OBJECTS: Final = {
    "commitment": lambda world: {"union": assigned(world)},
    "own_commitment": lambda world: {"seat": assigned(world)},
}
