"""Sparkplug B payloads as bytes, for simulators and for what is asked of nodes."""

import struct

from collector.codecs.parts import protobuf as pb
from collector.codecs.parts.sparkplug_payload import WIDTHS, Metric, Payload, Property, Type


def written(payload: Payload) -> bytes:
    """Return the bytes of a payload."""
    parts = [_optional(1, payload.at_ms)]
    parts += [pb.field(2, _metric_bytes(one)) for one in payload.metrics]
    return b"".join([*parts, _optional(3, payload.seq)])


def _metric_bytes(one: Metric) -> bytes:
    properties = [pb.field(1, key) for key in one.properties]
    properties += [pb.field(2, _property_bytes(value)) for value in one.properties.values()]
    return b"".join(
        [
            _optional(1, one.name),
            _optional(2, one.alias),
            _optional(3, one.at_ms),
            _optional(4, one.type or None),
            _optional(5, 1 if one.historical else None),
            _optional(7, 1 if one.null else None),
            _optional(9, b"".join(properties) or None),
            _value_bytes(one),
        ]
    )


def _value_bytes(one: Metric) -> bytes:
    if one.members:
        return pb.field(18, b"".join(pb.field(2, _metric_bytes(inner)) for inner in one.members))
    if one.null or one.value is None:
        return b""
    if isinstance(one.value, str):
        return pb.field(15, one.value)
    if isinstance(one.value, bool):
        return pb.field(14, int(one.value))
    if one.type == Type.FLOAT:
        return pb.varint(12 << 3 | pb.FIXED32) + struct.pack("<f", one.value)
    if one.type not in WIDTHS:
        return pb.field(13, float(one.value))
    if WIDTHS[one.type] == 64:
        return pb.field(11, int(one.value))
    return pb.field(10, int(one.value) & 0xFFFFFFFF)


def _property_bytes(value: Property) -> bytes:
    if value is None:
        return pb.field(2, 1)
    if isinstance(value, bool):
        return pb.field(1, int(Type.BOOLEAN)) + pb.field(7, int(value))
    if isinstance(value, int):
        return pb.field(1, int(Type.INT32)) + pb.field(3, value & 0xFFFFFFFF)
    if isinstance(value, float):
        return pb.field(1, int(Type.DOUBLE)) + pb.field(6, value)
    return pb.field(1, int(Type.STRING)) + pb.field(8, value)


def _optional(number: int, value: int | str | bytes | None) -> bytes:
    return b"" if value is None else pb.field(number, value)
