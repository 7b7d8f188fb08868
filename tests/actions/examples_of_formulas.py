"""What can be said of virtual channels: made of new meters, or a meter divided with others."""

from itertools import count
from typing import Any

from tests.actions.examples_of_submeters import submeter
from tests.actions.world import World

_NUMBER = count(1)


def made(world: World) -> tuple[int, dict[str, Any]]:
    """Return the office, and a channel that is one meter less another."""
    inputs = [
        {"sign": "plus", "channel": submeter(world)},
        {"sign": "minus", "channel": submeter(world)},
    ]
    said = {"code": f"virtual {next(_NUMBER)}", "name": "余量", "carrier": "electricity",
            "inputs": inputs, "valid_from": "2016-03-01", "source": "图 7"}  # fmt: skip
    return world.institution["office"], said


def sized(world: World, name: str, number: int, since: str = "2015-01-01") -> None:
    """Let an institution have a floor area from a day on."""
    world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, number, valid_from, source,
               known_by)
           SELECT %s, 'area_m2', %s, %s, 'test', 'user:1'
            WHERE NOT EXISTS (SELECT FROM institution_fact
                               WHERE institution_id = %s AND attribute = 'area_m2')""",
        world.institution[name], number, since, world.institution[name],
    )  # fmt: skip


def divided(world: World) -> tuple[int, dict[str, Any]]:
    """Return a new meter of the office, and the fields by which it takes all of it."""
    sized(world, "office", 1234)
    members = [{"institution": world.institution["office"]}]
    said = {"by": "area_m2", "members": members, "valid_from": "2016-03-01", "source": "约 7"}
    return submeter(world), said


EXAMPLES = {"formula.state": made, "formula.split": divided}
