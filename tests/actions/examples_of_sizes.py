"""What can be said of areas and persons."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_size import SizeStated, StateSize
from tests.actions.world import World, new_office

_AGAIN = count(2000)


def _heated(world: World) -> tuple[int, dict[str, Any]]:
    """Give a new office a heated area."""
    name = f"heated {next(_AGAIN)}"
    new_office(world, name)
    state(world, "heated", 1000, since="2014-01-01", name=name)
    said = {"first": "2014-11-15", "until": "2015-03-15", "gj_per_m2": "0.35", "yuan_per_m2": "30",
            "source": "供热收费单 3 号"}  # fmt: skip
    return world.institution[name], said


EXAMPLES = {
    "heat.by_area": _heated,
    "size.state": lambda world: (
        world.institution["office"],
        {"what": "office", "part": "1 号楼", "number": str(next(_AGAIN)),
         "valid_from": "2015-01-01", "source": "房产证 7 号"},
    ),
}  # fmt: skip


def state(
    world: World, what: str, number: Any = None, since: str = "2016-01-01", name: str = "office",
    who: str = "system", **more: Any,
) -> SizeStated:  # fmt: skip
    """State a part or a whole, by a document."""
    said = {"what": what, "number": number, "valid_from": since, "source": "文 7 号", **more}
    action = StateSize.model_validate(said)
    found: SizeStated = carry_out(world.actor(who), action, world.institution[name]).result
    return found


def _sized(world: World) -> dict[str, int]:
    """Let the academy have parts, so that the table has something to show."""
    state(world, "teaching", 900, since="2030-01-01", name="academy", part="主楼")
    state(world, "students", 400, since="2030-01-01", name="academy", days=90)
    return {}


# No object of an action: so that the table has something to show.
OBJECTS = {"sized": _sized}
