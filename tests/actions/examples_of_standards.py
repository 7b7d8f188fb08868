"""What can be said of quota standards, and a province that has some."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_standard import StandardStated, StateStandard
from tests.actions.compact_world import use
from tests.actions.world import World

_AGAIN = count(2000)

EXAMPLES = {
    "standard.state": lambda world: (
        world.institution["office"],
        {"what": "open_hours", "number": str(next(_AGAIN)), "valid_from": "2015-01-01",
         "source": "考勤办法 3 号"},
    ),
}  # fmt: skip


def in_shandong(world: World) -> None:
    """Let the province be Shandong, office and clinic of a class, and the office without gas."""
    world.admin("ALTER TABLE region_fact DISABLE TRIGGER only_retire")
    world.admin(
        "UPDATE region_fact SET code = '370000', climate_zone = 'cold' WHERE region_id = %s",
        world.region["province"],
    )
    world.admin("ALTER TABLE region_fact ENABLE TRIGGER only_retire")
    for name, class_code in (("office", "GOV"), ("clinic", "HLT")):
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                   known_by) VALUES (%s, 'class', %s, '2010-01-01', 'test', 'user:1')""",
            world.institution[name], class_code,
        )  # fmt: skip
    world.admin(
        """UPDATE account_term SET known_until = now()
            WHERE institution_id = %s AND carrier = 'natural_gas'""",
        world.institution["office"],
    )


def year(world: World, name: str, of: int, kwh: int) -> None:
    """Let an institution have a year of accounts of electricity."""
    for month in range(1, 13):
        use(world, name, of, month, kwh // 12)


def state(
    world: World, what: str, number: Any = None, since: str = "2020-01-01", name: str = "office",
    who: str = "system", **more: Any,
) -> StandardStated:  # fmt: skip
    """State what a standard asks, by a document."""
    said = {"what": what, "number": number, "valid_from": since, "source": "文 7 号", **more}
    action = StateStandard.model_validate(said)
    found: StandardStated = carry_out(world.actor(who), action, world.institution[name]).result
    return found
