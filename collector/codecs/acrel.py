"""Chinese gateways that wrap registers in JSON (安科瑞 Acrel and the like), by DL/T 645 or names.

Keys are meter/name: 12209263660002/EPI. Log-ins, parameters and heartbeats say nothing. The fields
of a data message are what makers' documents have in common, with the values beside the head, in
objects under it, or as a list of names with values and units; `time` is yyyyMMddHHmmss, China time.
A value that is no number, or whose own time cannot be read, is set aside, and no other.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import is_other, named, unit_in
from collector.codecs.parts.registers import unit_of_register
from collector.codecs.parts.rows import NO_VALUE, Row, code_of, gathered, nothing, number
from collector.codecs.parts.text import object_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import PayloadError, malformed
from metering.messages import Decoded, Message
from metering.unit_names import unit_of

# DL/T 645-2007, table A.1: active energy (combined, forward, reverse; total and rates) and active
# power; 9010 and B630 are those of the edition of 1997.
_ENERGY_DI: Final = re.compile(r"000[012][0-9A-F]{2}00|90[12][0-4]", re.IGNORECASE)
_POWER_DI: Final = re.compile(r"02030[0-3]00|B63[0-3]", re.IGNORECASE)
_OTHER_KINDS: Final = re.compile(
    r"login|logout|para|heart|beat|^time([._]\w+)?$|(?<!\.)event(?!\.)|alarm|alert|^ack|ack$|^set|^ota|restart"
    r"|control|transport|instruct|model|topo|info|config|comtext|version",
    re.IGNORECASE,
)
_METER: Final = ("meterSN", "meterId", "meter", "addr", "devId", "deviceId", "sn", "gwSN")
_DATA: Final = (
    "data", "datas", "values", "value", "meters", "devs", "params", "payload", "subs", "points",
    "properties",
)  # fmt: skip
_NAMED: Final = ("name", "id", "key", "code")  # {"name": "EPI", "value": "1.5", "unit": "kWh"}
_TIME: Final = ("time", "ts", "timestamp", "collectTime", "datetime")
_GOOD: Final = frozenset({"", "0", "ok", "good", "valid", "true", "1", "192"})


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
        kind = said.get("type", said.get("cmd", said.get("method", "")))
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
        quality = str(thing.get("quality", thing.get("valid", ""))).strip().lower()
        bad = None if quality in _GOOD else code_of("acrel", quality)
        if (time := next((thing[n] for n in _TIME if thing.get(n)), None)) is not None:
            at_ms = self._instant(time)
        untold = time is not None and at_ms is None
        bad = bad or ("acrel.no_time" if untold else None)
        below_it = [one for name in _DATA for one in _objects(thing.get(name))]
        for below in (*below_it, *_under_names(thing)):
            for row in self._rows(below, meter, at_ms):
                lost = untold and row.at_ms is None and row.quality is None
                yield row._replace(value=NO_VALUE, quality="acrel.no_time") if lost else row
        for name, one in _named_values(thing).items():
            unit, value = self._unit(name, thing), number(one)
            if unit is None or one is None or (isinstance(one, str) and not one.strip()):
                continue
            wrong = bad or ("acrel.no_number" if value is None else None)
            key = f"{meter}/{name}" if self.with_meter and meter else name
            yield Row(key, NO_VALUE if wrong or value is None else value, unit, at_ms, wrong)

    def _instant(self, time: Any) -> int | None:
        try:
            return instant("acrel", time, zone=zone_of(self.zone))
        except PayloadError:
            return None

    def _unit(self, name: str, thing: Mapping[str, Any]) -> str | None:
        di = name.replace("-", "").replace(" ", "")
        if name in self.units:
            return self.units[name]
        if isinstance(said := thing.get("unit"), str) and said.strip():
            return unit_of(said)
        if _ENERGY_DI.fullmatch(di):
            return "kWh"
        if _POWER_DI.fullmatch(di):
            return "kW"
        if (unit := unit_of_register(name)) is not None:
            return unit
        return None if is_other(name) or name in (*_METER, *_TIME) else unit_in(name)


def _under_names(thing: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield {"EPI": {"value": 1.5, "time": …}}, as platforms of clouds have it, with its name."""
    for name, one in thing.items():
        if isinstance(one, dict) and "value" in one and name not in _DATA:
            yield {**one, "name": name}


def _named_values(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object says itself: one value under its name, or all that is no object."""
    name = next((str(thing[one]) for one in _NAMED if isinstance(thing.get(one), str | int)), None)
    if name is not None and ("value" in thing or "val" in thing):
        value = thing.get("value", thing.get("val"))
        return {} if isinstance(value, dict | list) else {name: value}
    return {one: value for one, value in thing.items() if not isinstance(value, dict | list)}


def _objects(thing: Any) -> list[Mapping[str, Any]]:
    if isinstance(thing, dict):
        return [thing]
    return [one for one in thing if isinstance(one, dict)] if isinstance(thing, list) else []
