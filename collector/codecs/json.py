"""JSON of any shape, by paths that a route names: an unknown gateway needs no code.

`rows` leads to the things that hold readings, `value` from each of them to its numbers, and `key`,
`unit`, `time` and `quality` to what belongs to them; how a path is written says parts/paths.py.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec

from collector.codecs.parts.paths import MISSING, Path, Place
from collector.codecs.parts.rows import (
    NO_KEY,
    NO_VALUE,
    Row,
    code_of,
    gathered,
    number,
    shown,
)
from collector.codecs.parts.text import json_of
from collector.codecs.parts.times import PER_MS, instant, zone_of
from collector.codecs.payload import PayloadError, malformed
from metering.errors import InputError
from metering.messages import Decoded, Message
from metering.unit_names import unit_of

_CODEC: Final = "json"
_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_GOOD: Final = ("", "0", "192", "good", "ok", "valid", "true")
_NO_KEY: Final = f"{_CODEC}.no_key"
_path = lru_cache(maxsize=1024)(Path)


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where things stand in the message.

    rows: to what holds readings, `data.*`; empty is the message itself.
    value: from a row to its value, or with `*` to several.
    key: a template, `{^.meterId}.{*1}`; empty is what the last `*` stood for, else the path itself.
    unit: of all values, or a path in braces, `{unit}`; units: by key.
    time: a path, empty for the arrival; time_form: auto, s, ms, us, ns, iso or yyyyMMddHHmmss.
    zone: of times without an offset. scale: what values are multiplied by, exactly.
    quality: a path; good: what it says of a good value.
    """

    rows: str = ""
    value: str = "value"
    key: str = ""
    unit: str = ""
    units: dict[str, str] = {}
    time: str = ""
    time_form: str = "auto"
    zone: str = ""
    scale: float | str = 1
    quality: str = ""
    good: tuple[str, ...] = _GOOD

    def __post_init__(self) -> None:
        """Refuse paths, zones, units and a scale that cannot be used."""
        if self.zone:
            zone_of(self.zone)
        for text in (self.rows, self.value):
            _path(text, stars=True)
        templates = _FIELD.findall(self.key) + _FIELD.findall(self.unit)
        for text in (self.time, self.quality, *templates):
            _path(text)
        literal = [] if _FIELD.search(self.unit) or not self.unit else [self.unit]
        for unit in (*literal, *self.units.values()):
            if unit_of(unit) is None:
                raise _bad("unit", unit)
        if number(self.scale) in (None, 0.0):
            raise _bad("scale", str(self.scale))
        if self.time_form not in {"auto", "iso", *PER_MS} and not _has_pattern(self.time_form):
            raise _bad("time_form", self.time_form)

    def decode(self, message: Message) -> Decoded:
        """Return what the paths lead to; texts that are no numbers are passed over."""
        root = Place(json_of(_CODEC, message.payload))
        rows = _path(self.rows, stars=True).places(root) if self.rows else iter([root])
        found = list(self._rows(rows))
        if found and all(row.quality == _NO_KEY for row in found):
            raise malformed(_CODEC, f"nothing of what the key {self.key} needs")
        return gathered(_CODEC, found)

    def encode(self, value: Any) -> bytes:
        """Return any value as JSON: the shape is the gateway's."""
        return msgspec.json.encode(value)

    def _rows(self, rows: Iterator[Place]) -> Iterator[Row]:
        path = _path(self.value, stars=True)
        for row in rows:
            for found in path.places(row):
                value = number(found.thing)
                if value is None and (path.many or found.thing is None):
                    continue
                yield self._row(row._replace(stars=found.stars), value)

    def _row(self, at: Place, value: float | None) -> Row:
        """Return a reading; without a number, a key or its time it is set aside."""
        key, at_ms = self._key(at), self._time(at)
        faults = (
            (value is None, "no_number"),
            (key is None, "no_key"),
            (bool(self.time) and at_ms is None, "no_time"),
        )
        fault = next((f"{_CODEC}.{name}" for holds, name in faults if holds), None)
        bad = self._bad(at) or fault
        good = NO_VALUE if bad or value is None else self._scaled(value)
        return Row(key or NO_KEY, good, self._unit(at, key or ""), at_ms, bad)

    def _scaled(self, value: float) -> float:
        return value if self.scale == 1 else float(Decimal(repr(value)) * Decimal(str(self.scale)))

    def _key(self, at: Place) -> str | None:
        """Return a row's key; None where the template asks for what is not there."""
        if not self.key:
            return at.stars[-1] if at.stars else self.value
        parts = {name: _text(at, name) for name in _FIELD.findall(self.key)}
        lacks = any(part is None for part in parts.values())
        return None if lacks else _FIELD.sub(lambda one: parts[one[1]] or "", self.key)

    def _unit(self, at: Place, key: str) -> str | None:
        said = self.units.get(key) or _FIELD.sub(lambda one: _text(at, one[1]) or "", self.unit)
        return (unit_of(said) or shown(said)) if said else None

    def _time(self, at: Place) -> int | None:
        """Return when a value was read; None where that is not told, or cannot be read."""
        said = _path(self.time).one(at) if self.time else MISSING
        if said is MISSING or said is None:
            return None
        try:
            return instant(_CODEC, said, self.time_form, zone_of(self.zone) if self.zone else None)
        except PayloadError:
            return None

    def _bad(self, at: Place) -> str | None:
        if not self.quality:
            return None
        said = _path(self.quality).one(at)
        if said is MISSING or said is None:
            return None
        text = ("true" if said else "false") if isinstance(said, bool) else str(said)
        return None if text.lower() in {one.lower() for one in self.good} else code_of("json", text)


def _text(at: Place, path: str) -> str | None:
    """Return what a path in a template leads to, None where that is no text and no number."""
    found = _path(path).one(at)
    said = isinstance(found, str | int | float) and not isinstance(found, bool)
    return str(found) if said else None


def _has_pattern(form: str) -> bool:
    return "%" in form or any(letters in form for letters in ("yy", "YY"))


def _bad(name: str, said: str) -> InputError:
    return InputError(
        "codec.bad_settings",
        zh=f"设置 {name} 的“{said}”无效。",
        en=f"The setting {name} cannot be “{said}”.",
        next_zh="见 docs/gateway-guide.zh-CN.md 中 json 的设置。",
        next_en="docs/gateway-guide.md lists the settings of json.",
        where={"field": "settings"},
    )
