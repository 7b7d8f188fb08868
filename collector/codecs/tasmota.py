"""Tasmota's telemetry: tele/…/SENSOR and the answer STATUS10, energy and counters of any sensor.

Keys are paths: ENERGY.Total, ENERGY.TotalTariff.1, ANALOG.CTEnergy1.Energy. What begins anew each
day, voltages, temperatures and the like are passed over, and messages that tell of no sensor.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import flattened, is_other, unit_in
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import json_of, text_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_UNITS: Final = {
    "Total": "kWh",
    "TotalTariff": "kWh",
    "ImportActive": "kWh",
    "ExportActive": "kWh",
    "ExportTariff": "kWh",
    "Energy": "kWh",
    "Power": "W",
}
_OF_A_SPAN: Final = frozenset({"Today", "Yesterday", "Period"})
_NO_TELEMETRY: Final = ("STATE", "LWT", "INFO", "RESULT", "UPTIME", "STATUS", "LOGGING")
_ANSWERS: Final = frozenset({"STATUS8", "STATUS10"})  # Status 8 and 10 show the sensors


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the device's clock is set.

    zone: of its times, which name no offset (Asia/Shanghai, +08:00); without one they are refused.
    """

    zone: str = ""

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist."""
        if self.zone:
            zone_of(self.zone)

    def decode(self, message: Message) -> Decoded:
        """Return the registers and powers of a device's sensors."""
        last = message.topic.rpartition("/")[2].upper()
        if last.startswith(_NO_TELEMETRY) and last not in _ANSWERS:
            return nothing()
        if text_of("tasmota", message.payload).strip() in {"Online", "Offline"}:
            return nothing()
        said = json_of("tasmota", message.payload)
        said = said.get("StatusSNS", said) if isinstance(said, dict) else said
        if not isinstance(said, dict):
            raise malformed("tasmota", "no object")
        at_ms = None
        if (time := said.get("Time")) is not None:
            at_ms = instant("tasmota", time, zone=zone_of(self.zone) if self.zone else None)
        rows = list(_rows(said, at_ms))
        if (
            not rows
            and "ENERGY" not in said
            and any(isinstance(one, dict) for one in said.values())
        ):
            return nothing()  # sensors of which none measures anything of ours
        return gathered("tasmota", rows)

    def encode(self, time: str, values: Mapping[str, float]) -> bytes:
        """Return a telemetry message of one energy meter; values: Total, Power and the like."""
        return msgspec.json.encode({"Time": time, "ENERGY": dict(values)})


def _rows(said: Mapping[str, Any], at_ms: int | None) -> Iterator[Row]:
    for sensor, values in said.items():
        if not isinstance(values, dict):
            continue
        for key, thing in flattened(values, sensor):
            parts = reversed(key.split("."))
            name = next((part for part in parts if not part.isdigit()), "")
            known = sensor == "ENERGY" and name in _UNITS
            value = number(thing) if known or not isinstance(thing, str) else None
            if known and value is None and isinstance(thing, str):
                value = NO_VALUE
            if value is None or name in _OF_A_SPAN:
                continue
            if name in _UNITS:
                yield Row(key, value, _UNITS[name], at_ms)
            elif sensor != "ENERGY" and not is_other(name):
                yield Row(key, value, unit_in(name), at_ms)
