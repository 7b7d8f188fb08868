"""What can be read of a message in our own format of which some reading is wrong.

The others are taken; what is wrong is set aside, under its place in the message.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from collector.codecs.parts.rows import NO_KEY, NO_VALUE, Row, gathered, number
from collector.codecs.payload import MAX_AT_MS, MAX_SEQ, PayloadError
from metering.messages import Decoded

_NAMES: Final = ("channel", "at", "value")
_CODEC: Final = "native"


def readable(payload: bytes) -> Decoded | None:
    """Return the readings of a message, those set aside that are wrong; None where all are.

    None, too, where the message is not in one of the shapes of several readings.
    """
    try:
        said = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(said, dict) or not _numbered(said.get("seq")):
        return None
    things = list(_things({name: one for name, one in said.items() if name != "seq"}))
    rows = [_row(one) for one in things]
    if not any(row.quality is None for row in rows):
        return None
    try:
        return gathered(_CODEC, rows, said.get("seq"))
    except PayloadError:
        return None


def _numbered(seq: Any) -> bool:
    return seq is None or (type(seq) is int and 1 <= seq <= MAX_SEQ)


def _things(said: dict[str, Any]) -> Iterator[Any]:
    """Yield each reading as an object, from either shape; nothing where it is neither."""
    if said.keys() == {"readings"} and isinstance(said["readings"], list):
        yield from said["readings"]
    elif said.keys() <= set(_NAMES) and isinstance(said.get("value"), list):
        several = {
            name: one if isinstance(one, list) else [one] * len(said["value"])
            for name, one in said.items()
            if name != "at" or isinstance(one, list)
        }
        if len({len(one) for one in several.values()}) == 1 and len(several) == len(said):
            for one in zip(*several.values(), strict=True):
                yield dict(zip(several, one, strict=True))


def _row(one: Any) -> Row:
    if not isinstance(one, dict) or not one.keys() <= set(_NAMES):
        return Row(NO_KEY, NO_VALUE, quality=f"{_CODEC}.no_row")
    key, at, value = one.get("channel"), one.get("at"), one.get("value")
    if not isinstance(key, str):
        return Row(NO_KEY, NO_VALUE, quality=f"{_CODEC}.no_key")
    if "at" in one and not (type(at) is int and 0 <= at <= MAX_AT_MS):
        return Row(key, NO_VALUE, quality=f"{_CODEC}.no_time")
    shown = None if isinstance(value, str) else number(value)
    if shown is None:
        return Row(key, NO_VALUE, at_ms=at, quality=f"{_CODEC}.no_number")
    return Row(key, shown, at_ms=at)
