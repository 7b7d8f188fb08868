"""What can be said of tariffs."""

from itertools import count
from typing import Any

from actions.accounts.state_tariff import StateTariff
from actions.doing import carry_out
from tests.actions.world import World, counts_since, new_office

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


def priced(world: World) -> dict[str, int]:
    """Make an office with a tariff and hours of last year and of yesterday."""
    name = f"priced {next(_AGAIN)}"
    new_office(world, name)
    counts_since(world, name, "2015-01-01")
    world.admin("SELECT storage.ensure_months('2015-12-01', '2016-04-30')")
    world.admin(
        """INSERT INTO usage_hour (channel_id, hour, used, measured_s, known_s)
           SELECT %s, h, 1000, 3600, 3600
             FROM unnest(ARRAY['2015-12-01 00:00+00', '2016-04-09 10:00+00']::timestamptz[]) h""",
        world.channel[f"{name} e"],
    )
    said = {"carrier": "electricity", "name": "one price", "valid_from": "2015-01-01",
            "flat": "0.6", "source": "notice"}  # fmt: skip
    carry_out(world.actor(), StateTariff.model_validate(said), world.institution[name])
    return {}


# No object of an action: so that tables have something to show.
OBJECTS = {"priced": priced}
EXAMPLES = {"tariff.state": tariff}
