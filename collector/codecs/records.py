"""Readings as scripts write them: rows of CSV under headings, or JSON objects with the same names.

`channel`, `value`, and perhaps `at` (ISO 8601, or numbers since 1970), `unit` and `gateway`. One
object, a list of them, an object with `seq` and `readings`; columns are read as `native`. What is
wrong with one row sets that row aside, and no other.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from collector.codecs import native
from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, number
from collector.codecs.parts.text import json_of, text_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import MAX_SEQ, PayloadError, malformed
from metering.messages import Decoded, Message
from metering.unit_names import unit_of

FIELDS: Final = ("gateway", "channel", "at", "value", "unit")
_NEEDED: Final = ("channel", "value")
_NAMES: Final = {
    "gateway": "gateway", "采集网关": "gateway", "网关": "gateway",
    "channel": "channel", "key": "channel", "通道": "channel", "通道键": "channel",
    "at": "at", "time": "at", "timestamp": "at", "时间": "at",
    "value": "value", "读数": "value", "数值": "value", "值": "value",
    "unit": "unit", "单位": "unit",
}  # fmt: skip
_SEPARATORS: Final = ",;\t|"


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How rows are written.

    zone: of times without offset; without one such a row is set aside. units: by key, where no row
    names any.
    """

    zone: str | None = None
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist, and a unit that is none of ours."""
        if self.zone is not None:
            zone_of(self.zone)
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return what all rows say."""
        text = text_of("records", message.payload)
        if text.lstrip()[:1] in {"{", "["}:
            return self._of_json(message)
        return gathered("records", self._rows(_of_csv(text), message.gateway))

    def encode(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Return rows as JSON."""
        return msgspec.json.encode({"readings": rows})

    def _of_json(self, message: Message) -> Decoded:
        said = json_of("records", message.payload)
        if isinstance(said, dict) and isinstance(said.get("value"), list):
            return native.decode(message)
        seq, things = None, said
        if isinstance(said, dict) and "readings" in said:
            seq, things = _seq(said), said["readings"]
        elif isinstance(said, dict):
            seq, things = _seq(said), [{name: one for name, one in said.items() if name != "seq"}]
        try:
            return gathered("records", self._rows(_of_objects(things), message.gateway), seq)
        except PayloadError as refusal:
            refusal.seq = seq
            raise

    def _rows(self, things: Iterator[Mapping[str, Any]], gateway: str) -> Iterator[Row]:
        zone = None if self.zone is None else zone_of(self.zone)
        for thing in things:
            key = thing["channel"].strip()
            if (whose := thing.get("gateway") or gateway) != gateway:
                raise malformed("records", f"{key}: a reading of {whose}, sent by {gateway}")
            value, unit, bad = number(thing["value"]), self.units.get(key), None
            if value is None:
                bad = "records.no_number"
            if said := thing.get("unit"):
                unit = unit_of(str(said))
                bad = bad if unit is not None else "records.no_unit"
            at_ms = None
            if (at := thing.get("at")) not in (None, ""):
                try:
                    at_ms = instant("records", at, zone=zone)
                except PayloadError:
                    bad = bad or "records.no_time"
            shown = NO_VALUE if bad or value is None else value
            yield Row(key, shown, unit, at_ms, bad)


def _seq(said: Mapping[str, Any]) -> int | None:
    seq = said.get("seq")
    if seq is not None and not (type(seq) is int and 1 <= seq <= MAX_SEQ):
        raise malformed("records", f"seq is no number from 1 to 2^53: {seq!r}")
    return seq


def _of_objects(things: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(things, list):
        raise malformed("records", "`readings` is no list")
    for place, thing in enumerate(things):
        if not isinstance(thing, dict) or not isinstance(thing.get("channel"), str):
            raise malformed("records", f"row {place}: no object with `channel`, a text")
        if strange := [name for name in thing if name not in FIELDS]:
            raise malformed("records", f"row {place}: an unknown field `{strange[0]}`")
        if "value" not in thing:
            raise malformed("records", f"row {place}: `value` is missing")
        yield thing


def _of_csv(text: str) -> Iterator[Mapping[str, Any]]:
    lines = [line for line in text.splitlines() if line.strip()]
    head = lines[0] if lines else ""
    separator = max(_SEPARATORS, key=head.count)
    found = [_NAMES.get(one.strip().strip('"').casefold(), "") for one in head.split(separator)]
    missing = [name for name in _NEEDED if found.count(name) != 1]
    if missing or "" in found or len(set(found)) != len(found):
        why = f"headings are {', '.join(FIELDS)}; channel and value are needed: {head[:80]!r}"
        raise malformed("records", why)
    try:
        for place, cells in enumerate(csv.reader(lines[1:], delimiter=separator, strict=True), 2):
            if len(cells) != len(found):
                raise malformed("records", f"line {place}: {len(cells)} cells, not {len(found)}")
            yield dict(zip(found, cells, strict=True))
    except csv.Error as error:
        raise malformed("records", str(error)) from error
