"""AES with a key of 128 bits in CBC mode (FIPS 197, SP 800-38A), as the ministry's frames have it.

It guards nothing: the mode is unauthenticated and the key is mostly its own first block. Frames
come over a private network or a tunnel; this only reads what collectors of that time send.
"""

from functools import cache
from typing import Final, NamedTuple

BLOCK_BYTES: Final = 16
_ROUNDS: Final = 10


def _doubled(value: int) -> int:
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _product(a: int, b: int) -> int:
    total = 0
    while b:
        total ^= a if b & 1 else 0
        a, b = _doubled(a), b >> 1
    return total


def _substitutions() -> bytes:
    """Return the S-box: the inverse in GF(2^8), then an affine map."""
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value ^= _doubled(value)  # times 3, which reaches every value but 0
    inverse = {one: powers[-place % 255] for place, one in enumerate(powers)}
    box = bytearray()
    for one in range(256):
        x = inverse.get(one, 0)
        spread = x ^ x << 1 ^ x << 2 ^ x << 3 ^ x << 4
        box.append(((spread >> 8) ^ spread) & 0xFF ^ 0x63)
    return bytes(box)


def _columns(box: bytes, factors: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return what a byte, once substituted, adds to its column, for each of the four rows."""
    words = [
        int.from_bytes(bytes(_product(box[one], factor) for factor in factors))
        for one in range(256)
    ]
    return tuple(
        tuple((word >> 8 * row | word << 32 - 8 * row) & 0xFFFFFFFF for word in words)
        for row in range(4)
    )


_BOX: Final = _substitutions()
_BACK: Final = bytes(_BOX.index(one) for one in range(256))
_MIXED: Final = _columns(_BOX, (2, 1, 1, 3))
_UNMIXED: Final = _columns(_BACK, (14, 9, 13, 11))
_UNMIXED_PLAIN: Final = _columns(bytes(range(256)), (14, 9, 13, 11))


class _Way(NamedTuple):
    """One direction: tables of columns, the last round's box, and how far rows are turned."""

    tables: tuple[tuple[int, ...], ...]
    box: bytes
    turn: int


_FORTH: Final = _Way(_MIXED, _BOX, 1)
_BACKWARD: Final = _Way(_UNMIXED, _BACK, 3)

_Keys = tuple[tuple[int, ...], ...]


@cache
def _keys(key: bytes) -> tuple[_Keys, _Keys]:
    """Return the round keys for encrypting, and those for decrypting in their order."""
    if len(key) != BLOCK_BYTES:
        raise ValueError(f"a key of {len(key)} bytes, where {BLOCK_BYTES} are needed")
    words = [int.from_bytes(key[at : at + 4]) for at in range(0, BLOCK_BYTES, 4)]
    constant = 1
    for place in range(4, 4 * (_ROUNDS + 1)):
        word = words[-1]
        if place % 4 == 0:
            turned = (word << 8 | word >> 24) & 0xFFFFFFFF
            word = int.from_bytes(bytes(_BOX[one] for one in turned.to_bytes(4))) ^ constant << 24
            constant = _doubled(constant)
        words.append(words[-4] ^ word)
    forth = tuple(tuple(words[at : at + 4]) for at in range(0, len(words), 4))
    inner = [tuple(_unmixed(word) for word in one) for one in forth[1:-1]]
    return forth, (forth[-1], *reversed(inner), forth[0])


def _unmixed(word: int) -> int:
    total = 0
    for row, one in enumerate(word.to_bytes(4)):
        total ^= _UNMIXED_PLAIN[row][one]
    return total


def _block(data: int, keys: _Keys, way: _Way) -> int:
    first, second, third, fourth = way.tables
    turn, box = way.turn, way.box
    state = [(data >> 96 - 32 * place & 0xFFFFFFFF) ^ keys[0][place] for place in range(4)]
    for key in keys[1:-1]:
        state = [
            first[state[place] >> 24]
            ^ second[state[(place + turn) % 4] >> 16 & 0xFF]
            ^ third[state[(place + 2) % 4] >> 8 & 0xFF]
            ^ fourth[state[(place - turn) % 4] & 0xFF]
            ^ key[place]
            for place in range(4)
        ]
    out = 0
    for place in range(4):
        word = (
            box[state[place] >> 24] << 24
            | box[state[(place + turn) % 4] >> 16 & 0xFF] << 16
            | box[state[(place + 2) % 4] >> 8 & 0xFF] << 8
            | box[state[(place - turn) % 4] & 0xFF]
        )
        out = out << 32 | word ^ keys[-1][place]
    return out


def encrypted(data: bytes, key: bytes, first: bytes) -> bytes:
    """Return whole blocks encrypted. first: the block before the first."""
    keys, _ = _keys(key)
    out, before = bytearray(), int.from_bytes(first)
    for at in range(0, len(_whole(data)), BLOCK_BYTES):
        before = _block(int.from_bytes(data[at : at + BLOCK_BYTES]) ^ before, keys, _FORTH)
        out += before.to_bytes(BLOCK_BYTES)
    return bytes(out)


def decrypted(data: bytes, key: bytes, first: bytes) -> bytes:
    """Return whole blocks decrypted; what pads the last one stays. first: as it was encrypted."""
    _, keys = _keys(key)
    out, before = bytearray(), int.from_bytes(first)
    for at in range(0, len(_whole(data)), BLOCK_BYTES):
        block = int.from_bytes(data[at : at + BLOCK_BYTES])
        out += (_block(block, keys, _BACKWARD) ^ before).to_bytes(BLOCK_BYTES)
        before = block
    return bytes(out)


def _whole(data: bytes) -> bytes:
    if len(data) % BLOCK_BYTES:
        raise ValueError(f"{len(data)} bytes are no whole blocks of {BLOCK_BYTES}")
    return data
