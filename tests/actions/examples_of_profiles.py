"""What can be said of a region's own profile."""

from itertools import count
from typing import Any, Final

from actions.doing import carry_out
from actions.registry.state_profile import StateRegionProfile
from tests.actions.world import World

_AGAIN: Final = count(1)


def _said(world: World) -> tuple[None, dict[str, Any]]:
    return None, {
        "region": world.region["city 1"], "profile": "DB37-2019", "valid_from": "2015-01-01",
        "source": f"notice {next(_AGAIN)}",
    }  # fmt: skip


def _stated(world: World) -> dict[str, int]:
    """State one: no object of an action, so that the table has something to show."""
    carry_out(world.actor(), StateRegionProfile.model_validate(_said(world)[1]), None)
    return {"office": world.region["city 1"]}


OBJECTS: Final = {"region_profile": _stated}
EXAMPLES: Final = {"region.profile": _said}
