"""What can be said of the degree days of regions."""

from itertools import count
from typing import Any

from tests.actions.world import World

_AGAIN = count(1)


def month(world: World) -> tuple[None, dict[str, Any]]:
    """Return a month of a year that no base is of."""
    again = next(_AGAIN)
    said = {"heating": "580.5", "cooling": "0", "station": "54511", "source": f"letter {again}"}
    return None, {"region": world.region["city 1"], "year": 1990, "month": again % 12 + 1} | said


EXAMPLES = {"weather.state": month}
