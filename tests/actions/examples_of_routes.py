"""What can be said of routes."""

from itertools import count

from actions.doing import carry_out
from actions.readings.set_route import SetRoute

_NUMBER = count(1)


def new(world) -> tuple[None, dict]:
    """Return the fields of a route of topics that nobody has routed."""
    return None, {
        "topic": f"maker-{next(_NUMBER)}/+/raw",
        "codec": "dsmr",
        "gateway": "demo-a/{1}",
        "only": "1-0:1.8.1",
        "settings": "winter_offset_min = 60",
        "since": "2016-03-01T00:00:00+00:00",
        "source": "form 7",
    }


def ended(world) -> tuple[None, dict]:
    """Return the fields that end a route that was just set."""
    done = carry_out(world.actor(), SetRoute.model_validate(new(world)[1]))
    topic = done.result.route.topic
    return None, {"topic": topic, "since": "2016-03-20T00:00:00+00:00", "source": "taken down"}


EXAMPLES = {"route.set": new, "route.end": ended}
