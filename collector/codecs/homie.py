"""Homie's topics (conventions 3, 4 and 5): one value a message, its name the end of the topic.

The key is the property's name; a route gives the rest: `homie/+/+/+`, key `{2}/{key}`.
"""

import msgspec

from collector.codecs.parts.quantities import named, unit_in
from collector.codecs.parts.rows import Row, gathered, nothing, number
from collector.codecs.parts.text import text_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What properties measure: their units stand in other messages than their values.

    units: by property, `units = { energy = "kWh" }`; else the channel's own.
    """

    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the one value; attributes ($…), commands (set) and texts say nothing."""
        levels = message.topic.split("/")
        if any(level.startswith("$") for level in levels) or levels[-1] in {"set", "target"}:
            return nothing()
        text = text_of("homie", message.payload).strip()
        name = levels[-1]
        if (value := number(text)) is None:
            measures = name in self.units and text
            if measures or len(text) > 200 or text.startswith(("{", "[")):
                raise malformed("homie", f"no single value: {text[:40]!r}")
            return nothing()  # a switch, a text, an empty retained message
        return gathered("homie", [Row(name, value, self.units.get(name) or unit_in(name))])

    def encode(self, value: float) -> bytes:
        """Return a value as a device publishes it."""
        return repr(value).encode()
