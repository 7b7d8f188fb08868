"""For every declared action something that can be said of the world, and of which object."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from tests.actions.world import World

_AGAIN: Final = count(1)


def said_of(world: World, code: str) -> tuple[int | None, dict[str, Any]]:
    """Return the object's id and the fields as JSON; whoever declares an action adds them here."""
    region, again = world.region, next(_AGAIN)
    at = datetime(2016, 3, 20, 10, 30, tzinfo=UTC) + timedelta(hours=again)
    return {
        "exchange.record": (
            world.channel["office e"],
            {"at": at.isoformat(), "final": "41", "initial": "0", "source": "form 12"},
        ),
        "union.make": (
            None,
            {
                "name_zh": f"双城{again}",
                "name_en": f"Two cities {again}",
                "members": [region["city 1"], region["city 2"]],
                "source": "minutes",
            },
        ),
        "setting.zone": (
            None,
            {"region": region["city 1"], "zone": "Asia/Urumqi", "source": f"notice {again}"},
        ),
        "user.grant": (
            world.user["outsider"],
            {"role": "reader", "scope": "region", "region": region["city 1"]},
        ),
    }[code]
