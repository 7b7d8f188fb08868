"""What can be said of premises and shared compounds."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.split_compound import SplitCompound
from actions.registry.state_premises import StatePremises
from tests.actions.world import World, counts_since, new_office

_AGAIN = count(1)


def premises(world: World, who: int, name: str, tenure: str | None, area: Any, **more: Any) -> Any:
    """State premises of an institution."""
    said = {"name": name, "tenure": tenure, "area_m2": area, "valid_from": "2016-01-01",
            "source": "合同 12 号", **more}  # fmt: skip
    return carry_out(world.actor(), StatePremises.model_validate(said), who).result


def split(world: World, who: int, basis: str, users: list[dict[str, Any]],
          day: str = "2016-01-01", **more: Any) -> Any:  # fmt: skip
    """Split a compound's electricity."""
    said = {"carrier": "electricity", "basis": basis, "users": users, "valid_from": day,
            "source": "分摊协议", **more}  # fmt: skip
    return carry_out(world.actor(), SplitCompound.model_validate(said), who).result


def compound(world: World) -> tuple[int, int]:
    """Return a new managing body whose meter counts since 2015, and a new tenant."""
    found = []
    for _ in range(2):
        name = f"compound {next(_AGAIN)}"
        new_office(world, name)
        found.append(world.institution[name])
        counts_since(world, name, "2015-01-01")
    return found[0], found[1]


def _split(world: World) -> tuple[int, dict[str, Any]]:
    body, tenant = compound(world)
    users = [{"institution": body, "percent": "60"}, {"institution": tenant, "percent": "40"}]
    said = {"carrier": "electricity", "basis": "agreement", "users": users,
            "valid_from": "2016-01-01", "source": "分摊协议"}  # fmt: skip
    return body, said


def _stated(world: World) -> dict[str, int]:
    """Let there be a split and premises, so that their tables have something to show."""
    body, tenant = compound(world)
    split(world, body, "agreement", [{"institution": body, "percent": "60"},
                                     {"institution": tenant, "percent": "40"}])  # fmt: skip
    premises(world, body, "主楼", "owned", 5000)
    return {}


EXAMPLES = {
    "compound.split": _split,
    "premises.state": lambda world: (
        world.institution["office"],
        {"name": f"{next(_AGAIN)} 号楼", "tenure": "owned", "area_m2": "3200",
         "valid_from": "2016-01-01", "source": "房产证 3 号"},
    ),
}  # fmt: skip
# No object of an action: so that the tables have something to show.
OBJECTS = {"premises": _stated}
