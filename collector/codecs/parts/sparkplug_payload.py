"""A Sparkplug B payload as values: metrics with name or alias, type, time, properties.

Field numbers and types are those of the public specification, version 3.0.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Literal

import numpy as np

from collector.codecs.parts import protobuf as pb

MAX_DEPTH: Final = 8  # of templates within templates
MAX_INFLATED_BYTES: Final = 256 * 1024
MAX_METRICS: Final = 5_000  # of one message, with what templates hold
_COMPRESSED: Final = "SPBV1.0_COMPRESSED"
WIDTHS: Final = {1: 8, 2: 16, 3: 32, 4: 64, 5: 8, 6: 16, 7: 32, 8: 64}

Property = int | float | str | bool | None
Kind = Literal["whole", "real", "bool", "text", "dataset", "template", "bytes", "none"]


class Type(IntEnum):
    """What a value is of; those above TEMPLATE are properties and arrays."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    DATASET = 16
    BYTES = 17
    TEMPLATE = 19


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; of a template, what it holds stands in members.

    kind: of value as it was written; a whole number is told only by its type.
    """

    name: str | None = None
    alias: int | None = None
    at_ms: int | None = None
    type: int = 0
    historical: bool = False
    null: bool = False
    kind: Kind = "none"
    value: float | str | bool | None = None
    properties: Mapping[str, Property] = field(default_factory=dict)
    members: Sequence[Metric] = ()

    def number(self, type_: int) -> float | None:
        """Return its number by the type that its birth says; None where the two disagree."""
        if self.kind == "real" and isinstance(self.value, float):
            return self.value
        if self.kind != "whole" or not isinstance(self.value, int):
            return None
        bits = WIDTHS.get(type_)
        if bits is None:
            plain = type_ in {0, Type.FLOAT, Type.DOUBLE} and self.value < 2**31
            return float(self.value) if plain else None
        if type_ <= Type.INT64:
            found = _signed(self.value, bits)
            return None if found is None else float(found)
        return float(self.value) if self.value < 1 << bits else None


@dataclass(frozen=True, slots=True)
class Payload:
    """What one message carries; at_ms: when it was sent, seq: 0 to 255."""

    at_ms: int | None = None
    seq: int | None = None
    metrics: Sequence[Metric] = ()


class _Count:
    """Counts metrics, so that a small message cannot keep the reader long."""

    def __init__(self) -> None:
        self._left = MAX_METRICS

    def one(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"more than {MAX_METRICS} metrics")


def read(data: bytes) -> Payload:
    """Return a payload; ValueError says what is wrong with the bytes."""
    found = _payload(data)
    return found if isinstance(found, Payload) else _inflated(*found)


def _payload(data: bytes) -> Payload | tuple[bytes, str]:
    """Return a payload, or what it holds compressed and how."""
    at_ms = seq = None
    uuid, body = "", b""
    metrics, count = [], _Count()
    for one in pb.fields(data):
        match one.number:
            case 1:
                at_ms = one.whole
            case 2:
                metrics.append(_metric(one.raw, 0, count))
            case 3:
                seq = one.whole
            case 4:
                uuid = one.raw.decode()
            case 5:
                body = one.raw
    if uuid != _COMPRESSED:
        return Payload(at_ms, seq, metrics)
    how = next((one.value for one in metrics if one.name == "algorithm"), "DEFLATE")
    return body, str(how)


def _inflated(body: bytes, how: str) -> Payload:
    if how.upper() not in {"DEFLATE", "GZIP"}:
        raise ValueError(f"compressed as {how}")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # either, by its first bytes
    try:
        data = inflater.decompress(body, MAX_INFLATED_BYTES)
    except zlib.error as error:
        raise ValueError(f"compressed: {error}") from error
    if not inflater.eof:
        raise ValueError(f"compressed: cut off, or more than {MAX_INFLATED_BYTES} bytes")
    found = _payload(data)
    if not isinstance(found, Payload):
        raise ValueError("compressed twice")
    return found


def _metric(data: bytes, depth: int, count: _Count) -> Metric:
    count.one()
    if depth > MAX_DEPTH:
        raise ValueError(f"templates nest deeper than {MAX_DEPTH}")
    said: dict[str, Any] = {}
    for one in pb.fields(data):
        match one.number:
            case 1:
                said["name"] = one.raw.decode()
            case 2 | 3 | 4:
                said[("alias", "at_ms", "type")[one.number - 2]] = one.whole
            case 5:
                said["historical"] = bool(one.whole)
            case 7:
                said["null"] = bool(one.whole)
            case 9:
                said["properties"] = _properties(one.raw)
            case number if 10 <= number <= 18:
                said |= _value(one, depth, count)
    return Metric(**said)


def _value(one: pb.Field, depth: int, count: _Count) -> dict[str, Any]:
    match one.number:
        case 10:
            return {"kind": "whole", "value": one.whole & 0xFFFFFFFF}
        case 11:
            return {"kind": "whole", "value": one.whole}
        case 12 | 13:
            return {"kind": "real", "value": _real(one.raw)}
        case 14:
            return {"kind": "bool", "value": bool(one.whole)}
        case 15:
            return {"kind": "text", "value": one.raw.decode()}
        case 18:
            members = _members(one.raw, depth, count)
            return {"kind": "template", "value": None, "members": members}
    return {"kind": "dataset" if one.number == 17 else "bytes", "value": None}


def _real(data: bytes) -> float:
    """Return a double, or a float by the fewest digits that mean it: 12.1, not 12.100000381."""
    if len(data) == 4:
        return float(str(np.float32(struct.unpack("<f", data)[0])))
    if len(data) != 8:
        raise ValueError(f"a float of {len(data)} bytes")
    return float(struct.unpack("<d", data)[0])


def _members(data: bytes, depth: int, count: _Count) -> list[Metric]:
    """Return what an instance of a template holds; a definition holds no values."""
    members = []
    for one in pb.fields(data):
        if one.number == 2:
            members.append(_metric(one.raw, depth + 1, count))
        elif one.number == 5 and one.whole:
            return []
    return members


def _properties(data: bytes) -> dict[str, Property]:
    keys: list[str] = []
    values: list[Property] = []
    for one in pb.fields(data):
        if one.number == 1:
            keys.append(one.raw.decode())
        elif one.number == 2:
            values.append(_property(one.raw))
    return dict(zip(keys, values, strict=False))


def _property(data: bytes) -> Property:
    """Return a property; None where it is null, or a set of properties."""
    found: Property = None
    for one in pb.fields(data):
        match one.number:
            case 2 if one.whole:
                return None
            case 3 | 4:
                found = one.whole
            case 5 | 6:
                found = _real(one.raw)
            case 7:
                found = bool(one.whole)
            case 8:
                found = one.raw.decode()
    return found


def _signed(value: int, bits: int) -> int | None:
    """Return what a two's complement means; None where it has more bits than it may.

    The sign may be drawn out to 32 or 64 bits, as several writers do.
    """
    for width in (bits, 32, 64):
        if value < 1 << width:
            value -= (value >> (width - 1)) << width
            break
    return value if -(1 << (bits - 1)) <= value < 1 << (bits - 1) else None
