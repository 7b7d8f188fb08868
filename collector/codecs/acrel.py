"""Chinese gateways that wrap registers in JSON (安科瑞 Acrel and the like), by DL/T 645 or names.

Keys are meter/name: 12209263660002/EPI. Log-ins, parameters and heartbeats say nothing. The fields
of a data message are what makers' documents have in common; `time` is yyyyMMddHHmmss, China time.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import flattened, is_other, named, unit_in
from collector.codecs.parts.registers import unit_of_register
from collector.codecs.parts.rows import NO_VALUE, Row, code_of, gathered, nothing, number
from collector.codecs.parts.text import object_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

# DL/T 645-2007, table A.1: active energy (combined, forward, reverse; total and rates) and active
# power; 9010 and B630 are those of the edition of 1997.
_ENERGY_DI: Final = re.compile(r"000[012][0-9A-F]{2}00|90[12][0-4]", re.IGNORECASE)
_POWER_DI: Final = re.compile(r"02030[0-3]00|B63[0-3]", re.IGNORECASE)
_OTHER_KINDS: Final = re.compile(
    r"login|logout|para|heart|beat|time|event|alarm|ack|set", re.IGNORECASE
)
_METER: Final = ("meterSN", "meterId", "meter", "addr", "devId", "deviceId", "sn", "gwSN")
_DATA: Final = ("data", "datas", "values", "value", "meters", "devs", "params")
_TIME: Final = ("time", "ts", "timestamp", "collectTime", "datetime")
_GOOD: Final = frozenset({"", "0", "ok", "good", "valid", "true", "1"})


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the gateway was told to report.

    zone: of its times. units: of names beside those known: `units = { WaterTotal = "m3" }`.
    with_meter: whether keys begin with the meter's number.
    """

    zone: str = "Asia/Shanghai"
    units: dict[str, str] = {}
    with_meter: bool = True

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist, and a unit that is none of ours."""
        zone_of(self.zone)
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the registers and active powers of a data message."""
        said = object_of("acrel", message.payload)
        kind = said.get("type", said.get("cmd", ""))
        if isinstance(kind, str) and _OTHER_KINDS.search(kind):
            return nothing()
        if not any(name in said for name in (*_METER, *_DATA)):
            raise malformed("acrel", "neither a meter's number nor data")
        return gathered("acrel", self._rows(said, "", None))

    def encode(self, meter: str, time: str, values: Mapping[str, float]) -> bytes:
        """Return a data message; numbers as texts, as most firmwares write them."""
        data = {name: f"{value}" for name, value in values.items()}
        head = {"type": "data", "gwSN": meter, "meterSN": meter, "time": time}
        return msgspec.json.encode({**head, "data": data})

    def _rows(self, thing: Mapping[str, Any], meter: str, at_ms: int | None) -> Iterator[Row]:
        """Yield what an object says, then what is in it; what stands above holds below."""
        meter = next((str(thing[n]) for n in _METER if isinstance(thing.get(n), str | int)), meter)
        if (time := next((thing[n] for n in _TIME if thing.get(n)), None)) is not None:
            at_ms = instant("acrel", time, zone=zone_of(self.zone))
        quality = str(thing.get("quality", thing.get("valid", ""))).strip().lower()
        bad = None if quality in _GOOD else code_of("acrel", quality)
        inner = [one for name in _DATA for one in _objects(thing.get(name))]
        for below in inner:
            yield from self._rows(below, meter, at_ms)
        if "name" in thing or "id" in thing:  # {"name": "EPI", "value": "1.5"}
            texts = {str(thing.get("name", thing.get("id"))): thing.get("value", thing.get("val"))}
        else:
            texts = {name: one for name, one in thing.items() if not isinstance(one, dict | list)}
        for name, one in flattened(texts):
            value, unit = number(one), self._unit(name, thing)
            if unit is not None and value is not None:
                key = f"{meter}/{name}" if self.with_meter and meter else name
                yield Row(key, NO_VALUE if bad else value, unit, at_ms, bad)

    def _unit(self, name: str, thing: Mapping[str, Any]) -> str | None:
        di = name.replace("-", "").replace(" ", "")
        if name in self.units:
            return self.units[name]
        if _ENERGY_DI.fullmatch(di):
            return "kWh"
        if _POWER_DI.fullmatch(di):
            return "kW"
        if (unit := unit_of_register(name)) is not None:
            return unit
        return None if is_other(name) or name in (*_METER, *_TIME) else unit_in(name)


def _objects(thing: Any) -> list[Mapping[str, Any]]:
    if isinstance(thing, dict):
        return [thing]
    return [one for one in thing if isinstance(one, dict)] if isinstance(thing, list) else []
