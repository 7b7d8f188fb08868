"""What can be said of hours of opening and holidays."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.opening import StateHours, StateVacation
from tests.actions.world import World

_AGAIN = count()


def vacation(world: World, first: str, until: str, name: str = "office") -> int:
    """State a holiday; return its id."""
    said = {"name": "寒假", "first": first, "until": until, "source": "校历"}
    action = StateVacation.model_validate(said)
    return int(carry_out(world.actor(), action, world.institution[name]).result.vacation_id)


def hours(world: World, days: list[str], text: str, since: str = "2015-01-01",
          name: str = "office", who: str = "system") -> Any:  # fmt: skip
    """State hours of opening."""
    said = {"days": days, "hours": text, "valid_from": since, "source": "作息规定"}
    action = StateHours.model_validate(said)
    return carry_out(world.actor(who), action, world.institution[name]).result


def _fresh() -> tuple[str, str]:
    """Return days on which there is no holiday yet."""
    first = date(2030, 1, 1) + timedelta(days=20 * next(_AGAIN))
    return f"{first}", f"{first + timedelta(days=14)}"


def _vacation(world: World) -> tuple[int, dict[str, Any]]:
    first, until = _fresh()
    said = {"name": "寒假", "first": first, "until": until, "source": "校历"}
    return world.institution["office"], said


EXAMPLES = {
    "hours.state": lambda world: (
        world.institution["office"],
        {"days": ["mon", "tue"], "hours": f"08:{next(_AGAIN) % 60:02}-18:00",
         "valid_from": "2015-01-01", "source": "作息规定"},
    ),
    "vacation.state": _vacation,
    "vacation.withdraw": lambda world: (vacation(world, *_fresh()), {}),
}  # fmt: skip
_HOUSES = ("office", "clinic", "police")


def _stated(world: World) -> dict[str, int]:
    """Let the academy have hours, so that their table has something to show."""
    hours(world, ["sat", "sun"], "09:00-12:00", since="2030-01-01", name="academy")
    return {}


OBJECTS = {
    "vacation": lambda world: {name: vacation(world, *_fresh(), name) for name in _HOUSES},
    "hours": _stated,
}
