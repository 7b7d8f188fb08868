"""What DSMR-reader publishes of a P1 port: its JSON of a telegram, or a topic a field.

Keys are its fields: electricity_delivered_1 (kWh), extra_device_delivered (gas, m3, at its own
time).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import object_of, text_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_TIMES: Final = {"": "timestamp", "extra_device_": "extra_device_timestamp"}


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing can be set."""

    def decode(self, message: Message) -> Decoded:
        """Return the registers and powers of a message."""
        text = text_of("dsmr_reader", message.payload).strip()
        if text.startswith("{"):
            rows = list(_rows(object_of("dsmr_reader", message.payload)))
        else:
            name = message.topic.rpartition("/")[2]
            if (unit := _unit_of(name)) is None:
                return nothing()
            if (value := number(text)) is None:
                raise malformed("dsmr_reader", f"{name}: no number: {text[:40]!r}")
            rows = [Row(name, value, unit)]
        return gathered("dsmr_reader", rows)

    def encode(self, timestamp: str, values: Mapping[str, float]) -> bytes:
        """Return a telegram as JSON."""
        return msgspec.json.encode({"timestamp": timestamp, **values})


def _rows(said: Mapping[str, Any]) -> Iterator[Row]:
    at = {
        before: None if said.get(name) is None else instant("dsmr_reader", said[name])
        for before, name in _TIMES.items()
    }
    for name, thing in said.items():
        unit, value = _unit_of(name), number(thing)
        if unit is not None and thing is not None:
            at_ms = at["extra_device_" if name.startswith("extra_") else ""]
            yield Row(name, NO_VALUE if value is None else value, unit, at_ms)


def _unit_of(name: str) -> str | None:
    """Return the unit of a field; None for those that are no energy, volume or power."""
    if "currently" in name:
        return "kW"
    if name.startswith("electricity_") and ("delivered" in name or "returned" in name):
        return "kWh"
    return "m3" if name in {"extra_device_delivered", "delivered"} else None
