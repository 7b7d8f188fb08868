"""What can be said of PV meters: of new ones of a new house, so that each is the first."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_pv import StatePv
from tests.actions.examples_of_submeters import submeter
from tests.actions.world import World

_NUMBER = count(1)


def plant(world: World) -> tuple[int, dict[str, Any]]:
    """Return the office, and a plant of new meters; said again it is another plant."""
    return world.institution["office"], {
        "generation": [{"channel": submeter(world)}],
        "feed_in": [{"channel": submeter(world)}],
        "valid_from": f"2016-03-{next(_NUMBER) % 28 + 1:02}",
        "source": "并网 7",
    }


def state(world: World, generation: str, feed_in: str = "", since: str = "2016-03-01") -> int:
    """State the office's plant by the names of its meters; return the channel of its self-use."""
    said = {
        "generation": [{"channel": world.channel[generation]}],
        "feed_in": [{"channel": world.channel[feed_in]}] if feed_in else [],
        "valid_from": since,
        "source": "并网 7",
    }
    action = StatePv.model_validate(said)
    return carry_out(world.actor(), action, world.institution["office"]).result.channel_id


def shone(world: World) -> None:
    """Let the office have generated something in a month."""
    on, said = plant(world)
    carry_out(world.actor(), StatePv.model_validate({**said, "valid_from": "2016-03-01"}), on)
    world.admin(
        "INSERT INTO usage_day VALUES (%s, '2016-03-05', 7000, 86400, 86400)",
        said["generation"][0]["channel"],
    )


EXAMPLES = {"pv.state": plant}
