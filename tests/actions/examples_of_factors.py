"""What can be said of coefficients and factors."""

from datetime import date, timedelta
from itertools import count, cycle
from typing import Any

from actions.doing import carry_out
from actions.registry.state_factors import StateGridFactor
from tests.actions.world import World

_AGAIN = count()
_YEAR = cycle(range(100))
WHERE = {"document": "Notice 12 of 2026", "source": "archive 2026-88"}


def _span() -> dict[str, str]:
    """Return a day of its own: on days that are stated nobody states anything."""
    day = date(2030, 1, 1) + timedelta(days=next(_AGAIN))
    return {"valid_from": f"{day}", "valid_to": f"{day + timedelta(days=1)}"}


def _withdrawn(world: World) -> tuple[None, dict[str, Any]]:
    fields = {"place": "310000", "year": 2000 + next(_YEAR), "value": "0.4", **WHERE}
    done = carry_out(world.actor(), StateGridFactor.model_validate(fields), None)
    return None, {"factor": done.result.factor, "reason": "a digit too many"}


EXAMPLES = {
    "coefficient.state": lambda world: (
        None,
        {"profile": "GB2589-2020", "carrier": "electricity", "value": "0.1228", "unit": "度",
         **_span(), **WHERE},
    ),
    "co2_factor.state": lambda world: (
        None,
        {"carrier": "natural_gas", "value": "2.16", "unit": "m3", **_span(), **WHERE},
    ),
    "grid_factor.state": lambda world: (
        None, {"place": "310000", "year": 2000 + next(_YEAR), "value": "0.58", **WHERE},
    ),
    "factor.withdraw": _withdrawn,
}  # fmt: skip
