"""The XML of building energy monitoring (住建部 guides of 2008, JGJ/T 285): functions of meters.

Keys are meter/function: T201003/EPI, and energy_item/code where a collector sums up classes and
sub-items itself: energy_item/01A00. A function whose `error` is not 0 is bad; where a message says
192 of any function, as OPC does, 192 is good and 0 is a meter that is away. `time`, or a function's
own `sample_time`, is yyyyMMddHHmmss, China time. A document type, and so every entity, is refused.
What a message is called differs between makers (energy_data, report, reply, continuous): where it
has meters, it is data.
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
from collector.codecs.payload import PayloadError, malformed
from metering.messages import Decoded, Message

# Voltages, currents, reactive and apparent powers and energies, factors, frequency, transformers.
_OTHER: Final = re.compile(
    r"([UVIQS]|EQ|ES|PF|COS|COSQ|F|FR|HZ|CT|PT|THD\w*|T|TEMP)(_?[ABCNLTZ1-4]{1,3})?", re.IGNORECASE
)
_GOOD: Final = frozenset({"", "0", "false", "normal"})
_GOOD_OF_OPC: Final = "192"
_TIME: Final = "yyyyMMddHHmmss"
_DATA: Final = "energy_data"
_ITEM: Final = re.compile(r"(\d\d)[0-9A-Z]{3}")  # class, sub-item, two levels: 01A00
_OF_CLASS: Final = {"01": "kWh", "02": "m3", "03": "m3"}  # of others the channel knows


class _Function(NamedTuple):
    """What a function says; name: its id or code, coding: of its class of energy, time: its own."""

    key: str
    name: str
    coding: str
    error: str
    time: str
    text: str


class _Report(NamedTuple):
    """What is wanted of a message."""

    kind: str | None
    time: str
    functions: list[_Function]


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the collector that sends is set.

    zone: of its times. units: of functions beside EPI and the like: `units = { WTotal = "m3" }`.
    good: what `error` says of a good value; unsaid, each message tells by whether it says 192.
    """

    zone: str = "Asia/Shanghai"
    units: dict[str, str] = {}
    good: tuple[str, ...] = ()

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
        at_ms = self._instant(found.time) if found.time else None
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
        good = self._good(found)
        for one in found.functions:
            unit = self.units.get(one.name) or unit_of_register(one.name)
            if unit is None and _OTHER.fullmatch(one.name):
                continue
            unit = unit or _unit_of_class(one.coding)
            bad = None if one.error.lower() in good else code_of("mohurd", f"error_{one.error}")
            value = number(one.text)
            if value is None and one.text and bad is None:
                bad = "mohurd.no_number"  # such as the bytes of a meter, handed on unread
            own_ms, wrong = self._own(one.time, at_ms)
            bad = bad or wrong
            if bad or value is not None:
                shown = NO_VALUE if bad or value is None else value
                yield Row(one.key, shown, unit, own_ms, bad)

    def _good(self, found: _Report) -> frozenset[str]:
        if self.good:
            return frozenset(one.lower() for one in self.good)
        says_192 = any(one.error == _GOOD_OF_OPC for one in found.functions)
        return frozenset({_GOOD_OF_OPC, ""}) if says_192 else _GOOD

    def _own(self, time: str, at_ms: int | None) -> tuple[int | None, str | None]:
        """Return a function's own time, where it tells one, and what is wrong with it."""
        try:
            return (self._instant(time) if time else at_ms), None
        except PayloadError:
            return None, "mohurd.no_time"

    def _instant(self, time: str) -> int:
        return instant("mohurd_xml", time, _TIME, zone_of(self.zone))


def _report(payload: bytes) -> _Report:
    kind, time = None, ""
    functions = []
    for one in elements("mohurd_xml", payload):
        if one.path[-2:] == ("common", "type"):
            kind = one.text
        elif one.path[-2:] == ("data", "time"):
            time = one.text
        elif one.path[-2:] == ("meter", "function"):
            functions.append(_function(one))
        elif one.path[-2:] == ("energy_items", "energy_item"):
            code = one.attributes[-1].get("code") or one.attributes[-1].get("id", "")
            error = one.attributes[-1].get("error", "").strip()
            functions.append(_Function(f"energy_item/{code}", code, code, error, "", one.text))
    return _Report(kind, time, functions)


def _function(one: Element) -> _Function:
    meter, own = one.attributes[-2:]
    name = own.get("id", "")
    return _Function(
        f"{meter.get('id', '')}/{name}",
        name,
        own.get("coding", "").strip(),
        own.get("error", "").strip(),
        own.get("sample_time", "").strip(),
        one.text,
    )


def _unit_of_class(coding: str) -> str | None:
    """Return the unit of a class of energy, which is told by the first digits of its code."""
    item = _ITEM.fullmatch(coding)
    return _OF_CLASS.get(item[1]) if item else None
