"""What can be said of vehicles."""

from itertools import count

from actions.doing import carry_out
from actions.registry.vehicles import RegisterVehicle

_NUMBER = count(1)


def new(world, name="office"):
    """Return the fields of a vehicle that nobody has registered, and whose it is."""
    return world.institution[name], {"plate": f"京A{next(_NUMBER):05}", "since": "2016-01-31"}


def vehicle(world, name="office"):
    """Return a vehicle of an institution."""
    on, fields = new(world, name)
    action = RegisterVehicle.model_validate(fields)
    return carry_out(world.actor(), action, on).result.vehicle_id


EXAMPLES = {"vehicle.register": new, "vehicle.withdraw": lambda world: (vehicle(world), {})}
OBJECTS = {
    "vehicle": lambda world: {name: vehicle(world, name) for name in ("office", "clinic", "police")}
}
