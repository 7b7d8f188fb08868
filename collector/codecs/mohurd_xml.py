"""The XML of building energy monitoring (住建部 guides of 2008, JGJ/T 285): functions of meters.

Keys are meter/function: T201003/EPI, and energy_item/code where a collector sums up classes and
sub-items itself: energy_item/01A00. A function whose `error` is not 0 is bad; `time` is
yyyyMMddHHmmss, China time. A document type, and so every entity, is refused. What a message is
called differs between makers (energy_data, report, reply, continuous): where it has meters, it is
data.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import msgspec

from collector.codecs.parts.quantities import named
from collector.codecs.parts.registers import unit_of_register
from collector.codecs.parts.rows import NO_VALUE, Row, code_of, gathered, nothing, number
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.parts.xml import Element, elements
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

# Voltages, currents, reactive and apparent powers and energies, factors, frequency, transformers.
_OTHER: Final = re.compile(
    r"([UVIQS]|EQ|ES|PF|COS|COSQ|F|FR|HZ|CT|PT|THD\w*|T|TEMP)(_?[ABCNLTZ1-4]{1,3})?", re.IGNORECASE
)
_GOOD: Final = frozenset({"", "0", "false", "normal"})
_DATA: Final = "energy_data"
_ITEM: Final = re.compile(r"(\d\d)[0-9A-Z]{3}")  # class, sub-item, two levels: 01A00
_OF_CLASS: Final = {"01": "kWh", "02": "m3", "03": "m3"}  # of others the channel knows


class _Report(NamedTuple):
    """What is wanted of a message; functions: key, function or code, error, text."""

    kind: str | None
    time: str
    functions: list[tuple[str, str, str, str]]


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the collector that sends is set.

    zone: of its times. units: of functions beside EPI and the like: `units = { WTotal = "m3" }`.
    """

    zone: str = "Asia/Shanghai"
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist, and a unit that is none of ours."""
        zone_of(self.zone)
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return a report's active energies and powers; other kinds of messages say nothing."""
        found = _report(message.payload)
        if found.kind is None:
            raise malformed("mohurd_xml", "no root with common and type")
        if not found.functions:
            return nothing()
        at_ms = None
        if found.time:
            at_ms = instant("mohurd_xml", found.time, "yyyyMMddHHmmss", zone_of(self.zone))
        rows = list(self._rows(found, at_ms))
        return gathered("mohurd_xml", rows) if rows else nothing()

    def encode(
        self,
        time: str,
        meter: str,
        values: Mapping[str, float],
        sender: tuple[str, str] = ("B", "G"),
    ) -> bytes:
        """Return a report of one meter. sender: building and gateway."""
        building, gateway = (escape(one) for one in sender)
        said = "".join(
            f'<function id={quoteattr(name)} error="">{value}</function>'
            for name, value in values.items()
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?><root><common><building_id>{building}'
            f"</building_id><gateway_id>{gateway}</gateway_id><type>{_DATA}</type></common>"
            f'<data operation="report"><time>{time}</time><meters total="1">'
            f"<meter id={quoteattr(meter)}>{said}</meter></meters></data></root>"
        ).encode()

    def _rows(self, found: _Report, at_ms: int | None) -> Iterator[Row]:
        for key, name, error, text in found.functions:
            unit = self.units.get(name) or _unit_of(name)
            if unit is None and _OTHER.fullmatch(name):
                continue
            bad = None if error.lower() in _GOOD else code_of("mohurd", f"error_{error}")
            value = number(text)
            if value is None and text and bad is None:
                bad = "mohurd.no_number"  # such as the bytes of a meter, handed on unread
            if bad or value is not None:
                shown = NO_VALUE if bad or value is None else value
                yield Row(key, shown, unit, at_ms, bad)


def _error(one: Element) -> str:
    return one.attributes[-1].get("error", "").strip()


def _report(payload: bytes) -> _Report:
    kind, time = None, ""
    functions = []
    for one in elements("mohurd_xml", payload):
        if one.path[-2:] == ("common", "type"):
            kind = one.text
        elif one.path[-2:] == ("data", "time"):
            time = one.text
        elif one.path[-2:] == ("meter", "function"):
            meter, own = (each.get("id", "") for each in one.attributes[-2:])
            functions.append((f"{meter}/{own}", own, _error(one), one.text))
        elif one.path[-2:] == ("energy_items", "energy_item"):
            code = one.attributes[-1].get("code") or one.attributes[-1].get("id", "")
            functions.append((f"energy_item/{code}", code, _error(one), one.text))
    return _Report(kind, time, functions)


def _unit_of(name: str) -> str | None:
    """Return the unit of a function, or of a class of energy."""
    item = _ITEM.fullmatch(name)
    if item:
        return _OF_CLASS.get(item[1])
    return unit_of_register(name)
