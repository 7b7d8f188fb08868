"""Frames of the ministry's door: bytes over TCP in, XML out, and back.

A frame is a head of four bytes, the length, a number and the content, a checksum, a tail of four
bytes; numbers are little-endian. The length counts number and content, the checksum (CRC-16 with
the polynomial 0x1021 from 0) covers both. The content is XML, mostly encrypted: AES of 128 bits in
CBC mode, whose first block is the key. Collectors differ in which four bytes are head and tail.
Those of some provinces send 1F 1F, a byte that tells the kind of message, the length of the content
(big-endian) and the content, without number, checksum and tail.
"""

from binascii import crc_hqx
from collections.abc import Iterator
from typing import Final, NamedTuple

from collector.bounds import BOUNDS
from collector.ministry.aes import BLOCK_BYTES, decrypted, encrypted

_MARKS: Final = {
    bytes.fromhex("68681616"): bytes.fromhex("55AA55AA"),
    bytes.fromhex("55AA55AA"): bytes.fromhex("68681616"),
}
_SHORT: Final = bytes.fromhex("1F1F")
_SHORT_BYTES: Final = 7  # the mark, the kind, the length
USUAL_HEAD: Final = bytes.fromhex("68681616")
_HEAD_BYTES: Final = 8  # the mark and the length
_END_BYTES: Final = 6  # the checksum and the mark
_MAX_BODY_BYTES: Final = BOUNDS.most_bytes + 4 + BLOCK_BYTES


class Frame(NamedTuple):
    """One frame; head: the mark with which its sender begins, and wants its answer to begin.

    A short head has the kind of message behind it, and no number.
    """

    number: int
    content: bytes
    head: bytes


class Torn(NamedTuple):
    """Bytes that are no frame, and why."""

    data: bytes
    why: str


def framed(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    if frame.head.startswith(_SHORT):
        return frame.head + len(frame.content).to_bytes(4, "big") + frame.content
    body = frame.number.to_bytes(4, "little") + frame.content
    size, checksum = len(body).to_bytes(4, "little"), crc_hqx(body, 0).to_bytes(2, "little")
    return frame.head + size + body + checksum + _MARKS[frame.head]


class Deframer:
    """Takes bytes as they come, and keeps those that may yet become a frame."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Frame | Torn]:
        """Yield what is whole; after torn bytes it goes on with the next head."""
        self._held += data
        while self._held:
            found = _next(self._held)
            if found is None:
                return
            one, used = found
            self._held = self._held[used:]
            yield one


def _next(held: bytes) -> tuple[Frame | Torn, int] | None:
    """Return the first frame or torn piece and how many bytes it takes; None to wait for more."""
    start = _head_in(held)
    if start:
        return Torn(held[:start], "no head"), start
    if held.startswith(_SHORT):
        return _next_short(held)
    if len(held) < _HEAD_BYTES:
        return None
    size = int.from_bytes(held[4:_HEAD_BYTES], "little")
    if not 4 <= size <= _MAX_BODY_BYTES:
        return Torn(held[:4], f"a length of {size} bytes"), 4
    whole = _HEAD_BYTES + size + _END_BYTES
    if len(held) < whole:
        return None
    body, end = held[_HEAD_BYTES : _HEAD_BYTES + size], held[_HEAD_BYTES + size : whole]
    if end[2:] != _MARKS[held[:4]]:
        return Torn(held[:4], "no tail where the length says"), 4
    if int.from_bytes(end[:2], "little") != crc_hqx(body, 0):
        return Torn(held[:whole], "the checksum does not match"), whole
    return Frame(int.from_bytes(body[:4], "little"), body[4:], held[:4]), whole


def _next_short(held: bytes) -> tuple[Frame | Torn, int] | None:
    if len(held) < _SHORT_BYTES:
        return None
    size = int.from_bytes(held[3:_SHORT_BYTES], "big")
    if size > _MAX_BODY_BYTES:
        return Torn(held[:2], f"a length of {size} bytes"), 2
    whole = _SHORT_BYTES + size
    if len(held) < whole:
        return None
    return Frame(0, held[_SHORT_BYTES:whole], held[:3]), whole


def _head_in(held: bytes) -> int:
    """Return where a head begins, or may begin once more bytes have come."""
    for start in range(len(held)):
        piece = held[start : start + 4]
        if piece[:2] == _SHORT or any(mark.startswith(piece) for mark in (*_MARKS, _SHORT)):
            return start
    return len(held)


def sealed(xml: bytes, key: bytes | None) -> bytes:
    """Return XML as it stands in a frame; without a key as it is."""
    if key is None:
        return xml
    padded = xml + bytes(-len(xml) % BLOCK_BYTES)
    return encrypted(padded, key, key)


def opened(content: bytes, key: bytes | None) -> bytes:
    """Return the XML of a frame, without what pads it; ValueError where it was not encrypted so."""
    plainly = content.lstrip().startswith(b"<") and content.rstrip(b"\0 \t\r\n").endswith(b">")
    if key is None or plainly:  # a cipher's first byte may be <, too
        return content
    plain = decrypted(content, key, key)
    end = plain.rfind(b">") + 1  # zeros follow, or bytes that tell how many they are
    begun = plain[:end].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if len(plain) - end > BLOCK_BYTES or not begun:
        raise ValueError("no XML comes out: another key, or another cipher")
    return plain[:end]
