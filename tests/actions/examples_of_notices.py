"""What can be said of notices of quotas, and who issues them."""

from itertools import count
from typing import Any, Final

from actions.actor import Actor
from actions.compact.issue_run import IssueRun
from actions.doing import carry_out
from tests.actions import examples
from tests.actions.acts import signers
from tests.actions.world import World

_AGAIN: Final = count(1000)
DOCUMENT: Final = {
    "authority_zh": "机关事务管理局",
    "authority_en": "Offices administration",
    "issued_on": "2016-03-06",
}


def who(world: World, code: str) -> Actor:
    """Return somebody of the member itself."""
    return signers(world.actor(), [world.region["city 1"], world.region["city 2"]])[0]


def seat_of(world: World, city: str) -> int:
    """Return a city's seat in the union of both."""
    asked = world.union["cities"], world.region[city]
    found = world.admin("SELECT id FROM membership WHERE union_id = %s AND region_id = %s", *asked)
    return int(found[0][0])


def _to_issue(world: World) -> tuple[int, dict[str, Any]]:
    again = next(_AGAIN)
    run = examples.proposed(world, again)
    carry_out(world.actor(), IssueRun(reason="agreed anew"), run, again=True)
    return seat_of(world, "city 1"), DOCUMENT | {"run": run, "document_number": f"2016-{again}"}


def _to_release(world: World) -> tuple[int, dict[str, Any]]:
    again = next(_AGAIN)
    run = examples.proposed(world, again)
    return seat_of(world, "city 1"), {"run": run, "document_number": f"2016-{again}"}


EXAMPLES: Final = {"notice.issue": _to_issue, "quota.release": _to_release}
