"""What can be said of scenarios, and of which."""

from itertools import count
from typing import Any, Final

from actions.compact.keep_scenario import KeepScenario
from actions.doing import carry_out
from tests.actions.compact_world import make_union_world
from tests.actions.world import World

_AGAIN: Final = count(1)


def kept(world: World) -> int:
    """Return a scenario of the world's union, which is made where it has none."""
    if "cities" not in world.union:
        make_union_world(world)
    action = KeepScenario(name=f"scenario {next(_AGAIN)}", rule="A")
    return carry_out(world.actor(), action, world.target["cities"]).result.scenario_id


def _keep(world: World) -> tuple[int, dict[str, Any]]:
    return world.target["cities"], {"name": f"another {next(_AGAIN)}", "rule": "A"}


def _evidence(world: World) -> tuple[int, dict[str, Any]]:
    said = {"kind": "certified", "title": "节约型机关", "valid_from": "2015-01-01"}
    return world.institution["office"], said | {"document_number": f"n {next(_AGAIN)}"}


EXAMPLES: Final = {
    "evidence.state": _evidence,
    "scenario.keep": _keep,
    "scenario.comment": lambda world: (kept(world), {"text": "looked at"}),
}
OBJECTS: Final = {"scenario": lambda world: {"union": kept(world)}}
