"""For every declared action something that can be said of the world, and of which object."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from tests.actions.compact_world import make_union_world
from tests.actions.world import World

_AGAIN: Final = count(1)


def said_of(world: World, code: str) -> tuple[int | None, dict[str, Any]]:
    """Return the object's id and the fields as JSON; whoever declares an action adds them here."""
    if "cities" not in world.union:
        make_union_world(world)
    region, again = world.region, next(_AGAIN)
    of, union, target = world.institution, world.union["cities"], world.target["cities"]
    at = datetime(2016, 3, 20, 10, 30, tzinfo=UTC) + timedelta(hours=again)
    return {
        "base.confirm": (
            target,
            {"which": "these", "institutions": [of["office"]], "reason": "looked at"},
        ),
        "base.estimate": (
            target,
            {
                "institution": of["clinic"],
                "month": "2015-03",
                "carrier": "electricity",
                "how": "bill",
                "amount": "500.5",
                "reason": "bill of the grid",
            },
        ),
        "base.left_out": (target, {"institutions": [of["clinic"]], "reason": "it moves out"}),
        "base.reopened": (target, {"institutions": [of["clinic"]], "reason": "it stays"}),
        "enough.state": (
            None,
            {"share": "0.95", "region": region["city 1"], "source": "office notice 7"},
        ),
        "exchange.record": (
            world.channel["office e"],
            {"at": at.isoformat(), "final": "41", "initial": "0", "source": "form 12"},
        ),
        "target.set": (
            union,
            {
                "percent": "3",
                "profile": "GB2589-2020",
                "base_year": 2015,
                "target_year": 2017,
                "source": "minutes",
            },
        ),
        "union.enough": (union, {"percent": "85", "reason": "first year of meters"}),
        "union.make": (
            None,
            {
                "name_zh": f"双城{again}",
                "name_en": f"Two cities {again}",
                "members": [region["city 1"], region["city 2"]],
                "source": "minutes",
            },
        ),
        "user.grant": (
            world.user["outsider"],
            {"role": "reader", "scope": "region", "region": region["city 1"]},
        ),
    }[code]
