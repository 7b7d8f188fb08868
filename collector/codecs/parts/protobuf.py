"""Protocol buffers on the wire: fields by number, without a schema; bounded.

Source: the encoding as protobuf.dev documents it.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES: Final = 10
_MASK: Final = (1 << 64) - 1


class Field(NamedTuple):
    """One field: its number, and a whole number or bytes, as its wire type has it."""

    number: int
    wire: int
    value: int | bytes

    @property
    def whole(self) -> int:
        """The value of a varint; ValueError for another wire type."""
        if not isinstance(self.value, int):
            raise ValueError(f"field {self.number} is no whole number")
        return self.value

    @property
    def raw(self) -> bytes:
        """The bytes; ValueError for a varint."""
        if not isinstance(self.value, bytes):
            raise ValueError(f"field {self.number} is a number where bytes should be")
        return self.value


def fields(data: bytes) -> Iterator[Field]:
    """Yield the fields of a message in their order; ValueError where it is torn."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("a field without a number")
        value: int | bytes
        if wire == VARINT:
            value, place = _varint(data, place)
        else:
            size = {FIXED64: 8, FIXED32: 4}.get(wire)
            if wire == BYTES:
                size, place = _varint(data, place)
            if size is None:
                raise ValueError(f"wire type {wire}")
            value = data[place : place + size]
            if len(value) < size:
                raise ValueError(f"cut short in field {number}")
            place += size
        yield Field(number, wire, value)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_MAX_VARINT_BYTES):
        if place >= len(data):
            raise ValueError("cut short")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value & _MASK, place
    raise ValueError("a number of more than ten bytes")


def varint(value: int) -> bytes:
    """Return a whole number from 0 to 2^64 − 1 as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | float | bytes | str) -> bytes:
    """Return a field: whole numbers as varints, floats as doubles, the rest with its length."""
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value & _MASK)
    if isinstance(value, float):
        return varint(number << 3 | FIXED64) + struct.pack("<d", value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | BYTES) + varint(len(raw)) + raw
