"""Victron's Venus OS: N/{portal}/{service}/{instance}/{path}, one {"value": …} a message.

The key is what follows the portal: grid/30/Ac/Energy/Forward. Registers are in kWh, powers in W.
"""

import re

import msgspec

from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import object_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_KWH = re.compile(r"/(Energy/(Forward|Reverse|Total|\w+To\w+)|Yield/(User|System))$")
_W = re.compile(r"/(Power|P)$")


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of paths beside those that are known: `units = { "tank/20/Level" = "m3" }`."""

    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return a register or power; paths that are neither, and null, say nothing."""
        before, _, path = message.topic.partition("/")[2].partition("/")
        if not message.topic.startswith("N/") or not before:
            raise malformed("victron", f"no topic N/portal/…: {message.topic}")
        if path in {"keepalive", "full_publish_completed", "heartbeat"} or not message.payload:
            return nothing()
        said = object_of("victron", message.payload)
        if "value" not in said:
            raise malformed("victron", "no value")
        unit = self.units.get(path) or _unit_of(path)
        value = number(said["value"])
        if unit is None or (value is None and not isinstance(said["value"], str)):
            return nothing()  # null, or an empty list: the device is away
        return gathered("victron", [Row(path, NO_VALUE if value is None else value, unit)])

    def encode(self, value: float | None) -> bytes:
        """Return a message of one path."""
        return msgspec.json.encode({"value": value})


def _unit_of(path: str) -> str | None:
    path = f"/{path}"
    return "kWh" if _KWH.search(path) else "W" if _W.search(path) else None
