"""For every declared action something that can be said of the world, and of which object."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from tests.actions.said_of_readings import OF_READINGS
from tests.actions.world import World

_AGAIN: Final = count(1)


def said_of(world: World, code: str) -> tuple[int | None, dict[str, Any]]:
    """Return the object's id and the fields as JSON; whoever declares an action adds them here."""
    if code in OF_READINGS:
        return OF_READINGS[code](world)
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
        "user.add": (None, {"login": f"new.{again}", "name": "新人", "language": "en"}),
        "user.change": (_someone(world), {"name": "改名", "language": "en"}),
        "user.grant": (
            world.user["outsider"],
            {"role": "reader", "scope": "region", "region": region["city 1"]},
        ),
        "user.end": (_someone(world), {}),
        "user.resume": (_someone(world, ended=True), {}),
        "user.password": (_someone(world), {}),
        "user.person": (_someone(world), {"same_as": world.user["outsider"]}),
        "grant.withdraw": (_grant(world), {}),
        "grant.restore": (_grant(world, ended=True), {}),
    }[code]


def _someone(world: World, *, ended: bool = False) -> int:
    """Return somebody whom nothing else in the world knows."""
    return int(
        world.admin(
            """INSERT INTO app_user (login, name, ended_at)
               VALUES ('s.' || (SELECT max(id) FROM app_user), '某人',
                       CASE WHEN %s THEN now() END) RETURNING id""",
            ended,
        )[0][0]
    )


def _grant(world: World, *, ended: bool = False) -> int:
    """Return a grant of somebody, which holds or ended today."""
    return int(
        world.admin(
            """INSERT INTO access_grant (viewer, role, scope, institution_id, valid_from, valid_to)
               VALUES (%s, 'reader', 'institution', %s, '2015-01-01',
                       CASE WHEN %s THEN storage.civil_day() END) RETURNING id""",
            f"user:{_someone(world)}", world.institution["office"], ended,
        )[0][0]
    )  # fmt: skip
