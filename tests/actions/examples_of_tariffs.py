"""What can be said of tariffs."""

from itertools import count
from typing import Any

from tests.actions.world import World

_AGAIN = count(1)


def tariff(world: World) -> tuple[int, dict[str, Any]]:
    """Return a tariff of the office with periods, a basic charge and tax."""
    said = {
        "carrier": "electricity", "name": f"tariff {next(_AGAIN)}", "valid_from": "2016-01-01",
        "flat": "0.6", "peak": "1", "valley": "0.3", "basic_by": "capacity", "basic_kw": "315",
        "basic_yuan": "23", "tax_percent": "13", "source": "notice",
        "seasons": [{"months": "1-12", "peak": "8-12, 17-21", "valley": "23-7"}],
    }  # fmt: skip
    return world.institution["office"], said


EXAMPLES = {"tariff.state": tariff}
