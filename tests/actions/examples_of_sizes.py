"""What can be said of areas and persons."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_size import SizeStated, StateSize
from tests.actions.world import World

_AGAIN = count(2000)

EXAMPLES = {
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
