"""What can be said of sub-meters: a second meter of the office, behind its own."""

from itertools import count
from typing import Any

from actions.doing import carry_out
from actions.registry.state_submeter import StateSubmeter
from tests.actions.world import GATEWAY, ZONE, World

_NUMBER = count(1)


def submeter(world: World, name: str = "", of: str = "office", carrier: str = "electricity") -> int:
    """Return a new channel of an institution, an interval a quarter of an hour, in no account."""
    name = name or f"sub {next(_NUMBER)}"
    ((meter,),) = world.admin(
        """INSERT INTO meter (institution_id, code, name_zh, name_en) VALUES (%s, %s, %s, %s)
           RETURNING id""",
        world.institution[of], name, name, name,
    )  # fmt: skip
    ((channel,),) = world.admin(
        """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, since)
           VALUES (%s, 'e', %s, 1, 'kWh', 1000, %s, '2016-01-01') RETURNING id""",
        meter, carrier, ZONE,
    )  # fmt: skip
    world.admin(
        """INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
           VALUES (%s, 1, 3600, '-infinity', 'test', 'user:1')""",
        channel,
    )
    world.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
           SELECT id, %s, %s, '-infinity', 'test', 'user:1' FROM gateway WHERE name = %s""",
        name, channel, GATEWAY,
    )  # fmt: skip
    world.meter[name], world.channel[name] = meter, channel
    return channel


def behind(world: World) -> tuple[int, dict[str, Any]]:
    """Return a new sub-meter of the office, and the fields that put it behind the office's."""
    fields = {"main": world.channel["office e"], "valid_from": "2016-03-01", "source": "图 7"}
    return submeter(world), fields


def extent(world: World) -> tuple[int, dict[str, Any]]:
    """Return a new meter of the office, of which all circuits have sub-meters."""
    fields = {"extent": "all", "valid_from": f"2016-03-{next(_NUMBER) % 28 + 1:02}"}
    return submeter(world), {**fields, "source": "图 7"}


def balanced(world: World) -> None:
    """Let a meter of the office have had a sub-meter, and used nothing yet, for a month."""
    channel, fields = behind(world)
    carry_out(world.actor(), StateSubmeter.model_validate(fields), channel)


EXAMPLES = {"submeter.state": behind, "submeter.extent": extent}
