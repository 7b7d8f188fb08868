"""emonHub and its sensors: a number a topic (emon/{node}/{name}), a frame of numbers, or JSON.

Keys are its names: e1, power1, pulsecount. Energy is in Wh and power in W, as the nodes send them;
a pulse count has the unit of its channel, and so has what people named themselves, unless the end
of the name tells one. Voltages, temperatures, batteries and radio are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.quantities import is_other, named, unit_in
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing, number
from collector.codecs.parts.text import object_of, text_of
from collector.codecs.parts.times import instant
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_WH: Final = re.compile(r"(e|energy|wh|total_?energy)_?\d{0,3}", re.IGNORECASE)
_W: Final = re.compile(r"(p|power|realpower|real_power|watts)_?\d{0,3}", re.IGNORECASE)
_OTHER: Final = re.compile(
    r"(v|i|t|vrms|irms|temp|pf|rssi|battery|missing|msg|node|nodeid)_?\d{0,3}", re.IGNORECASE
)
_FRAME: Final = re.compile(r"[\d\s.,eE+\-]+")
_TIME: Final = "time"  # of its JSON, seconds since 1970


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What frames hold.

    names: of a frame's numbers, in their order (`emonhub/rx/10/values`); units: by name.
    """

    names: tuple[str, ...] = ()
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the counters and powers of a message."""
        text = text_of("emonhub", message.payload).strip()
        if text.startswith("{"):
            said = object_of("emonhub", message.payload)
            time = said.pop(_TIME, None)
            return self._of(said, None if time is None else instant("emonhub", time))
        if not _FRAME.fullmatch(text):
            raise malformed("emonhub", f"neither numbers nor JSON: {text[:40]!r}")
        several = text.split("," if "," in text else None)
        if len(several) > 1 or message.topic.endswith("/values"):
            return self._of(self._named(several), None)
        return self._of({message.topic.rpartition("/")[2]: text}, None)

    def encode(self, values: Mapping[str, float]) -> bytes:
        """Return a node's values as JSON."""
        return msgspec.json.encode(dict(values))

    def _named(self, numbers: list[str]) -> dict[str, str]:
        if len(self.names) != len(numbers):
            raise malformed(
                "emonhub",
                f"a frame of {len(numbers)} numbers, where `names` of the route has "
                f"{len(self.names)}",
            )
        return dict(zip(self.names, numbers, strict=True))

    def _of(self, said: Mapping[str, Any], at_ms: int | None) -> Decoded:
        rows = list(self._rows(said, at_ms))
        return gathered("emonhub", rows) if rows else nothing()

    def _rows(self, said: Mapping[str, Any], at_ms: int | None) -> Iterator[Row]:
        for name, thing in said.items():
            value, unit = number(thing), self.units.get(name)
            if unit is None and (is_other(name) or _OTHER.fullmatch(name)):
                continue
            if value is None and name in self.names:  # of a frame, which holds numbers alone
                value = NO_VALUE
            if value is None:
                continue
            if unit is None:
                unit = "Wh" if _WH.fullmatch(name) else "W" if _W.fullmatch(name) else unit_in(name)
            yield Row(name, value, unit, at_ms)
