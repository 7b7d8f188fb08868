"""The XML of building energy monitoring (住建部 guides of 2008, JGJ/T 285): functions of meters.

Keys are meter/function: T201003/EPI. A function whose `error` is not 0 is bad; `time` is
yyyyMMddHHmmss, China time. A document type, and so every entity, is refused. What a message is
called differs between makers (energy_data, report, reply, continuous): where it has meters, it is
data.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import msgspec

from collector.codecs.parts.rows import NO_VALUE, Row, code_of, gathered, nothing, number
from collector.codecs.parts.text import text_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_KWH: Final = re.compile(r"EP[IEJFPVGS]?([1-4A-D]|_?total)?", re.IGNORECASE)
_KW: Final = re.compile(r"P([ABCT]|_?total)?", re.IGNORECASE)
# Voltages, currents, reactive and apparent powers and energies, factors, frequency, transformers.
_OTHER: Final = re.compile(
    r"([UVIQS]|EQ|ES|PF|COS|COSQ|F|FR|HZ|CT|PT|THD\w*|T|TEMP)(_?[ABCNLTZ1-4]{1,3})?", re.IGNORECASE
)
_GOOD: Final = frozenset({"", "0", "false", "normal"})
_DATA: Final = "energy_data"
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,80}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})")
_CHINESE: Final = frozenset({b"gb2312", b"gbk", b"gb18030"})  # which the parser does not know
_PADDING: Final = b"\0 \t\r\n\xef\xbb\xbf"
_MAX_DEPTH: Final = 20


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the collector that sends is set.

    zone: of its times. units: of functions beside EPI and the like: `units = { WTotal = "m3" }`.
    """

    zone: str = "Asia/Shanghai"
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist."""
        zone_of(self.zone)

    def decode(self, message: Message) -> Decoded:
        """Return a report's active energies and powers; other kinds of messages say nothing."""
        text_of("mohurd_xml", message.payload, "latin-1")  # bounds it; the encoding is in the XML
        found = _Reader().read(message.payload)
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

    def _rows(self, found: "_Reader", at_ms: int | None) -> Iterator[Row]:
        for meter, name, error, text in found.functions:
            unit = self.units.get(name)
            if unit is None:
                unit = "kWh" if _KWH.fullmatch(name) else "kW" if _KW.fullmatch(name) else None
            if unit is None and _OTHER.fullmatch(name):
                continue
            bad = None if error.lower() in _GOOD else code_of("mohurd", f"error_{error}")
            value = number(text)
            if value is None and text and bad is None:
                bad = "mohurd.no_number"  # such as the bytes of a meter, handed on unread
            if bad or value is not None:
                shown = NO_VALUE if bad or value is None else value
                yield Row(f"{meter}/{name}", shown, unit, at_ms, bad)


class _Reader:
    """Walks the elements once, and keeps what is wanted of them."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self.time = ""
        self.functions: list[tuple[str, str, str, str]] = []  # meter, function, error, text
        self._path: list[str] = []
        self._text: list[str] = []
        self._meter = ""
        self._function: tuple[str, str] | None = None

    def read(self, payload: bytes) -> "_Reader":
        """Read a whole document."""
        payload = payload.strip(_PADDING)
        declared = _ENCODING.match(payload)
        parser = expat.ParserCreate()
        if declared and declared[1].lower() in _CHINESE:
            payload = payload.decode("gb18030", "replace").encode()  # names, at most
            parser = expat.ParserCreate("utf-8")  # whatever is declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(payload, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise malformed("mohurd_xml", str(error)) from error
        return self

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text.clear()
        if len(self._path) > _MAX_DEPTH:
            raise malformed("mohurd_xml", f"more than {_MAX_DEPTH} elements within each other")
        if name == "meter":
            self._meter = attributes.get("id", "")
        elif name == "function":
            self._function = attributes.get("id", ""), attributes.get("error", "").strip()

    def _end(self, name: str) -> None:
        text = "".join(self._text).strip()
        if self._path[-2:] == ["common", "type"]:
            self.kind = text
        elif self._path[-2:] == ["data", "time"]:
            self.time = text
        elif name == "function" and self._function is not None:
            self.functions.append((self._meter, *self._function, text))
            self._function = None
        self._path.pop()
        self._text.clear()

    def _refuse(self, *_: object) -> None:
        raise malformed("mohurd_xml", "a document type, which such messages never have")
