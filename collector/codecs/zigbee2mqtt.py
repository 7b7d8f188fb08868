"""Zigbee2MQTT's states of devices: registers, powers and volumes of whatever meters.

Keys are its names: energy, energy_phase_b, produced_energy, power, gas, water_consumed. Its time is
`last_seen`, where the bridge is told to send it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import object_of, text_of
from collector.codecs.parts.times import instant
from metering.messages import Decoded, Message

# As the bridge exposes them to everybody; what a device measures in itself, it converts.
_UNITS: Final = (
    (
        re.compile(r"((produced|consumed|import(ed)?|export(ed)?)_)?energy(_\w+)?|consumption"),
        "kWh",
    ),
    (re.compile(r"power(_(phase_)?[abc123]|_l\d)?"), "W"),
    (re.compile(r"gas|water_consumed|water_consumption|volume"), "m3"),
)
# What is counted anew each day or month, is no energy, or only sets the device up.
_NO_REGISTER: Final = re.compile(
    r"_(today|yesterday|daily|day|week|month|year|hour|last)(_|$)"
    r"|reactive|apparent|calibration|precision|cost|price|threshold|limit|_max$|_min$"
)
_NO_DEVICES: Final = re.compile(r"/(bridge(/.*)?|availability|set|get)$|/(set|get)/")
_NOT_YET: Final = (None, "")  # what a device has not told yet
_DEVICE: Final = frozenset({"linkquality", "last_seen", "battery", "state", "device", "update"})


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units where a device departs from the bridge's: `units = { energy = "Wh" }`."""

    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the registers, volumes and powers of a device's state."""
        if _NO_DEVICES.search(message.topic):
            return nothing()
        text = text_of("zigbee2mqtt", message.payload)
        if text.strip() in {"online", "offline", ""}:
            return nothing()
        if (
            value := number(text.strip())
        ) is not None:  # a topic an attribute, as it can be told to
            name = message.topic.rpartition("/")[2]
            unit = self._unit(name)
            return gathered("zigbee2mqtt", [Row(name, value, unit)]) if unit else nothing()
        state = object_of("zigbee2mqtt", message.payload)
        seen = state.get("last_seen")
        at_ms = None if seen in (None, "") else instant("zigbee2mqtt", seen)
        rows = list(self._rows(state, at_ms))
        if not rows and _DEVICE & state.keys():
            return nothing()  # a device that measures nothing of ours
        return gathered("zigbee2mqtt", rows)

    def encode(self, values: Mapping[str, float], at_ms: int | None = None) -> bytes:
        """Return a state; at_ms: when the device was last seen."""
        seen = {} if at_ms is None else {"last_seen": at_ms}
        return msgspec.json.encode({**values, "linkquality": 120, **seen})

    def _rows(self, state: Mapping[str, Any], at_ms: int | None) -> Iterator[Row]:
        for name, thing in state.items():
            unit, value = self._unit(name), number(thing)
            if unit is not None and thing not in _NOT_YET:
                yield Row(name, NO_VALUE if value is None else value, unit, at_ms)

    def _unit(self, name: str) -> str | None:
        if (unit := self.units.get(name)) is not None or _NO_REGISTER.search(name):
            return unit
        return next((unit for pattern, unit in _UNITS if pattern.fullmatch(name)), None)
