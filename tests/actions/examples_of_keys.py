"""What can be said of keys that gateways send."""

from itertools import count

from actions.doing import carry_out
from actions.readings.bind_key import BindKey
from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

_NUMBER = count(1)


def sent(world) -> str:
    """Have a gateway send a key that means nothing, and return the key."""
    key = f"meter/EPI {next(_NUMBER)}"
    payload = native.encode_one(1, key, START_MS + HOUR_MS, 7.5)
    message = Message(f"cw/v1/{GATEWAY}/data", GATEWAY, payload, START_MS + 2 * HOUR_MS)
    assert take_in([message], native.decode, world.sink).rejected
    return key


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
