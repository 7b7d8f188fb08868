"""What can be said of what members show each other, and who says it."""

from typing import Any, Final

from actions.actor import Actor
from actions.compact.set_sharing import SetSharing
from actions.doing import carry_out
from tests.actions.acts import signers
from tests.actions.examples_of_members import joined
from tests.actions.world import World

_SAID: Final = {"indicator": "total_kgce", "to": "every", "since": "2016-01-01", "source": "m"}


def who(world: World, code: str) -> Actor:
    """Return somebody of the member itself."""
    return signers(world.actor(), [world.region["city 1"], world.region["city 2"]])[0]


def _shown(world: World) -> tuple[int, dict[str, Any]]:
    seat = joined(world)[0].membership_id
    action = SetSharing.model_validate(_SAID | {"level": "member", "grain": "year"})
    carry_out(who(world, "sharing.set"), action, seat)
    return seat, dict(_SAID)


EXAMPLES: Final = {
    "sharing.set": lambda world: (
        joined(world)[0].membership_id,
        _SAID | {"level": "line", "grain": "month", "lag_months": 2},
    ),
    "sharing.revoke": _shown,
}
# No action hangs on what is shown: its tables find it in worlds that make all objects.
OBJECTS: Final = {"sharing_word": lambda world: {"seat": _shown(world)[0]}}
