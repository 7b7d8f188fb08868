"""What can be said of addresses for alarms."""

from itertools import count
from typing import Any

from actions.accounts.alarms import AddAlarm, TestAlarm
from actions.doing import carry_out

_NUMBER = count(1)


def fields() -> dict[str, Any]:
    """Return the fields of an address that nobody has."""
    return {
        "way": "webhook",
        "address": f"https://example.org/hook/{next(_NUMBER)}",
        "least_kgce": "1.5",
        "language": "zh",
    }


def route(world: Any, name: str = "office") -> int:
    """Return an address of an institution."""
    action = AddAlarm.model_validate(fields())
    return carry_out(world.actor(), action, world.institution[name]).result.route_id


def tried(world: Any, name: str) -> int:
    """Return an address to which a test message waits to be sent."""
    made = route(world, name)
    carry_out(world.actor(), TestAlarm(), made)
    return made


EXAMPLES = {
    "alarm.add": lambda world: (world.institution["office"], fields()),
    "alarm.end": lambda world: (route(world), {}),
    "alarm.test": lambda world: (route(world), {}),
}
OBJECTS = {
    "alarm_route": lambda world: {
        name: tried(world, name) for name in ("office", "clinic", "police")
    }
}
