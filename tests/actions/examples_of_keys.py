"""What can be said of keys that gateways send."""

from itertools import count

from actions.doing import carry_out
from actions.readings.bind_key import BindKey
from tests.actions.world import GATEWAY

_NUMBER = count(1)


def bind(world) -> tuple[None, dict]:
    """Return the fields that bind a key that means nothing."""
    return None, {
        "gateway": GATEWAY,
        "channel_key": f"spare {next(_NUMBER)}",
        "to": "existing",
        "channel": world.channel["office e"],
        "source": "the label",
    }


def unbind(world) -> tuple[None, dict]:
    """Return the fields that unbind a key that was just bound."""
    fields = bind(world)[1]
    carry_out(world.actor(), BindKey.model_validate(fields))
    said = {"since": "2016-03-20T00:00:00+00:00", "source": "taken down"}
    return None, {name: fields[name] for name in ("gateway", "channel_key")} | said


EXAMPLES = {"key.bind": bind, "key.unbind": unbind}
