"""Shelly of the first generation: a topic a figure, shellies/{device}/emeter/0/total.

Keys are what follows the device: emeter/0/total, emeter/0/total_returned (Wh), relay/0/power (W).
What relays, rollers and lights call energy is in watt-minutes, and is said in Wh. No topic carries
a time. https://shelly-api-docs.shelly.cloud/gen1/
"""

import re
from typing import Final

import msgspec

from collector.codecs.parts.rows import Row, gathered, nothing, number
from collector.codecs.parts.text import text_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_KEY: Final = re.compile(r"(?:emeter|relay|roller|light|meter|color|white)/\d{1,2}/\w{1,30}$")
_WH: Final = frozenset({"total", "total_returned"})  # of an emeter
_PER_WH: Final = 60  # watt-minutes
_MOST: Final = 16_384  # characters of what a device says of itself


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing can be set."""

    def decode(self, message: Message) -> Decoded:
        """Return a register or power; states, settings and voltages say nothing."""
        text = text_of("shelly_gen1", message.payload).strip()
        if len(text) > _MOST:
            raise malformed("shelly_gen1", f"{len(text)} characters: {text[:40]!r}")
        found = _KEY.search(message.topic)
        if found is None or (unit := _unit_of(found[0])) is None:
            return nothing()
        if (value := number(text)) is None:
            raise malformed("shelly_gen1", f"{found[0]}: no number: {text[:40]!r}")
        of_minutes = unit == "Wmin"
        row = Row(found[0], value / _PER_WH if of_minutes else value, "Wh" if of_minutes else unit)
        return gathered("shelly_gen1", [row])

    def encode(self, value: float) -> bytes:
        """Return a figure as a device publishes it."""
        return repr(value).encode()


def _unit_of(key: str) -> str | None:
    """Return Wh, W or Wmin; None for what is no energy and no power."""
    component, _, name = key.split("/")
    if component == "emeter":
        return "Wh" if name in _WH else "W" if name == "power" else None
    return {"energy": "Wmin", "power": "W"}.get(name)
