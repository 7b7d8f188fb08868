"""What can be said of end uses: new meters of the office, for lighting or for nothing yet."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_end_use import StateEndUse
from tests.actions.examples_of_submeters import submeter
from tests.actions.world import World

_NUMBER = count(1)


def lit(world: World) -> tuple[int, dict[str, Any]]:
    """Return a new meter of the office, and the fields that say what it is for."""
    day = f"2016-03-{next(_NUMBER) % 28 + 1:02}"
    return submeter(world), {"use": "MOHURD:01A10", "valid_from": day, "source": "图 7"}


def state(world: World, channel: int, use: str | None, since: str = "2016-03-01") -> None:
    """State what a channel is for."""
    said = {"use": use, "valid_from": since, "source": "图 7"}
    carry_out(world.actor(), StateEndUse.model_validate(said), channel)


EXAMPLES = {"end_use.state": lit}
