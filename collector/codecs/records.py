"""Readings as scripts write them: rows of CSV under headings, or JSON objects with the same names.

`channel`, `value`, and perhaps `at` (ISO 8601, or numbers since 1970), `unit` and `gateway`. One
object, a list of them, an object with `seq` and `readings`; columns are read as `native`. What is
wrong with one row sets that row aside, and no other.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

import msgspec

from collector.codecs import native
from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_KEY, NO_VALUE, Row, gathered, number
from collector.codecs.parts.text import json_of, text_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import MAX_KEY_CHARACTERS, MAX_SEQ, PayloadError, malformed
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
_FAULT: Final = "fault"


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
            key, value, at = thing["channel"].strip(), number(thing["value"]), thing.get("at")
            at_ms = None if at in (None, "") else _instant(at, zone)
            unit = unit_of(str(thing["unit"])) if thing.get("unit") else self.units.get(key)
            faults = (
                (_FAULT in thing, "records.no_row"),
                (not _is_key(key), "records.no_key"),
                ((thing.get("gateway") or gateway) != gateway, "records.other_gateway"),
                (value is None, "records.no_number"),
                (thing.get("unit") and unit is None, "records.no_unit"),
                (at_ms is None and at not in (None, ""), "records.no_time"),
            )
            bad = next((code for holds, code in faults if holds), None)
            shown = NO_VALUE if bad or value is None else value
            yield Row(key if _is_key(key) else NO_KEY, shown, unit, at_ms, bad)


def _is_key(text: str) -> bool:
    return 0 < len(text) <= MAX_KEY_CHARACTERS and text.isprintable()


def _instant(thing: Any, zone: tzinfo | None) -> int | None:
    try:
        return instant("records", thing, zone=zone)
    except PayloadError:
        return None


def _seq(said: Mapping[str, Any]) -> int | None:
    seq = said.get("seq")
    if seq is not None and not (type(seq) is int and 1 <= seq <= MAX_SEQ):
        raise malformed("records", f"seq is no number from 1 to 2^53: {seq!r}")
    return seq


def _of_objects(things: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(things, list):
        raise malformed("records", "`readings` is no list")
    whys = [_why(place, thing) for place, thing in enumerate(things)]
    if all(whys) and whys:
        raise malformed("records", whys[0])
    for thing, why in zip(things, whys, strict=True):
        yield {"channel": NO_KEY, "value": None, _FAULT: True} if why else thing


def _why(place: int, thing: Any) -> str:
    """Return what is wrong with a row; empty where it has what a row has."""
    if not isinstance(thing, dict) or not isinstance(thing.get("channel"), str):
        return f"row {place}: no object with `channel`, a text"
    if strange := [name for name in thing if name not in FIELDS]:
        return f"row {place}: an unknown field `{strange[0]}`"
    return "" if "value" in thing else f"row {place}: `value` is missing"


def _of_csv(text: str) -> Iterator[Mapping[str, Any]]:
    lines = [line for line in text.splitlines() if line.strip()]
    head = lines[0] if lines else ""
    separator = max(_SEPARATORS, key=head.count)
    found = [_NAMES.get(one.strip().strip('"').casefold(), "") for one in head.split(separator)]
    missing = [name for name in _NEEDED if found.count(name) != 1]
    if missing or "" in found or len(set(found)) != len(found):
        why = f"headings are {', '.join(FIELDS)}; channel and value are needed: {head[:80]!r}"
        raise malformed("records", why)
    for line in lines[1:]:
        cells = _cells(line, separator)
        if len(cells) == len(found):
            yield dict(zip(found, cells, strict=True))
        else:
            yield {"channel": NO_KEY, "value": None, _FAULT: True}


def _cells(line: str, separator: str) -> list[str]:
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return []
    return cells
